"""Takes the fields out of a client's event, with the refusals of the service when one is missing or wrong. Checking one
field at a time is all that happens here."""

from __future__ import annotations

import json
from typing import Any

from . import refusal

_ABSENT = object()
_DEEPEST = 64


def parse_event(message: str | bytes) -> dict[str, Any]:
    """The JSON object that a client sent."""
    try:
        event = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise refusal.not_json(str(error)) from error
    if not isinstance(event, dict):
        raise refusal.not_json("it is not an object")
    if _is_deep(event):
        raise refusal.not_json(f"it is nested deeper than {_DEEPEST}")
    return event


def _is_deep(event: dict[str, Any]) -> bool:
    """Whether what is kept of it and sent back could be too deep to be written."""
    level: list[Any] = [event]
    for _ in range(_DEEPEST):
        values = (table.values() if isinstance(table, dict) else table for table in level)
        level = [value for inner in values for value in inner if isinstance(value, (dict, list))]
        if not level:
            return False
    return True


def text(event: dict[str, Any], *path: str) -> str:
    """A text that must be there."""
    value = optional_text(event, *path)
    if value is None:
        raise refusal.missing(".".join(path))
    return value


def optional_text(event: dict[str, Any], *path: str) -> str | None:
    """A text that may be absent or null."""
    value = _find(event, path)
    if value is _ABSENT or value is None:
        return None
    if not isinstance(value, str):
        raise refusal.wrong_type(".".join(path), "a string", value)
    return value


def integer(event: dict[str, Any], *path: str) -> int:
    """An integer that must be there and is not negative (rule C1)."""
    value = _find(event, path)
    name = ".".join(path)
    if value is _ABSENT:
        raise refusal.missing(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal.wrong_type(name, "an integer", value)
    if value < 0:
        raise refusal.below_minimum(name, 0, value)
    return value


def number(event: dict[str, Any], maximum: float, *path: str) -> float | None:
    """A number from 0 to `maximum` that may be absent or null."""
    value = _find(event, path)
    name = ".".join(path)
    if value is _ABSENT or value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise refusal.wrong_type(name, "a number", value)
    if not 0 <= value <= maximum:
        raise refusal.out_of_range(name, maximum, value)
    return value


def table(event: dict[str, Any], *path: str) -> dict[str, Any] | None:
    """A JSON object that may be absent or null."""
    value = _find(event, path)
    if value is _ABSENT or value is None:
        return None
    if not isinstance(value, dict):
        raise refusal.wrong_type(".".join(path), "an object", value)
    return value


def choice(event: dict[str, Any], allowed: tuple[str, ...], *path: str) -> str | None:
    """A text out of a few, which may be absent or null."""
    value = optional_text(event, *path)
    if value is not None and value not in allowed:
        raise refusal.wrong_value(".".join(path), value, allowed)
    return value


def has(event: dict[str, Any], *path: str) -> bool:
    """Whether the field is there, null included."""
    return _find(event, path) is not _ABSENT


def _find(event: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = event
    for index, name in enumerate(path):
        if value is None:
            return _ABSENT
        if not isinstance(value, dict):
            raise refusal.wrong_type(".".join(path[:index]), "an object", value)
        value = value.get(name, _ABSENT)
        if value is _ABSENT:
            return _ABSENT
    return value
