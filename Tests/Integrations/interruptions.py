"""Where in a response somebody interrupts, and how: the sixteen rows that every integration plays. How they are played,
and what is right, is each suite's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

#: Who interrupts: the application, or the user's speech with a server that cancels by itself, or with one that does not.
How = Literal["api", "vad", "vadoff"]
HOWS: tuple[How, ...] = ("api", "vad", "vadoff")
MESSAGE_MS = 500


@dataclass(frozen=True, slots=True)
class Cut:
    """When somebody interrupts: `ms` after a message (counted from 1) began or ended in the listener's ear, after the user's
    message was sent, or after the server announced an item."""

    when: Literal["began", "ended", "sent", "announced"]
    ms: int = 0
    message: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation: what the model says, and how fast (times real time; 0 at once).

    latency_ms: how long the player takes to begin.
    is_tool: the response calls a tool that takes 1.5 s.
    """

    name: str
    output: tuple[dict[str, Any], ...]
    cut: Cut | None
    pace: float = 0
    latency_ms: int = 0
    is_tool: bool = False


def says(number: int, ms: int = MESSAGE_MS) -> dict[str, Any]:
    """A message, as the strict server's scripts have it."""
    return {"message": f"This is message number {number}, and it is not short.", "audio_ms": ms}


TWO = (says(1), says(2))
CALL = {"call": "slow_tool", "arguments": {}}
ROWS = (
    Row("a", TWO, None),
    Row("b", TWO, Cut("began", 200, 2)),
    Row("c1", (says(1), {"pause_ms": 1000}, says(2)), Cut("ended", 100)),
    Row("c2", (says(1), {"pause_ms": 700}, says(2)), Cut("ended", 100)),
    Row("c3", TWO, Cut("ended")),
    Row("d1", TWO, Cut("sent", 5)),
    Row("d2", TWO, Cut("announced"), pace=4),
    Row("d3", TWO, Cut("sent", 120), latency_ms=400),
    Row("e", TWO, Cut("began", 200)),
    Row("e5", tuple(says(number, 300) for number in range(1, 6)), Cut("began", 150, 2)),
    Row("e'", (says(1, 800), says(2, 800)), Cut("began", 200), pace=2),
    Row("f", (says(1, 1500), says(2)), Cut("began", 700)),
    Row("g", (says(1), {"message": "And this is only written.", "modality": "text"}), Cut("began", 200)),
    Row("h1", (says(1), CALL, says(2)), Cut("began", 200, 2), is_tool=True),
    Row("h2", (says(1), CALL, says(2)), Cut("began", 200), is_tool=True),
    Row("h3", (says(1), CALL, {"pause_ms": 2500}, says(2)), Cut("ended", 200), is_tool=True),
)
