# Sourced by make/test.sh: runs suites, prints one line for each, and sums up. Which suites there are stands there.
suites_passed=0
suites_failed=0
suites_skipped=0
suite_seconds_limit=${SUITE_SECONDS_LIMIT:-900}

# What a log says of its checks, as "PASSED FAILED": the last line "[name: ]N passed, N failed", else what
# `swift test` says of both its test libraries, else nothing.
counts_in() {
  awk '
    /^([a-z0-9_ -]+: )?[0-9]+ passed, [0-9]+ failed$/ { n = NF; passed = $(n - 3); failed = $(n - 1); counted = 1 }
    /Executed [0-9]+ tests?, with [0-9]+ failures?/ {  # the last of these lines is about all of XCTest
      for (i = 1; i <= NF; i++) { if ($i == "Executed") all = $(i + 1); if ($i == "with") bad = $(i + 1) }
      xctest = all - bad; xctest_failed = bad; swift = 1
    }
    /Test run with [0-9]+ tests?/ {  # Swift Testing; its failures come as "with N issues"
      all = 0; bad = 0
      for (i = 1; i <= NF; i++) { if ($i ~ /^tests?$/) all = $(i - 1); if ($i ~ /^issues?/) bad = $(i - 1) }
      testing = all > bad ? all - bad : 0; testing_failed = bad; swift = 1
    }
    /^=* ?([0-9]+ failed, )?[0-9]+ passed.* in [0-9.]+s/ {  # pytest
      for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) passed = $(i - 1); if ($i ~ /^failed/) failed = $(i - 1) }
      failed += 0; counted = 1
    }
    END {
      if (counted) print passed, failed
      else if (swift) print xctest + testing, xctest_failed + testing_failed
    }' "$1"
}

# What of a log to show on failure: all of a short one; of a long one the lines that complain, and its end.
complaints() {
  if [ "$(grep -cvE '^PASS ' "$1")" -le 60 ]; then
    grep -vE '^PASS ' "$1"
  else
    grep -E 'FAIL|rror: |not true|✘' "$1" | head -n 40
    echo ...
    tail -n 5 "$1"
  fi
}

# suite NAME COMMAND...: one line on the screen, the rest in build/log/NAME.log, which is shown on failure. A
# command that counts nothing is one check; one that counts zero checks has failed, for it looked at nothing. One that
# ends with 77 cannot run on this machine; the last line that it says is why.
suite() {
  local name=$1 log="build/log/${1// /-}.log" begin=$SECONDS status=0 passed failed
  shift
  # In a shell of its own, which keeps bash's remark about a crash out of the table.
  (timeout -k 10 "$suite_seconds_limit" "$@" >"$log" 2>&1 </dev/null; exit $?) 2>/dev/null || status=$?
  if [ "$status" -eq 77 ]; then
    suites_skipped=$((suites_skipped + 1))
    printf '  %-4s  %-34s %4d s   %s\n' skip "$name" $((SECONDS - begin)) "$(tail -n 1 "$log")"
    return 0
  fi
  read -r passed failed <<<"$(counts_in "$log")" || true
  if [ -z "${passed:-}" ]; then passed=$((status == 0)) failed=$((status != 0)); fi
  if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then failed=1; fi
  suites_passed=$((suites_passed + passed))
  suites_failed=$((suites_failed + failed))
  local verdict="ok" detail="$passed"
  if [ "$failed" -gt 0 ]; then verdict="FAIL" detail="$passed, and $failed failed"; fi
  printf '  %-4s  %-34s %4d s   %s\n' "$verdict" "$name" $((SECONDS - begin)) "$detail"
  if [ "$failed" -gt 0 ]; then
    if [ "$status" -eq 124 ]; then echo "        it was stopped after $suite_seconds_limit s"; fi
    if [ "$status" -gt 128 ]; then echo "        it was ended by signal $((status - 128))"; fi
    complaints "$log" | sed 's/^/        /'
    echo "        (all of it: $log)"
    return 1
  fi
}

# beside COMMAND...: suites that need neither a clock nor a sound server run in a shell of their own beside those that
# follow, on the other core, and are shown by join_beside.
beside() {
  (
    suites_passed=0 suites_failed=0 suites_skipped=0
    "$@"
    echo "beside: $suites_passed $suites_failed $suites_skipped"
  ) >build/log/beside.out 2>&1 &
}

# Waits for what runs beside, shows it and counts it.
join_beside() {
  local word passed failed skipped
  wait
  grep -v '^beside: ' build/log/beside.out
  read -r word passed failed skipped < <(grep '^beside: ' build/log/beside.out) || true
  if [ -z "${word:-}" ]; then
    echo "  The suites that ran beside the others did not come to their end (build/log/beside.out)."
    passed=0 failed=1 skipped=0
  fi
  suites_passed=$((suites_passed + passed))
  suites_failed=$((suites_failed + failed))
  suites_skipped=$((suites_skipped + skipped))
}

# The closing line and the exit status.
finish_suites() {
  local skipped=
  [ "$suites_skipped" -eq 0 ] || skipped=", $suites_skipped skipped"
  echo "$suites_passed passed, $suites_failed failed$skipped"
  [ "$suites_failed" -eq 0 ] && [ "$suites_passed" -gt 0 ]
}
