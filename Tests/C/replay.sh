#!/bin/sh
# Does a trace say the same in another process, with other addresses and other hashes? And is a file that is no whole
# trace refused with a sentence?
# usage: replay.sh HARNESS TRACING SCENARIO...
#
# Every third scenario and some sessions of random calls are traced in one process and replayed in another (all of
# them in one process are the harness's, with --again). TRACING is the test program of that name, which traces a
# device that pulls from another thread.
set -eu

if [ $# -lt 3 ]; then
  echo "usage: replay.sh HARNESS TRACING SCENARIO..." >&2
  exit 2
fi
harness=$1
tracing=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

fail() {
  echo "FAIL replay: $1"
  failed=$((failed + 1))
}

# What was recorded into trace and listed in lived, against its replay.
replay_is_same() {
  if ! "$harness" --replay "$work/trace" >"$work/replay" 2>"$work/said"; then
    fail "$1: $(cat "$work/said")"
    return
  fi
  grep -v -e '^line ' -e '^input ' -e '^PASS ' -e '^FAIL ' -e ' passed, ' "$work/lived" >"$work/recorded" || true
  grep -v '^unheard ' "$work/replay" >"$work/replayed" || true
  if cmp -s "$work/recorded" "$work/replayed"; then
    passed=$((passed + 1))
  else
    fail "$1 differs; first as it was (<), then as it is replayed (>):"
    diff "$work/recorded" "$work/replayed" | head -n 6 || true
  fi
}

number=0
for scenario in "$@"; do
  number=$((number + 1))
  [ $((number % 3)) -eq 0 ] || continue
  "$harness" --trace --record "$work/trace" "$scenario" >"$work/lived" 2>&1 || true
  replay_is_same "$scenario"
done
for seed in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  "$harness" --record "$work/trace" --wild "$seed" 1 >"$work/lived"
  replay_is_same "--wild $seed 1"
done

# A device of another thread: every message of it settles again.
"$tracing" "$work/device" >"$work/said" || fail "$(cat "$work/said")"
if "$harness" --replay "$work/device" >"$work/replay" 2>"$work/said" &&
  [ "$(grep -c '^event 3 ' "$work/replay")" -eq 40 ]; then
  passed=$((passed + 1))
else
  fail "the session with a device: $(cat "$work/said")"
fi

# What is no whole trace is refused: with status 2, and with these words.
is_refused() {
  status=0
  "$harness" --replay "$work/bad" >"$work/replay" 2>"$work/said" || status=$?
  if [ "$status" -eq 2 ] && grep -q "$2" "$work/said"; then
    passed=$((passed + 1))
  else
    fail "$1 ended with status $status and the words \"$(cat "$work/said")\""
  fi
}
: >"$work/bad"
is_refused "an empty file" "is no trace"
echo "This is a letter, and no trace at all, however long it may get." >"$work/bad"
is_refused "a letter" "is no trace"
head -c 3000 "$work/trace" >"$work/bad"
is_refused "half a trace" "breaks off"
rm "$work/bad"
is_refused "a file that is not there" "cannot be read"
# The number of the format stands behind the magic; the seal of the first block is then made right again.
python3 - "$work/trace" "$work/bad" <<'END'
import sys

trace = bytearray(open(sys.argv[1], "rb").read())
size, first = trace[0], 5
assert size < 128 and trace[first + 1:first + 15] == b"rtmulti trace\n"
trace[first + 15] = 99
state, mask = size, 2**64 - 1
for at in range(0, size, 8):
    word = int.from_bytes(trace[first + at:min(first + at + 8, first + size)], "little")
    state = ((state ^ word) * 0x9E3779B97F4A7C15) & mask
    state ^= state >> 32
trace[1:5] = (state & 0xFFFFFFFF).to_bytes(4, "little")
open(sys.argv[2], "wb").write(trace)
END
is_refused "a trace of a newer format" "newer format"

echo "replay: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
