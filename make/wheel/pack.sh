#!/usr/bin/env bash
# Packs the wheel out of the sdist, the library and the licences of all its parts. The same of these make the same bytes.
#
# usage: make/wheel/pack.sh SDIST LIBRARY_FOLDER LICENCE_FOLDER STAGE OUTPUT_FOLDER
set -euo pipefail
sdist=$1 library=$2 licences=$3 stage=$4 output=$5
tools=$PWD/build/packaging-venv
glibc=$(sed -n 's/.*glibc \([0-9.]*\).*/\1/p' "$library/built.txt")
platform=manylinux_${glibc//./_}_$(uname -m)

# The time of everything inside is that of the commit, and who may read it is not the umask's business.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
umask 022

rm -rf "$stage"
mkdir -p "$stage" "$output"
tar -xzf "$sdist" --strip-components=1 -C "$stage"
# pyproject.toml names LICENSE*.
cp "$licences"/LICENSE.* "$library"/LICENSE.* "$stage/"
chmod -R u=rwX,go=rX "$stage"
make/step.sh wheel-pack env RTMULTI_LIBRARY="$library/librtmulti.so.0" "$tools/bin/python" -m build --wheel \
  --no-isolation -C"--build-option=--plat-name=$platform" --outdir "$stage/dist" "$stage"
# A twentieth less than zlib makes of it, and any zip reads it.
make/step.sh wheel-recompress advzip --recompress --shrink-extra "$stage"/dist/*.whl
rm -f "$output"/rtmulti-*.whl
mv "$stage"/dist/*.whl "$output/"
rm -rf "$stage"
