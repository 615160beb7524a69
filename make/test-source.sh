#!/usr/bin/env bash
# Follows docs/swift.md on a bare Debian 12: the packages that it names, this machine's Swift toolchain, `make`, and the
# README's program. What stands in the page is run as it stands there.
#
# usage: make/test-source.sh [FOLDER]     (as root; some minutes and 600 MB, in FOLDER or build/source-root)
set -u
. make/checks.sh
mkdir -p build/log
root=${1:-build/source-root}
make/bare-root.sh bookworm "$root" ca-certificates || exit $?
toolchain=$(cd "$(dirname "$(readlink -f "$(command -v swift)")")/../.." && pwd)

# What the page has one type: its first shell block is about packages.
packages=$(sed -n '/^```sh$/,/^```$/p' docs/swift.md | sed -n '2p')
# Nothing is mounted any more when it is over, whatever happens.
inside() {
  unshare --mount sh -c '
    root=$1 toolchain=$2
    mkdir -p "$root/swift" && mount --bind "$toolchain" "$root/swift" && mount -t proc proc "$root/proc" &&
      exec chroot "$root" env PATH="/swift/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin" sh -euc "$3"' \
    inside "$root" "$toolchain" "$1"
}
copy() { rm -rf "$root/rtmulti" && mkdir "$root/rtmulti" && git archive HEAD | tar -x -C "$root/rtmulti"; }
runs_hello() {
  inside 'cd /rtmulti && make -s install && cc bindings/c/hello.c -o /hello $(pkg-config --cflags --libs rtmulti) && /hello' |
    grep -q '"audio_end_ms":400'
}

check "a copy of the tree can be made" copy
check "the packages of docs/swift.md can be installed" inside "$packages"
check "Swift then says its version" inside "swift --version"
check "make builds the library" inside "cd /rtmulti && make"
check "it is installed, and the README's program is built and runs" runs_hello
finish
