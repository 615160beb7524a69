"""Reads include/rtmulti.h as a person does: its opening words, its sections, and in each the declarations with what is
said of them. How that looks on a page is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_COMMENT = re.compile(r"/\*\*?<?(.*?)\*/", re.DOTALL)
_BANNER = re.compile(r"^/\* -{20,}\n \* (.*?)\n \* -{20,} \*/$", re.DOTALL | re.MULTILINE)


@dataclass
class Member:
    """A value of an enum, a field of a struct or a constant, and what is said of it."""

    code: str
    comment: list[str]


@dataclass
class Entry:
    """What one comment is about: one declaration, or a few that stand together."""

    comment: list[str]
    prototypes: list[str] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)


@dataclass
class Section:
    """A part of the header between two banners."""

    title: str
    comment: list[str]
    entries: list[Entry]


@dataclass
class Header:
    """The header, from its top to its end."""

    version: str
    comment: list[str]
    sections: list[Section]


def read(text: str) -> Header:
    """The header's text, taken apart. Raises ValueError for a line that it cannot place."""
    version = re.search(r'#define RTMULTI_VERSION "(.*)"', text)
    opening = _COMMENT.match(text)
    if not version or not opening:
        raise ValueError("the header must begin with its manual and define RTMULTI_VERSION")
    inside = re.search(r'extern "C" \{\n#endif\n(.*)\n#ifdef __cplusplus\n\}', text, re.DOTALL)
    if not inside:
        raise ValueError('the header declares nothing inside of extern "C"')
    first, *rest = _BANNER.split(inside[1])
    sections = [Section("The library", [], _entries(first))]
    for banner, body in zip(rest[::2], rest[1::2], strict=True):
        title, *comment = _lines(banner)
        sections.append(Section(title, comment, _entries(body)))
    return Header(version[1], _lines(opening[1]), sections)


def _lines(comment: str) -> list[str]:
    """The lines of a comment without its stars, from the first that says something to the last."""
    first, *others = comment.split("\n")
    lines = [first.strip(), *(re.sub(r"^\s*\* ?", "", line).rstrip() for line in others)]
    said = [number for number, line in enumerate(lines) if line]
    return lines[said[0] : said[-1] + 1] if said else []


def _entries(body: str) -> list[Entry]:
    """The entries of a section. One begins with a comment at the margin, or behind a blank line."""
    entries: list[Entry] = []
    for stanza in re.split(r"\n(?:\n+|(?=/\*(?!\*<)))", _blanks_kept_in_comments(body).strip("\n")):
        stanza = stanza.replace("\0", "\n")
        if not stanza.strip():
            continue
        comment = _COMMENT.match(stanza)
        entry = Entry(_lines(comment[1]) if comment else [])
        _declarations(stanza[comment.end() :] if comment else stanza, entry)
        entries.append(entry)
    return entries


def _blanks_kept_in_comments(body: str) -> str:
    """The text with a NUL for each end of a line inside of comments and braces: no entry begins there."""
    inside = re.compile(r"/\*.*?\*/|\{.*?\n\}", re.DOTALL)
    return inside.sub(lambda match: match[0].replace("\n", "\0"), body)


_DECLARATION = re.compile(
    r"""\s*(?:
      \#define\ (?P<constant>\w+)\ +(?P<value>\S+)(?:\ +(?P<of_constant>/\*\*<.*?\*/))?
    | (?:typedef\ )?(?:enum|struct)\ (?P<tag>\w+)\ \{(?P<members>.*?)\n\}\ ?(?P<name>\w*);
    | (?P<prototype>[^;{}\#/]+;)
    )""",
    re.VERBOSE | re.DOTALL,
)


def _declarations(code: str, entry: Entry) -> None:
    place = 0
    while code[place:].strip():
        match = _DECLARATION.match(code, place)
        if not match:
            raise ValueError(f"this is no declaration as the header has them: {code[place:].strip()[:80]}")
        place = match.end()
        if match["constant"]:
            constant = f"#define {match['constant']} {match['value']}"
            if comment := _COMMENT.match(match["of_constant"] or ""):
                entry.members.append(Member(constant, _lines(comment[1])))
            else:
                entry.prototypes.append(constant)
        elif match["prototype"]:
            entry.prototypes.append(" ".join(match["prototype"].split()))
        else:
            if match["name"]:
                entry.prototypes.append(f"typedef struct {match['tag']} {match['name']};")
            entry.members += _members(match["members"])


def _members(body: str) -> list[Member]:
    """The members of an enum or a struct: their comment stands before them (`/**`) or behind them (`/**<`)."""
    members: list[Member] = []
    before: list[str] = []
    for comment, code in re.findall(r"(/\*.*?\*/)|([^/]+)", body, re.DOTALL):
        if comment.startswith("/**<"):
            members[-1].comment += _lines(_COMMENT.match(comment)[1])  # type: ignore[index]
        elif comment:
            before = _lines(_COMMENT.match(comment)[1])  # type: ignore[index]
        for declaration in filter(None, (" ".join(part.split()) for part in re.split(r"[;,]", code))):
            members.append(Member(declaration, before))
            before = []
    return members
