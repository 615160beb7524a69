"""Blocks that are no whole programs: those that show lines of a file, those that something else runs, and those that
nobody runs. Each says which it is, and here it is held to that."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pages import Block, Page

#: What stands behind code in a line is the page's own.
REMARK = re.compile(r"(^|\s+)(#|//|/\*).*$")
#: Stands in an excerpt for what was left out.
LEFT_OUT = "..."
#: Where tests, and what runs them, live.
TESTS = ("make", "Tests", "bindings/python/tests", ".ci")


def complaint_of_mark(page: Page, block: Block, root: Path) -> str:
    """Why what a block says of itself is not so, or nothing."""
    assert block.mark is not None
    if block.mark.word == "not run:":
        return "" if len(block.mark.rest.split()) >= 3 else "the reason why it is not run is too short to be one"
    file = root / block.mark.rest
    if not file.is_file():
        return f"there is no {block.mark.rest}"
    if block.mark.word == "run by":
        name = str(page.path.resolve().relative_to(root))
        return "" if name in file.read_text(encoding="utf-8") else f"{block.mark.rest} does not name {name}"
    if not block.mark.rest.startswith(TESTS) and not _is_tested(root, file.name):
        return f"no test names {file.name}"
    return missing_line(block.text, file.read_text(encoding="utf-8"))


def missing_line(excerpt: str, text: str) -> str:
    """The first line of an excerpt that does not stand in a text behind those before it, in a sentence."""
    lines = [_bare(line) for line in text.splitlines()]
    at = 0
    for shown in excerpt.splitlines():
        wanted = _bare(shown)
        if not wanted or wanted == LEFT_OUT:
            continue
        pattern = re.compile(".*".join(map(re.escape, wanted.split(LEFT_OUT))))
        place = next((place for place in range(at, len(lines)) if pattern.fullmatch(lines[place])), None)
        if place is None:
            is_before = any(pattern.fullmatch(line) for line in lines)
            return f"the line `{wanted}` stands {'before the others' if is_before else 'nowhere'} there"
        at = place + 1
    return ""


def _bare(line: str) -> str:
    return " ".join(REMARK.sub("", line).split())


@cache
def _words_of_tests(root: Path) -> str:
    files = (file for folder in TESTS for file in (root / folder).rglob("*"))
    return "\n".join(
        file.read_text(encoding="utf-8", errors="replace")
        for file in files
        if file.is_file() and file.suffix in ("", ".py", ".sh", ".c", ".mk") and "Guides" not in file.parts
    )


def _is_tested(root: Path, name: str) -> bool:
    stem = name.rpartition(".")[0]
    return re.search(rf"\b{re.escape(stem)}\b", _words_of_tests(root)) is not None
