#!/usr/bin/env bash
# Makes the manual pages and holds them to what they are made of: nothing of the header or of the command line's help is
# lost, roff has nothing to say, and each line fits a terminal of 80 columns.
#
# usage: make/check-manual.sh
set -u
. make/checks.sh
mkdir -p build/log
if ! make/deps.sh man; then
  echo "The manual pages were not read: they need man, and only root may install it."
  exit 77 # suites.sh: skipped
fi
export SOURCE_DATE_EPOCH=1000000000
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
pages=build/man

made_anew() { rm -rf "$pages" && make -s man; }
same_again() { cp -r "$pages" "$place/first" && made_anew && diff -r "$place/first" "$pages"; }
needs_no_library() { rm -rf "$pages" && RTMULTI_LIBRARY=/nowhere make -s man; }
# quiet PAGE: what lintian runs of man says nothing.
quiet() {
  local said
  said=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null) || return
  echo "$said"
  [ -z "$said" ]
}
shown() { MANWIDTH=80 MAN_KEEP_FORMATTING='' LC_ALL=C.UTF-8 man -E UTF-8 -l "$1" | col -bx; }
fits() { ! shown "$1" | grep -nE '.{81}'; }
named() { lexgrog "$1" | grep -q "\"$2 - plays "; }
# Each word that a comment of the header has, the page has as often. A rule is cited by its name alone.
says_all() {
  shown "$pages/librtmulti.3" >"$place/library" && python3 - include/rtmulti.h "$place/library" <<'PYTHON'
import collections, pathlib, re, sys

header, page = (pathlib.Path(path).read_text(encoding="utf-8") for path in sys.argv[1:])
header = re.sub(r"Rules: docs/rules/RULES\.md|rtmulti\.h - |#endif /\* RTMULTI_H \*/", "", header)
comments = " ".join(re.findall(r"/\*.*?\*/", header, re.DOTALL))
words, shown = (collections.Counter(re.findall(r"[a-z_]\w+", text.lower())) for text in (comments, page))
lost = words - shown
declared = re.findall(r"\b(rtmulti_\w+)\(", re.sub(r"/\*.*?\*/", "", header, flags=re.DOTALL))
lost.update(name for name in declared if name + "(" not in page)
assert len(words) > 1000 and len(declared) > 80, (len(words), len(declared))
assert not lost, f"the page lost {len(lost)} words: {' '.join(list(lost)[:20])}"
PYTHON
}
lists_all() {
  shown "$pages/rtmulti.1" >"$place/command" && PYTHONPATH=bindings/python/src python3 -B - "$place/command" <<'PYTHON'
import pathlib, re, sys
from rtmulti import cli

page = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
(commands,) = (action.choices for action in cli._parser()._actions if isinstance(action.choices, dict))
lost = [name for name in commands if f"\n   {name}\n" not in page]
for name, command in commands.items():
    part = page.partition(f"\n   {name}\n")[2]
    part = re.split(r"\n(?:   )?\w", part, maxsplit=1)[0]
    options = set(re.findall(r"--[a-z][\w-]+", command.format_help())) - {"--help"}
    lost += [f"{name} {option}" for option in options if option not in part]
assert len(commands) >= 8 and not lost, f"of {len(commands)} commands, the page lost {lost}"
PYTHON
}

check "the pages can be made" made_anew
[ "$failed" -eq 0 ] || { finish; exit; }
check "made again they are the same" same_again
check "they need no library" needs_no_library
for page in librtmulti.3 rtmulti.1; do
  check "roff has nothing to say of $page" quiet "$pages/$page"
  check "$page fits 80 columns" fits "$pages/$page"
  check "$page says what it is about" named "$pages/$page" "${page%.*}"
done
check "librtmulti(3) has each function of the header, and each word that is said of it" says_all
check "rtmulti(1) has each command with each of its options" lists_all
finish
