#!/usr/bin/env bash
# The suites of `make test-integrations`: rtmulti with what people play it on, in real time, with real packages. Which suites
# there are stands here; how one is run and counted, in make/suites.sh.
#
# usage: make/test-integrations.sh [--share] [SUITE...]          all of them without a name; after `make lib`
#   --share        two minutes of it, for .ci/run: rows of each kind once, with one environment for all frameworks
#   REPEATS=10     plays each row so many times
set -u
. make/suites.sh
mkdir -p build/log
repeats=${REPEATS:-1}
suite_seconds_limit=$((1800 * repeats))
all=(phone openai-agents openai-agents-uvloop openai-agents-oldest openai-agents-latency openai-agents-cost pipecat
  pipecat-uvloop pipecat-oldest pipecat-cost browser timeline relay relay-dialects compare)
share=()
one_way=()
few=()
if [ "${1:-}" = --share ]; then
  shift
  share=(--share)
  one_way=(--how vad)
  # Where little is played at once a busy machine disturbs it less.
  few=(--beside 4)
  all=(phone openai-agents pipecat relay compare browser timeline)
  suite_seconds_limit=$((400 * repeats))
fi

# One download in place of three. Where it fails, each suite says what it lacks.
with_one_environment() {
  if [ ${#share[@]} -gt 0 ] && make/test-relay.sh install >build/log/frameworks.log 2>&1; then
    FRAMEWORK_VENV=build/integrations/compare "$@"
  else
    "$@"
  fi
}

# name, then the command; 77 means that it cannot run on this machine.
run() {
  case $1 in
    phone) suite phone make/python.sh Tests/Integrations/phone/play_rows.py --repeats "$repeats" "${share[@]}" "${few[@]}" ;;
    openai-agents)
      with_one_environment suite openai-agents make/test-openai-agents.sh --repeats "$repeats" "${one_way[@]}" "${few[@]}"
      ;;
    openai-agents-uvloop)
      suite openai-agents-uvloop make/test-openai-agents.sh --uvloop --how api,vad --repeats "$repeats"
      ;;
    # The oldest that the extra takes, with the openai of its time.
    openai-agents-oldest)
      OPENAI_AGENTS=0.6.0 OPENAI=2.8.0 suite openai-agents-oldest make/test-openai-agents.sh --uvloop --repeats "$repeats"
      ;;
    openai-agents-latency) suite openai-agents-latency make/test-openai-agents.sh latency 5 ;;
    openai-agents-cost) suite openai-agents-cost make/test-openai-agents.sh cost 3 ;;
    pipecat) with_one_environment suite pipecat make/test-pipecat.sh --repeats "$repeats" "${share[@]}" "${few[@]}" ;;
    pipecat-uvloop) suite pipecat-uvloop make/test-pipecat.sh --uvloop --repeats "$repeats" ;;
    pipecat-oldest) PIPECAT=0.0.90 suite pipecat-oldest make/test-pipecat.sh --uvloop --repeats "$repeats" ;;
    pipecat-cost) suite pipecat-cost make/test-pipecat.sh cost 6 ;;
    browser) suite browser make/test-browser.sh --repeats "$repeats" "${share[@]}" ;;
    timeline) suite timeline make/test-browser.sh timeline ;;
    relay) suite relay make/test-relay.sh --repeats "$repeats" "${one_way[@]}" ;;
    compare) suite compare make/test-relay.sh checked-compare ;;
    relay-dialects) suite relay-dialects make/test-relay.sh dialects ;;
    *)
      echo "There is no suite $1; there are: ${all[*]}."
      exit 2
      ;;
  esac
}

[ $# -gt 0 ] || set -- "${all[@]}"
for name in "$@"; do run "$name"; done
finish_suites
