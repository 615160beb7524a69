"""Where in a response somebody interrupts, and how: the sixteen rows of `rtmulti compare`, which every integration plays. How
they are played, and what is right, is each suite's own."""

from __future__ import annotations

from typing import Literal

from rtmulti.compare.rows import ROWS, Cut, Row, says

__all__ = ["CALL", "HOWS", "ROWS", "TWO", "Cut", "How", "Row", "is_called", "is_cancelling", "says"]

#: Who interrupts: the application or the user's speech, each with a server that cancels by itself when it hears the user, and
#: with one that does not ("off": `interrupt_response` false).
How = Literal["api", "apioff", "vad", "vadoff"]
HOWS: tuple[How, ...] = ("api", "apioff", "vad", "vadoff")
TWO = (says(1), says(2))
CALL = {"call": "slow_tool", "arguments": {}}


def is_called(how: str) -> bool:
    """Whether the application interrupts."""
    return how.startswith("api")


def is_cancelling(how: str) -> bool:
    """Whether the server cancels by itself when it hears the user."""
    return not how.endswith("off")
