"""Holds the guides to the truth: each Python program in a Markdown file runs in an empty folder, in real time, and prints
what stands in the block of text behind it; each script of the strict server is one, and each link leads to a file.

What is printed is compared word by word; numbers from 21 on are times, of which a busy machine may miss some.

usage: make/python.sh make/check-guides.py PAGE..."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from rtmulti.server import ScriptError, parse_script

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"^```python\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
#: Numbers below it are ids and counts; by so many milliseconds a time may be off.
SMALLEST_TIME, JITTER_MS = 21, 100
LINK = re.compile(r"\]\(([^)#:]+)\)")


def says_the_same(expected: str, printed: str) -> bool:
    """Whether a program printed what its page says, but for times that are a little off."""
    words, came = (re.findall(r"\d+|[^\d\s]+", text) for text in (expected, printed))
    return len(words) == len(came) and all(
        word == other or (word.isdigit() and other.isdigit() and int(word) >= SMALLEST_TIME
                          and abs(int(word) - int(other)) <= JITTER_MS)
        for word, other in zip(words, came))


def complaint_of_program(program: str, expected: str) -> str:
    """What is wrong with a program, or nothing. Without an expectation it need only print something."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, cwd=folder, check=False)
    if done.returncode or done.stderr or not done.stdout:
        return done.stderr.strip() or f"it ended with {done.returncode} and printed {done.stdout!r}"
    if expected and not says_the_same(expected, done.stdout):
        return f"its page says that it prints\n{expected}and it printed\n{done.stdout}"
    return ""


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
        for number, (program, expected) in enumerate(PROGRAM.findall(text), 1):
            # What the programs of the READMEs print is checked beside this.
            is_told = expected or path.name == "README.md"
            found[f"program {number}"] = (
                complaint_of_program(program, expected) if is_told else "no block of text behind it says what it prints")
        for number, (language, block) in enumerate(BLOCK.findall(text), 1):
            if language == "json":
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
