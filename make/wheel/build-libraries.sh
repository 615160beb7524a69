#!/usr/bin/env bash
# Runs inside the Debian 11 of the wheel, with the sources in /src: builds the C libraries so that they can be linked into
# librtmulti.so, to /static, with their licences. Debian's own archives cannot: they are not position independent, and
# simdjson has none.
set -eu
# What Debian builds with; names that stay inside, for nothing but rtmulti's own functions is seen from outside; and each
# function in a section, so that the linker can leave out those that nobody calls.
flags=(-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections)
jobs=$(nproc)

# autoconf FOLDER OPTION...: one that is built with ./configure.
autoconf() (
  cd "$1"
  shift
  ./configure --prefix=/static --disable-shared --enable-static --with-pic CFLAGS="${flags[*]}" "$@"
  make -j"$jobs" install
)

rm -rf /static
mkdir -p /static/licences
autoconf /src/opus-*/ --disable-doc --disable-extra-programs
autoconf /src/libogg-*/
autoconf /src/speexdsp-*/ --disable-examples

cd /src/simdjson-*/
g++ -std=c++17 "${flags[@]}" -Iinclude -Isrc -c src/simdjson.cpp -o simdjson.o
ar rcsD /static/lib/libsimdjson.a simdjson.o
cp -R include/. /static/include/

# libstdc++ of GCC 10 with the one function more that the Swift runtime, built with a newer GCC, calls.
cat >/src/length.cpp <<'CPP'
#include <new>
namespace std {
[[noreturn]] void __throw_bad_array_new_length() { throw std::bad_array_new_length(); }
}
CPP
g++ -std=c++17 "${flags[@]}" -c /src/length.cpp -o /src/length.o
cp "$(g++ -print-file-name=libstdc++.a)" /static/lib/
ar rD /static/lib/libstdc++.a /src/length.o

# Their licences, by the names that they have in the wheel.
cp /src/opus-*/COPYING /static/licences/LICENSE.opus
cp /src/libogg-*/COPYING /static/licences/LICENSE.ogg
cp /src/speexdsp-*/COPYING /static/licences/LICENSE.speexdsp
cp /src/simdjson-*/LICENSE /static/licences/LICENSE.simdjson
cat /usr/share/doc/gcc-10-base/copyright /usr/share/common-licenses/GPL-3 >/static/licences/LICENSE.gcc
