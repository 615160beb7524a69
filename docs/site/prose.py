"""Turns the plain words of a comment or a docstring into reStructuredText: paragraphs, points, charts, and the lines
that begin with "Errors:" or "Rules:". Whoever writes a comment need not know that this is done, so whatever looks like
markup by chance is escaped here. Nothing here knows what the words are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: How the last lines of a comment begin: what may go wrong, where it may be called, how long what it answers lives.
_FIELD = re.compile(r"(?P<name>Errors|Thread|In a callback|Memory|Rules): (?P<text>.*)")
#: A sentence about the answer, inside of such a line.
_RETURNS = re.compile(r"(?<=\.) (?=Returns )")
_POINT = re.compile(r"(?P<mark>\d+\.|-) +(?=\S)")
#: "UNITS. A frame is ...": a word that stands for a heading. By itself on a line it is one.
_LEAD = re.compile(r"(?P<word>[A-Z][A-Z_]{3,})\. (?=[A-Z\"])")
_LEAD_OF_POINT = re.compile(r"(?P<word>[A-Z]\w+)\. (?=[A-Z])")
_HEADING = re.compile(r"[A-Z][A-Z ]{3,}")
#: A line of a table that was made with blanks.
_COLUMNS = re.compile(r"\S.*\S {3,}\S.*|\S+ {3,}\S.*")
#: What docutils would take for the beginning of a list, an option, a field or a directive.
_LOOKS_LIKE_MARKUP = re.compile(r"[^\w`\"]|(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+)[.)] ")
_CODE = (
    r"`(?P<quoted>[^`]+)`|(?P<name>"
    r"(?<![\w/.])[A-Za-z]\w*(?:\.\w+)*\(\)"  # close(), Session.poll()
    r"|\b[A-Z]\w+(?<!RULES)(?:\.\w+)+"  # Config.wire
    r"|\b[a-z]+\.\w*_\w*"  # config.clear_timeout_ms
    r"|(?<![\w/.])(?:[a-z]\w{2,})?(?:\.[a-z]\w{2,})+(?![\w/])"  # session.created, .updated
    r"|\b(?:rtmulti|RTMULTI)_\w+\.\.\."
    r"|\b\w*[A-Za-z0-9]_\w+(?:\.[a-z]\w*)*"  # write_ahead_ms, rtmulti_config.server
    r"|(?<=\bSee )[A-Z]\w+(?=\.$)"  # See Playback.
    r"|(?<![A-Z] )\b(?:WORDS)\b(?! [A-Z]{2})"
    r")"
)
_SPECIAL = re.compile(r"([\\*`|_])")


class Prose:
    """Reads comments in which these words are names of the code. `language` is that of their charts and examples."""

    def __init__(self, words: Iterable[str], language: str) -> None:
        self._language = language
        self._code = re.compile(_CODE.replace("WORDS", "|".join(map(re.escape, words)) or r"\B\b"))

    def to_rest(self, lines: Iterable[str]) -> list[str]:
        """The same words as reStructuredText."""
        result: list[str] = []
        point_indent = 0  # where the words of the point stand that we are in
        chart_indent = 0  # where the chart stands that we are in
        for block in blocks_of(lines):
            indent = indent_of(block[0])
            point_indent = point_indent if indent >= point_indent else 0
            chart_indent = chart_indent if indent >= 2 else 0
            if _POINT.match(block[0]):
                for mark, text in _points(block):
                    point_indent = len(mark) + 1
                    result += [f"{mark} {self._led(text, _LEAD_OF_POINT.match(text))}", ""]
            elif all(map(_COLUMNS.fullmatch, block)):
                result += [".. code-block:: text", "", *(f"   {line}" for line in block), ""]
            elif point_indent or indent < 2:
                result += [f"{' ' * point_indent}{line}".rstrip() for line in self._paragraph(block)]
            else:
                result += [] if chart_indent else [f".. code-block:: {self._language}", ""]
                chart_indent = chart_indent or indent
                result += [*(f"   {line[chart_indent:]}" for line in block), ""]
        return result

    def inline(self, text: str) -> str:
        """A text on one line: names, and what is in backticks, as code, and all else as it is."""
        result = ""
        before = 0
        for found in [*self._code.finditer(text), None]:
            plain = text[before : found.start()] if found else text[before:]
            glue = "\\ " if before and plain and not plain[0].isspace() else ""
            result += glue + _escaped(plain)
            if found:
                glue = "\\ " if result and not result[-1].isspace() else ""
                result += f"{glue}``{found['quoted'] or found['name']}``"
                before = found.end()
        return "\\ " + result if _LOOKS_LIKE_MARKUP.match(result) else result

    def _led(self, text: str, lead: re.Match[str] | None) -> str:
        """A text of which the first word is its heading."""
        return f"**{_escaped(lead['word'])}.** {self.inline(text[lead.end() :])}" if lead else self.inline(text)

    def _paragraph(self, block: list[str]) -> Iterator[str]:
        """A block of sentences, the last of which may be about errors, threads or rules."""
        text = ""
        fields: list[list[str]] = []
        for line in map(str.strip, block):
            found = _FIELD.fullmatch(line)
            if found:
                fields.append([found["name"], found["text"]])
            elif fields:
                fields[-1][1] += f" {line}"
            else:
                text = f"{text} {line}".strip()
        if text:
            text = re.sub("::$", ":", text)  # an example follows
            is_heading = _HEADING.fullmatch(text)
            yield f".. rubric:: {text.capitalize()}" if is_heading else self._led(text, _LEAD.match(text))
            yield ""
        for name, words in fields:
            if name == "Rules":  # docs/rules/RULES.md#A1, #A2
                words = ", ".join(re.findall(r"#(\w+)", words)) or words
            words, *answers = _RETURNS.split(words)
            yield f":{name}: {self.inline(words)}"
            yield from (f":Returns: {self.inline(answer.removeprefix('Returns '))}" for answer in answers)
        if fields:
            yield ""


def blocks_of(lines: Iterable[str]) -> Iterator[list[str]]:
    """The lines between blank ones."""
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield block
            block = []


def indent_of(line: str) -> int:
    """How far a line is indented."""
    return len(line) - len(line.lstrip())


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _points(block: list[str]) -> Iterator[tuple[str, str]]:
    """The points of a block, each with its mark."""
    mark, words = "", ""
    for line in block:
        found = _POINT.match(line)
        if found and mark:
            yield mark, words
        mark = found["mark"] if found else mark
        words = line[found.end() :] if found else f"{words} {line.strip()}"
    yield mark, words
