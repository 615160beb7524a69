#!/usr/bin/env bash
# Holds the README to the tree: its C program is bindings/c/hello.c to the letter, and every path that it links to
# or maps exists.
#
# usage: make/check-readme.sh
set -u
. make/checks.sh
mkdir -p build/log

same_program() { diff <(sed -n '/^```c$/,/^```$/p' README.md | sed '1d;$d') bindings/c/hello.c; }
is_short() { [ "$(wc -l <bindings/c/hello.c)" -le 60 ]; }

check "the C program in README.md is bindings/c/hello.c" same_program
check "it has at most 60 lines" is_short
while read -r path; do
  check "README.md speaks of $path, and it is there" test -e "$path"
done < <(grep -oE '\]\([^)#:]+\)' README.md | tr -d ']()' | sort -u)
finish
