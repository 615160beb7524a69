#!/usr/bin/env bash
# The suites of `make test-integrations`: rtmulti with what people play it on, in real time, with real packages. Which suites
# there are stands here; how one is run and counted, in make/suites.sh.
#
# usage: make/test-integrations.sh [SUITE...]          all of them without a name; after `make lib`
#        make/test-integrations.sh --share             what .ci/run plays: each framework and the telephone in one way
#   REPEATS=10     plays each row so many times
set -u
. make/suites.sh
mkdir -p build/log
repeats=${REPEATS:-1}
suite_seconds_limit=$((1800 * repeats))

# name, then the command; 77 means that it cannot run on this machine.
run() {
  case $1 in
    phone) suite phone make/python.sh Tests/Integrations/phone/play_rows.py --repeats "$repeats" ;;
    openai-agents) suite openai-agents make/test-openai-agents.sh --repeats "$repeats" ;;
    pipecat) suite pipecat make/test-pipecat.sh --repeats "$repeats" ;;
    pipecat-uvloop) suite pipecat-uvloop make/test-pipecat.sh --uvloop --how api,vad --repeats "$repeats" ;;
    browser) suite browser make/test-browser.sh --repeats "$repeats" ;;
    timeline) suite timeline make/test-browser.sh timeline ;;
    relay) suite relay make/test-relay.sh --repeats "$repeats" ;;
    relay-dialects) suite relay-dialects make/test-relay.sh dialects ;;
    *)
      echo "There is no suite $1; there are: ${all[*]}."
      exit 2
      ;;
  esac
}
all=(phone openai-agents pipecat pipecat-uvloop browser timeline relay relay-dialects)

if [ "${1:-}" = --share ]; then
  suite phone make/python.sh Tests/Integrations/phone/play_rows.py --share
  suite openai-agents make/test-openai-agents.sh --how api --beside 4
  suite pipecat make/test-pipecat.sh --how vad --beside 4
  suite timeline make/test-browser.sh timeline
  finish_suites
  exit
fi
[ $# -gt 0 ] || set -- "${all[@]}"
for name in "$@"; do run "$name"; done
finish_suites
