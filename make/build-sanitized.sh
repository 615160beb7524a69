#!/usr/bin/env bash
# Builds the library under a sanitizer, and with it the harness and the test programs, into build/SANITIZER/. They
# are compiled with the Swift toolchain's own clang, because a process can hold only one sanitizer runtime.
# Running them is make/test.sh's.
#
# usage: make/build-sanitized.sh address|thread
set -eu
sanitizer=$1
swift=${SWIFT:-swift}
scratch=.build-$sanitizer
out=build/$sanitizer
mkdir -p "$out"

"$swift" build --build-tests --sanitize="$sanitizer" --scratch-path "$scratch" --disable-build-manifest-caching

runtime=$("$swift" -print-target-info | python3 -c '
import json, sys
print(json.load(sys.stdin)["paths"]["runtimeLibraryPaths"][0])')
clang=$runtime/../../../bin/clang
[ -x "$clang" ] || { echo "No clang at $clang; the sanitized suites need the one of the Swift toolchain." >&2; exit 1; }

built=$PWD/$scratch/debug
flags=(-std=c11 -O1 -g -fsanitize="$sanitizer" -Wall -Wextra -Werror -Iinclude)
# shellcheck disable=SC2207  # pkg-config's answer is a list of words
libraries=(-L"$built" -lrtmulti -Wl,-rpath,"$built" -Wl,-rpath,"$runtime"
  $(pkg-config --cflags --libs opus) -pthread -lm)
# The thread sanitizer of the Swift toolchain watches Dispatch as well and cannot be linked without it.
[ "$sanitizer" != thread ] || libraries+=(-L"$runtime" -ldispatch -lBlocksRuntime)
"$clang" "${flags[@]}" -o "$out/rtmulti-harness" Tests/C/runner/*.c "${libraries[@]}"
for source in Tests/C/*.c; do
  "$clang" "${flags[@]}" -o "$out/$(basename "$source" .c)" "$source" "${libraries[@]}"
done
