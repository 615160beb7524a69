"""A host that plays by itself (rule E11): it is handed the right to play, and no audio."""

from __future__ import annotations

import pytest
from conversation import HandSink, two_messages

import rtmulti
from rtmulti import Driver, Outcome, Result

MS = 24  # frames at the sink's 24 kHz
HOST = rtmulti.SinkFormat(driver=Driver.HOST)
AT_ONCE = rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED, estimate=False)


class HostSink(rtmulti.Sink):
    """Takes a message when it begins to play it, and says what the test has played."""

    format = HOST

    def __init__(self) -> None:
        self.begun: set[str] = set()
        self.allowed: dict[str, int] = {}
        self.cleared: list[int] = []

    def may_play(self, segment: int, item_id: str, frames: int) -> int | None:
        if item_id not in self.begun:
            return 0
        self.allowed[item_id] = self.allowed.get(item_id, 0) + frames
        return None

    def clear(self, segment: int) -> None:
        self.cleared.append(segment)


def outcomes(events: list[object]) -> list[tuple[str, Outcome, int]]:
    return [(event.item_id, event.outcome, event.heard_ms) for event in events if isinstance(event, rtmulti.Message)]


def test_it_plays_what_it_may_and_is_asked_for_nothing_else() -> None:
    events: list[object] = []
    sink = HostSink()
    with rtmulti.Session(sink, config=AT_ONCE, on_event=events.append) as session:
        for event in two_messages():
            session.receive(event)
        assert sink.allowed == {}
        sink.begun.add("A")
        session.sink_ready()
        assert list(sink.allowed) == ["A"]
        session.playback_finished(1, sink.allowed["A"])
        assert outcomes(events) == [("A", Outcome.FULL, sink.allowed["A"] // MS)]
        # B was offered and never begun: no clear, and nothing to answer.
        assert session.interrupt() is Result.OK
        assert sink.cleared == []
    assert outcomes(events)[1] == ("B", Outcome.SKIPPED, 0)


def test_what_it_plays_is_cleared_and_answered_for() -> None:
    events: list[object] = []
    commands: list[rtmulti.Command] = []
    sink = HostSink()
    sink.begun.add("A")
    with rtmulti.Session(sink, config=AT_ONCE, on_event=events.append, on_command=commands.append) as session:
        for event in two_messages():
            session.receive(event)
        session.interrupt()
        assert sink.cleared == [1] and outcomes(events) == []
        session.playback_finished(1, 100 * MS, True)
    assert outcomes(events) == [("A", Outcome.PARTIAL, 100), ("B", Outcome.SKIPPED, 0)]
    assert [type(command) for command in commands] == [rtmulti.Truncate, rtmulti.Delete]


def test_a_sink_without_may_play_takes_everything_at_once() -> None:
    class Quiet(rtmulti.Sink):
        format = HOST

    events: list[object] = []
    with rtmulti.Session(Quiet(), config=AT_ONCE, on_event=events.append) as session:
        for event in two_messages():
            session.receive(event)
        session.playback_progress(1, 100 * MS)
        session.interrupt()
        session.playback_finished(1, 100 * MS, True)
    assert outcomes(events)[0] == ("A", Outcome.PARTIAL, 100)


def test_what_only_the_host_has_no_other_sink_gets() -> None:
    session = rtmulti.Session(HostSink(), config=AT_ONCE)
    for event in two_messages():
        session.receive(event)
    with pytest.raises(rtmulti.RtmultiError, match="only it has the audio"):
        session.set_sink(HandSink())
    session.set_sink(HostSink())
    session.close()
    session.destroy()


def test_its_answers_are_looked_at() -> None:
    class Greedy(HostSink):
        def may_play(self, segment: int, item_id: str, frames: int) -> int | None:
            return frames + 1

    session = rtmulti.Session(Greedy(), config=AT_ONCE)
    with pytest.raises(ValueError, match="Greedy.may_play must return None or how many"):
        for event in two_messages():
            session.receive(event)
    session.destroy()


def test_polled_it_is_a_write_without_samples() -> None:
    config = rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED, delivery=rtmulti.Delivery.BY_POLLING)
    session = rtmulti.Session(HostSink(), config=config)
    writes = []
    for event in two_messages():
        session.receive(event)
        while (effect := session.poll()) is not None:
            if isinstance(effect, rtmulti.Write):
                writes.append(effect)
    assert writes and all(write.pcm == b"" and write.frames > 0 for write in writes)
    session.destroy()
