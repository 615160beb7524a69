#!/usr/bin/env bash
# Plays Tests/Integrations/pipecat with the real pipecat-ai, in an environment of its own in build/integrations, which it makes
# when it is not there yet (from PyPI; where that fails it ends with 77). Which packages there are stands here; what is
# played, there. What docs/pipecat.md shows is in it.
#
# usage: make/test-pipecat.sh [ARGUMENT OF play_pipecat.py...]           (after `make lib`)
#        make/test-pipecat.sh cost          measures what rtmulti costs
#   PIPECAT=1.14.0    the version of pipecat-ai
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
. make/framework-venv.sh
pipecat=${PIPECAT:-1.14.0}
# The extras are Pipecat's own for this service and for WebSocket transports, as far as a version has them.
packages=("pipecat-ai[websocket,openai]==$pipecat" uvloop)
framework_venv "pipecat-$pipecat" "pipecat-ai $pipecat" "${packages[@]}"
export PYTHONPATH=$root/bindings/python/src:$root/Tests/Integrations
export RTMULTI_LIBRARY=$root/build/lib/librtmulti.so.0 PYTHONDONTWRITEBYTECODE=1
program=play_pipecat
if [ "${1:-}" = cost ]; then
  program=pipecat_cost
  shift
fi
exec "$venv/bin/python" "Tests/Integrations/pipecat/$program.py" "$@"
