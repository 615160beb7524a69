"""Runs the programs of this folder: inputs from the field that went wrong once, each with its verdict. One that
docs/rules/open.txt names (`field NAME: why`) is not right yet: it must not be, or the entry is needless.

usage: make/python.sh Tests/Field/run.py [--valgrind]     (after `make programs`; --valgrind runs those in C under it)
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECONDS = 60


def command_of(program: Path, under_valgrind: bool) -> list[str]:
    """How a program is run."""
    if program.suffix == ".py":
        return [sys.executable, str(program)]
    built = str(ROOT / "build" / "field" / program.stem)
    return [str(ROOT / "make" / "valgrind.sh"), built] if under_valgrind else [built]


def main(arguments: list[str]) -> int:
    """Runs all of them; returns 1 when one is not as it should be."""
    under_valgrind = "--valgrind" in arguments
    text = (ROOT / "docs" / "rules" / "open.txt").read_text(encoding="utf-8")
    waiting = set(re.findall(r"^field (\S+): \S", text, re.MULTILINE))
    programs = sorted(HERE.glob("*.c"))
    if not under_valgrind:
        programs += sorted(path for path in HERE.glob("*.py") if path.stem not in ("field", "run"))
    passed = failed = 0
    for program in programs:
        if under_valgrind and program.name in waiting:
            continue
        try:
            done = subprocess.run(
                command_of(program, under_valgrind), cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
            is_right, said = done.returncode == 0, done.stdout + done.stderr
        except subprocess.TimeoutExpired:
            is_right, said = False, f"it was not done after {SECONDS} s"
        if is_right is not (program.name in waiting):
            passed += 1
            continue
        failed += 1
        if is_right:
            print(f"FAIL field: {program.name} is right now; take it out of docs/rules/open.txt")
        else:
            print(f"FAIL field: {program.name}\n{said.rstrip()}")
    for name in sorted(waiting - {program.name for program in HERE.iterdir()}):
        failed += 1
        print(f"FAIL field: docs/rules/open.txt names {name}, which is not in Tests/Field")
    print(f"field: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
