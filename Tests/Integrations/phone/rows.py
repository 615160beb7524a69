"""What is played on the telephone: the messages of a response, where in it somebody interrupts, and over which line.
How it is played stands in call.py, what is right in judge.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from phone_company import Network


@dataclass(frozen=True, slots=True)
class Cut:
    """Who interrupts, and when: the caller, who begins to speak when he has heard `ms` of a message (counted from 1)
    and of the silence behind it; or the host, `ms` after its first audio left, or after an event of the model came."""

    by: Literal["caller", "host", "event"]
    ms: float
    message: int = 1
    event: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One call: the length of each message in ms, 0 for one of text, and what else happens."""

    name: str
    messages_ms: tuple[int, ...]
    cut: Cut | None
    gap_ms: int = 0
    pace: float = 0
    second_stream_ms: float = 0
    hang_up_ms: float = 0
    is_host_hanging_up: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line to the telephone, and what on it counts as right."""

    name: str
    network: Network
    tolerance_ms: float = 20
    late_start_ms: float = 0
    ahead_ms: int = 800


TWO = (1000, 1000)
ROWS = (
    Row("a: nobody interrupts", TWO, None),
    Row("b: in the second message", TWO, Cut("caller", 400, 2)),
    Row("c1: in the silence between two messages", TWO, Cut("caller", 1200), gap_ms=2500),
    Row("c2: shortly before the second begins", TWO, Cut("caller", 1100), gap_ms=1200),
    Row("c3: at the border of two messages", TWO, Cut("caller", 1000)),
    Row("d1: before anything was heard", TWO, Cut("host", 5)),
    Row("d2: while the second is announced", TWO, Cut("event", 0, event="response.output_item.added", count=2), pace=4),
    Row("d3: at the first audio", TWO, Cut("event", 0, event="response.output_audio.delta")),
    Row("e: in the first message", TWO, Cut("caller", 400)),
    Row("e5: in the second of five", (600,) * 5, Cut("caller", 300, 2)),
    Row("e': while the model still speaks", (1600, 1600), Cut("caller", 400), pace=2),
    Row("g: a message of text behind it", (1000, 0), Cut("caller", 400)),
    Row("m: while the first mark travels", TWO, Cut("host", 110)),
    Row("h: the caller hangs up in the first message", TWO, None, hang_up_ms=450),
    Row("i: the host hangs up in the first message", TWO, None, hang_up_ms=450, is_host_hanging_up=True),
    Row("s: a second stream in the first message", TWO, None, second_stream_ms=450),
)
#: What is played with a company that says the same in words of its own.
SHARE = ("a", "b", "d1", "e", "e'", "i", "s")
LINES = (
    Line("60+20 ms", Network(60, 20)),
    Line("150+60 ms", Network(150, 60), tolerance_ms=30),
    Line("late start of 120 ms", Network(60, 20), late_start_ms=120),
    Line("stall of 500 ms, 440 ms ahead", Network(60, 20, stall_at_ms=250, stall_ms=500), ahead_ms=440),
    Line("stall of 500 ms, 900 ms ahead", Network(60, 20, stall_at_ms=250, stall_ms=500), ahead_ms=900),
)
