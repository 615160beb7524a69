"""What is played with openai-agents: the messages of a response, where in it somebody interrupts, and how. How it is played
stands in agent_conversation.py, what is right in agent_judge.py."""

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


def _says(number: int, ms: int = MESSAGE_MS) -> dict[str, Any]:
    return {"message": f"This is message number {number}, and it is not short.", "audio_ms": ms}


_TWO = (_says(1), _says(2))
_CALL = {"call": "slow_tool", "arguments": {}}
ROWS = (
    Row("a", _TWO, None),
    Row("b", _TWO, Cut("began", 200, 2)),
    Row("c1", (_says(1), {"pause_ms": 1000}, _says(2)), Cut("ended", 100)),
    Row("c2", (_says(1), {"pause_ms": 700}, _says(2)), Cut("ended", 100)),
    Row("c3", _TWO, Cut("ended")),
    Row("d1", _TWO, Cut("sent", 5)),
    Row("d2", _TWO, Cut("announced"), pace=4),
    Row("d3", _TWO, Cut("sent", 120), latency_ms=400),
    Row("e", _TWO, Cut("began", 200)),
    Row("e5", tuple(_says(number, 300) for number in range(1, 6)), Cut("began", 150, 2)),
    Row("e'", (_says(1, 800), _says(2, 800)), Cut("began", 200), pace=2),
    Row("f", (_says(1, 1500), _says(2)), Cut("began", 700)),
    Row("g", (_says(1), {"message": "And this is only written.", "modality": "text"}), Cut("began", 200)),
    Row("h1", (_says(1), _CALL, _says(2)), Cut("began", 200, 2), is_tool=True),
    Row("h2", (_says(1), _CALL, _says(2)), Cut("began", 200), is_tool=True),
    Row("h3", (_says(1), _CALL, {"pause_ms": 2500}, _says(2)), Cut("ended", 200), is_tool=True),
)
#: Rows that are played once more in ways of their own; see agent_conversation.Way.
SPECIAL = {
    "a guardrail trips": Row("guardrail", (_says(1, 1500), _says(2)), None, pace=2),
    "the tracker is told from a thread": Row("thread", _TWO, Cut("began", 200)),
    "interrupt(), and send_message() at once": Row("again", (_says(1, 1500), _says(2)), Cut("began", 300), pace=2),
    "a tool's answer is not wanted after a cut": Row("quiet", (_says(1), _CALL, _says(2)), Cut("began", 200), is_tool=True),
    "a player of 100 ms blocks": Row("blocks", _TWO, Cut("began", 250)),
    "by the public way only": Row("public", _TWO, Cut("began", 200)),
}
REPLY = {"message": "Here is the answer.", "audio_ms": 300}
