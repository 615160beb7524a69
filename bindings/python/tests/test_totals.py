"""An output that says only how much it has played in all (TotalPosition): each segment is reported where it is."""

from __future__ import annotations

import pytest
from conversation import two_messages

import rtmulti
from rtmulti import Outcome

MS = 24


class Output(rtmulti.Sink):
    """Plays as far as the test says, and knows nothing of segments."""

    format = rtmulti.SinkFormat()

    def __init__(self, says_where_it_stopped: bool = True) -> None:
        self.total = rtmulti.TotalPosition(self)
        self.played = 0
        self.says_where_it_stopped = says_where_it_stopped

    def write(self, segment: int, pcm: bytes) -> None:
        self.total.wrote(segment, len(pcm) // self.format.bytes_per_frame)

    def flush(self, segment: int) -> None:
        self.total.flushed(segment)

    def clear(self, segment: int) -> None:
        self.total.cleared(self.played if self.says_where_it_stopped else None)

    def play(self, frames: int) -> None:
        self.played += frames
        self.total.played(self.played)


def begin(output: Output) -> tuple[rtmulti.Session, list[rtmulti.Event]]:
    events: list[rtmulti.Event] = []
    config = rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED, estimate=False)
    session = rtmulti.Session(output, config=config, on_event=events.append)
    for event in two_messages():
        session.receive(event)
    return session, events


def records(events: list[rtmulti.Event]) -> list[tuple[str, Outcome, int]]:
    return [(event.item_id, event.outcome, event.heard_ms) for event in events if isinstance(event, rtmulti.Message)]


def test_each_segment_is_finished_where_it_ends() -> None:
    output = Output()
    _, events = begin(output)
    for _ in range(30):
        output.play(100 * MS)
        output.played = min(output.played, 2000 * MS)
    assert records(events) == [("A", Outcome.FULL, 1000), ("B", Outcome.FULL, 1000)]
    started = [event.item_id for event in events if isinstance(event, rtmulti.PlaybackStarted)]
    assert started == ["A", "B"] and output.total.frames_waiting == 0


def test_a_clear_is_answered_with_the_total() -> None:
    output = Output()
    session, events = begin(output)
    for _ in range(13):
        output.play(100 * MS)
    output.played += 40 * MS  # played, and not said yet
    session.interrupt()
    assert records(events) == [("A", Outcome.FULL, 1000), ("B", Outcome.PARTIAL, 340)]


def test_without_a_total_the_last_one_counts() -> None:
    output = Output(says_where_it_stopped=False)
    session, events = begin(output)
    output.play(300 * MS)
    output.played += 40 * MS
    session.interrupt()
    assert records(events)[0] == ("A", Outcome.PARTIAL, 300)


def test_what_was_dropped_is_not_in_the_way_of_what_follows() -> None:
    output = Output()
    session, events = begin(output)
    output.play(300 * MS)
    session.interrupt()
    for event in two_messages("r2"):
        session.receive(event.replace('"item_id": "A"', '"item_id": "C"').replace('"item_id": "B"', '"item_id": "D"')
                        .replace('"id": "A"', '"id": "C"').replace('"id": "B"', '"id": "D"'))  # fmt: skip
    output.play(500 * MS)
    session.interrupt()
    assert records(events)[2] == ("C", Outcome.PARTIAL, 500)


def test_a_total_never_goes_back_and_never_beyond() -> None:
    output = Output()
    session, events = begin(output)
    output.total.played(400 * MS)
    output.total.played(100 * MS)
    assert output.total.frames_waiting == 600 * MS
    output.total.played(1 << 40)
    assert records(events) == [("A", Outcome.FULL, 1000)]
    with pytest.raises(TypeError):
        output.total.played(1.5)  # type: ignore[arg-type]
    session.destroy()


def test_a_total_that_took_its_time_to_come_says_when_it_was_so() -> None:
    output = Output()
    config = rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED)
    session = rtmulti.Session(output, config=config)
    session.advance(0)
    for event in two_messages():
        session.receive(event)
    output.total.played(1, at_us=0)
    session.advance(500_000)
    output.total.played(300 * MS, at_us=400_000)
    position = session.position("A")
    assert position is not None and position.heard_ms == 400
