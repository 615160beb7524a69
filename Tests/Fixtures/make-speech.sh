#!/usr/bin/env bash
# Makes the speech of the demo: three sentences as Ogg Opus, mono at 24 kHz and 24 kbit/s, into this folder.
# Its outputs are committed, so that nobody needs espeak-ng (a tool only, no part of rtmulti) or opusenc to
# run the demo; only the recipe lives here. The words stand again in bindings/c/demo.c and demo_ctypes.py.
#
# usage: Tests/Fixtures/make-speech.sh          (needs espeak-ng and opus-tools)
set -euo pipefail
cd "$(dirname "$0")"

for tool in espeak-ng opusenc; do
  if ! command -v "$tool" >/dev/null; then
    echo "make-speech.sh needs $tool. Please run: apt-get install espeak-ng opus-tools" >&2
    exit 1
  fi
done

# Short pages (100 ms) as a live stream has them. A fixed serial number, no padding and no tags of its own
# keep the file small and the same each time on one machine.
say() { # say FILE SENTENCE
  espeak-ng -v en-us -s 160 --stdout "$2" \
    | opusenc --quiet --bitrate 24 --speech --max-delay 100 --serial 1 --padding 0 --discard-comments - "$1"
  echo "$1: $(stat -c %s "$1") bytes: $2"
}

say speech-a.opus "Let me check."
say speech-b.opus "It is sunny in Paris, with a light west wind."
say speech-c.opus "Tomorrow it will rain."
