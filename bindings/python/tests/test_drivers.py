"""Sinks that the library drives by itself: paced ones, which say nothing, and pulled ones, whose device takes its
frames from another thread. What a session tells of itself in stats() is asked here too."""

from __future__ import annotations

import copy
import pickle
import threading
from array import array

import pytest
from conversation import HandSink, pcm, two_messages

import rtmulti
from rtmulti import Driver, Outcome, Result

MS = 24  # frames at the sink's 24 kHz


class SilentSink(HandSink):
    """A far end that never reports, not even after a clear."""

    def __init__(self, **format: int | bool) -> None:
        super().__init__(rtmulti.SinkFormat(driver=Driver.PACED, **format))  # type: ignore[arg-type]

    def clear(self, segment: int) -> None:
        self.asked.append(("clear", segment))

    @property
    def lengths(self) -> list[int]:
        return [asked[2] for asked in self.asked if asked[0] == "write"]


class PulledSink(rtmulti.Sink):
    """A sink that is never asked: its device takes the audio."""

    def __init__(self, **format: int | bool) -> None:
        self.format = rtmulti.SinkFormat(driver=Driver.PULLED, **format)  # type: ignore[arg-type]


def run(session: rtmulti.Session, until_ms: int, since_ms: int = 0) -> None:
    """Lets time pass, a millisecond at a time."""
    for now_ms in range(since_ms, until_ms + 1):
        session.advance(now_ms * 1000)


def feed(session: rtmulti.Session, events: list[str]) -> None:
    for event in events:
        session.receive(event)


def test_a_paced_sink_gets_blocks_ahead_of_the_clock_and_need_not_say_a_word() -> None:
    records: list[object] = []
    sink = SilentSink(lead_ms=80)
    with rtmulti.Session(sink, on_event=records.append) as session:
        session.advance(0)
        feed(session, two_messages())
        assert sink.lengths == [20 * MS] * 4
        run(session, 400)
        assert session.interrupt() is Result.OK
    messages = [event for event in records if isinstance(event, rtmulti.Message)]
    assert [(message.item_id, message.outcome) for message in messages] == [
        ("A", Outcome.PARTIAL),
        ("B", Outcome.SKIPPED),
    ]
    assert abs(messages[0].heard_ms - 400) <= 20 and messages[0].estimated
    assert sum(sink.lengths) == 480 * MS


@pytest.mark.parametrize(("pads", "last"), [(False, 10), (True, 30)])
def test_the_last_block_is_padded_when_asked_for(pads: bool, last: int) -> None:
    sink = SilentSink(frame_ms=30, lead_ms=60, pad_last_frame=pads)
    with rtmulti.Session(sink) as session:
        session.advance(0)
        session.response_created("r1")
        session.audio("r1", "A", pcm(100))
        session.response_done("r1")
        run(session, 200)
    assert sink.lengths == [30 * MS, 30 * MS, 30 * MS, last * MS]


def test_the_length_of_the_far_queue_is_a_fact() -> None:
    with rtmulti.Session(SilentSink(lead_ms=200)) as session:
        assert session.playback_queued(0) is Result.IGNORED
        session.advance(0)
        feed(session, two_messages())
        run(session, 400)
        believed = session.position("A")
        assert believed is not None and believed.estimated and abs(believed.heard_ms - 400) <= 20
        # 600 ms were written, and the far end still has 350 of them.
        assert session.playback_queued(350 * MS) is Result.OK
        session.interrupt()
        known = session.position("A")
        assert known is not None and known.heard_ms == 250


def test_a_device_takes_what_is_next_and_silence_behind_it() -> None:
    with rtmulti.Session(PulledSink()) as session:
        device = session.device()
        session.advance(0)
        session.response_created("r1")
        session.audio("r1", "A", pcm(25))
        session.response_done("r1")
        taken = bytearray()
        for now_ms in (10, 20, 30):
            block = bytearray(b"\x55" * (2 * 10 * MS))
            assert device.pull(block) == (5 if now_ms == 30 else 10) * MS
            taken += block
            session.advance(now_ms * 1000)
        assert taken == pcm(25) + bytes(2 * 5 * MS)
        message = session.message("A")
        assert message is not None and message.outcome is Outcome.FULL and message.heard_ms == 25


def test_a_device_may_take_floating_point_and_says_how_far_the_ear_is() -> None:
    with rtmulti.Session(PulledSink()) as session:
        device = session.device()
        session.advance(0)
        session.response_created("r1")
        session.audio("r1", "A", pcm(20))
        session.response_done("r1")
        block = array("f", bytes(4 * 20 * MS))
        assert device.pull_f32(block, 50 * MS) == 20 * MS
        heard = array("h", pcm(20))
        assert max(abs(got * 32768 - sent) for got, sent in zip(block, heard, strict=True)) < 1
        session.advance(20_000)
        message = session.message("A")
        assert message is not None and message.outcome is Outcome.PENDING  # it is still on its way to the ear
        for now_ms in range(30, 90, 10):
            assert device.pull_f32(array("f", bytes(4 * 10 * MS)), 50 * MS) == 0
            session.advance(now_ms * 1000)
        message = session.message("A")
        assert message is not None and message.outcome is Outcome.FULL


def test_only_a_pulled_sink_has_a_device() -> None:
    with rtmulti.Session(HandSink()) as session:
        with pytest.raises(rtmulti.RtmultiError) as refused:
            session.device()
        assert refused.value.result is Result.ERROR_UNSUPPORTED


def test_a_device_of_an_old_sink_gives_silence_for_ever() -> None:
    with rtmulti.Session(PulledSink()) as session:
        feed(session, two_messages())
        device = session.device()
        assert (device.sample_rate_hz, device.channels) == (24_000, 1)
        with pytest.raises(TypeError):
            device.pull(bytes(480))
        assert device.pull(bytearray(480)) == 240
        session.set_sink(PulledSink(channels=2))
        block = bytearray(b"\x55" * 480)
        while any(block):  # the last sample decays
            assert device.pull(block) == 0
        assert session.device().channels == 2
    assert device.pull(block) == 0
    for copying in (copy.copy, pickle.dumps):
        with pytest.raises(TypeError, match="one hold"):
            copying(device)


def test_what_another_thread_took_is_what_was_heard() -> None:
    commands: list[rtmulti.Command] = []
    with rtmulti.Session(PulledSink(gapless=True, fade_us=0), on_command=commands.append) as session:
        device = session.device()
        session.advance(0)
        feed(session, two_messages())
        taken = 0
        enough, stop = threading.Event(), threading.Event()

        def pull() -> None:
            nonlocal taken
            block = bytearray(2 * 10 * MS)
            while not stop.is_set():
                taken += device.pull(block)
                if taken >= 1_200 * MS:
                    enough.set()

        thread = threading.Thread(target=pull)
        thread.start()
        now_ms = 0
        while not enough.is_set():
            now_ms += 1
            session.advance(now_ms * 1000)
        session.interrupt()
        stop.set()
        thread.join()
        session.advance((now_ms + 1) * 1000)
        heard = [session.position(item) for item in ("A", "B")]
    assert sum(part.heard_frames for part in heard if part is not None) == taken
    # It may have taken all of B before the interrupt came, and then there is nothing to tell.
    assert [type(command) for command in commands] in ([rtmulti.Truncate], [])


def test_stats_tell_what_a_session_has_done() -> None:
    with rtmulti.Session(SilentSink()) as session:
        stats = session.stats()
        assert stats.first_frame_us is None and stats.gap_us is None and stats.responses_heard == 0
        session.advance(0)
        feed(session, two_messages()[:1])
        session.advance(50_000)
        feed(session, two_messages()[1:])
        run(session, 450, since_ms=51)
        waiting = session.stats()
        assert 50_000 <= (waiting.first_frame_us or 0) <= 60_000
        assert waiting.responses_heard == 1
        # A second each; 400 ms of them were heard, and 100 ms lie in the sink.
        assert waiting.queued_ms == 1_500 and waiting.written_ahead_ms == 100
        session.interrupt()
        after = session.stats()
        assert after.commands_sent == 2 and after.commands_refused == 0
        assert after.queued_bytes == 0 and after.queued_ms == 0


def test_stats_count_an_underrun() -> None:
    with rtmulti.Session(SilentSink(max_prebuffer_ms=0)) as session:
        session.advance(0)
        session.response_created("r1")
        session.audio("r1", "A", pcm(100))
        run(session, 400)
        session.audio("r1", "A", pcm(100))
        session.response_done("r1")
        run(session, 600, since_ms=401)
        stats = session.stats()
        assert stats.underruns == 1
        assert abs(stats.underrun_total_us - 300_000) <= 20_000
