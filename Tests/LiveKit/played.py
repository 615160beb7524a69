"""What came of a row: plain facts of the listener, the server, LiveKit's histories and the wire. They are gathered in stage.py,
and judged in judge.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Said:
    """An assistant's message in a history."""

    item_id: str
    text: str
    interrupted: bool


@dataclass(slots=True)
class Played:
    """What came of a row."""

    heard_ms: dict[str, float]  # by item
    numbers: dict[str, int]  # of the items that have audio
    texts: dict[str, str]  # as generated, by item
    lines: list[Any]  # the strict server's verdict over what has audio, item by item
    refusals: list[str]
    local: list[Said]
    mirror: list[Said]
    added: list[Said]  # conversation_item_added
    replayed: list[dict[str, Any]]
    states: list[str]
    shown: list[str]
    errors: list[str]
    problem: str
    heard_texts: dict[str, str]  # the words that the accounts say were heard, by item
    gaps_ms: list[float]
    sent: list[dict[str, Any]]
    warnings: list[str]  # of the wrapper
