#!/usr/bin/env bash
# Runs inside a bare root that has the tests of the repository in /rtmulti, without the package and the library, and the
# wheel in /wheels: one thing that a user of the wheel does, or one of the tests that its makers have. Which are run is
# test-wheel.sh's business.
#
# usage: in-root.sh bare | hello | command-line | scenarios | python-scenarios | packages | python-tests | c-programs
set -eu
cd /rtmulti
python=/user/bin/python
mkdir -p /empty

# What README.md says: a Python, pip, and the wheel. From nothing to what the server is told.
hello() {
  rm -rf /user
  python3 -m venv /user
  "$python" -m pip install --quiet --no-index /wheels/rtmulti-*.whl
  cd /empty
  "$python" /rtmulti/bindings/python/examples/hello.py >told
  cat told
  [ "$(cut -d'"' -f4 told | paste -sd' ')" = "response.cancel conversation.item.truncate conversation.item.delete" ]
  [ -s heard.wav ]
}

# Both names of the command line are there, and say what this is; the file that the README names is in the wheel.
command_line() {
  cd /empty
  /user/bin/rtmulti --version | tee version
  "$python" -m rtmulti --version | cmp - version
  grep -qE '^library: /user/lib/.*/rtmulti/_lib/librtmulti\.so\.0$' version
  grep -qE '^built: *wheel, static, glibc [0-9.]+, Swift [0-9.]+$' version
  /user/bin/rtmulti rules C1 | grep -q '^- C1 '
}

# Nothing of what the wheel is said to do without is here.
is_bare() {
  if command -v swift cc gcc clang; then exit 1; fi
  if ldconfig -p | grep -E 'libopus|libogg|libspeexdsp|libsimdjson|libswift'; then exit 1; fi
}

c_programs() {
  build/hello | tee told
  [ "$(cut -d'"' -f4 told | paste -sd' ')" = "response.cancel conversation.item.truncate conversation.item.delete" ]
  build/demo Tests/Fixtures build
  [ -s build/heard.wav ]
}

python_tests() {
  # What the tests start by itself is to find the Python of the wheel.
  PATH=/user/bin:$PATH "$python" -m pytest -p no:cacheprovider \
    -o pythonpath="bindings/python/examples Tests/PythonRunner" bindings/python/tests
}

case $1 in
  bare) is_bare ;;
  hello) hello ;;
  command-line) command_line ;;
  packages) "$python" -m pip install --quiet --no-index --find-links /wheels -r /wheels/packages.txt ;;
  python-tests) python_tests ;;
  python-scenarios) "$python" build/rtmulti-scenario-python Tests/Scenarios/*.scenario ;;
  scenarios) build/rtmulti-harness Tests/Scenarios/*.scenario ;;
  c-programs) c_programs ;;
  *) echo "in-root.sh does not know $1; its first lines say what it knows." >&2 && exit 2 ;;
esac
