"""The ready sinks: do they say truthfully what they played?"""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from typing import Any

import pytest
from conversation import created, done, message, pcm, two_messages

import rtmulti


class Host:
    """A session in virtual time with a clocked sink."""

    def __init__(self, sink: rtmulti.ClockedSink) -> None:
        self.sink = sink
        self.events: list[rtmulti.Event] = []
        self.commands: list[rtmulti.Command] = []
        self.session = rtmulti.Session(sink, on_event=self.events.append, on_command=self.commands.append)
        self.now_us = 0
        self.advance(0)

    def advance(self, ms: int, step_ms: int = 10) -> None:
        """Lets time pass in steps."""
        until_us = self.now_us + ms * 1000
        while True:
            self.now_us = min(until_us, self.now_us + step_ms * 1000)
            self.session.advance(self.now_us)
            self.sink.play_until(self.now_us)
            if self.now_us == until_us:
                return

    @property
    def records(self) -> dict[str, tuple[str, int]]:
        """What became of each message."""
        messages = [event for event in self.events if isinstance(event, rtmulti.Message)]
        return {event.item_id: (event.outcome.name, event.heard_ms) for event in messages}


class Heard(rtmulti.ClockedSink):
    """Remembers what was heard."""

    def __init__(self, format: rtmulti.SinkFormat = rtmulti.SinkFormat()) -> None:
        super().__init__(format)
        self.pcm = b""

    def heard(self, segment: int, pcm: bytes) -> None:
        self.pcm += pcm


@pytest.mark.parametrize("gapless", [False, True])
@pytest.mark.parametrize("step_ms", [1, 7, 10, 333, 5_000])
def test_two_messages_are_heard_without_a_gap_and_to_the_last_frame(gapless: bool, step_ms: int) -> None:
    sink = Heard(rtmulti.SinkFormat(gapless=gapless))
    host = Host(sink)
    for event in two_messages():
        host.session.receive(event)
    host.advance(2_000, step_ms)
    assert sink.pcm == pcm(1000) * 2
    assert host.records == {"A": ("FULL", 1000), "B": ("FULL", 1000)}
    assert not sink.is_playing


@pytest.mark.parametrize("step_ms", [1, 7, 100])
def test_an_interruption_is_told_to_the_millisecond(step_ms: int) -> None:
    sink = Heard()
    host = Host(sink)
    for event in two_messages():
        host.session.receive(event)
    host.advance(1_437, step_ms)
    host.session.interrupt()
    assert host.records == {"A": ("FULL", 1000), "B": ("PARTIAL", 437)}
    assert len(sink.pcm) == 1_437 * 48
    assert [command.audio_end_ms for command in host.commands if isinstance(command, rtmulti.Truncate)] == [437]


def test_an_underrun_is_not_playback() -> None:
    host = Host(Heard())
    host.session.receive(created("r1"))
    host.session.item_added("r1", "A")
    host.session.audio("r1", "A", pcm(300))
    host.advance(1_000)
    host.session.audio("r1", "A", pcm(1000))
    host.advance(300)
    host.session.interrupt()
    assert host.records == {"A": ("PARTIAL", 600)}


def test_a_pause_loses_nothing() -> None:
    sink = Heard()
    host = Host(sink)
    for event in [created("r1"), *message("r1", "A", 0, 1000, "Hello."), done("r1")]:
        host.session.receive(event)
    host.advance(400)
    host.session.pause()
    assert not sink.is_playing
    host.advance(5_000)
    host.session.resume()
    host.advance(600)
    assert host.records == {"A": ("FULL", 1000)}
    assert sink.pcm == pcm(1000)


def test_time_that_steps_back_plays_nothing() -> None:
    sink = Heard()
    host = Host(sink)
    for event in two_messages():
        host.session.receive(event)
    host.advance(100)
    before = len(sink.pcm)
    sink.play_until(0)
    sink.play_until(host.now_us)
    assert len(sink.pcm) == before


def test_odd_rates_do_not_drift() -> None:
    sink = Heard(rtmulti.SinkFormat(sample_rate_hz=44_100, channels=2))
    host = Host(sink)
    for event in two_messages():
        host.session.receive(event)
    host.advance(1_000, 3)
    assert len(sink.pcm) // 4 == 44_100


def test_a_callback_sink_hands_each_piece_to_its_function() -> None:
    pieces: list[tuple[int, bytes]] = []
    host = Host(rtmulti.CallbackSink(lambda segment, pcm: pieces.append((segment, pcm))))
    for event in two_messages():
        host.session.receive(event)
    host.advance(1_500)
    assert b"".join(piece for segment, piece in pieces if segment == 1) == pcm(1000)
    assert b"".join(piece for segment, piece in pieces if segment == 2) == pcm(500)


def test_a_wav_file_holds_what_was_heard_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    host = Host(rtmulti.WavSink(path))
    for event in two_messages():
        host.session.receive(event)
    host.advance(1_250)
    host.session.interrupt()
    host.session.destroy()
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
        assert file.readframes(1 << 20) == pcm(1000) + pcm(250)


def test_a_wav_file_that_was_closed_early_is_told_so(tmp_path: Path) -> None:
    with rtmulti.WavSink(tmp_path / "heard.wav") as sink:
        host = Host(sink)
        for event in two_messages():
            host.session.receive(event)
    sink.close()
    with pytest.raises(ValueError, match="closed"):
        host.advance(10)


def consumed(steps: Any) -> Any:
    """Runs a coroutine function with a queue sink and its session."""

    async def run() -> Any:
        sink = rtmulti.QueueSink()
        events: list[rtmulti.Event] = []
        session = rtmulti.Session(sink, on_event=events.append)
        session.advance(0)
        for event in two_messages():
            session.receive(event)
        return await asyncio.wait_for(steps(sink, session, events), 5)

    return asyncio.run(run())


def test_a_queue_gives_blocks_in_order_and_counts_them_when_the_next_is_asked_for() -> None:
    async def steps(sink: rtmulti.QueueSink, session: rtmulti.Session, events: list[rtmulti.Event]) -> None:
        first = await sink.get()
        assert first == rtmulti.Block(1, pcm(20), 480)
        position = session.position("A")
        assert position is not None and position.heard_ms == 0
        await sink.get()
        position = session.position("A")
        assert position is not None and position.heard_ms == 20

    consumed(steps)


def test_a_queue_is_consumed_to_the_end() -> None:
    async def steps(sink: rtmulti.QueueSink, session: rtmulti.Session, events: list[rtmulti.Event]) -> bytes:
        heard = b""
        async for block in sink:
            heard += block.pcm
            if len(heard) == 96_000:
                asyncio.get_running_loop().call_soon(session.destroy)
        messages = [event for event in events if isinstance(event, rtmulti.Message)]
        assert [(event.item_id, event.outcome.name) for event in messages] == [("A", "FULL"), ("B", "FULL")]
        return heard

    assert consumed(steps) == pcm(1000) * 2


def test_a_clear_drops_the_queue_and_the_block_in_hand_does_not_count() -> None:
    async def steps(sink: rtmulti.QueueSink, session: rtmulti.Session, events: list[rtmulti.Event]) -> None:
        for _ in range(6):
            await sink.get()
        session.interrupt()
        messages = [event for event in events if isinstance(event, rtmulti.Message)]
        assert [(event.item_id, event.heard_ms) for event in messages] == [("A", 100), ("B", 0)]
        waiting = asyncio.ensure_future(sink.get())
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()

    consumed(steps)


def test_a_paused_queue_hands_out_nothing() -> None:
    async def steps(sink: rtmulti.QueueSink, session: rtmulti.Session, events: list[rtmulti.Event]) -> None:
        await sink.get()
        session.pause()
        waiting = asyncio.ensure_future(sink.get())
        await asyncio.sleep(0)
        assert not waiting.done()
        session.resume()
        assert (await waiting) is not None

    consumed(steps)


def test_whoever_holds_audio_is_told_of_a_clear() -> None:
    cleared: list[bool] = []

    async def run() -> None:
        sink = rtmulti.QueueSink(on_clear=lambda: cleared.append(True))
        session = rtmulti.Session(sink)
        for event in two_messages():
            session.receive(event)
        await sink.get()
        await sink.get()
        session.interrupt()

    asyncio.run(run())
    assert cleared == [True]
    with pytest.raises(ValueError, match="block_ms"):
        rtmulti.QueueSink(block_ms=0)
