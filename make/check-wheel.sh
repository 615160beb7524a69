#!/usr/bin/env bash
# Holds a wheel to what is promised of the file: how large it is, what it needs on a machine, whose licences it brings,
# what it says of itself. Whether it works there is test-wheel.sh's.
#
# usage: make/check-wheel.sh WHEEL        (after `make wheel`)
set -u
. make/checks.sh
mkdir -p build/log
wheel=$1
tools=build/packaging-venv/bin
version=$(sed -n 's/^#define RTMULTI_VERSION "\(.*\)"/\1/p' include/rtmulti.h)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
library=$place/rtmulti/_lib/librtmulti.so.0
tag=${wheel##*-none-}
tag=${tag%.whl}
most_bytes=3000000

unpacked() { python3 -m zipfile -e "$wheel" "$place" && [ -f "$library" ]; }
is_small() { [ "$(stat -c %s "$wheel")" -le "$most_bytes" ] || { stat -c '%s bytes' "$wheel"; false; }; }
is_for_any_linux() {
  "$tools/auditwheel" show "$wheel" >"$place/show"
  tr '\n' ' ' <"$place/show" | grep -qF "consistent with the following platform tag: \"$tag\"" || { cat "$place/show"; false; }
}
needed() { readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }
needs_only_glibc() { ! needed | grep -vE '^(lib(c|m|dl|pthread|util)\.so\.[0-9]|ld-linux.*\.so\.[0-9])$'; }
shows_its_functions() { sh Tests/C/exports.sh "$library" include/rtmulti.h; }
names_no_folder_of_ours() { ! grep -aoE "$PWD/[^ ]*" "$library"; }
has_a_licence_of() { [ -s "$place/rtmulti-$version.dist-info/licenses/$1" ]; }
has_notice() { cmp "$place/rtmulti-$version.dist-info/licenses/NOTICE" NOTICE; }
says_how_it_was_built() { grep -qE '^wheel, static, glibc [0-9.]+, Swift [0-9.]+$' "$place/rtmulti/_lib/built.txt"; }

check "it is a wheel with the library in it" unpacked
check "it has at most $most_bytes bytes" is_small
check "auditwheel finds what its name says" is_for_any_linux
check "the library needs nothing but glibc" needs_only_glibc
check "the library shows rtmulti's functions and nothing else" shows_its_functions
check "the library names no folder of this machine" names_no_folder_of_ours
for part in LICENSE LICENSE.opus LICENSE.ogg LICENSE.speexdsp LICENSE.simdjson LICENSE.gcc LICENSE.swift; do
  check "it has $part" has_a_licence_of "$part"
done
check "it has today's NOTICE" has_notice
check "it says how it was built" says_how_it_was_built
echo "$(stat -c '%s bytes' "$wheel")  $(sha256sum "$wheel")"
finish
