"""The text of include/rtmulti.h, read as a person reads it: its manual, its sections, and a copy in which each comment
stands before what it documents, as hawkmoth wants it. Nothing here knows of Sphinx."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

_BANNER = re.compile(r"^/\* -{20,}\n(?P<text>.*?)\n \* -{20,} \*/$", re.MULTILINE | re.DOTALL)
#: What is declared on a line of the outermost level, behind its comment.
_DECLARED = re.compile(
    r"^(?:#define (?P<macro>RTMULTI_\w+)[ \t]+\S"
    r"|enum (?P<enum>rtmulti_\w+) \{"
    r"|typedef struct (?P<struct>rtmulti_\w+) \{"
    r"|typedef struct (?P<opaque>rtmulti_\w+) \w+;"
    r"|typedef .*?\(\*(?P<function_type>rtmulti_\w+)\)\("
    r"|typedef \w+ (?P<type>rtmulti_\w+);"
    r"|(?!typedef )\w[\w *]*?\b(?P<function>rtmulti_\w+)\()",
    re.MULTILINE,
)
#: Which directive of hawkmoth documents it.
_DIRECTIVES = {
    "macro": "automacro",
    "enum": "autoenum",
    "struct": "autostruct",
    "opaque": "autotype",
    "function_type": "autotype",
    "type": "autotype",
    "function": "autofunction",
}
#: A member, an enumerator or a macro with its comment behind it.
_COMMENT_BEHIND = re.compile(r"^(?P<code>[ \t]*\S[^\n]*?)[ \t]*/\*\*<(?P<text>.*?)\*/[ \t]*$", re.MULTILINE | re.DOTALL)
_BODY = re.compile(
    r"^(?P<head>(?:typedef struct|enum) (?P<name>rtmulti_\w+) \{\n)(?P<body>.*?)^\}", re.MULTILINE | re.DOTALL
)
_VALUES = re.compile(r"(?P<type>rtmulti_\w+?)(?P<what>_values|_flag_bits)")


@dataclass(frozen=True)
class Declared:
    """Something that the header declares, and the directive that documents it."""

    name: str
    directive: str


@dataclass
class Section:
    """What stands behind one banner, up to the next: the words below its title, and what is declared there."""

    title: str
    prose: list[str]
    declared: list[Declared] = field(default_factory=list)


def sections_of(header: str) -> list[Section]:
    """The sections in their order; the first, without a title, is what stands before all banners."""
    code = _without_comments(header)
    banners = list(_BANNER.finditer(header))
    starts = [0, *(banner.end() for banner in banners)]
    ends = [*(banner.start() for banner in banners), len(header)]
    sections = [Section("", [])]
    for banner in banners:
        title, *prose = comment_lines(banner["text"])
        sections.append(Section(title, prose))
    for section, start, end in zip(sections, starts, ends, strict=True):
        for found in _DECLARED.finditer(code, start, end):
            kind = str(found.lastgroup)
            section.declared.append(Declared(found[kind], _DIRECTIVES[kind]))
    return sections


def short_names_of(header: str) -> dict[str, str]:
    """What the header's sentences call a number: BUSY is RTMULTI_ERROR_BUSY, and PACED is RTMULTI_DRIVER_PACED. Where
    two have the same short name, the one that stands first has it."""
    names: dict[str, str] = {}
    for found in _BODY.finditer(header):
        numbers = re.findall(r"^ +(RTMULTI_\w+)", found["body"], re.MULTILINE)
        common = os.path.commonprefix(numbers).rpartition("_")[0] + "_"  # noqa: RUF071 - of the characters
        for number in numbers:
            names.setdefault(number.removeprefix("RTMULTI_ERROR_").removeprefix(common), number)
    return names


def manual_of(header: str) -> list[str]:
    """The lines of the comment at the top of the file."""
    return comment_lines(header[header.index("/**") + 3 : header.index("*/")])


def comment_lines(text: str) -> list[str]:
    """The lines of a comment without its stars."""
    lines = [re.sub(r"^ ?\* ?", "", line).rstrip() for line in text.strip("\n").splitlines()]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return lines


def with_comments_before(header: str) -> str:
    """The same header for hawkmoth, which gives a comment to what follows it, and leaves out what has none: comments
    from behind stand before, each member has one, and so has each enum."""
    start = header.index("*/") + 2
    moved = _COMMENT_BEHIND.sub(_put_before, header[start:])
    return header[:start] + _BODY.sub(_comment_all, moved)


def _put_before(found: re.Match[str]) -> str:
    indent = re.match(r"[ \t]*", found["code"])
    assert indent is not None
    lines = [re.sub(r"^[ \t]*\* ?", "", line.strip()) for line in found["text"].splitlines()]
    return f"{indent[0]}/** {' '.join(filter(None, lines))} */\n{found['code']}"


def _comment_all(found: re.Match[str]) -> str:
    lines: list[str] = []
    is_comment = has_comment = False
    for line in found["body"].splitlines():
        if line.lstrip().startswith("/**"):
            is_comment = has_comment = True
        if not is_comment and line.strip():
            if not has_comment:
                lines.append("  /** */")
            has_comment = False
        if "*/" in line:
            is_comment = False
        lines.append(line)
    values = _VALUES.fullmatch(found["name"])
    said = ""
    if values:
        what, kind = ("values", "") if values["what"] == "_values" else ("bits", "_flags")
        said = f"/** The {what} of `{values['type']}{kind}`. */\n"
    return said + found["head"] + "".join(f"{line}\n" for line in lines) + "}"


def _without_comments(header: str) -> str:
    """As long as the header, with blanks where its comments are."""
    return re.sub(r"/\*.*?\*/", lambda found: re.sub(r"[^\n]", " ", found[0]), header, flags=re.DOTALL)
