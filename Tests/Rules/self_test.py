"""Plants each kind of fault in a small tree and sees that the check finds it, and nothing else.

usage: self_test.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import format_lines
import places
from check import Check

RULES = """# Rules
## <a id="A"></a>A. Order
- A1  <a id="A1"></a>The first thing,
      on two lines.
- A2  <a id="A2"></a>What the format cannot say. Test: Tests/C/odd.c `odd_thing`
"""
SWIFT = """// What lives here.

/// Whether it is whole (rule A1).
func isWhole() -> Bool {
  part == whole
}

func half() {
  if isOdd { return }  // Rule A2.
}
"""
OPEN = "docs/rules/open.txt"
NOTHING = "# Nothing.\n"
GOOD = {
    "docs/rules/RULES.md": RULES,
    "docs/rules/DESIGN.md": "# The design\n## 1. Way\n## 2. Rooms\nSee RULES.md#A1 and owner/other: docs/THEIRS.md.\n",
    "docs/rules/SCENARIOS.md": "".join(
        f"## {heading}\n| a | b | c |\n|---|---|---|\n" for heading in ("config keys", "inputs", "expectations")),
    OPEN: NOTHING,
    "Tests/Scenarios/A1-whole.scenario": "# A1: whole\n> response r1\n",
    "Tests/C/odd.c": "static void odd_thing(void) {}\nint main(void) { odd_thing(); }\n",
    "Sources/Core/Whole.swift": SWIFT,
    "README.md": "Rules A1 and A2 ([the page](docs/rules/RULES.md#A2)), docs/rules/DESIGN.md §2, in strict C11.\n",
}
RUNNER = """#!/bin/sh
for file; do
  line=$(grep -n -e 'speech_started' "$file" | cut -d: -f1)
  echo "FAIL $file:${line:-999}: it is so"
done
"""

# What is planted: the file, what stands there, what is put in its place, and what must be said of it.
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "a rule that is not there": ("README.md", "A1 and", "A1, A7 and", "README.md:1: there is no rule A7"),
    "a rule of no section": ("README.md", "Rules A1", "Rule Z1, A1", "README.md:1: there is no rule Z1"),
    "a document that is not there": ("README.md", "RULES.md#A2", "LAWS.md#A2", "there is no docs/rules/LAWS.md"),
    "a document without its folder": ("README.md", "docs/rules/DESIGN.md", "DESIGN.md", "there is no DESIGN.md"),
    "a document without its ending": ("Sources/Core/Whole.swift", "(rule A1)", "(RULES A1, rule A1)", "say where"),
    "a guide that is not there": ("README.md", "in strict", "docs/far.md in strict", "there is no docs/far.md"),
    "a file that is not there": ("README.md", "in strict", "Tests/C/even.c in strict", "there is no Tests/C/even.c"),
    "a section that is not there": ("README.md", "§2", "§7", "docs/rules/DESIGN.md has no section 7"),
    "an anchor that is not there": ("README.md", "RULES.md#A2", "RULES.md#A3", "has no anchor #A3"),
    "a rule without a scenario": ("Tests/Scenarios/A1-whole.scenario", "# A1: whole", "# A2: whole",
                                  "the file's name and its first line begin with the rule"),
    "a test that is not there": ("Tests/C/odd.c", "odd_thing", "other_thing", "rule A2 names Tests/C/odd.c"),
    "a test that nobody calls": ("Tests/C/odd.c", "odd_thing();", "", "rule A2 names Tests/C/odd.c"),
    "a rule without a test": ("docs/rules/RULES.md", " Test: Tests/C/odd.c `odd_thing`", "", "rule A2 has no scenario"),
    "a rule that no source names": ("Sources/Core/Whole.swift", " (rule A1)", "", "rule A1 is not named in Sources"),
    "a rule that is open twice": (OPEN, NOTHING, "rule A1: why\nrule A1: why\n", "stands here twice"),
    "an open rule that is none": (OPEN, NOTHING, "rule B1: why\n", "there is no rule B1"),
    "an open place that is named": (OPEN, NOTHING, "place A1: why\n", "is named at its place now"),
    "an entry without a why": (OPEN, NOTHING, "rule A1\n", "an entry is `rule NAME: why`"),
    "a line that all runners read": (OPEN, NOTHING, "line > pause: why\n", "all runners read `> pause` now"),
    "a line that is no sample": (OPEN, NOTHING, "line > dance: why\n", "`> dance` is no sample"),
    "a line that a runner does not read": (OPEN, "", "", "`> speech_started` is not read by"),
    "a word of the page without a sample": ("docs/rules/SCENARIOS.md", "## inputs\n| a | b | c |\n|---|---|---|\n",
                                            "## inputs\n| a | b |\n|---|---|\n| `> dance I` | |\n", "has `dance`"),
}

# Whether a comment counts, by the source that it stands in.
PLACES = {
    "behind a condition": ("x()\nif a { b() }  // Rule A1.\n", True),
    "behind a case": ("x()\ncase .late: drop()  // rule A1\n", True),
    "behind an answer": ("x()\nreturn nil  // rule A1\n", True),
    "behind a row of a table": ('x()\n("pcm16", .pcm16),  // rule A1\n', True),
    "behind a statement": ("x()\nlet a = b  // rule A1\n", False),
    "behind the case of an enum": ("x()\ncase late(id: Int)  // rule A1\n", False),
    "above a condition": ("x()\n// Rule A1.\nguard a else { b() }\n", True),
    "above a condition of two lines": ("x()\n// Rule A1.\nlet a = b\n  && c\n", True),
    "above a function that decides": ("x()\n/// Rule A1.\n@inline(__always)\nfunc f() {\n  while a { b() }\n}\n", True),
    "above a function that does not": ("x()\n/// Rule A1.\nfunc f() {\n  g()\n}\n\nif a { b() }\n", False),
    "above a type": ("x()\n/// Rule A1.\nstruct S {\n  func f() { if a { b() } }\n}\n", False),
    "above nothing": ("x()\n// MARK: Order (rule A1)\n\nif a { b() }\n", False),
    "above an answer": ("x()\n// Rule A1.\nreturn nil\n\nif a { b() }\n", False),
    "at the head of a file": ("// Rule A1.\nif a { b() }\n", False),
    "in a list of three": ("x()\n// Rules A1, A2 and B3.\nif a { b() }\n", False),
    "in a span of three": ("x()\n// Rules A1 to A3.\nif a { b() }\n", False),
    "in C": ("x();\n/* Rules A1 and A2:\n * so. */\nif (a) b();\n", True),
}


def write(root: Path, files: dict[str, str]) -> None:
    """Makes a tree that git knows."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=root, check=True)
    (root / "runner").write_text(RUNNER, encoding="utf-8")
    (root / "runner").chmod(0o755)


def faults_of(files: dict[str, str], asks_runner: bool) -> list[str]:
    """What the check says of a tree."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write(root, files)
        answers = Check(root).all([root / "runner"] if asks_runner else [])
        return [fault for answer in answers for fault in answer.split("\n") if fault]


def problems() -> list[str]:
    """One sentence for each planted fault that was not found as it should be; the first entries are the good tree's."""
    said = [f"of the good tree it says: {fault}" for fault in faults_of(GOOD, asks_runner=False)]
    for what, (path, old, new, expected) in FAULTS.items():
        files = {**GOOD, path: GOOD[path].replace(old, new, 1) if old else GOOD[path]}
        if files == GOOD and old:
            said.append(f"{what}: nothing was planted")
        faults = faults_of(files, asks_runner="runner" in what or "`>" in expected)
        if not any(expected in fault for fault in faults):
            said.append(f"{what} was planted, and it says: {faults}")
    for where, (source, counts) in PLACES.items():
        found = places.places_in(source)
        if len(found) != 1 or found[0].counts != counts:
            said.append(f"a citation {where}: {found}")
    return said


def main() -> int:
    """Says how many plants were found."""
    said = problems()
    for problem in said:
        print(f"FAIL rules self test: {problem}")
    planted = 1 + len(FAULTS) + len(PLACES)
    print(f"rules self test: {planted - len(said)} passed, {len(said)} failed")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
