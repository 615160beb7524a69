"""On what the rows of ../interruptions.py are played in a browser, and those that only a browser has: a reload, two tabs, a
tab that is closed. How they are played stands in browser_conversation.py, what is right in browser_judge.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from browser_judge import QUANTUM_FRAMES
from interruptions import TWO, Cut, Row, says


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the way to it.

    jank_ms: for how long of each 200 ms its main thread is blocked.
    one_way_ms: how long a message takes, each way.
    """

    name: str
    sample_rate_hz: int = 24_000
    jank_ms: int = 0
    one_way_ms: int = 0

    @property
    def quantum_ms(self) -> float:
        """One render quantum: nothing in a page is more exact."""
        return QUANTUM_FRAMES * 1000 / self.sample_rate_hz


PAGES = (
    Page("24 kHz"),
    Page("48 kHz", 48_000),
    Page("24 kHz, blocked 120 of 200 ms", jank_ms=120),
    Page("48 kHz, blocked 120 of 200 ms", 48_000, jank_ms=120),
    Page("24 kHz, blocked, 80 ms each way", jank_ms=120, one_way_ms=80),
    Page("48 kHz, blocked, 80 ms each way", 48_000, jank_ms=120, one_way_ms=80),
)


class Then(Enum):
    """What becomes of the page in the middle of the first message."""

    RELOADED = "reloaded"
    SECOND_TAB = "a second tab"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Change:
    """A row in which the page does not stay: what happens `ms` after the first message began, and perhaps a
    cut, its time counted from when the next page is connected, or this one is closed."""

    row: Row
    then: Then
    ms: int = 300


_LONG = (says(1, 1500), says(2, 500))
_LONGER = (says(1, 2700), says(2, 300))
CHANGES = (
    Change(Row("reload", _LONG, None), Then.RELOADED),
    Change(Row("reload, cut at once", _LONGER, Cut("began", 0)), Then.RELOADED),
    Change(Row("reload, cut soon", _LONGER, Cut("began", 150)), Then.RELOADED),
    Change(Row("reload, then cut", _LONGER, Cut("began", 700)), Then.RELOADED),
    Change(Row("reload while the model speaks", _LONG, None, pace=1.5), Then.RELOADED),
    Change(Row("two tabs", _LONG, None), Then.SECOND_TAB),
    Change(Row("two tabs, cut at once", _LONGER, Cut("began", 0)), Then.SECOND_TAB),
    Change(Row("two tabs, then cut", _LONGER, Cut("began", 700)), Then.SECOND_TAB),
    Change(Row("the tab is closed", TWO, None), Then.CLOSED),
    Change(Row("the tab is closed, then cut", TWO, Cut("began", 100)), Then.CLOSED),
)

#: What is played in a short run, on the first page.
SHARE = ("b", "d1", "e", "g", "reload, cut at once", "two tabs, cut at once", "the tab is closed, then cut")
