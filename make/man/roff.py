"""Writes manual pages: what a page is made of, in the words of man(7), and how plain text becomes safe in it. What a
page says is not known here.
"""

from __future__ import annotations

import os
import re
import time

# A minus, a quote, a hat and a tilde that can be copied out of the page as they were typed.
_ESCAPES = str.maketrans({"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"})
# What is printed bold wherever it stands: names of the ABI, and what the source sets in backticks.
_BOLD = re.compile(r"`([^`]+)`|\b((?:RTMULTI|rtmulti)_\w+(?:\.\.\.)?)")


def escape(text: str) -> str:
    """Plain text, so that roff prints it as it is: nothing in it is a request by accident."""
    text = text.translate(_ESCAPES)
    return "\\&" + text if text.startswith(".") else text


def prose(text: str) -> str:
    """A sentence: escaped, with the names in it bold."""
    pieces, end = [], 0
    for match in _BOLD.finditer(text):
        pieces.append(escape(text[end : match.start()]) if end or match.start() else "")
        pieces.append(bold(match[1] or match[2]))
        end = match.end()
    pieces.append(escape(text[end:]))
    return "".join(pieces)


def bold(text: str) -> str:
    """Words in bold."""
    return f"\\fB{escape(text)}\\fR"


def italic(text: str) -> str:
    """Words in italics, which a terminal underlines."""
    return f"\\fI{escape(text)}\\fR"


def quoted(text: str) -> str:
    """Escaped text as one argument of a request."""
    return '"' + text.replace('"', "\\(dq") + '"'


class Page:
    """One page, written from its top to its end."""

    def __init__(self, name: str, section: int, version: str, manual: str) -> None:
        # Made again from the same sources it is the same page: packagers say when those were written.
        seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
        date = time.strftime("%Y-%m-%d", time.gmtime(seconds))
        self._lines = [
            f".TH {name.upper()} {section} {date} {quoted(escape(f'rtmulti {version}'))} {quoted(escape(manual))}",
            # Names are long: no word is broken, and no line is stretched.
            ".nh",
            ".ad l",
        ]

    def section(self, title: str) -> None:
        """A heading."""
        self._lines.append(f".SH {quoted(escape(title.upper()))}")

    def subsection(self, title: str) -> None:
        """A heading within a section."""
        self._lines.append(f".SS {quoted(escape(title))}")

    def paragraph(self, roff: str) -> None:
        """A paragraph, with a blank line before it unless it is the first below a heading or in an indent."""
        if not self._is_first():
            self._lines.append(".PP")
        self._lines.append(roff)

    def run_on(self, roff: str) -> None:
        """Text on a new line of the same paragraph."""
        self._lines += [".br", roff]

    def go_on(self, roff: str) -> None:
        """More of the sentence before."""
        self._lines.append(roff)

    def item(self, mark: str, roff: str) -> None:
        """A paragraph of a list, behind its mark; behind no mark it belongs to the item before."""
        self._lines += [f".IP {quoted(escape(mark))} 4", roff]

    def definition(self, term: str, roff: str, close: bool = False) -> None:
        """A term, and indented below it what it means, if that is said; `close` leaves no blank line before it."""
        request = [".TP 4", term, roff] if roff else [".PP", term]
        self._lines += [".PD 0", *request, ".PD"] if close else request

    def code(self, lines: list[str], close: bool = False) -> None:
        """Lines as they are, in bold; `close` leaves no blank line before them."""
        start = [".PD 0", ".PP", ".PD"] if close else [".PP"]
        if self._is_first() and not self._lines[-1].startswith(".RS"):
            start = []
        self._lines += [*start, ".nf", *(bold(line) if line else "" for line in lines), ".fi"]

    def indent(self) -> None:
        """What follows is indented, until `outdent`."""
        self._lines.append(".RS 4")

    def outdent(self) -> None:
        """Ends an `indent`."""
        self._lines.append(".RE")

    def _is_first(self) -> bool:
        return self._lines[-1].startswith((".SH", ".SS", ".RS"))

    def text(self) -> str:
        """The whole page."""
        return "\n".join(self._lines) + "\n"
