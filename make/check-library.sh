#!/usr/bin/env bash
# Holds the shipped library to what is promised of the file: its name, what it needs on a machine, what it
# was linked with. Its symbols are Tests/C/exports.sh's, its behaviour the harness's.
#
# usage: make/check-library.sh            (after `make lib`)
set -u
. make/checks.sh
mkdir -p build/log
library=build/lib/librtmulti.so
version=$(sed -n 's/^#define RTMULTI_VERSION "\(.*\)"/\1/p' include/rtmulti.h)

dynamic() { readelf -dW "$library" | grep -qF -- "$1"; }
ours='libopus\.so\.0|libogg\.so\.0|libspeexdsp\.so\.1|libsimdjson\.so\.14'
system='libstdc\+\+\.so\.6|libgcc_s\.so\.1|lib(c|m)\.so\.6|ld-linux.*'
needs_only_system_libraries() {
  ! readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE "^($ours|$system)\$"
}
needs_no_swift() { ! ldd "$library" | grep -E 'libswift|libFoundation|libdispatch|not found'; }
# dpkg tells by it from which version of the library a program needs each function.
is_known_to_dpkg() {
  diff <(nm -D --defined-only --extern-only "$library" | sed 's/.* //' | LC_ALL=C sort) \
    <(sed -n 's/^ \(.*\)@Base .*/\1/p' packaging/debian/librtmulti0.symbols | LC_ALL=C sort)
}
is_stripped() { ! readelf -SW "$library" | grep -E ' \.(symtab|debug_info) '; }
says() { python3 -c "
import ctypes
library = ctypes.CDLL('$library')
library.rtmulti_version.restype = ctypes.c_char_p
assert $1, $1"; }

check "the file is librtmulti.so.$version, and both links lead to it" \
  test "$(readlink -f $library)" = "$(readlink -f build/lib/librtmulti.so.0)" -a -f "build/lib/librtmulti.so.$version"
check "its soname is librtmulti.so.0" dynamic "[librtmulti.so.0]"
check "it stays loaded once it is loaded (nodelete)" dynamic NODELETE
check "its symbols are bound at the start (BIND_NOW)" dynamic NOW
check "it needs only Opus, Ogg, SpeexDSP, simdjson and the system's own libraries" needs_only_system_libraries
check "it needs no Swift on the machine" needs_no_swift
check "it is stripped" is_stripped
check "each function stands in packaging/debian/librtmulti0.symbols, with the version that brought it" is_known_to_dpkg
check "it says that it is version $version" says "library.rtmulti_version() == b'$version'"
finish
