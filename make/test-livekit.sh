#!/usr/bin/env bash
# Plays Tests/LiveKit with the real LiveKit Agents, each version in an environment of its own in build/livekit, which it makes
# when it is not there yet (some 420 MB each from PyPI; where that fails it ends with 77). Which versions and packages there
# are stands here; what is played, in Tests/LiveKit. What docs/livekit.md shows is in it.
#
# usage: make/test-livekit.sh                    all rows and 1,000 conversations on the newest, and beside it the share on
#                                                the newest pre-release and on the oldest that works (after `make lib`);
#                                                COUNT=n: so many conversations
#        make/test-livekit.sh ARGUMENT...        Tests/LiveKit/run.py with these arguments on one version
#        make/test-livekit.sh brief              the places of an interruption, in a quarter of a minute (for make test)
#        make/test-livekit.sh cost               measures what the wrapper costs
#        make/test-livekit.sh timelines          draws docs/livekit.svg from a conversation
#   LIVEKIT=1.8.9 LIVEKIT_OPENAI=1.8.9    the versions of livekit-agents and livekit-plugins-openai; that one alone is played
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
. make/framework-venv.sh
newest=1.8.9:1.8.9
prerelease=2.0.0b1:1.8.6
oldest=1.5.17:1.5.17
export PYTHONPATH=$root/bindings/python/src RTMULTI_LIBRARY=$root/build/lib/librtmulti.so.0 PYTHONDONTWRITEBYTECODE=1

# install VERSION:VERSION: the environment of a pair of livekit-agents and plugin.
install() {
  local agents=${1%:*} plugin=${1#*:}
  local venv=build/livekit/$agents-$plugin pre=()
  local packages=("livekit-agents==$agents" "livekit-plugins-openai==$plugin" websockets "httpx<1")
  # A2A, which the worker of 2.0 reads, needs httpx before 1.0, of which --pre would bring a pre-release.
  # The newest is played with google's plugin, too.
  [ "$1" = "$newest" ] && packages+=("livekit-plugins-google==$plugin" cryptography)
  if [ "$(cat "$venv/.complete" 2>/dev/null)" = "${packages[*]}" ]; then return; fi
  # Without --pre pip refuses the pair of a pre-release; with it, it would bring pre-releases of everything.
  [[ $agents =~ [a-z] ]] && pre=(--pre)
  rm -rf "$venv"
  mkdir -p build/livekit
  make/step.sh "livekit-venv-$agents" python3 -m venv "$venv" &&
    pip_install "livekit-packages-$agents" "$venv" "${pre[@]}" "${packages[@]}" &&
    echo "${packages[*]}" >"$venv/.complete" && return
  echo "LiveKit Agents $agents could not be installed from PyPI, so nothing was played with it."
  exit 77
}

# play VERSION:VERSION PROGRAM ARGUMENT...
play() {
  local python=build/livekit/${1%:*}-${1#*:}/bin/python program=$2
  shift 2
  "$python" "Tests/LiveKit/$program.py" "$@"
}

if [ $# -gt 0 ] || [ -n "${LIVEKIT:-}" ]; then
  agents=${LIVEKIT:-${newest%:*}}
  pair=$agents:${LIVEKIT_OPENAI:-$agents}
  install "$pair"
  case ${1:-} in
    cost | timelines) play "$pair" "$@" ;;
    brief)
      play "$pair" run --share --jobs 12 in_the_second_of between_ frames_are output_is_paused before_the_response \
        an_item_is no_audio without_a_transcript the_second_ready
      ;;
    *) play "$pair" run "$@" ;;
  esac
  exit
fi

for pair in "$newest" "$prerelease" "$oldest"; do install "$pair"; done
mkdir -p build/log
# What the other versions play is shown when they have; their rows wait for clocks most of the time.
for pair in "$prerelease" "$oldest"; do
  play "$pair" run --jobs 4 --share --conversations 20 >"build/log/livekit-${pair%:*}.log" 2>&1
done &
play "$newest" run --conversations "${COUNT:-1000}" 2>&1 | tee "build/log/livekit-${newest%:*}.log" | sed -u '$d'
wait
for pair in "$prerelease" "$oldest"; do sed '$d' "build/log/livekit-${pair%:*}.log"; done
passed=0
failed=0
for pair in "$newest" "$prerelease" "$oldest"; do
  last=$(tail -n 1 "build/log/livekit-${pair%:*}.log")
  if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    echo "livekit-agents ${pair%:*}: $last"
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    echo "livekit-agents ${pair%:*} did not come to its end: $last"
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
