#!/usr/bin/env bash
# Plays the relay, and the comparison of frameworks, with the real packages, in an environment of their own in
# build/integrations, which it makes when it is not there yet (from PyPI; where that fails it ends with 77). Which packages
# there are stands here; what is played, in Tests/Integrations/relay and in rtmulti.compare.
#
# usage: make/test-relay.sh [ARGUMENT OF play_relay.py...]      unchanged clients behind the relay (after `make lib`)
#        make/test-relay.sh dialects                            the beta and G.711 behind the relay, without a framework
#        make/test-relay.sh load [CONNECTIONS] [SECONDS] ...    measures what it costs, and whom it keeps waiting
#        make/test-relay.sh compare [ARGUMENT...]               python -m rtmulti compare, with all frameworks
#        make/test-relay.sh checked-compare                     a few rows of it, its exit status, its JSON and its picture
#        make/test-relay.sh install                             makes the environment, and plays nothing
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
. make/framework-venv.sh
packages=(openai-agents==0.24.0 pipecat-ai==1.14.0 livekit-agents==1.8.9 livekit-plugins-openai==1.8.9 websockets)
framework_venv compare "One of openai-agents, pipecat and livekit" "${packages[@]}"
export PYTHONPATH=$root/bindings/python/src:$root/bindings/python/tests
export RTMULTI_LIBRARY=$root/build/lib/librtmulti.so.0 PYTHONDONTWRITEBYTECODE=1
case ${1:-} in
  install) ;;
  dialects) shift; exec "$venv/bin/python" Tests/Integrations/relay/play_dialects.py "$@" ;;
  load) shift; exec "$venv/bin/python" Tests/Integrations/relay/relay_load.py "$@" ;;
  checked-compare) exec "$venv/bin/python" Tests/Integrations/relay/play_compare.py ;;
  compare) exec "$venv/bin/python" -m rtmulti "$@" ;;
  *) exec "$venv/bin/python" Tests/Integrations/relay/play_relay.py "$@" ;;
esac
