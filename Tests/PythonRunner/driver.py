"""Plays a trace through the binding (rtmulti.trace) and makes what comes out the lines of listing.py.

The runner in C does the same with a trace (Tests/Runner/replay.c). Whether both did the same is decided elsewhere.
"""

from __future__ import annotations

import listing
import questions

import rtmulti
from rtmulti.trace import Entry, Replay, Trace, TraceError

HANDLERS = ("on_event", "on_command", "on_diagnostic", "on_heard_audio")


class Driver(Replay):
    """One session that is given what a trace holds. `lines` is what came of it."""

    def __init__(self, trace: Trace) -> None:
        if trace.damage:
            raise TraceError(f"the trace cannot be replayed whole: {trace.damage}")
        super().__init__(trace)
        self.lines: list[str] = []
        self.asked = questions.Questions(self.session)

    def play(self) -> None:
        """Plays all of it, and asks what must be so at the end."""
        super().play()
        self.asked.at_the_end()
        self.session.destroy()

    def took(self, effect: rtmulti.Effect) -> None:
        """Its line."""
        self.lines.append(listing.effect_line(effect))
        self.asked.told(effect)

    def pulled(self, pcm: bytes, frames: int) -> None:
        """Its line."""
        self.lines.append(listing.pull_line(pcm, frames))

    def gave(self, entry: Entry, code: str, sentence: str, is_nested: bool) -> None:
        """Its line, and questions."""
        if entry.word != "poll":
            self.lines.append(listing.input_line(entry.word, code, is_nested=is_nested))
            self.asked.between(entry.word)

    def _set_all_handlers(self) -> None:
        """Those that the trace says, as it says them."""

    def _set_handlers(self, entry: Entry) -> None:
        named = {name: self._on_effect for bit, name in enumerate(HANDLERS) if entry.numbers[0] >> bit & 1}
        self.session.set_handlers(on_json=self.asked.told_json if "on_command" in named else None, **named)
