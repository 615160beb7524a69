#!/usr/bin/env bash
# Holds the READMEs to the tree: their programs are those of the tree to the letter, and the pictures of the guides are what
# is drawn today. The programs and links of all pages are Tests/Guides' business.
#
# usage: make/check-readme.sh             (after `make lib`)
set -u
. make/checks.sh
mkdir -p build/log

same_program() { diff <(sed -n '/^```c$/,/^```$/p' README.md | sed '1d;$d') bindings/c/hello.c; }
is_short() { [ "$(wc -l <bindings/c/hello.c)" -le 60 ]; }

same_python() {
  diff <(sed -n '/^```python$/,/^```$/p' "$1" | sed '1d;$d') bindings/python/examples/hello.py
}
# The Python program of the READMEs, run as a user would, tells the server what the C program tells.
tells_the_server() {
  (cd "$place" && "$root/make/python.sh" "$root/bindings/python/examples/hello.py") >"$place/told" &&
    python3 - "$place/told" <<'PYTHON'
import json, sys
cancel, truncate, delete = (json.loads(line) for line in open(sys.argv[1]))
assert cancel["type"] == "response.cancel" and delete["type"] == "conversation.item.delete", (cancel, delete)
assert truncate["item_id"] == "msg_A" and 400 <= truncate["audio_end_ms"] < 1000, truncate
PYTHON
}
is_drawn_today() { cmp "docs/$1" "$place/$1"; }
# The picture that `make bench-text` draws was drawn with the tables of its page.
shows_the_figures() {
  python3 - <<'PYTHON'
import re
drawn = re.search(r'aria-label="[^"]*: ([^"]*)"', open("docs/heard-text.svg").read())[1]
row = re.search(r"^\| without provider spans \|(.*)", open("docs/heard-text.md").read(), re.M)[1]
means = [mean.rpartition(" ")[2] for mean in drawn.split(", ")]
assert means == re.findall(r"(\d+\.\d+), \d+", row), (means, row)
PYTHON
}
# So was the one of the comparison, which the README shows, panel by panel.
shows_the_comparison() {
  python3 - <<'PYTHON'
import re
drawn = re.findall(r'fill="#1c2833">(\d+)</text>', open("docs/compare.svg").read())
rows = re.findall(r"^\| \S+ [\d.]+, [^|]+ \| (\d+) \| (\d+) \| (\d+) \|", open("docs/compare.md").read(), re.M)
assert rows and drawn == [row[panel] for panel in range(3) for row in rows], (drawn, rows)
PYTHON
}
# Whoever reads `python path/to/program.py` on a page or in a program types it in the root of a checkout.
programs_are_there() {
  local pages program missing=0
  mapfile -t pages < <(find ./*.md docs bindings/python/*.md bindings/python/examples -name '*.md' -o -name '*.py')
  while read -r program; do
    if [ ! -f "$program" ]; then echo "there is no $program" && missing=1; fi
  done < <(grep -hoE 'python3? [A-Za-z0-9_-]+/[A-Za-z0-9/_-]*\.py' "${pages[@]}" | cut -d' ' -f2 | sort -u)
  [ "$missing" -eq 0 ]
}
root=$PWD
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

check "the C program in README.md is bindings/c/hello.c" same_program
check "it has at most 60 lines" is_short
for readme in README.md bindings/python/README.md; do
  check "the Python program in $readme is bindings/python/examples/hello.py" same_python "$readme"
done
check "it tells the server what was heard" tells_the_server
check "each program that a page or an example has one run is there, seen from the root" programs_are_there
check "the pictures can be drawn" make/draw-guides.sh "$place"
check "docs/heard-text.svg shows the figures of its page" shows_the_figures
check "docs/compare.svg shows the figures of its page" shows_the_comparison
# Two are of real conversations, with packages from PyPI: make/test-livekit.sh timelines draws docs/livekit.svg, and
# `python -m rtmulti compare --picture` docs/compare.svg. Those of measurements are drawn by what measures.
for picture in docs/*.svg; do
  case $picture in docs/heard-text.svg | docs/livekit.svg | docs/compare.svg | docs/growth.svg | docs/peers.svg) continue ;; esac
  check "$picture is what make/draw-guides.sh draws" is_drawn_today "${picture#docs/}"
done
finish
