#!/usr/bin/env bash
# Installs rtmulti into a folder of its own, builds the README's program there with what pkg-config says, runs it,
# and uninstalls again, as docs/cookbook-c.md builds programs. Nothing outside build/install-check is touched.
#
# usage: make/check-install.sh            (after `make lib`)
set -u
. make/checks.sh
mkdir -p build/log
version=$(sed -n 's/^#define RTMULTI_VERSION "\(.*\)"/\1/p' include/rtmulti.h)
root=$PWD/build/install-check
prefix=$root/usr
rm -rf "$root"
mkdir -p "$root"

installed() { [ -f "$prefix/lib/librtmulti.so.0" ] && [ -f "$prefix/include/rtmulti.h" ]; }
has_manual() { man -M "$prefix/share/man" -w 3 librtmulti; }
# On a machine that has nothing but rtmulti's own files: no other package is to be found.
config() { PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig pkg-config "$@" rtmulti; }
needs_only_the_header() { [ "$(config --cflags)" = "-I$prefix/include " ] || [ "$(config --cflags)" = "-I$prefix/include" ]; }
# shellcheck disable=SC2046  # pkg-config's answer is a list of words
compile() { ${CC:-cc} -std=c99 -Wall -Wextra -Werror -o "$root/hello" bindings/c/hello.c $(config --cflags --libs); }
run() { LD_LIBRARY_PATH=$prefix/lib "$root/hello" >"$root/hello.out"; }
told() { python3 - "$root/hello.out" <<'PYTHON'
import json, sys
told = [json.loads(line) for line in open(sys.argv[1])]
seen = [(one["type"], one.get("item_id"), one.get("audio_end_ms")) for one in told]
assert seen == [("response.cancel", None, None), ("conversation.item.truncate", "msg_A", 400),
                ("conversation.item.delete", "msg_B", None)], seen
PYTHON
}
# nothing_left FOLDER: no file or link is in it.
nothing_left() { [ -z "$(find "$1" ! -type d)" ] || { find "$1" ! -type d; false; }; }
staged() {
  make -s install PREFIX=/usr DESTDIR="$root/stage" && grep -q '^prefix=/usr$' "$root/stage/usr/lib/pkgconfig/rtmulti.pc"
}

check "make install PREFIX=... succeeds" make -s install PREFIX="$prefix" DESTDIR=
check "library and header are in place" installed
if command -v man >/dev/null; then check "man finds librtmulti(3)" has_manual; fi
check "pkg-config finds it under its version" config --exact-version="$version"
check "what a client is compiled with is the header, and no library of ours" needs_only_the_header
check "the README's program builds with what pkg-config says" compile
check "it runs" run
check "it tells the server to cancel, to cut A at 400 ms and to forget B" told
check "with DESTDIR the files carry the final prefix" staged
check "make uninstall succeeds" make -s uninstall PREFIX="$prefix" DESTDIR=
check "and leaves nothing behind" nothing_left "$prefix"
check "with DESTDIR make uninstall succeeds, too" make -s uninstall PREFIX=/usr DESTDIR="$root/stage"
check "and leaves nothing behind there" nothing_left "$root/stage"
finish
