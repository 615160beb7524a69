#!/usr/bin/env bash
# Builds the programs in C that try the wheel's library, inside the Debian 11 against which that is linked: they run
# wherever the library does. What they say is test-wheel.sh's business.
#
# usage: make/wheel/programs.sh ROOT LIBRARY_FOLDER FOLDER
set -euo pipefail
root=$1 library=$2 folder=$3
place=$root/programs
rm -rf "$place" "$folder"
mkdir -p "$place/lib" "$folder"
cp -R --parents include Tests/Runner Tests/C bindings/c "$place/"
cp "$library/librtmulti.so.0" "$place/lib/"
ln -s librtmulti.so.0 "$place/lib/librtmulti.so"
cat >"$place/build.sh" <<'B'
set -eu
cd /programs
# -fno-plt: a newer glibc would warn of the way in which these old tools take the address of a function otherwise.
build() { gcc -O2 -fPIC -fno-plt -Iinclude -I/static/include -o "$@" -Llib -lrtmulti -Wl,-rpath,'$ORIGIN/lib' -pthread -ldl -lm; }
# The runner makes its own Opus packets, with an encoder that the library does not have.
build rtmulti-harness -std=c11 Tests/Runner/*.c /static/lib/libopus.a
build demo -std=c99 bindings/c/demo.c
build hello -std=c99 bindings/c/hello.c
B
make/step.sh wheel-programs chroot "$root" sh /programs/build.sh
cp "$place"/{rtmulti-harness,demo,hello} "$folder/"
