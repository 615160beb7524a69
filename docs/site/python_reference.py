"""The Python reference: the docstrings of the package, in which a record and an enum name each field and each member in
a line of its own ("response_id: the response."). An extension of Sphinx on its autodoc."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
import sys
from collections.abc import Iterator

import rtmulti
from prose import Prose, blocks_of, indent_of
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.ext.autodoc.mock import mock  # type: ignore[attr-defined]
from sphinx.pycode import ModuleAnalyzer

#: Names of the code are, in the sentences of docstrings, those that are no word of English, and what a call answers.
_PROSE = Prose(
    [name for name in rtmulti.__all__ if re.search("[a-z][A-Z]", name)]
    + [member.removeprefix("ERROR_") for member in rtmulti.Result.__members__],
    "default",
)
_MEMBER = re.compile(r"(?P<name>[A-Za-z]\w*): (?P<text>.*)")


def _read_docstring(
    app: Sphinx, what: str, name: str, documented: object, options: object, lines: list[str]
) -> None:
    """Turns a docstring into reStructuredText, and its lines about members into descriptions of these."""
    members = _members_of(documented) if what in ("class", "exception") else {}
    result: list[str] = []
    words: list[str] = []
    for block in blocks_of(lines):
        described = dict(_described(block))
        if described and described.keys() <= members.keys():
            result += _PROSE.to_rest(words)
            words = []
            for member, text in described.items():
                result += [f".. attribute:: {member}", *members[member], "", f"   {_PROSE.inline(text)}", ""]
        else:
            words += [*block, ""]
    lines[:] = result + _PROSE.to_rest(words)
    # Others explain themselves, or the class's sentence speaks of them.
    for member in _fields_of(documented) if members else ():
        if f".. attribute:: {member}" not in lines:
            lines += [f".. attribute:: {member}", *members[member], ""]


def _read_signature(
    app: Sphinx, what: str, name: str, documented: object, options: object, signature: str | None, answer: str | None
) -> tuple[str | None, str | None] | None:
    """Nobody calls an enum."""
    return ("", None) if inspect.isclass(documented) and issubclass(documented, enum.Enum) else None


def _members_of(documented: object) -> dict[str, list[str]]:
    """The fields of a record, or the members of an enum, each with what its description says of type and value."""
    if not inspect.isclass(documented):
        return {}
    if issubclass(documented, enum.Enum):
        return {name: [f"   :value: {member.value}"] for name, member in documented.__members__.items()}
    found: dict[str, list[str]] = {}
    for owner in reversed(documented.__mro__):
        for name, kind in inspect.get_annotations(owner).items():
            found[name] = [f"   :type: {kind}"]
        for name, value in vars(owner).items():
            if isinstance(value, property):
                found.setdefault(name, [])
    return found


def _fields_of(documented: object) -> list[str]:
    """The members of an enum, or the fields of a dataclass, but those with a comment of their own: autodoc has them."""
    if isinstance(documented, enum.EnumMeta):
        names = list(documented.__members__)
    elif inspect.isclass(documented) and dataclasses.is_dataclass(documented):
        names = [field.name for field in dataclasses.fields(documented) if not field.name.startswith("_")]
    else:
        return []
    commented = ModuleAnalyzer.for_module(documented.__module__).find_attr_docs()
    return [name for name in names if (documented.__qualname__, name) not in commented]


def _described(block: list[str]) -> Iterator[tuple[str, str]]:
    """What a block of lines says of members, if it speaks of nothing else."""
    name = text = ""
    for line in block:
        found = _MEMBER.fullmatch(line)
        if found:
            if name:
                yield name, text
            name, text = found["name"], found["text"]
        elif name and indent_of(line):
            text += f" {line.strip()}"
        else:
            yield "", ""
            return
    yield name, text


def _import_integrations(app: Sphinx, config: Config) -> None:
    """What the package offers as rtmulti.livekit is a module of another name, which autodoc would not find."""
    with mock(config.autodoc_mock_imports):
        for name in ("livekit", "openai_agents", "pipecat"):
            sys.modules[f"rtmulti.{name}"] = getattr(rtmulti, name)


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    app.connect("config-inited", _import_integrations)
    app.connect("autodoc-process-docstring", _read_docstring)
    app.connect("autodoc-process-signature", _read_signature)
    return {"parallel_read_safe": True}
