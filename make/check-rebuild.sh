#!/usr/bin/env bash
# Is a library that was built over an older one the library of these sources? In a copy of the tree a struct of the core,
# which the ABI sees only through RTMulti, grows by a field in front of all others; programs that ask for its fields must
# still get them. A module that was left as it was would read them where they no longer are. The copy stays in
# build/rebuild, so that only its first build takes long.
#
# usage: make/check-rebuild.sh
set -u
. make/checks.sh
copy=build/rebuild
struct=PartPosition
programs=(callbacks limits)

# Brings the sources of the copy to those of the tree, and touches none that is the same already.
bring() {
  mkdir -p "$copy"
  (
    cd "$copy" || exit 1
    rm -rf Makefile Package.swift make Tests bindings
    ln -sfn ../../Makefile ../../make ../../Tests ../../bindings .
    cp ../../Package.swift .
  ) || return 1
  local file
  while read -r file; do
    cmp -s "$file" "$copy/$file" || { mkdir -p "$copy/$(dirname "$file")" && cp "$file" "$copy/$file"; } || return 1
  done < <(find Sources include -type f)
  (cd "$copy" && find Sources include -type f) | while read -r file; do [ -f "$file" ] || rm -f "$copy/$file"; done
}

# In front of the struct's first field comes another one, as large as a cache line.
grow() {
  local file
  file=$(grep -rl "^public struct $struct\b" "$copy/Sources/RTMultiCore") || return 1
  sed -i "s/^public struct $struct\b.*{\$/&\n  let grown: SIMD8<Int64> = .zero/" "$file"
  grep -q ' grown: ' "$file"
}

build() { make -s -C "$copy" MAKEFLAGS= lib "${programs[@]/#/build/c/}"; }
runs() {
  local program
  for program in "${programs[@]}"; do "$copy/build/c/$program" || return 1; done
}

check "the sources can be copied" bring
check "the copy builds" build
check "$struct can have another field in front" grow
check "the copy builds again over what was built" build
[ "$failed" -gt 0 ] || check "$struct is read where it now is, as ${programs[*]} show" runs
finish
