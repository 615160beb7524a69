"""The conversations that everybody is compared by: what the model says, and where in it somebody interrupts. The 16 rows are
cases that were reported; any number more come from a seed. Who plays them, and what is right, stands elsewhere."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final, Literal

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
    """A message that is spoken; its first word says which one it is, so that a message that was cut off says it too."""
    return {"message": f"{number}: this is a message, and it is not short.", "audio_ms": ms}


_TWO = (says(1), says(2))
_CALL: dict[str, Any] = {"call": "slow_tool", "arguments": {}}
ROWS: Final = (
    Row("a", _TWO, None),
    Row("b", _TWO, Cut("began", 200, 2)),
    Row("c1", (says(1), {"pause_ms": 1000}, says(2)), Cut("ended", 100)),
    Row("c2", (says(1), {"pause_ms": 700}, says(2)), Cut("ended", 100)),
    Row("c3", _TWO, Cut("ended")),
    Row("d1", _TWO, Cut("sent", 5)),
    Row("d2", _TWO, Cut("announced"), pace=4),
    Row("d3", _TWO, Cut("sent", 120), latency_ms=400),
    Row("e", _TWO, Cut("began", 200)),
    Row("e5", tuple(says(number, 300) for number in range(1, 6)), Cut("began", 150, 2)),
    Row("e'", (says(1, 800), says(2, 800)), Cut("began", 200), pace=2),
    Row("f", (says(1, 1500), says(2)), Cut("began", 700)),
    Row("g", (says(1), {"message": "And this is only written.", "modality": "text"}), Cut("began", 200)),
    Row("h1", (says(1), _CALL, says(2)), Cut("began", 200, 2), is_tool=True),
    Row("h2", (says(1), _CALL, says(2)), Cut("began", 200), is_tool=True),
    Row("h3", (says(1), _CALL, {"pause_ms": 2500}, says(2)), Cut("ended", 200), is_tool=True),
)


def random_row(seed: int) -> Row:
    """A conversation from a seed: one to four messages, now and then a pause between them, at any pace, cut anywhere."""
    chance = random.Random(seed)
    count = chance.randint(1, 4)
    lengths_ms = [chance.randrange(200, 1200, 20) for _ in range(count)]
    output: list[dict[str, Any]] = []
    for number, length_ms in enumerate(lengths_ms, 1):
        if number > 1 and chance.random() < 0.25:
            output.append({"pause_ms": chance.randrange(100, 900, 50)})
        output.append(says(number, length_ms))
    message = chance.randint(1, count)
    cut = Cut("began", chance.randrange(10, lengths_ms[message - 1]), message) if chance.random() < 0.9 else None
    return Row(f"seed {seed}", tuple(output), cut, pace=chance.choice((0, 0, 2, 4)))
