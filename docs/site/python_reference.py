"""The Python reference: the docstrings of the package, in which a record, an enum or a function names each field,
member or parameter in a line of its own ("response_id: the response."). An extension of Sphinx on its autodoc."""

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
_DESCRIBED = re.compile(r"(?P<name>[A-Za-z]\w*): (?P<text>.*)")
_SET = re.compile(r"^ +self\.([a-z]\w*)(?:: ([^=\n]+))? = ", re.MULTILINE)


def _read_docstring(
    app: Sphinx, what: str, name: str, documented: object, options: object, lines: list[str]
) -> None:
    """Turns a docstring into reStructuredText, and its lines about members and parameters into descriptions of them."""
    if what == "data" and lines and "\n".join(lines).strip() == inspect.getdoc(type(documented)):
        lines[:] = _comment_of(name, documented)
    members, parameters = _members_of(documented), _parameters_of(documented)
    result: list[str] = []
    words: list[str] = []
    for block in blocks_of(lines):
        described = dict(_described(block))
        is_about_members = bool(described) and described.keys() <= members.keys()
        if not is_about_members and not (described and described.keys() <= parameters):
            words += [*block, ""]
            continue
        result += _PROSE.to_rest(words)
        words = []
        for part, text in described.items():
            said = _PROSE.inline(text)
            result += [*members[part], "", f"   {said}", ""] if is_about_members else [f":param {part}: {said}"]
        result += [""]
    lines[:] = result + _PROSE.to_rest(words)
    # Others explain themselves, or the class's sentence speaks of them.
    for field in _fields_of(documented):
        if members[field][0] not in lines:
            lines += [*members[field], ""]


def _comment_of(name: str, value: object) -> list[str]:
    """The comment at the place where a constant is defined, which may be another module than offers it."""
    short = name.rpartition(".")[2]
    for module in sorted(module for module in sys.modules if module.startswith("rtmulti.")):
        if vars(sys.modules[module]).get(short) is value:
            comments = ModuleAnalyzer.for_module(module).find_attr_docs()
            if ("", short) in comments:
                return comments["", short]
    return []


def _members_of(documented: object) -> dict[str, list[str]]:
    """The fields of a class, or the members of an enum, each with the directive that describes it."""
    if not inspect.isclass(documented):
        return {}
    if issubclass(documented, enum.Enum):
        values = {name: [f"   :value: {member.value}"] for name, member in documented.__members__.items()}
        return {name: [f".. attribute:: {name}", *value] for name, value in values.items()}
    types: dict[str, object] = {}
    for owner in reversed(documented.__mro__):
        if owner.__module__.startswith("rtmulti") and not dataclasses.is_dataclass(owner):
            types |= dict(_SET.findall(inspect.getsource(owner)))
        types |= inspect.get_annotations(owner)
    return {name: [f".. attribute:: {name}", *([f"   :type: {kind}"] if kind else [])] for name, kind in types.items()}


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


def _parameters_of(documented: object) -> set[str]:
    """What a function takes, or what makes an object of a class."""
    try:
        return set(inspect.signature(documented).parameters) if callable(documented) else set()
    except (TypeError, ValueError):
        return set()


def _described(block: list[str]) -> Iterator[tuple[str, str]]:
    """What a block of lines says of fields or parameters, if it speaks of nothing else."""
    name = text = ""
    for line in block:
        found = _DESCRIBED.fullmatch(line)
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


def _read_signature(
    app: Sphinx, what: str, name: str, documented: object, options: object, signature: str | None, answer: str | None
) -> tuple[str | None, str | None] | None:
    """Nobody calls an enum."""
    return ("", None) if inspect.isclass(documented) and issubclass(documented, enum.Enum) else None


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
