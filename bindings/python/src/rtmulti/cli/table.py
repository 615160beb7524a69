"""Shows messages as a table with a bar each: what was received and how much of it has been heard. On a terminal it can
draw itself again in place."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from typing import TextIO

from ..timeline import Timeline, Track
from .screen import one_line

_COLOURS = {"full": "32", "partial": "35", "skipped": "90", "text_only": "34", "pending": "33"}
_SECONDS_BETWEEN_DRAWINGS = 0.08
_WIDEST_BAR = 40
#: Heard, and received alone; where the terminal has no such characters, others.
_BLOCKS, _PLAIN_BLOCKS = ("█", "░"), ("#", ".")


class Table:
    """A table on `out`. With `live`, update() draws it again over itself, if `out` is a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_terminal = out.isatty() and os.environ.get("TERM") != "dumb"
        self._has_colour = self._is_terminal and not os.environ.get("NO_COLOR")
        self._blocks = _BLOCKS if _can_say(out, "".join(_BLOCKS)) else _PLAIN_BLOCKS
        self._lines_drawn = 0
        self._drawn_s = float("-inf")

    def update(self, timeline: Timeline) -> None:
        """Draws it as it stands now, unless it was drawn a moment ago or nobody can watch."""
        now_s = time.monotonic()
        if self._is_terminal and now_s - self._drawn_s >= _SECONDS_BETWEEN_DRAWINGS:
            self._drawn_s = now_s
            self.show(timeline)

    def show(self, timeline: Timeline) -> None:
        """Draws it, in place of what update() drew before."""
        if self._lines_drawn:
            self._out.write(f"\x1b[{self._lines_drawn}F\x1b[J")
        lines = list(self._lines(timeline))
        self._out.write("\n".join(lines) + "\n")
        self._out.flush()
        self._lines_drawn = len(lines)

    def _lines(self, timeline: Timeline) -> Iterable[str]:
        # In a file or a pipe nothing needs to be cut.
        width = shutil.get_terminal_size().columns if self._is_terminal else 1000
        id_width = max((len(one_line(track.item_id)) for track in timeline.tracks), default=4)
        bar_width = max(8, min(_WIDEST_BAR, width - id_width - 60))
        longest_ms = max((track.received_ms for track in timeline.tracks), default=0)
        yield f" {'message':{id_width}}  {'':{bar_width}}  {'heard':>8}  {'received':>8}  {'outcome':9}  text"
        for track in timeline.tracks:
            bar = _bar(track, longest_ms, bar_width, self._blocks)
            row = (
                f" {one_line(track.item_id):{id_width}}  {bar}  {_heard_ms(track):5} ms  {track.received_ms:5} ms  "
                f"{self._coloured(track.outcome)}  "
            )
            room = width - (id_width + bar_width + 37)
            yield row + _cut(one_line(track.heard_text or "-"), max(room, 10))

    def _coloured(self, outcome: str) -> str:
        padded = f"{outcome.replace('_', ' '):9}"
        return f"\x1b[{_COLOURS[outcome]}m{padded}\x1b[0m" if self._has_colour else padded


def _heard_ms(track: Track) -> int:
    """What has been heard, also before the message is settled."""
    if track.outcome != "pending":
        return track.heard_ms
    return int(sum(span.end_ms - span.start_ms for span in track.heard))


def _can_say(out: TextIO, text: str) -> bool:
    try:
        text.encode(out.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _bar(track: Track, longest_ms: int, width: int, blocks: tuple[str, str]) -> str:
    """Heard, and received and not heard (yet), on a scale that all rows share."""
    received = round(width * track.received_ms / longest_ms) if longest_ms else 0
    heard = min(received, round(width * _heard_ms(track) / longest_ms)) if longest_ms else 0
    return blocks[0] * heard + blocks[1] * (received - heard) + " " * (width - received)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
