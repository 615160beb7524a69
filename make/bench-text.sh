#!/usr/bin/env bash
# Measures heard text (bindings/python/benchmarks/heard_text): makes the speech when it is not there yet or older than
# its sentences, and livekit-agents an environment of its own in build/livekit-venv. Run in full it writes the tables
# and the picture of docs/heard-text.md. What is measured, and how, stands in the benchmark.
#
# usage: make/bench-text.sh [--every N] [SUBJECT...]     (after `make lib`; SUBJECT: proportion livekit rtmulti)
set -eu
benchmark=bindings/python/benchmarks/heard_text
livekit='livekit-agents==1.8.9'

speech_is_new() {
  local source
  for source in sentences.txt utterances.py espeak.py word_times.py opus_encoder.py make_speech.py; do
    [ "build/text/.complete" -nt "$benchmark/$source" ] || return 1
  done
}
if ! speech_is_new; then
  if ! python3 -c 'import ctypes; ctypes.CDLL("libespeak-ng.so.1")' 2>/dev/null; then
    if [ "$(id -u)" != 0 ]; then
      echo "The speech is made by espeak-ng. Please run: sudo apt-get install -y libespeak-ng1 espeak-ng-data" >&2
      exit 1
    fi
    make/step.sh espeak-ng sh -c 'apt-get update && apt-get install -y --no-install-recommends libespeak-ng1' </dev/null
  fi
  # Swapped in whole: a run beside this one never sees half of it.
  rm -rf build/text.new
  python3 "$benchmark/make_speech.py" build/text.new
  touch build/text.new/.complete
  rm -rf build/text
  mv build/text.new build/text
fi

if [ $# = 0 ] || [[ " $* " = *" livekit "* ]]; then
  if [ "$(cat build/livekit-venv/.complete 2>/dev/null)" != "$livekit" ]; then
    rm -rf build/livekit-venv
    make/step.sh livekit-venv python3 -m venv build/livekit-venv
    make/step.sh livekit-packages build/livekit-venv/bin/pip install --quiet --disable-pip-version-check "$livekit"
    echo "$livekit" >build/livekit-venv/.complete
  fi
fi
docs=()
[ $# -gt 0 ] || docs=(--docs docs)
exec make/python.sh "$benchmark/run.py" "${docs[@]}" "$@"
