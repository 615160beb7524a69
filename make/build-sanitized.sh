#!/usr/bin/env bash
# Builds the library under a sanitizer, and with it the harness, the simulation, the small worlds, the replay of the fuzz
# corpus, the soak and the test programs, into build/SANITIZER/. They are compiled with the Swift toolchain's own clang,
# because a process can hold only one sanitizer runtime. Running them is make/test.sh's.
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
libraries=(-fuse-ld=lld -L"$built" -lrtmulti -Wl,-rpath,"$built" -Wl,-rpath,"$runtime"
  $(pkg-config --cflags --libs opus) -pthread -lm)
# The thread sanitizer of the Swift toolchain watches Dispatch as well and cannot be linked without it.
[ "$sanitizer" != thread ] || libraries+=(-L"$runtime" -ldispatch -lBlocksRuntime)

# build NAME SOURCE...: sources of C into a program.
build() {
  local name=$1
  shift
  "$clang" "${flags[@]}" -o "$out/$name" "$@" "${libraries[@]}"
}

runner=()
for source in Tests/Runner/*.c; do
  [ "$source" = Tests/Runner/main.c ] || runner+=("$source")
done
build rtmulti-harness Tests/Runner/*.c
build rtmulti-simulate -D_DEFAULT_SOURCE Tests/Simulation/*.c "${runner[@]}"
build small-worlds Tests/SmallWorlds/*.c
build soak Tests/Soak/*.c
for source in Tests/C/*.c; do
  build "$(basename "$source" .c)" "$source"
done
targets=()
for target in json audio scenario calls; do
  "$clang" "${flags[@]}" -ITests/Runner -DLLVMFuzzerTestOneInput="${target}_target" -c \
    -o "$out/fuzz-$target.o" "Tests/Fuzzing/$target.c"
  targets+=("$out/fuzz-$target.o")
done
build fuzz-replay -ITests/Runner "${targets[@]}" Tests/Fuzzing/{replay,laws,deliveries,json_text,values}.c "${runner[@]}"
