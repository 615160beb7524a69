#!/usr/bin/env bash
# Runs each fuzz target for some seconds, from the committed corpus and what earlier runs of this machine found, and
# prints one line each; before that, a target with a planted fault, to see that a crash would be told. With `grow` it
# replaces the committed corpus by the smallest one that reaches the same code. Building is make/sanitize.mk's.
#
# usage: make/fuzz.sh SECONDS [TARGET...]
#        make/fuzz.sh grow [TARGET...]
set -u
seconds=$1
shift
# Where the targets were built; what they find goes there, too.
house=${FUZZ_HOUSE:-build/fuzz}
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(json audio scenario calls)

# Swift's own crash handler reads memory in ways that a sanitizer would report, and hangs. Short traces of each
# allocation are enough to find it, and much cheaper, as is a small quarantine for sessions that live for a millisecond.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=malloc_context_size=2:quarantine_size_mb=1:thread_local_quarantine_size_kb=16${ASAN_OPTIONS:+:$ASAN_OPTIONS}

longest_input() {
  case $1 in
    json) echo 900 ;;
    audio) echo 700 ;;
    scenario) echo 600 ;;
    *) echo 300 ;;
  esac
}

last_stat() { sed -n "s/^stat::$1: *//p" "$2" | tail -n 1; }

fuzz() {
  local target=$1 found=$house/corpus/$1 crashes=$house/crashes log=$house/$1.log status=0
  mkdir -p "$found" "$crashes"
  rm -f "$crashes/$target"-*
  local options=(-max_total_time="$seconds" -max_len="$(longest_input "$target")" -timeout=20 -rss_limit_mb=2048
    -entropic=0 -reduce_inputs=0 -use_counters=0 -print_final_stats=1 -artifact_prefix="$crashes/$target-")
  [ ! -f "Tests/Fuzzing/dictionaries/$target.dict" ] || options+=(-dict="Tests/Fuzzing/dictionaries/$target.dict")
  local inputs=("$found")
  for folder in Tests/Fuzzing/{corpus,failures}/"$target"; do
    [ ! -d "$folder" ] || inputs+=("$folder")
  done
  nice timeout -k 5 $((seconds + 120)) "$house/$target" "${options[@]}" "${inputs[@]}" \
    >"$log" 2>&1 </dev/null || status=$?
  local edges count
  edges=$(grep -aoE ' cov: [0-9]+' "$log" | tail -n 1 | grep -aoE '[0-9]+')
  count=$(grep -aoE ' corp: [0-9]+' "$log" | tail -n 1 | grep -aoE '[0-9]+')
  local broken=("$crashes/$target"-*)
  [ -e "${broken[0]}" ] || broken=()
  printf '%-9s %9s executions  %6s a second  %6s edges  %5s inputs  %d crashes\n' "$target" \
    "$(last_stat number_of_executed_units "$log")" "$(last_stat average_exec_per_sec "$log")" "${edges:-?}" \
    "${count:-?}" "${#broken[@]}"
  [ "$status" -ne 0 ] || [ ${#broken[@]} -gt 0 ] || return 0
  grep -aE 'LAW BROKEN|ERROR: |SUMMARY: ' "$log" | sed 's/^/  /'
  for file in "${broken[@]}"; do
    echo "  again: SWIFT_BACKTRACE=enable=no FUZZ_TRACE=1 timeout -k 2 60 $house/$target $file"
  done
  echo "  (all of it: $log)"
  return 1
}

# A fault must be found, its input kept, and both told with the command to see it again.
see_planted_fault() {
  local told input
  told=$(seconds=20 fuzz planted) && return 1
  input=$(echo "$told" | sed -n 's/^  again: .* //p' | head -n 1)
  echo "$told" | grep -q '1 crashes$' && echo "$told" | grep -q 'LAW BROKEN planted.c' && [ -s "$input" ] || return 1
  ! "$house/planted" "$input" >/dev/null 2>&1
}

grow() {
  local target=$1 grown=$house/grown/$1
  rm -rf "$grown"
  mkdir -p "$grown" "Tests/Fuzzing/corpus/$target"
  # A small set that covers every edge, however often each is passed.
  nice "$house/$target" -set_cover_merge=1 -use_counters=0 "$grown" "$house/corpus/$target" "Tests/Fuzzing/corpus/$target" \
    >"$house/$target-merge.log" 2>&1 || return 1
  python3 Tests/Fuzzing/choose.py "$grown" "Tests/Fuzzing/corpus/$target"
}

failed=0
if [ "$seconds" != grow ] && ! see_planted_fault; then
  echo "A planted fault was not found or not told ($house/planted.log), so no crash would be: nothing was run."
  exit 1
fi
for target in "${targets[@]}"; do
  if [ "$seconds" = grow ]; then grow "$target" || failed=1; else fuzz "$target" || failed=1; fi
done
exit $failed
