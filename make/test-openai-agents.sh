#!/usr/bin/env bash
# Plays Tests/Integrations/openai_agents with the real openai-agents, in an environment of its own in build/integrations, which
# it makes when it is not there yet (from PyPI; where that fails it ends with 77). Which packages there are stands here; what
# is played, there. What docs/openai-agents.md shows is in it.
#
# usage: make/test-openai-agents.sh [ARGUMENT OF play_agents.py...]           (after `make lib`)
#        make/test-openai-agents.sh cost          measures what the model costs
#        make/test-openai-agents.sh latency       measures how soon after an interruption the first command leaves
#   OPENAI_AGENTS=0.24.0    the version of openai-agents
#   OPENAI=2.26.0           the version of openai, for versions of openai-agents that do not go with the newest
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
. make/framework-venv.sh
agents=${OPENAI_AGENTS:-0.24.0}
packages=("openai-agents==$agents" ${OPENAI:+"openai==$OPENAI"} websockets uvloop)
framework_venv "openai-agents-$agents${OPENAI:+-$OPENAI}" "openai-agents $agents" "${packages[@]}"
export PYTHONPATH=$root/bindings/python/src:$root/Tests/Integrations RTMULTI_LIBRARY=$root/build/lib/librtmulti.so.0 PYTHONDONTWRITEBYTECODE=1
program=play_agents
case ${1:-} in
  cost | latency)
    program=agent_$1
    shift
    ;;
esac
exec "$venv/bin/python" "Tests/Integrations/openai_agents/$program.py" "$@"
