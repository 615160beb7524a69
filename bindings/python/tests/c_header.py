"""Reads include/rtmulti.h for the tests: its functions, structs, callbacks and constants. No test lives here."""

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
    #: name: [(type, field)]; a callback has the type "result (parameter types)"
    structs: dict[str, list[tuple[str, str]]]
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
        callback = re.fullmatch(r"(.+?)\(\*(\w+)\)\((.*)\)", " ".join(declaration.split()))
        if callback:
            result, name, parameters = callback.groups()
            fields.append((f"{result.strip()} ({', '.join(_parameters(parameters))})", name))
        else:
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
    for name, value in re.findall(r"#define (RTMULTI_ABI|RTMULTI_UNLIMITED) (\S+)", text):
        constants[name] = 2**32 - 1 if value == "UINT32_MAX" else int(value)
    structs = {
        name: _fields(body)
        for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", text, flags=re.DOTALL)
    }
    outside = re.sub(r"typedef struct \w+ \{.*?\} \w+;", "", text, flags=re.DOTALL)
    functions = {
        name: (_type_of(result + " x"), _parameters(parameters))
        for result, name, parameters in re.findall(
            r"^([\w ]+?[ *]+)(rtmulti_\w+)\(([^()]*)\);", outside, flags=re.MULTILINE
        )
    }
    return Header(functions, structs, constants)
