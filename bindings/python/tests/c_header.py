"""Reads include/rtmulti.h for the tests: its functions, structs, callbacks and numbers. No test lives here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
HEADER = REPOSITORY / "include" / "rtmulti.h"


@dataclass
class Header:
    """What the header declares, as it is written there."""

    #: name: (result, parameter types)
    functions: dict[str, tuple[str, list[str]]]
    #: name: [(type, field)]
    structs: dict[str, list[tuple[str, str]]]
    #: name of the type of a callback: (result, parameter types)
    callbacks: dict[str, tuple[str, list[str]]]
    #: name of a type that is a number: the type of fixed width that it is
    numbers: dict[str, str]
    constants: dict[str, int]


def _type_of(parameter: str) -> str:
    """A parameter's type: without its name, with "*" at the end of each pointer."""
    parameter = " ".join(parameter.replace("*", " * ").split())
    if parameter == "void":
        return ""
    words = parameter.split()
    if words[-1] != "*" and len(words) > 1:
        words.pop()
    return " ".join(words).replace(" *", "*")


def _parameters(text: str) -> list[str]:
    return [kind for kind in map(_type_of, text.split(",")) if kind]


def _fields(body: str) -> list[tuple[str, str]]:
    fields = []
    for declaration in filter(None, (part.strip() for part in body.split(";"))):
        name = re.search(r"(\w+)$", declaration)
        assert name, declaration
        fields.append((_type_of(declaration), name[1]))
    return fields


def read() -> Header:
    """The header, read anew."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(encoding="utf-8"), flags=re.DOTALL)
    constants: dict[str, int] = {}
    for name, value in re.findall(r"\b(RTMULTI_\w+)\s*=\s*([^,}\s][^,}]*)", text):
        number, _, shift = value.replace("u", "").partition("<<")
        constants[name] = int(number) << int(shift or 0)
    for name, value in re.findall(r"#define (RTMULTI_ABI|RTMULTI_NOW|RTMULTI_UNLIMITED) (\S+)", text):
        number = value.removeprefix("INT64_C(").removesuffix(")")
        constants[name] = 2**32 - 1 if value == "UINT32_MAX" else int(number)
    structs = {
        name: _fields(body) for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", text, flags=re.DOTALL)
    }
    outside = re.sub(r"typedef struct \w+ \{.*?\} \w+;", "", text, flags=re.DOTALL)
    functions = {
        name: (_type_of(result + " x"), _parameters(parameters))
        for result, name, parameters in re.findall(
            r"^([\w ]+?[ *]+)(rtmulti_\w+)\(([^()]*)\);", outside, flags=re.MULTILINE
        )
    }
    callbacks = {
        name: (result, _parameters(parameters))
        for result, name, parameters in re.findall(r"typedef (\w+) \(\*(\w+)\)\(([^()]*)\);", outside)
    }
    numbers = {name: width for width, name in re.findall(r"typedef (u?int\d+_t) (\w+);", outside)}
    return Header(functions, structs, callbacks, numbers, constants)
