"""Holds the guides to the truth: each Python program in a Markdown file runs in an empty folder without a complaint, each
script of the strict server is one, and each link leads to a file.

usage: make/python.sh make/check-guides.py PAGE..."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from rtmulti.server import ScriptError, parse_script

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def complaint_of_program(program: str) -> str:
    """What a program says when it fails, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, cwd=folder, check=False)
    if done.returncode == 0 and not done.stderr and done.stdout:
        return ""
    return done.stderr.strip() or f"it ended with {done.returncode} and printed {done.stdout!r}"


def complaint_of_script(text: str) -> str:
    """Why a JSON text is no script of the strict server, or nothing. Other JSON need only be JSON."""
    try:
        lines = [json.loads(text)] if text.startswith("{\n") else [json.loads(line) for line in text.splitlines()]
        for data in lines:
            if "turns" in data:
                parse_script(data)
    except (ValueError, ScriptError) as error:
        return str(error)
    return ""


def main(paths):
    """Checks all of them and says how many checks passed."""
    passed = failed = 0
    for path in map(pathlib.Path, paths):
        text = path.read_text(encoding="utf-8")
        found = {f"the link to {link}": "" if (path.parent / link).exists() else "there is no such file"
                 for link in LINK.findall(text)}
        for number, (language, block) in enumerate(BLOCK.findall(text), 1):
            if language == "python":
                found[f"program {number}"] = complaint_of_program(block)
            elif language == "json":
                found[f"JSON {number}"] = complaint_of_script(block)
        for what, complaint in found.items():
            if complaint:
                print(f"not true: {path}: {what} is good\n    " + complaint.replace("\n", "\n    "))
        failed += sum(map(bool, found.values()))
        passed += sum(not complaint for complaint in found.values())
    print(f"guides: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
