#!/usr/bin/env bash
# The suites of `make test`, in the order in which a mistake is cheapest to find, and with `full` the slow ones of
# `make test-full` after them. How a suite is run and counted is make/suites.sh's. bindings/python/README.md says how its
# suites are run alone.
#
# usage: make/test.sh [full]
set -u
. make/suites.sh
mkdir -p build/log
swift=${SWIFT:-swift}
scratch=${SWIFT_SCRATCH:-.build}
library=build/lib/librtmulti.so
harness=build/rtmulti-harness
scenarios=(Tests/Scenarios/*.scenario)

echo "Testing rtmulti (checks that passed are counted in the last column; logs are in build/log)"
suite "lint" make -s lint
suite "dependencies" sh -c "$swift package dump-package | python3 make/check-package.py"
suite "rules self test" python3 Tests/Rules/self_test.py

# The library as it is shipped, and what is quickest to find a mistake in it.
shipped() {
  suite "library" make -s lib && suite "programs" make -s -j2 scenario-python programs benchmarks || return
  suite "library file" make/check-library.sh
  suite "rules" python3 Tests/Rules/check.py --runner "$harness" --runner build/rtmulti-scenario-python
  suite "scenarios by callback" "$harness" "${scenarios[@]}"
  suite "scenarios by polling" "$harness" --poll "${scenarios[@]}"
  suite "scenarios at deadlines" "$harness" --deadlines "${scenarios[@]}"
  suite "scenarios at a host that plays" "$harness" --host "${scenarios[@]}"
}
beside shipped
suite "swift build" "$swift" build --build-tests --scratch-path "$scratch" --disable-build-manifest-caching \
  && suite "swift test" "$swift" test --skip-build --scratch-path "$scratch" --disable-build-manifest-caching
join_beside
if grep -qE '^  FAIL  (library|programs) ' build/log/beside.out; then
  echo "  The other suites need the library and its programs, and were not run."
  finish_suites
  exit 1
fi

# Many conversations, in virtual time.
worlds() {
  suite "small worlds" build/small-worlds
  suite "replays by callback" "$harness" --again "${scenarios[@]}"
  suite "replays by polling" "$harness" --poll --again "${scenarios[@]}"
  suite "replays of random calls" "$harness" --wild 1 300
  suite "simulation" make/simulate.sh 20000 "${scenarios[@]}"
  suite "drive" make/drive.sh 3000
  suite "fuzz replay" build/fuzz-replay Tests/Fuzzing
  suite "guards" python3 Tests/Benchmarks/guard.py
  suite "full sessions" python3 Tests/Benchmarks/full_session.py --brief
  suite "loss study" python3 Tests/Loss/report.py check
  suite "soak" build/soak Tests/Fixtures 200 1
  suite "abi" Tests/ABI/run.sh
  suite "rebuild" make/check-rebuild.sh
}
beside worlds

for source in Tests/C/*.c Tests/C/*.cpp; do
  name=$(basename "$source")
  program=${name%.*}
  suite "$program" "build/c/$program"
done
for script in Tests/C/*.sh; do
  name=$(basename "$script" .sh)
  case $name in
    doors) suite "$name" sh "$script" "$harness" "${scenarios[@]}" ;;
    replay) suite "$name" sh "$script" "$harness" build/c/tracing "${scenarios[@]}" ;;
    exports) suite "$name" sh "$script" "$library" include/rtmulti.h ;;
    imports) suite "$name" sh "$script" Sources ;;
    *) suite "$name" sh -c "echo 'make/test.sh does not know the arguments of $script; please add them.'; exit 1" ;;
  esac
done

suite "field" make/python.sh Tests/Field/run.py
suite "python tests" make/python.sh -m pytest -p no:cacheprovider bindings/python/tests
suite "python types" make/python.sh -m mypy
suite "rules types" env MYPYPATH=Tests/Rules \
  make/python.sh -m mypy --strict --cache-dir build/mypy-cache Tests/Rules
suite "benchmarks types" env MYPYPATH=Tests/Benchmarks:bindings/python/src \
  make/python.sh -m mypy --strict --cache-dir build/mypy-cache Tests/Benchmarks
suite "guides types" env MYPYPATH=bindings/python/src:Tests/Guides \
  make/python.sh -m mypy --strict --cache-dir build/mypy-cache Tests/Guides
suite "python scenarios" build/rtmulti-scenario-python "${scenarios[@]}"
# Woken at deadlines alone it says a third of the lines; which door the effects come through is then looked at, too.
suite "python scenarios by polling" build/rtmulti-scenario-python --poll --deadlines "${scenarios[@]}"

suite "manual pages" make/check-manual.sh
suite "packaging types" env MYPYPATH=bindings/python/src:make/man \
  make/python.sh -m mypy --strict --python-version 3.11 --cache-dir build/mypy-cache make/man packaging/debian
suite "install" make/check-install.sh
suite "pip install" make/check-pip.sh
suite "readme" make/check-readme.sh
suite "guides self test" make/python.sh Tests/Guides/self_test.py
suite "guides" make/python.sh Tests/Guides/check.py README.md CONTRIBUTING.md SECURITY.md bindings/python/README.md \
  docs/*.md docs/rules/*.md
suite "demo" make -s demo
join_beside
# A sound server must have its time: nothing else runs.
suite "sound" make/sound.sh
# So must rows in real time. The first time it downloads LiveKit Agents.
suite "livekit" make/test-livekit.sh brief

if [ "${1:-}" = full ]; then
  suite "valgrind scenarios" make/valgrind.sh "$harness" "${scenarios[@]}"
  suite "valgrind replays" make/valgrind.sh "$harness" --wild 1 5
  suite "valgrind simulation" make/valgrind.sh build/rtmulti-simulate --seeds 300
  suite "valgrind drive" make/valgrind.sh build/rtmulti-drive --seeds 100
  suite "valgrind fuzz replay" make/valgrind.sh build/fuzz-replay Tests/Fuzzing
  suite "valgrind field" make/python.sh Tests/Field/run.py --valgrind
  # Who frees what, and when.
  for program in device releases abandoned; do
    suite "valgrind $program" make/valgrind.sh "build/c/$program"
  done
  # No test is an XCTest, and XCTest's own runner leaks. Swift's own crash handler reads memory in ways that a sanitizer would report instead of the crash itself.
  export TSAN_OPTIONS=halt_on_error=1 SWIFT_BACKTRACE=enable=no
  for sanitizer in address thread; do
    suite "$sanitizer build" make -s -j2 programs "SANITIZE=$sanitizer" || continue
    suite "$sanitizer swift test" \
      "$swift" test --disable-xctest --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" \
      --disable-build-manifest-caching
    suite "$sanitizer scenarios" "build/$sanitizer/rtmulti-harness" "${scenarios[@]}"
    suite "$sanitizer replays" "build/$sanitizer/rtmulti-harness" --wild 1 30
    # Each in a share that takes a minute or two: a sanitizer takes tens of times as long.
    suite "$sanitizer simulation" "build/$sanitizer/rtmulti-simulate" --seeds 600
    suite "$sanitizer drive" "build/$sanitizer/rtmulti-drive" --seeds 600
    suite "$sanitizer small worlds" "build/$sanitizer/small-worlds" --set "late item"
    suite "$sanitizer fuzz replay" "build/$sanitizer/fuzz-replay" Tests/Fuzzing
    suite "$sanitizer soak" "build/$sanitizer/soak" Tests/Fixtures 40 1
    for source in Tests/C/*.c; do
      program=$(basename "$source" .c)
      # A tenth of the random conversations, a hundredth of the floods: a sanitizer takes tens of times as long.
      case $program in
        drivers_agree) arguments=(1 200) ;;
        cut_of_deltas) arguments=(1 40) ;;
        floods) arguments=(100) ;;
        *) arguments=() ;;
      esac
      suite "$sanitizer $program" "build/$sanitizer/c/$program" "${arguments[@]}"
    done
  done
fi
finish_suites
