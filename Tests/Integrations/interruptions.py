"""Where in a response somebody interrupts, and how: the sixteen rows of `rtmulti compare`, which every integration plays. How
they are played, and what is right, is each suite's own."""

from __future__ import annotations

from typing import Literal

from rtmulti.compare.rows import ROWS, Cut, Row, says

__all__ = ["CALL", "HOWS", "ROWS", "TWO", "Cut", "How", "Row", "says"]

#: Who interrupts: the application, or the user's speech with a server that cancels by itself, or with one that does not.
How = Literal["api", "vad", "vadoff"]
HOWS: tuple[How, ...] = ("api", "vad", "vadoff")
TWO = (says(1), says(2))
CALL = {"call": "slow_tool", "arguments": {}}
