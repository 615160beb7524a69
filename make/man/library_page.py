"""Writes librtmulti(3): the manual that include/rtmulti.h is, as a manual page. What it says stands in the header; only
the order and the look are decided here.

usage: make/man/library_page.py HEADER > librtmulti.3
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from comment import Block, blocks
from header import Entry, Header, Section, read
from roff import Page, bold, escape, italic, prose

# A terminal of 80 columns, less the margin of a page.
_CODE_COLUMNS = 70
# "UNITS." or "STRUCTS" at the beginning of a paragraph is a heading that runs in.
_RUN_IN = re.compile(r"([A-Z][A-Z_]{3,}\b\.?)(?= )")


def main() -> int:
    """Prints the page."""
    _, path = sys.argv
    sys.stdout.write(page(read(Path(path).read_text(encoding="utf-8"))))
    return 0


def page(header: Header) -> str:
    """The page's source."""
    page = Page("librtmulti", 3, header.version, "Library Functions Manual")
    opening = blocks(header.comment)
    # "rtmulti.h - plays ...": one sentence says what the library is.
    summary, _, rest = opening[0].lines[0].partition(" - ")[2].partition(". ")
    page.section("Name")
    page.paragraph(f"librtmulti \\- {escape(' '.join(summary.split()))}")
    page.section("Library")
    page.paragraph(f"librtmulti ({bold('-lrtmulti')})")
    page.section("Synopsis")
    page.code(["#include <rtmulti.h>", "", "cc program.c $(pkg-config --cflags --libs rtmulti)"])
    page.section("Description")
    page.paragraph(f"What follows is the text of {bold('rtmulti.h')}.")
    _write(page, [Block([rest]), *opening[1:]])
    for section in header.sections:
        _write_section(page, section)
    page.section("See also")
    page.paragraph(f"{bold('rtmulti')}(1), {bold('pkg-config')}(1)")
    return page.text()


def _write_section(page: Page, section: Section) -> None:
    page.section(section.title)
    _write(page, blocks(section.comment))
    for entry in section.entries:
        _write_entry(page, entry)


def _write_entry(page: Page, entry: Entry) -> None:
    for number, prototype in enumerate(entry.prototypes):
        page.code(_wrapped(prototype), close=number > 0)
    if not entry.comment and not entry.members:
        return
    if entry.prototypes:
        page.indent()
    _write(page, blocks(entry.comment))
    for number, member in enumerate(entry.members):
        text = [line for block in blocks(member.comment) for line in block.lines]
        page.definition(bold(member.code), prose(" ".join(text)), close=number > 0)
    if entry.prototypes:
        page.outdent()


def _wrapped(prototype: str) -> list[str]:
    """A declaration in lines that fit; what follows the first is indented further than what is said of it."""
    if len(prototype) <= _CODE_COLUMNS:
        return [prototype]
    name, _, parameters = prototype.rpartition("(")
    lines = [name + "("]
    for parameter in re.split(r"(?<=,) ", parameters):
        gap = "" if lines == [name + "("] else " "
        if len(lines[-1] + gap + parameter) <= _CODE_COLUMNS:
            lines[-1] += gap + parameter
        else:
            lines.append(" " * 8 + parameter)
    return lines


def _write(page: Page, found: list[Block]) -> None:
    for block in found:
        first, *others = block.lines
        if re.fullmatch(r"[A-Z ]+", first):
            page.subsection(first.capitalize())
        elif block.mark:
            page.item(block.mark, _sentence(first))
        elif block.of_item:
            page.item("", _sentence(first))
        elif block.label:
            # A rule is cited here as everywhere: by its name.
            said = re.sub(r"[^ ]*#", "", first) if block.label == "Rules" else first
            page.run_on(f"{italic(block.label + ':')} {prose(said)}")
        else:
            page.paragraph(_sentence(first))
        for line in others:
            page.run_on(prose(line))


def _sentence(text: str) -> str:
    lead = _RUN_IN.match(text)
    return bold(lead[1]) + prose(text[lead.end() :]) if lead else prose(text)


if __name__ == "__main__":
    sys.exit(main())
