#!/usr/bin/env bash
# Plays Tests/LiveKit with the real LiveKit Agents, in an environment of its own in build/livekit, which it makes when it is
# not there yet (some 420 MB from PyPI; where that fails it ends with 77). Which packages there are stands here; what is
# played, in Tests/LiveKit.
#
# usage: make/test-livekit.sh [ARGUMENT OF Tests/LiveKit/run.py...]           (after `make lib`)
#        make/test-livekit.sh cost          measures what the wrapper costs
#        make/test-livekit.sh timelines     draws docs/livekit.svg from a conversation
#   LIVEKIT=1.8.9 LIVEKIT_OPENAI=1.8.9    the versions of livekit-agents and livekit-plugins-openai
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
agents=${LIVEKIT:-1.8.9}
plugin=${LIVEKIT_OPENAI:-$agents}
packages=("livekit-agents==$agents" "livekit-plugins-openai==$plugin" websockets httpx)
# The newest is played with google's plugin, too.
[ "$agents" = 1.8.9 ] && packages+=("livekit-plugins-google==$plugin" cryptography)
# Without --pre pip refuses the pair of a pre-release; with it, it would bring pre-releases of everything.
pre=()
[[ $agents =~ [a-z] ]] && pre=(--pre)
venv=build/livekit/$agents-$plugin

install() {
  rm -rf "$venv"
  mkdir -p build/livekit
  make/step.sh "livekit-venv-$agents" python3 -m venv "$venv" &&
    make/step.sh "livekit-packages-$agents" \
      "$venv/bin/pip" install --quiet --disable-pip-version-check "${pre[@]}" "${packages[@]}" &&
    echo "${packages[*]}" >"$venv/.complete"
}
if [ "$(cat "$venv/.complete" 2>/dev/null)" != "${packages[*]}" ] && ! install; then
  echo "LiveKit Agents $agents could not be installed from PyPI, so nothing was played with it."
  exit 77
fi
export PYTHONPATH=$root/bindings/python/src RTMULTI_LIBRARY=$root/build/lib/librtmulti.so.0 PYTHONDONTWRITEBYTECODE=1
program=run
if [ "${1:-}" = cost ] || [ "${1:-}" = timelines ]; then
  program=$1
  shift
fi
exec "$venv/bin/python" "Tests/LiveKit/$program.py" "$@"
