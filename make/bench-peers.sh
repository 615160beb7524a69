#!/usr/bin/env bash
# Runs Tests/Benchmarks/peers with the real frameworks and decoders from PyPI, each in an environment of its own in
# build/integrations, which it makes when it is not there yet. Which packages there are stands here; what is measured, there.
# What cannot be installed is left out, and the table says so.
#
# usage: make/bench-peers.sh [ARGUMENT OF Tests/Benchmarks/peers/__main__.py...]           (after `make benchmarks`)
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
. make/framework-venv.sh

# The relay and the server that speaks to the frameworks run on the same websockets as they do.
(framework_venv peers-livekit "LiveKit Agents" "livekit-agents==${LIVEKIT:-1.8.9}" \
  "livekit-plugins-openai==${LIVEKIT:-1.8.9}" websockets "httpx<1")
(framework_venv peers-pipecat "Pipecat" "pipecat-ai[websocket,openai]==${PIPECAT:-1.14.0}" uvloop)
(framework_venv peers-openai-agents "openai-agents" "openai-agents==${OPENAI_AGENTS:-0.24.0}" websockets)
(framework_venv peers-rtmulti "rtmulti's relay" websockets)
(framework_venv peers-opus "PyAV and opuslib" "av==${PYAV:-18.1.0}" "opuslib==${OPUSLIB:-3.0.1}")
export PYTHONPATH=$root/Tests/Benchmarks PYTHONDONTWRITEBYTECODE=1
exec python3 -m peers "$@"
