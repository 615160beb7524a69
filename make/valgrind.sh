#!/usr/bin/env bash
# Runs scenarios through the shipped library under valgrind: no bad read, no bad write, nothing lost for good.
# What the Swift runtime allocates once and keeps is not a loss.
#
# usage: make/valgrind.sh SCENARIO...     (after `make harness`)
set -u
valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
  --errors-for-leak-kinds=definite build/rtmulti-harness "$@"
status=$?
if [ "$status" -eq 99 ]; then
  echo "valgrind found errors; they are above."
fi
exit "$status"
