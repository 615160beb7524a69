#!/usr/bin/env bash
# Runs a program with the shipped library under valgrind: no bad read, no bad write, nothing lost for good. What the
# Swift runtime allocates once and keeps is not a loss.
#
# usage: make/valgrind.sh PROGRAM ARGUMENT...     (after `make harness programs`)
set -u
valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
  --errors-for-leak-kinds=definite "$@"
status=$?
if [ "$status" -eq 99 ]; then
  echo "valgrind found errors; they are above."
fi
exit "$status"
