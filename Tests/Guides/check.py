"""Holds the guides to the truth: each program on a page runs and prints what stands in the block of text behind it,
each excerpt stands where it says, each script of the strict server is one, each link leads somewhere, and there is no
block of which nobody knows what it is. How a block is marked is told in pages.py.

What a program prints is compared word by word; numbers from 21 on are times, of which a busy machine may miss some.

usage: make/python.sh Tests/Guides/check.py PAGE..."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from excerpts import complaint_of_mark
from pages import Block, Page, anchors_of, read_page
from programs import LANGUAGES, ROOT, Folder

from rtmulti.server import ScriptError, parse_script

#: What is no program: what one prints, drawings, what a wire carries, and what to change.
NO_PROGRAMS = ("text", "json", "diff")
INDEX = Path("docs/README.md")


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


def complaint_of_link(page: Page, target: str, anchor: str) -> str:
    """Why a link leads nowhere, or nothing."""
    file = page.path.parent / target if target else page.path
    if not file.exists():
        return "there is no such file"
    if anchor and file.suffix == ".md" and anchor not in anchors_of(file):
        return f"there is no heading for #{anchor} in it"
    return ""


class Checks:
    """Counts what holds, and says what does not."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self.passed = 0
        self.faults: list[str] = []
        #: What something else runs, and what nobody runs, with the reason.
        self.elsewhere: list[str] = []
        self.unrun: list[str] = []

    def page(self, path: Path) -> None:
        """Everything that stands in one page."""
        page = read_page(path)
        for line in page.stray:
            self._note(f"{path}:{line}: the indented block", "it says no language; put it between ``` and say which")
        for target, anchor in page.links:
            what = f"{target}#{anchor}" if anchor else target
            self._note(f"{path}: the link to {what}", complaint_of_link(page, target, anchor))
        with Folder() as folder:
            for block in page.blocks:
                for complaint in self._block(page, block, folder):
                    self._note(f"{path}:{block.line}: the {block.language or 'nameless'} block", complaint)

    def index(self, index: Path) -> None:
        """The index names each page beside it."""
        named = {target for target, _ in read_page(index).links}
        for path in sorted(index.parent.glob("*.md")):
            if path != index:
                self._note(f"{index}: the row of {path.name}", "" if path.name in named else "it is missing")

    def _block(self, page: Page, block: Block, folder: Folder) -> Iterator[str]:
        """What is wrong with a block; "" where something was looked at and is well."""
        if block.mark is not None:
            left = {"run by": self.elsewhere, "not run:": self.unrun}.get(block.mark.word)
            if left is not None:
                left.append(f"{page.path}:{block.line}: {block.mark.rest}")
            yield complaint_of_mark(page, block, self._root)
        elif block.language in LANGUAGES:
            # What the programs of the READMEs print is checked beside this.
            if block.language in ("python", "c") and not block.expected and page.path.name != "README.md":
                yield "no block of text behind it says what it prints"
            yield folder.complaint(block)
        elif block.language == "json":
            yield complaint_of_script(block.text)
        elif block.language not in NO_PROGRAMS:
            known = ", ".join((*LANGUAGES, *NO_PROGRAMS))
            yield f"nobody runs it; it must be one of {known}, or marked as Tests/Guides/pages.py says"

    def _note(self, what: str, complaint: str) -> None:
        if complaint:
            self.faults.append(f"{what} is good\n    " + complaint.replace("\n", "\n    "))
        else:
            self.passed += 1


def main(paths: list[str]) -> int:
    """Checks all of them and says how many checks passed."""
    checks = Checks()
    for path in map(Path, paths):
        checks.page(path)
        if path == INDEX:
            checks.index(path)
    for fault in checks.faults:
        print(f"not true: {fault}")
    for place in checks.elsewhere:
        print(f"run elsewhere: {place}")
    for place in checks.unrun:
        print(f"run by nobody: {place}")
    print(f"{len(checks.elsewhere)} blocks are run elsewhere, {len(checks.unrun)} by nobody.")
    print(f"guides: {checks.passed} passed, {len(checks.faults)} failed")
    return 1 if checks.faults or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
