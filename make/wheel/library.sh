#!/usr/bin/env bash
# Compiles librtmulti.so against the Debian 11 of the wheel and links everything into it: the C libraries, the Swift
# runtime and libstdc++. What is left for the machine to bring is its C library, glibc.
#
# usage: make/wheel/library.sh ROOT FOLDER      (puts librtmulti.so.0 and built.txt there)
set -euo pipefail
root=$(cd "$1" && pwd)
folder=$2
static=$root/static
scratch=$folder/swift
swift=${SWIFT:-swift}
gcc=$root$(dirname "$(chroot "$root" gcc -print-libgcc-file-name)")
rm -rf "$folder"
mkdir -p "$folder"

# C++ takes its headers from the root, as the linker its libraries; no path of the root may get into the library.
of_root=("--sysroot=$root" "--gcc-install-dir=$gcc")
cxx=()
for flag in "${of_root[@]}" "-isystem$static/include" "-ffile-prefix-map=$root="; do cxx+=(-Xcxx "$flag"); done
make/step.sh wheel-objects env RTMULTI_SHIP=1 \
  PKG_CONFIG_PATH="$static/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root" \
  "$swift" build -c release --scratch-path "$scratch" --target RTMultiABI --disable-build-manifest-caching "${cxx[@]}"

# A hash by which the compiler knows its own outputs again depends on the folder in which they were made.
find "$scratch"/release/*.build -name '*.swift.o' -exec objcopy --remove-section=.swift_modhash {} \;

# The Swift runtime brings the names of all Unicode characters, for which nobody here asks: 0.2 MB of the wheel. Without a
# caller the linker leaves the table out.
cat >"$folder/names.c" <<'C'
long __wrap__swift_stdlib_getScalarName(unsigned scalar, unsigned char *name, long size);
/* No character has a name. */
long __wrap__swift_stdlib_getScalarName(unsigned scalar, unsigned char *name, long size) {
  (void)scalar, (void)name, (void)size;
  return 0;
}
C
${CC:-cc} -O2 -fPIC -fvisibility=hidden -c -o "$folder/names.o" "$folder/names.c"

# -z defs: a symbol that nobody has is found here, not on somebody's machine. The version script and --exclude-libs hide
# what the C libraries declare visible. Swift's own list asks for -lstdc++ as a shared library; the first -L has only the
# static one, and it is named again behind simdjson, which needs it too. What names folders is left out by the linker, not
# afterwards: its build id is made of what it writes.
link=()
for flag in -soname=librtmulti.so.0 --version-script=Sources/RTMultiABI/exports.map --exclude-libs=ALL \
  -z nodelete -z relro -z now -z defs --gc-sections --icf=safe -O2 --strip-all --wrap=_swift_stdlib_getScalarName; do
  link+=(-Xlinker "$flag")
done
for flag in "${of_root[@]}" -static-libgcc; do link+=(-Xclang-linker "$flag"); done
find "$scratch"/release/*.build -name '*.o' | LC_ALL=C sort >"$folder/objects"
make/step.sh wheel-link "${swift}c" -use-ld=lld -emit-library -module-name rtmulti -static-stdlib \
  -o "$folder/librtmulti.so.0" "@$folder/objects" "$folder/names.o" \
  -L "$static/lib" -lopus -logg -lspeexdsp -lsimdjson -lstdc++ "${link[@]}"

# What `rtmulti --version` says of it, and the licence of what Swift brought.
glibc=$(chroot "$root" ldd --version | sed -n '1s/.* //p')
target_info() { "$swift" -print-target-info | python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
version=$(target_info '["compilerVersion"].split()[2]')
echo "wheel, static, glibc $glibc, Swift $version" >"$folder/built.txt"
cp "$(target_info '["paths"]["runtimeResourcePath"]')/../../share/swift/LICENSE.txt" "$folder/LICENSE.swift"
rm -rf "$scratch" "$folder/objects" "$folder"/names.*
