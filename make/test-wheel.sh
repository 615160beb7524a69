#!/usr/bin/env bash
# Tries the wheel where its users are: in bare roots of Debian that have Python and what comes with it, and no Swift, no
# compiler and none of the libraries. It does there what README.md, bindings/python/README.md and docs/install.md say of
# the wheel, and runs the scenarios and the Python tests on what was installed. This file says which roots there are and
# what is tried in each; how stands in make/wheel/try.sh.
#
# usage: ROOTS="bookworm trixie" make/test-wheel.sh      (as root; closes with "N passed, N failed", or ends with 77 and a
# sentence where the wheel cannot be made; a root that cannot be made is skipped)
set -u
. make/suites.sh
mkdir -p build/log
roots=${ROOTS:-bookworm trixie sid bullseye}

echo "Trying the wheel (checks that passed are counted in the last column; logs are in build/log)"
if suite "wheel" make/wheel.sh; then
  if [ "$suites_skipped" -gt 0 ]; then exit 77; fi
  suite "wheel programs" make/wheel/try.sh programs
fi
if [ "$suites_failed" -gt 0 ]; then
  finish_suites
  exit 1
fi
for name in $roots; do
  case $name in
    # Its Python is too old for the package; what is tried there is the library.
    bullseye) packages=() steps=(bare c-programs scenarios) ;;
    *)
      packages=(python3 python3-venv fonts-dejavu-core)
      steps=(bare hello command-line scenarios python-scenarios fetch packages python-tests)
      ;;
  esac
  skipped=$suites_skipped
  suite "$name root" make/wheel/try.sh root "$name" ${packages[@]+"${packages[@]}"} || continue
  if [ "$suites_skipped" -gt "$skipped" ]; then continue; fi
  for step in "${steps[@]}"; do
    suite "$name $step" make/wheel/try.sh "$step" "$name"
  done
done
finish_suites
