#!/bin/sh
# Can a program that was built with the older header run with a library of the newer one? Functions, constants and
# fields at the end of structs may have been added; anything else breaks it, and is printed. Where the headers lie is
# run.sh's.
#
# usage: compare.sh OLDER NEWER     (exits with 0, or with 1 when something is broken, or with 2)
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/as_known_by.py" "$1" "$2" "$work/rtmulti.h" || exit 2
"$here/surface.sh" "$1" "$work/older" || exit 2
"$here/surface.sh" "$work/rtmulti.h" "$work/newer" || exit 2

broken=0
status=0
abidiff --no-added-syms --harmless "$work/older.so" "$work/newer.so" >"$work/report" 2>&1 || status=$?
# Bits 0 and 1 say that abidiff could not compare, bits 2 and 3 that it found a difference.
if [ $((status & 3)) -ne 0 ]; then
  cat "$work/report"
  exit 2
fi
if [ $((status & 12)) -ne 0 ]; then
  cat "$work/report"
  broken=1
fi

# abidiff does not know which constants a caller has compiled in.
sort "$work/newer.constants" >"$work/newer.sorted"
sort "$work/older.constants" | comm -23 - "$work/newer.sorted" >"$work/changed"
while read -r name value; do
  echo "$name was $value; it is gone or has another value."
  broken=1
done <"$work/changed"

if [ "$broken" -ne 0 ]; then
  echo "Programs that were built with the older header would break. Please add instead: a function, an enumerator, or a"
  echo "field at the end of a struct; and let what was there stand as it was."
fi
exit "$broken"
