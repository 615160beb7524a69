#!/usr/bin/env bash
# Installs the Python package out of the checkout into a fresh environment, as a newcomer would, and uses it from an
# empty folder: nothing but what pip installed may be needed. Also the sdist, which is built as on any other machine, and
# what pip says where the library cannot be built. It runs what docs/install.md says of installing from source.
#
# usage: make/check-pip.sh                (after `make lib`)
set -u
. make/checks.sh
mkdir -p build/log
unset PYTHONPATH RTMULTI_LIBRARY
export PIP_DISABLE_PIP_VERSION_CHECK=1
root=$PWD
version=$(sed -n 's/^#define RTMULTI_VERSION "\(.*\)"/\1/p' include/rtmulti.h)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/empty" "$place/tools" "$place/broken"
python=$place/venv/bin/python

state() { git status --porcelain --ignored -- bindings 2>/dev/null; }
elsewhere() { (cd "$place/empty" && "$@"); }
installs() { "$python" -m pip install --quiet .; }
package() { elsewhere "$python" -c 'import os, rtmulti; print(os.path.dirname(rtmulti.__file__))'; }
same_library() { cmp "$(package)/_lib/librtmulti.so.0" build/lib/librtmulti.so.0; }
loads_its_own() {
  elsewhere "$python" -c "
import rtmulti, rtmulti._library as library
assert (rtmulti.version(), rtmulti.__version__) == ('$version', '$version'), (rtmulti.version(), rtmulti.__version__)
assert library.load()._name.startswith('$place'), library.load()._name"
}
is_for_this_machine() {
  grep -qx "Tag: py3-none-linux_$(uname -m)" "$place"/venv/lib/python3*/site-packages/rtmulti-*.dist-info/WHEEL
}
has_licences() {
  cmp "$place"/venv/lib/python3*/site-packages/rtmulti-*.dist-info/licenses/LICENSE LICENSE &&
    cmp "$place"/venv/lib/python3*/site-packages/rtmulti-*.dist-info/licenses/NOTICE NOTICE
}
session_plays() {
  elsewhere "$python" - <<'PYTHON'
import rtmulti

told, sink = [], rtmulti.ClockedSink()
with rtmulti.Session(sink, on_command=told.append) as session:
    session.response_created("resp_1")
    for item in ("msg_A", "msg_B"):
        session.audio("resp_1", item, bytes(48_000))
    for now_us in (0, 400_000):
        sink.play_until(now_us)
    session.interrupt()
assert [(type(one).__name__, getattr(one, "audio_end_ms", None)) for one in told] == [
    ("Cancel", None), ("Truncate", 400), ("Delete", None)], told
PYTHON
}
player_plays() { elsewhere "$python" "$root/bindings/python/examples/hello.py" && [ -s "$place/empty/heard.wav" ]; }
has_rules() { elsewhere "$python" -m rtmulti rules C1 | grep -q '^- C1 .*is an integer, floor'; }
has_the_scripts() {
  for file in bindings/python/src/rtmulti/server/scripts/*; do
    cmp "$(package)/server/scripts/${file##*/}" "$file" || return
  done
}
has_the_page() { cmp "$(package)/browser/rtmulti.js" bindings/python/src/rtmulti/browser/rtmulti.js; }
helps() { elsewhere "$python" -m rtmulti --help | grep -q 'record the events of a live Realtime connection'; }
prints_a_trace() {
  elsewhere "$python" - <<'PYTHON' && elsewhere "$python" -m rtmulti trace call.trace --out call.jsonl --timeline call.svg >"$place/trace" &&
import rtmulti
sink = rtmulti.ClockedSink()
session = rtmulti.Session(sink)
session.trace("call.trace")
session.advance(0)
session.response_created("resp_1")
session.audio("resp_1", "msg_A", bytes(48_000))
sink.play_until(0)
sink.play_until(400_000)
session.advance(400_000)
session.interrupt()
session.destroy()
PYTHON
    grep -q '0.400 s  > server  truncate  msg_A at 400 ms' "$place/trace" &&
    elsewhere "$python" -m rtmulti play call.jsonl --timeline call.html | grep -q '1000 ms   1000 ms' &&
    [ -s "$place/empty/call.svg" ] && grep -q '"item_id": "msg_A"' "$place/empty/call.html"
}
one_line_error() {
  elsewhere "$python" -m rtmulti play nothing.jsonl 2>"$place/error"
  [ $? -eq 2 ] && [ "$(wc -l <"$place/error")" -eq 1 ] && grep -q '^rtmulti: nothing.jsonl cannot be read' "$place/error"
}
leaves_nothing() { [ "$before" = "$(state)" ] || { state; false; }; }
# Both names of the command line are there and say the same.
says_what_it_is() {
  for command in "$python -m rtmulti" "$place/venv/bin/rtmulti"; do
    elsewhere $command --version >"$place/version" && grep -q "^rtmulti $version (ABI [0-9]*)$" "$place/version" &&
      grep -q '^built: *from source$' "$place/version" || { cat "$place/version"; return 1; }
  done
}
# The sdist, unpacked where nothing of the checkout is near, with everything to be built.
sdist_installs() {
  make/sdist.sh "$place" && "$python" -m pip install --quiet --force-reinstall "$place/rtmulti-$version.tar.gz" &&
    loads_its_own && player_plays
}
# From a git URL, here that of the checkout's last commit; the library is given to it, for it was built once already.
git_installs() {
  RTMULTI_LIBRARY=$root/build/lib/librtmulti.so.0 "$python" -m pip install --quiet --force-reinstall "git+file://$root" &&
    loads_its_own
}
# refused WORDS COMMAND...: pip fails, says the words, and shows no traceback.
refused() {
  local words=$1
  shift
  (cd "$place" && "$@" -m pip install --no-build-isolation "$place/broken") >"$place/log" 2>&1 &&
    { echo "it was installed"; return 1; }
  grep -qF "$words" "$place/log" && ! grep -q Traceback "$place/log" || { cat "$place/log"; false; }
}
# The sources of the package, with a `make lib` that fails.
break_checkout() {
  cp -rL bindings setup.py pyproject.toml LICENSE NOTICE "$place/broken/" &&
    printf 'lib:\n\t@echo "rtmulti has no luck today."; exit 1\n' >"$place/broken/Makefile"
}

before=$(state)
check "a fresh environment can be made" python3 -m venv "$place/venv"
check "pip install . succeeds" installs
check "it leaves nothing behind in the checkout" leaves_nothing
check "the library that was built is in the package" same_library
check "the wheel is for this kind of machine" is_for_this_machine
check "the licences came along" has_licences
check "from an empty folder, the package loads its own library, version $version" loads_its_own
check "a session plays and tells what was heard" session_plays
check "the README's program runs" player_plays
check "python -m rtmulti --help helps" helps
check "the rules that the docstrings cite came along" has_rules
check "the module for pages came along" has_the_page
check "the scripts of the strict server came along" has_the_scripts
check "a trace is printed, and becomes a log and a picture" prints_a_trace
check "rtmulti --version and python -m rtmulti --version say what it is" says_what_it_is
check "a mistake is answered with one line" one_line_error

check "the sdist installs, and plays" sdist_installs
[ ! -d .git ] || check "a git URL installs" git_installs

check "setuptools for the next two" "$python" -m pip install --quiet 'setuptools>=77'
break_checkout
ln -s "$(command -v make)" "$place/tools/"
check "where there is no Swift, pip says so, and what to do" \
  refused "building the library needs swift" env "PATH=$place/venv/bin:$place/tools" "$python"
check "and names the wheel" grep -qF "the wheel needs no Swift" "$place/log"
check "when the build fails, pip gives the reason" refused "rtmulti has no luck today." "$python"
check "and the place of the log" grep -qF "All of it: $place/broken/build/log/pip-install.log" "$place/log"
finish
