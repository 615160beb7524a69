"""What stands in a page: its blocks, how each is marked, and its links. Whether a block is true is programs.py's and
excerpts.py's business.

A mark is a comment in the line before a block, which no reader sees:

    <!-- from PATH -->           these lines stand in PATH, in this order, and a test runs that file
    <!-- run by PATH -->         PATH runs this block, and says so by naming the page
    <!-- not run: REASON -->     nobody runs it here, and why
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^ *```(\w*) *$")
MARK = re.compile(r"^<!-- (from|run by|not run:) (.+) -->$")
LINK = re.compile(r"\]\(([^)#:]*)(?:#([^)]*))?\)")
INDENTED = re.compile(r"^ {4,}\S")
#: In a list an indented line is a paragraph of its entry.
ENTRY = re.compile(r"^\s*([-*]|\d+\.)\s")


@dataclass(frozen=True)
class Mark:
    """What a page says of a block: `word` is "from", "run by" or "not run:", `rest` the path or the reason."""

    word: str
    rest: str


@dataclass(frozen=True)
class Block:
    """A block of a page. `expected` is the block of text right behind it, "" where there is none."""

    language: str
    text: str
    line: int
    mark: Mark | None = None
    expected: str = ""


@dataclass(frozen=True)
class Page:
    """A page, read. `stray` has the line of each indented block, of which nobody can know what it is."""

    path: Path
    blocks: tuple[Block, ...]
    stray: tuple[int, ...]
    links: tuple[tuple[str, str], ...]


def read_page(path: Path) -> Page:
    """Reads one."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    blocks = list(_blocks(lines))
    outside = _without_blocks(lines)
    prose = re.sub(r"`[^`]*`", "", "\n".join(outside))
    links = tuple((target, anchor) for target, anchor in LINK.findall(prose) if target or anchor)
    return Page(path, tuple(blocks), tuple(_stray(outside)), links)


def _blocks(lines: list[str]) -> Iterator[Block]:
    found: list[tuple[Block, int]] = []  # with the line behind it
    at = 0
    while at < len(lines):
        begin = FENCE.match(lines[at])
        if begin is None:
            at += 1
            continue
        end = _end_of_block(lines, at)
        mark = MARK.match(lines[at - 1].strip()) if at else None
        text = "".join(f"{line}\n" for line in lines[at + 1 : end])
        found.append((Block(begin[1], text, at + 1, Mark(mark[1], mark[2]) if mark else None), end + 1))
        at = end + 1
    for number, (block, end) in enumerate(found):
        expected = ""
        if number + 1 < len(found) and block.language != "text":
            after = found[number + 1][0]
            if after.language == "text" and not "".join(lines[end : after.line - 1]).strip():
                expected = after.text
        yield Block(block.language, block.text, block.line, block.mark, expected)


def _end_of_block(lines: list[str], begin: int) -> int:
    return next((at for at in range(begin + 1, len(lines)) if lines[at].strip() == "```"), len(lines))


def _without_blocks(lines: list[str]) -> list[str]:
    """The page with empty lines in the places of its blocks."""
    left, at = list(lines), 0
    while at < len(lines):
        if FENCE.match(lines[at]):
            end = _end_of_block(lines, at)
            left[at : end + 1] = [""] * (min(end, len(lines) - 1) + 1 - at)
            at = end
        at += 1
    return left


def _stray(lines: list[str]) -> Iterator[int]:
    is_in_list = False
    for number, line in enumerate(lines, 1):
        if ENTRY.match(line):
            is_in_list = True
        elif line and not line.startswith(" "):
            is_in_list = False
        elif INDENTED.match(line) and not is_in_list and (number == 1 or not lines[number - 2].strip()):
            yield number


def anchors_of(path: Path) -> set[str]:
    """What a link may name behind its # in a page: its headings as GitHub spells them, and its own anchors."""
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#{1,6} (.+)$", "\n".join(_without_blocks(text.splitlines())), re.MULTILINE)
    spelt = (re.sub(r"[^\w\- ]", "", re.sub(r"<[^>]*>", "", heading)).strip() for heading in headings)
    return {heading.lower().replace(" ", "-") for heading in spelt} | set(re.findall(r'<a id="([^"]+)">', text))
