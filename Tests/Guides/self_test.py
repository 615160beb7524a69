"""Plants each kind of fault in a small page and sees that the check finds it, and nothing in the page as it is.

usage: make/python.sh Tests/Guides/self_test.py"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from answers import says_the_same
from check import Checks
from excerpts import missing_line

GOOD = """# A page

Some [words](#a-page), and [others](other.md#there).

- an entry

    and its second paragraph

```python
# counting.py - says two numbers
print("heard 400 of 1000 ms")
```

```text
heard 395 of … ms
```

```c
/* said.c - one line */
#include <rtmulti.h>
#include <stdio.h>
int main(void) {
  puts(rtmulti_version());
  return 0;
}
```

```text
0.…
```

```sh
python counting.py | grep -q heard
./said >said.txt
```

<!-- from hello.py -->
```py
x = ...  # what it is
print(x)
```

<!-- run by runner.sh -->
```sh
make everything
```

<!-- not run: it wants a key of the service -->
```sh
curl https://example.org
```

```json
{"turns": [{"output": [{"message": "Hello.", "audio_ms": 100}]}]}
```

```scenario
# A1: nothing at all
> response r1
```
"""
FILES = {
    "page.md": GOOD,
    "other.md": "# Other\n## There\n",
    "README.md": "[a](page.md) [b](other.md)\n",
    "hello.py": "x = 1 + 1\ny = 2\nprint(x)\n",
    "runner.sh": "# Runs page.md.\n",
    "make/test.sh": "python hello.py\n",
}
# What is planted in the page, and what must be said of it.
FAULTS: dict[str, tuple[str, str, str]] = {
    "another output": ("heard 395", "heard 295", "its page says that it prints"),
    "a program that fails": ('print("heard', 'exit("heard', "ended with 1"),
    "a program that complains": (
        'print("heard',
        'import sys; print("so", file=sys.stderr); print("heard',
        "its page says that it prints",
    ),
    "a program without what it prints": ("```text\nheard", "Prints:\n\n```text\nheard", "no block of text behind it"),
    "C that does not compile": ("  puts(", "  put(", "its page says that it prints"),
    "C with a warning": ("  puts(", "  int unused; puts(", "unused"),
    "a shell that fails": ("grep -q heard", "grep -q seen", "it ended with 1"),
    "an excerpt of what is not there": (
        "print(x)\n```\n\n<!-- run",
        "print(y)\n```\n\n<!-- run",
        "`print(y)` stands nowhere",
    ),
    "an excerpt of no file": ("from hello.py", "from hullo.py", "there is no hullo.py"),
    "an excerpt that no test runs": ("from hello.py", "from runner.sh", "no test names runner.sh"),
    "a runner that does not know the page": (
        "run by runner.sh",
        "run by make/test.sh",
        "make/test.sh does not name page.md",
    ),
    "a runner that is not there": ("run by runner.sh", "run by other.sh", "there is no other.sh"),
    "no reason": ("not run: it wants a key of the service", "not run: because", "too short"),
    "a block that nobody runs": ("<!-- from hello.py -->\n", "", "nobody runs it"),
    "a block without a language": ("```json", "```", "nobody runs it"),
    "an indented block": ("\n```json", "\nSo:\n\n    rtmulti serve\n\n```json", "it says no language"),
    "no script": ('"audio_ms": 100', '"audio": 100', "'audio' is not known here"),
    "no JSON": ('"audio_ms": 100', '"audio_ms": ', "Expecting value"),
    "a scenario that fails": ("> response r1", "> response r1\n< delete A", "FAIL"),
    "a link to no file": ("other.md#there", "another.md", "there is no such file"),
    "a link to no heading": ("other.md#there", "other.md#here", "there is no heading for #here"),
}
SAME = {
    ("a 400 b", "a 480 b"): True,
    ("a 20", "a 19"): False,
    ("a … z", "a b c z"): True,
    ("a … z", "a b c"): False,
    ("a …", "a"): True,
    ("…a b", "a c a b"): True,
    ("a", "a b"): False,
    ("a b", "a"): False,
}
EXCERPTS = {
    ("b", "a\nb\n"): True,
    ("b\na", "a\nb\n"): False,
    ("f(...)  # so", "f(1, 2)  # not so\n"): True,
    ("f(...)", "g(1)\n"): False,
}


def faults_of(page: str, index: str = FILES["README.md"]) -> list[str]:
    """What the check says of a small tree with this page."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for name, text in (FILES | {"page.md": page, "README.md": index}).items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        checks = Checks(root)
        checks.page(root / "page.md")
        checks.index(root / "README.md")
        if not checks.faults and (len(checks.elsewhere), len(checks.unrun)) != (1, 1):
            return [f"one block is run elsewhere and one by nobody, and it says {checks.elsewhere}, {checks.unrun}"]
        return checks.faults


def problems() -> list[str]:
    """One sentence for each fault that was not found as it should be."""
    said = [f"of the good page it says: {fault}" for fault in faults_of(GOOD)]
    for what, (old, new, expected) in FAULTS.items():
        if GOOD.count(old) != 1:
            said.append(f"{what}: nothing was planted")
        faults = faults_of(GOOD.replace(old, new))
        if not any(expected in fault for fault in faults):
            said.append(f"{what} was planted, and it says: {faults}")
    if not any("the row of other.md" in fault for fault in faults_of(GOOD, "[a](page.md)\n")):
        said.append("a page that the index does not name was not found")
    said += [f"{case} is taken for {not same}" for case, same in SAME.items() if says_the_same(*case) != same]
    said += [
        f"{case} is taken for {not found}" for case, found in EXCERPTS.items() if (not missing_line(*case)) != found
    ]
    return said


def main() -> int:
    """Says how many plants were found."""
    said = problems()
    for problem in said:
        print(f"FAIL guides self test: {problem}")
    planted = 2 + len(FAULTS) + len(SAME) + len(EXCERPTS)
    print(f"guides self test: {planted - len(said)} passed, {len(said)} failed")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
