#!/usr/bin/env bash
# The suite of the ABI: do programs that exist go on working? Today's header is compared with each released one, the
# comparison itself is tried on headers that break something, and programs of an older, of today's and of a newer caller
# run with today's library and must say the same. What a comparison is stands in compare.sh.
#
# usage: Tests/ABI/run.sh     (in the root of the tree, after `make lib`)
set -u
here=Tests/ABI
header=include/rtmulti.h
for tool in abidiff gcc python3; do
  if ! command -v "$tool" >/dev/null && ! make/deps.sh "$tool" >/dev/null 2>&1; then
    echo "$tool is missing; please install it, on Debian with: apt-get install abigail-tools gcc python3"
    exit 77
  fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# expect STATUS SENTENCE COMMAND...: the command must exit with that status.
expect() {
  local wanted=$1 sentence=$2 status=0
  shift 2
  "$@" >"$work/said" 2>&1 || status=$?
  if [ "$status" -eq "$wanted" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL abi: not true: $sentence"
    sed 's/^/    /' "$work/said"
  fi
}

# changed NAME SCRIPT: today's header as the sed script changes it, which it must.
changed() {
  mkdir -p "$work/$1"
  sed -E "$2" "$header" >"$work/$1/rtmulti.h"
  if cmp -s "$header" "$work/$1/rtmulti.h"; then
    failed=$((failed + 1))
    echo "FAIL abi: the change \"$1\" changes nothing; please teach run.sh today's header."
  fi
}

# breaks NAME SCRIPT: the comparison must see that change, also where the struct has grown besides.
breaks() {
  changed "$1" "$2"
  sed -E -i "$growth" "$work/$1/rtmulti.h"
  expect 1 "the comparison sees this: $1" "$here/compare.sh" "$header" "$work/$1/rtmulti.h"
}

# --- the released headers ----------------------------------------------------------------------------------

released=0
for older in "$here"/headers/*.h; do
  [ -e "$older" ] || continue
  released=$((released + 1))
  expect 0 "programs built with $older still run" "$here/compare.sh" "$older" "$header"
done

# --- the comparison itself ---------------------------------------------------------------------------------

growth='s/^(  uint32_t waiting_inputs;.*)$/\1 int64_t newest_ms;/; s/^(  uint64_t max_queued_bytes;.*)$/\1 uint64_t newest_ms;/
  s/^(  size_t generated_text_size;.*)$/\1 int64_t newest_us;/; s/^(  void \*user_data;.*)$/\1 int64_t newest_us;/'
mkdir "$work/older"
python3 "$here/older_header.py" "$header" "$work/older/rtmulti.h" || failed=$((failed + 1))

expect 0 "a header can be compared with itself" "$here/compare.sh" "$header" "$header"
expect 0 "an older caller's header can grow into today's" "$here/compare.sh" "$work/older/rtmulti.h" "$header"
expect 1 "today's header cannot shrink" "$here/compare.sh" "$header" "$work/older/rtmulti.h"
changed "growth" "$growth"
expect 0 "structs can grow at their ends" "$here/compare.sh" "$header" "$work/growth/rtmulti.h"
changed "addition" 's/^(uint32_t rtmulti_abi\(void\);)$/\1 int rtmulti_more(int);/; s/^(  RTMULTI_DONE = 1,)/\1 RTMULTI_MORE = 99,/'
expect 0 "functions and enumerators can be added" "$here/compare.sh" "$header" "$work/addition/rtmulti.h"

breaks "field-moved" '/^  uint32_t clear_timeout_ms;/{h;d}; /^  uint32_t turn_patience_ms;/{G}'
breaks "field-inserted" 's/^(  uint32_t clear_timeout_ms;)/  uint32_t sudden_ms; \1/'
breaks "field-removed" '/^  uint32_t handover_ms;/d'
breaks "type-narrowed" 's/^  int64_t heard_frames;/  int32_t heard_frames;/'
breaks "type-of-the-youngest-struct-narrowed" 's/^  int64_t written_ahead_ms;/  int32_t written_ahead_ms;/'
breaks "sign-changed" 's/^  int64_t audio_end_ms;/  uint64_t audio_end_ms;/'
breaks "enumerator-renumbered" 's/RTMULTI_EVENT_SETTLED = 3/RTMULTI_EVENT_SETTLED = 8/'
breaks "flag-renumbered" 's/RTMULTI_SINK_CAN_PAUSE = 1u << 1/RTMULTI_SINK_CAN_PAUSE = 1u << 3/'
breaks "enumerator-removed" 's/^  RTMULTI_PART_AUDIO = 1,/  RTMULTI_PART_SOUND = 1,/'
breaks "constant-changed" 's/^#define RTMULTI_UNLIMITED UINT32_MAX/#define RTMULTI_UNLIMITED INT32_MAX/'
breaks "parameter-changed" 's/(rtmulti_session_advance\(rtmulti_session \*session, )int64_t/\1int32_t/'
breaks "parameter-added" 's/(rtmulti_session_pause\(rtmulti_session \*session)/\1, int32_t more/'
breaks "result-changed" 's/^size_t rtmulti_mark_name\(/uint32_t rtmulti_mark_name(/'
breaks "function-removed" '/^rtmulti_result rtmulti_session_resume\(/d'
breaks "callback-changed" 's/^(typedef int32_t \(\*rtmulti_sink_flush_fn\)\(void \*user_data, )uint64_t/\1uint32_t/'

# --- programs ----------------------------------------------------------------------------------------------

# The same source as three callers; older ones of every release too. All of them have to hear the same.
build() { # NAME HEADER_FOLDER EXTRA_BYTES
  gcc -std=c11 -O1 -g -Wall -Wextra -Werror -DBYTES_BEHIND="$3" -o "$work/$1-caller" "$here/caller.c" -I"$2" -Lbuild/lib \
    -lrtmulti -Wl,-rpath,"$PWD/build/lib"
}
run() { "$work/$1-caller" >"$work/$1.said"; }
same() { diff "$work/today.said" "$work/$1.said"; }

callers=(older newer)
expect 0 "today's caller can be built" build today "$(dirname "$header")" 0
expect 0 "an older caller can be built" build older "$work/older" 0
expect 0 "a newer caller can be built" build newer "$(dirname "$header")" 64
for older in "$here"/headers/*.h; do
  [ -e "$older" ] || continue
  name=released-$(basename "$older" .h)
  mkdir "$work/$name" && cp "$older" "$work/$name/rtmulti.h"
  expect 0 "a program can be built with $older" build "$name" "$work/$name" 0
  callers+=("$name")
done
expect 0 "today's caller runs" run today
for caller in "${callers[@]}"; do
  expect 0 "the $caller caller runs" run "$caller"
  expect 0 "the $caller caller hears what today's does" same "$caller"
done

echo "Released headers: $released. Lines that the callers agree on: $(wc -l <"$work/today.said")."
echo "abi: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
