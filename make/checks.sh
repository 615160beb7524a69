# Sourced by the check-*.sh scripts: counts what held and what did not, and ends a script with one line. What is
# checked stands in the scripts themselves.
passed=0
failed=0

# check SENTENCE COMMAND...: the sentence must be true, which it is if the command succeeds.
check() {
  local sentence=$1
  shift
  if "$@" >build/log/check.out 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not true: $sentence"
    sed 's/^/    /' build/log/check.out
  fi
}

# finish: the closing line and the exit status of the script.
finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
