#!/bin/sh
# Makes of a header what can be compared: a shared library with debug information in which every function of the header
# is defined and every struct used (abidiff sees no struct in a Swift library), and a list of every constant with its
# value. What a comparison means is compare.sh's.
#
# usage: surface.sh HEADER OUTPUT     (writes OUTPUT.so and OUTPUT.constants)
set -eu
header=$1
output=$2
folder=$(cd "$(dirname "$header")" && pwd)
include="#include \"$folder/$(basename "$header")\""

# The header as one line: no comment, no macro, nothing of the system.
plain=$(grep -v '^#' "$header" | gcc -fpreprocessed -E -P -xc - | tr '\n' ' ')
{
  echo "$include"
  # A function is a declaration outside of braces whose name has the prefix and an opening parenthesis.
  printf '%s' "$plain" | sed 's/{[^{}]*}//g' | tr ';' '\n' |
    sed -n 's/^ *\(.*rtmulti_[a-z0-9_]*(.*)\) *$/\1 { __builtin_trap(); }/p' | grep -v typedef
  printf '%s' "$plain" | grep -o '} *rtmulti_[a-z0-9_]* *;' | tr -d '};' |
    while read -r struct; do echo "void use_of_$struct($struct *used) { (void)used; }"; done
} >"$output.c"
gcc -std=c11 -g -O0 -fPIC -shared -o "$output.so" "$output.c"

# Enumerators and those macros that are numbers. The number of the ABI itself is to change.
{
  printf '%s' "$plain" | grep -o 'enum *[a-z_]* *{[^}]*}' | grep -o 'RTMULTI_[A-Z0-9_]*'
  sed -n 's/^#define \(RTMULTI_[A-Z0-9_]*\) [^"]*$/\1/p' "$header" | grep -v '^RTMULTI_ABI$'
} | sort -u >"$output.names"
{
  echo "$include"
  echo '#include <stdio.h>'
  echo 'int main(void) {'
  sed 's/.*/  printf("& %lld\\n", (long long)&);/' "$output.names"
  echo '  return 0;'
  echo '}'
} >"$output.constants.c"
gcc -std=c11 -o "$output.list" "$output.constants.c"
"$output.list" >"$output.constants"
[ -s "$output.constants" ]
