#!/usr/bin/env bash
# Builds the library for fuzzing, with AddressSanitizer and with libFuzzer's coverage of the Swift code as well as of C and
# C++, and the fuzz targets against it, into build/fuzz/. Running them is make/fuzz.sh's.
#
# usage: make/build-fuzz.sh
set -eu
swift=${SWIFT:-swift}
scratch=.build-fuzz
out=build/fuzz
mkdir -p "$out"

# Optimised, for every second has to be worth many inputs; a trap of Swift is a crash all the same.
coverage=edge,inline-8bit-counters,pc-table
"$swift" build -c release --sanitize=address --scratch-path "$scratch" --product rtmulti \
  --disable-build-manifest-caching -Xswiftc "-sanitize-coverage=$coverage" \
  -Xcc "-fsanitize-coverage=${coverage#edge,}"

runtime=$("$swift" -print-target-info | python3 -c '
import json, sys
print(json.load(sys.stdin)["paths"]["runtimeLibraryPaths"][0])')
clang=$runtime/../../../bin/clang
[ -x "$clang" ] || { echo "No clang at $clang; fuzzing needs the one of the Swift toolchain." >&2; exit 1; }

built=$PWD/$scratch/release
# shellcheck disable=SC2207  # pkg-config's answer is a list of words
opus=($(pkg-config --cflags --libs opus))
runner=()
for source in Tests/Runner/*.c; do
  [ "$source" = Tests/Runner/main.c ] || runner+=("$source")
done
"$clang" -std=c11 -O2 -g -fuse-ld=lld -fsanitize=address,fuzzer -Wall -Wextra -Werror \
  -o "$out/planted" Tests/Fuzzing/planted.c
for target in json audio scenario calls; do
  sources=("Tests/Fuzzing/$target.c" Tests/Fuzzing/{laws,deliveries,json_text,values}.c)
  [ "$target" != scenario ] || sources+=("${runner[@]}")
  # The toolchain's own linker: the one of the system warns about each function of the sanitizer.
  "$clang" -std=c11 -O2 -g -fuse-ld=lld -fsanitize=address,fuzzer -Wall -Wextra -Werror -Iinclude -ITests/Runner \
    -o "$out/$target" "${sources[@]}" -L"$built" -lrtmulti -Wl,-rpath,"$built" -Wl,-rpath,"$runtime" "${opus[@]}" -lm
done
