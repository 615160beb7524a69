#!/bin/sh
# Do the two doors of the library, callbacks and polling, let the same effects out in the same order?
# usage: doors.sh HARNESS SCENARIO...
#
# Each scenario is run through both with every effect traced; the traces must be equal, the samples included.
set -eu

if [ $# -lt 2 ]; then
  echo "usage: doors.sh HARNESS SCENARIO..." >&2
  exit 2
fi
harness=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

for scenario in "$@"; do
  # Whether the scenario itself passes is the harness's own question; status 2 is a file that cannot be read.
  called=0
  polled=0
  "$harness" --trace "$scenario" >"$work/called" 2>&1 || called=$?
  "$harness" --trace --poll "$scenario" >"$work/polled" 2>&1 || polled=$?
  if [ "$called" -gt 1 ] || [ "$polled" -gt 1 ]; then
    echo "FAIL doors: $scenario did not run (status $called by callback, $polled by polling)"
    failed=$((failed + 1))
  elif ! cmp -s "$work/called" "$work/polled"; then
    echo "FAIL doors: $scenario differs; first by callback (<), then by polling (>):"
    diff "$work/called" "$work/polled" | head -n 6 || true
    failed=$((failed + 1))
  elif [ "$(wc -l <"$work/called")" -le 2 ] && ! grep -q "not in this version" "$work/called"; then
    echo "FAIL doors: $scenario left no trace"
    failed=$((failed + 1))
  else
    passed=$((passed + 1))
  fi
done
echo "doors: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
