#!/usr/bin/env bash
# Makes the Debian packages, has lintian look at them, installs them in a bare Debian of this machine's release and uses them
# there, as docs/install.md says: a C program with nothing but librtmulti-dev, a Python program, the command, the manual.
# How the packages are made is make/deb.sh's, how the root is made make/bare-root.sh's.
#
# usage: make/test-deb.sh                 (as root; ends with 77 and a sentence where there can be no root)
set -u
. make/checks.sh
mkdir -p build/log
version=$(sed -n 's/^#define RTMULTI_VERSION "\(.*\)"/\1/p' include/rtmulti.h)
architecture=$(dpkg --print-architecture)
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
root=build/roots/deb
trap 'rm -rf --one-file-system "$root"' EXIT
make/bare-root.sh "${release:-none}" "$root" || exit
make/deps.sh lintian || exit
make -s lib harness || exit

inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
installs() { inside apt-get install --yes --quiet --no-install-recommends "$@"; }
# There and in an empty folder, so that nothing but what was installed is found.
in_empty_folder() { inside sh -c "rm -rf /tmp/empty && mkdir /tmp/empty && cd /tmp/empty && $1"; }
says() { [ "$(inside sh -c "$1")" = "$2" ]; }

# --- the files ---
made() { make/deb.sh && [ "$(find dist -name '*.deb' | wc -l)" -eq 3 ]; }
made_again() {
  local package
  make/deb.sh build/deb-again || return
  for package in dist/*.deb; do cmp "$package" "build/deb-again/${package#dist/}" || return; done
}
lintian_is_silent() {
  local said
  said=$(lintian --allow-root --display-experimental --display-info --pedantic build/deb/*.changes 2>&1) || return
  echo "$said"
  [ -z "$said" ]
}
check "the packages can be made" made
check "made again they are the same bytes" made_again
check "lintian has nothing to say, neither experimental nor pedantic" lintian_is_silent

# --- C ---
carry() { mkdir -p "$root/packages" && cp dist/*.deb "$root/packages/"; }
installs_for_c() {
  installs "/packages/librtmulti0_${version}_$architecture.deb" "/packages/librtmulti-dev_${version}_$architecture.deb" gcc libc6-dev pkg-config
}
has_no_other_headers() { ! inside dpkg-query --show 'libopus-dev' libogg-dev libspeexdsp-dev libsimdjson-dev python3; }
# shellcheck disable=SC2016  # it is the root's shell that runs them
needs_only_the_library() { says 'echo $(pkg-config --cflags --libs rtmulti)' -lrtmulti; }
compiles() {
  in_empty_folder "cc -std=c99 -Wall -Wextra -Werror -o /tmp/hello /usr/share/doc/librtmulti-dev/examples/hello.c \$(pkg-config --cflags --libs rtmulti)"
}
# What the README says that both programs print.
# shellcheck disable=SC2016  # these are the README's own marks
told() { sed -n '/^```json/,/^```/p' README.md | grep '^{'; }
tells() { in_empty_folder "$1" | diff - <(told); }
plays_scenarios() {
  mkdir -p "$root/tmp/Tests" && cp build/rtmulti-harness "$root/tmp/" && cp -r Tests/Scenarios Tests/Fixtures "$root/tmp/Tests/" || return
  inside sh -c 'cd /tmp && ldd rtmulti-harness && ./rtmulti-harness Tests/Scenarios/*.scenario' >build/log/deb-scenarios.log
  grep -q 'librtmulti.so.0 => /lib/' build/log/deb-scenarios.log && tail -n 1 build/log/deb-scenarios.log | grep -E '^[1-9][0-9]+ passed, 0 failed'
}
check "the packages can be carried over" carry
check "the library and its header install beside gcc and pkg-config" installs_for_c
check "no headers of other libraries came along, and no Python" has_no_other_headers
check "pkg-config finds version $version" says 'pkg-config --modversion rtmulti' "$version"
check "a program needs the library and no flag of another" needs_only_the_library
check "the README's program, which lies with the documents, compiles" compiles
check "it tells what the README says" tells /tmp/hello
check "all scenarios pass with the library of the package" plays_scenarios

# --- Python and its command ---
# It plays in real time, and a machine that is busy wakes it some ms late.
python_program() {
  cp bindings/python/examples/hello.py "$root/tmp/" && tells 'python3 /tmp/hello.py | sed "s/_ms\":4[0-4][0-9]/_ms\":400/"'
}
heard() { inside python3 -c 'import wave; heard = wave.open("/tmp/empty/heard.wav"); print(heard.getnframes() * 1000 // heard.getframerate())' | grep -qE '^(39|4[0-4])[0-9]$'; }
# command_says PROGRAM: it says which version it is.
command_says() {
  in_empty_folder "$1 --version" >build/log/deb-version.log
  grep -E "^rtmulti $version \(ABI [0-9]+\)$" build/log/deb-version.log
}
rules() { in_empty_folder 'rtmulti rules C1' | grep -q '^- C1 '; }
is_known_to_pip() { says 'python3 -c "from importlib.metadata import version; print(version(\"rtmulti\"))"' "$version"; }
plays() {
  cp bindings/python/tests/sessions/weather.jsonl "$root/tmp/" &&
    in_empty_folder 'rtmulti play /tmp/weather.jsonl --interrupt-at 1 --out cut.wav --timeline cut.svg && grep -q "</svg>" cut.svg && test -s cut.wav'
}
# Debian's websockets is too old for it. pip takes a newer from here, and knows that rtmulti itself is there.
# shellcheck disable=SC2016  # it is the root's shell that runs it
serves_with_extras() {
  python3 -m pip download --quiet --no-deps --dest "$root/tmp/wheels" 'websockets>=14' && installs python3-venv || return
  in_empty_folder 'python3 -m venv --system-site-packages venv || exit
    venv/bin/pip install --quiet --no-index --find-links /tmp/wheels "rtmulti[server]" || exit
    venv/bin/python -m rtmulti serve weather --once >said &
    timeout 30 sh -c "until grep -q ws:// said; do sleep 0.1; done" || exit
    venv/bin/python -m rtmulti record --url "$(sed -n "s/^Listening on //p" said)" --out call.jsonl && rtmulti play call.jsonl'
}
check "the Python package installs" installs "/packages/python3-rtmulti_${version}_all.deb"
check "the README's Python program tells the same" python_program
check "and wrote the 400 ms that were heard" heard
check "rtmulti --version says the version and the ABI" command_says rtmulti
check "python3 -m rtmulti does, too" command_says 'python3 -m rtmulti'
check "rtmulti rules has its page" rules
check "rtmulti play plays a recorded conversation, and draws it" plays
check "Python knows the version of what is installed" is_known_to_pip
check "an environment on top of it has the extras, and serves what comes with the package" serves_with_extras

# --- the manual ---
reads() { inside sh -c "MANWIDTH=80 man $1 $2 | col -b" | grep -qE "^ +$2 - plays "; }
check "man installs" installs man-db bsdextrautils
check "man 3 librtmulti opens" reads 3 librtmulti
check "man 1 rtmulti opens" reads 1 rtmulti
check "whatis knows both" says 'whatis rtmulti librtmulti | wc -l' 2

# --- and away again ---
nothing_left() { ! find "$root/usr/" "$root/etc/" -name 'rtmulti*' -o -name 'librtmulti*' -o -name 'python3-rtmulti*' | grep .; }
check "the packages can be purged" inside apt-get purge --yes --quiet librtmulti0 librtmulti-dev python3-rtmulti
check "and leave nothing behind" nothing_left
finish
