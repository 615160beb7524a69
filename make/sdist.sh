#!/usr/bin/env bash
# Packs the sdist, from which `pip install` builds the library where Swift is. What is in it is MANIFEST.in's, how it is
# installed setup.py's.
#
# usage: make/sdist.sh [FOLDER]           (puts rtmulti-VERSION.tar.gz there; dist/ unless told otherwise)
set -eu
folder=${1:-dist}
tools=build/packaging-venv
# Their versions are written into what they make, so they are the same everywhere.
packages=(build==1.6.1 setuptools==84.2.1 wheel==0.48.0 auditwheel==6.8.2)
mkdir -p build/log "$folder"
if [ "$(cat "$tools/.complete" 2>/dev/null)" != "${packages[*]}" ]; then
  rm -rf "$tools"
  make/step.sh packaging-venv python3 -m venv "$tools"
  make/step.sh packaging-packages "$tools/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  echo "${packages[*]}" >"$tools/.complete"
fi
make/step.sh sdist "$tools/bin/python" -m build --sdist --no-isolation --outdir "$folder" .
