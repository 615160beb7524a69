#!/usr/bin/env bash
# One step of trying the wheel: what is made for it, a bare root, and what is run inside one. In which order, and in which
# roots, is test-wheel.sh's business; what a step does inside a root is in-root.sh's.
#
# usage: make/wheel/try.sh programs                 the programs in C that try the library
#        make/wheel/try.sh root NAME [PACKAGE...]   a root of that Debian, with the wheel and the tests in it
#        make/wheel/try.sh fetch NAME               brings the packages that the Python tests need into it
#        make/wheel/try.sh STEP NAME                a step of in-root.sh, inside it
set -euo pipefail
. make/wheel/parts.sh
step=$1 name=${2:-}
root=$parts/.$name

programs() {
  local sources=(make/wheel/programs.sh include Tests/Runner Tests/C bindings/c)
  part programs "$(key "${sources[@]}")-$(key "$parts/library")" \
    make/wheel/programs.sh "$sysroot" "$parts/library" "$parts/programs"
}

make_root() {
  part "root-$name" "$(key make/bare-root.sh)-$*" make/bare-root.sh "$name" "$root" "$@"
  rm -rf "$root/rtmulti" "$root/wheels" "$root/user" "$root/empty"
  mkdir -p "$root/rtmulti/build/lib" "$root/wheels"
  # The tests, without the package and the sources: whatever finds those has not found the wheel's.
  git ls-files -co --exclude-standard -- ':!Sources' ':!bindings/python/src' ':!Package.swift' ':!pyproject.toml' |
    tar -c --files-from=- | tar -x -C "$root/rtmulti"
  cp dist/rtmulti-*.whl "$root/wheels/"
  cp "$parts"/programs/* "$root/rtmulti/build/"
  ln -s ../Tests/PythonRunner/rtmulti-scenario-python "$root/rtmulti/build/"
  # The programs in C take the library out of the wheel, too.
  python3 -m zipfile -e dist/rtmulti-*.whl "$root/wheels/unpacked"
  mv "$root/wheels/unpacked/rtmulti/_lib/librtmulti.so.0" "$root/rtmulti/build/lib/"
  rm -rf "$root/wheels/unpacked"
}

# They are fetched here for the Python in there, for a bare root has no certificates.
fetch() {
  local version machine packages=(pytest websockets 'openai[realtime]' resvg-py)
  version=$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  machine=$(uname -m)
  build/packaging-venv/bin/pip download --quiet --disable-pip-version-check --dest "$root/wheels" --only-binary=:all: \
    --python-version "$version" --platform "manylinux_2_28_$machine" --platform "manylinux_2_17_$machine" \
    --platform "manylinux2014_$machine" "${packages[@]}"
  printf '%s\n' "${packages[@]}" >"$root/wheels/packages.txt"
}

case $step in
  programs) programs ;;
  root) shift 2 && make_root "$@" ;;
  fetch) fetch ;;
  *)
    # With processes of its own, and nothing of this machine's environment.
    unshare --mount --pid --fork --mount-proc="$root/proc" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
      LANG=C.UTF-8 chroot "$root" bash /rtmulti/make/wheel/in-root.sh "$step"
    ;;
esac
