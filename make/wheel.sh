#!/usr/bin/env bash
# Makes dist/rtmulti-VERSION-py3-none-manylinux_…whl, which installs on any Linux of this processor whose glibc is not
# older than Debian 11's, with nothing else: no Swift, no compiler, no system packages. This file says which parts there
# are and what each is made of; how one is made stands in make/wheel. A part is made again only when that has changed.
#
# usage: make/wheel.sh      (as root, on a machine with apt; ends with 77 and a sentence where it cannot be made)
set -uo pipefail
. make/wheel/parts.sh
swift=${SWIFT:-swift}

cannot() {
  echo "The wheel was not made: $1"
  exit 77
}
[ "$(uname)" = Linux ] || cannot "it is one for Linux, and is made there."
[ "$(id -u)" = 0 ] || cannot "it is linked in a Debian 11 that only root can make. Please run: sudo make wheel"
command -v apt-get >/dev/null || cannot "the Debian 11 in which it is linked is made with apt, which is not here."
[ -e .git ] || cannot "its times are those of the commit, and this is no git checkout. Please clone the repository."
make/deps.sh mmdebstrap advzip || cannot "what it is made with could not be installed; the lines above say why."

# One at a time in a folder of parts.
exec 9>"$parts/.lock"
flock 9

build_libraries() { make/step.sh wheel-libraries chroot "$sysroot" bash <make/wheel/build-libraries.sh; }

of_root=$(key make/wheel/debian-11.sh make/bare-root.sh)
part debian-11 "$of_root" make/wheel/debian-11.sh "$sysroot" || exit
of_libraries=$(key make/wheel/build-libraries.sh)-$of_root
part libraries "$of_libraries" build_libraries || exit
of_library=$(key Sources include Package.swift make/wheel/library.sh)-$of_libraries-$("$swift" --version 2>&1 | sha256sum)
part library "$of_library" make/wheel/library.sh "$sysroot" "$parts/library" || exit

rm -rf "$parts/sdist"
make/sdist.sh "$parts/sdist" || exit
sdist=$(echo "$parts"/sdist/rtmulti-*.tar.gz)
of_wheel=$(tar -xOzf "$sdist" | sha256sum)-$(key make/wheel/pack.sh make/sdist.sh)-$(git log -1 --format=%ct)-$of_library
part wheel "$of_wheel" make/wheel/pack.sh "$sdist" "$parts/library" "$sysroot/static/licences" "$parts/stage" \
  "$parts/wheel" || exit

mkdir -p dist
rm -f dist/rtmulti-*.whl
cp "$parts"/wheel/*.whl dist/
make/check-wheel.sh dist/rtmulti-*.whl
