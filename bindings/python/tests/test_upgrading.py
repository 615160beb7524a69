"""The names in docs/upgrading.md: what stands under "now" is there today, what stands under "before" is not, and a
table of what means something else now speaks of names that are there."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path

import c_header
import pytest

import rtmulti
import rtmulti.enums

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")
HEADER = c_header.HEADER.read_text(encoding="utf-8")
STRUCTS = c_header.read().structs
C_NAME = re.compile(r"(rtmulti|RTMULTI)_\w+(\.\w+)?")
PYTHON_NAME = re.compile(r"([A-Z]\w+)(?:\.(\w+))?(?:\((\w+)=\))?")


def rows(columns: int) -> list[list[str]]:
    """The rows of all tables of so many columns."""
    lines = (line for line in PAGE.splitlines() if line.startswith("| "))
    cells = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    return [row for row in cells if len(row) == columns and row[0] not in ("before", "what")]


def names(cell: str) -> list[str]:
    """What stands in a cell as code, and is a whole name of C or Python."""
    spans = re.findall(r"`([^`]+)`", cell)
    is_name = (C_NAME.fullmatch(span) or PYTHON_NAME.fullmatch(span) for span in spans)
    return [span for span, match in zip(spans, is_name) if match and "rtmulti_x" not in span]


def is_there(name: str) -> bool:
    """Whether today's header or package has it."""
    if C_NAME.fullmatch(name):
        first, _, field = name.partition(".")
        return (
            any(field == one for _, one in STRUCTS[first]) if field else re.search(rf"\b{name}\b", HEADER) is not None
        )
    match = PYTHON_NAME.fullmatch(name)
    assert match is not None
    kind, member, parameter = match.groups()
    owner = getattr(rtmulti, kind, None) or getattr(rtmulti.enums, kind, None)
    if owner is None or (member and not _has(owner, member)):
        return False
    taker = getattr(owner, member) if member else owner
    return parameter is None or parameter in inspect.signature(taker).parameters


def _has(owner: type, member: str) -> bool:
    is_field = dataclasses.is_dataclass(owner) and member in {field.name for field in dataclasses.fields(owner)}
    return is_field or hasattr(owner, member)


BEFORE = sorted({name for row in rows(2) for name in names(row[0])} - {"rtmulti_sink", "rtmulti_handlers"})
NOW = sorted(
    {name for row in rows(2) for name in names(row[1])}
    | {name for row in rows(3) for cell in row for name in names(cell)}
)


def test_the_page_has_tables() -> None:
    assert len(BEFORE) > 30 and len(NOW) > 50


@pytest.mark.parametrize("name", BEFORE)
def test_a_name_from_before_is_gone(name: str) -> None:
    assert not is_there(name)


@pytest.mark.parametrize("name", NOW)
def test_a_name_of_today_is_there(name: str) -> None:
    assert is_there(name)
