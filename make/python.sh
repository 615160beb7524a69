#!/usr/bin/env bash
# Runs a Python command on the package in bindings/python, in an environment of its own in build/venv that it
# makes when it is not there yet (Debian's Python refuses packages outside of one). What to run is the caller's;
# it runs where the caller stands.
#
# usage: make/python.sh ARGUMENTS...      (what would follow `python`)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
packages=('openai[realtime]' websockets sounddevice resvg-py pytest mypy)

make_environment() (
  cd "$root"
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      make/step.sh python-venv sh -c 'apt-get update && apt-get install -y --no-install-recommends python3-venv' </dev/null
    else
      echo "rtmulti's Python tests need the module venv. Please run: sudo apt-get install -y python3-venv" >&2
      exit 1
    fi
  fi
  rm -rf build/venv
  make/step.sh python-venv python3 -m venv build/venv
  make/step.sh python-packages build/venv/bin/pip install --quiet --disable-pip-version-check "${packages[@]}"
  echo "${packages[*]}" >build/venv/.complete
)

# An environment that was made for other packages, or only half, is made anew.
if [ "$(cat "$root/build/venv/.complete" 2>/dev/null)" != "${packages[*]}" ]; then
  make_environment
fi
export PYTHONPATH=$root/bindings/python/src RTMULTI_LIBRARY=$root/build/lib/librtmulti.so.0
export PYTHONDONTWRITEBYTECODE=1
exec "$root/build/venv/bin/python" "$@"
