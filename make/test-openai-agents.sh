#!/usr/bin/env bash
# Plays Tests/Integrations/openai_agents with the real openai-agents, in an environment of its own in build/integrations, which
# it makes when it is not there yet (from PyPI; where that fails it ends with 77). Which packages there are stands here; what
# is played, there.
#
# usage: make/test-openai-agents.sh [ARGUMENT OF play_agents.py...]           (after `make lib`)
#        make/test-openai-agents.sh cost          measures what the model costs
#   OPENAI_AGENTS=0.24.0    the version of openai-agents
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
agents=${OPENAI_AGENTS:-0.24.0}
packages=("openai-agents==$agents" websockets)
venv=build/integrations/openai-agents-$agents

install() {
  rm -rf "$venv"
  mkdir -p build/integrations
  make/step.sh "openai-agents-venv-$agents" python3 -m venv "$venv" &&
    make/step.sh "openai-agents-packages-$agents" \
      "$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}" &&
    echo "${packages[*]}" >"$venv/.complete"
}
if [ "$(cat "$venv/.complete" 2>/dev/null)" != "${packages[*]}" ] && ! install; then
  echo "openai-agents $agents could not be installed from PyPI, so nothing was played with it."
  exit 77
fi
export PYTHONPATH=$root/bindings/python/src RTMULTI_LIBRARY=$root/build/lib/librtmulti.so.0 PYTHONDONTWRITEBYTECODE=1
program=play_agents
if [ "${1:-}" = cost ]; then
  program=agent_cost
  shift
fi
exec "$venv/bin/python" "Tests/Integrations/openai_agents/$program.py" "$@"
