#!/usr/bin/env bash
# Runs one step of a build quietly: what it says goes to build/log/NAME.log and is shown only when it fails.
# Nothing about any particular step belongs here.
#
# usage: make/step.sh NAME COMMAND...
set -u
name=$1
shift
log=build/log/$name.log
mkdir -p build/log
if ! "$@" >"$log" 2>&1; then
  cat "$log" >&2
  echo "rtmulti: the step \"$name\" failed; its output is above and in $log." >&2
  exit 1
fi
