#!/bin/sh
# Does the library show exactly the functions that its header declares, and nothing else, and do the tests of all calls
# know all of them?
# usage: exports.sh LIBRARY HEADER
set -eu

if [ $# -ne 2 ]; then
  echo "usage: exports.sh LIBRARY HEADER" >&2
  exit 2
fi
library=$1
header=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A declaration is a rtmulti_ name with an opening parenthesis behind it, outside of comments. Function pointers
# in structs have other names, and typedefs of structs have no parenthesis.
gcc -fpreprocessed -dD -E -P "$header" 2>/dev/null | tr '\n' ' ' |
  grep -o 'rtmulti_[a-z0-9_]*(' | tr -d '(' | sort -u >"$work/declared"
nm -D --defined-only --extern-only "$library" | awk '{print $NF}' | sed 's/@.*//' | sort -u >"$work/exported"

if [ ! -s "$work/declared" ]; then
  echo "FAIL exports: no function was found in $header"
  echo "exports: 0 passed, 1 failed"
  exit 1
fi
passed=$(comm -12 "$work/declared" "$work/exported" | wc -l)
failed=0
for name in $(comm -23 "$work/declared" "$work/exported"); do
  echo "FAIL exports: $name is declared in the header, but the library does not export it"
  failed=$((failed + 1))
done
for name in $(comm -13 "$work/declared" "$work/exported"); do
  echo "FAIL exports: $name is exported, but the header does not declare it"
  failed=$((failed + 1))
done

# The tests of laws 2 and 3 call every function that takes a session.
calls=$(dirname "$0")/every_call.h
for name in $(sed -n 's/^rtmulti_session_\(.*\)/\1/p' "$work/declared"); do
  case $name in
    create | destroy | last_error) continue ;;
  esac
  if grep -q "ANSWERS($name," "$calls"; then
    passed=$((passed + 1))
  else
    echo "FAIL exports: $calls does not call rtmulti_session_$name"
    failed=$((failed + 1))
  fi
done
echo "exports: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
