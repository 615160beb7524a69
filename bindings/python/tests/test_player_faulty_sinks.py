"""A Player whose sink fails or says nothing (rules E9, E10): what is told, how often it is called, and that what was never
taken never counts as heard."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from conversation import HandSink, Server, run, two_messages
from lines import left_over

import rtmulti


class FailingSink(HandSink):
    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures
        self.calls = 0

    def write(self, segment: int, pcm: bytes) -> int | None:
        self.calls += 1
        if self.calls <= self.failures:
            raise OSError("the device is gone")
        return super().write(segment, pcm)


def feed_all(player: rtmulti.Player) -> None:
    for event in two_messages():
        try:
            player.feed(event)
        except OSError as problem:
            assert str(problem) == "the device is gone"


def test_a_sink_that_fails_is_asked_less_and_less_often_and_nothing_counts_as_heard() -> None:
    async def steps() -> None:
        complaints: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        diagnostics: list[rtmulti.Diagnostic] = []
        server, sink = Server(), FailingSink(failures=1_000_000)
        async with rtmulti.Player(sink, server.send, on_diagnostic=diagnostics.append) as player:
            feed_all(player)
            await asyncio.sleep(0.8)
            # Each event is a call, and may try once; then after 10, 20, 40 … ms.
            assert 3 <= sink.calls <= len(two_messages()) + 8
            assert len(complaints) <= 8
            try:
                await player.interrupt()
            except OSError:
                pass
            records = await player.settled("r1", timeout=1)
            assert records is not None and [record.heard_ms for record in records] == [0, 0]
        assert server.types == ["delete", "delete"]
        failed = [one for one in diagnostics if one.kind is rtmulti.DiagnosticKind.CALLBACK_FAILED]
        assert len(failed) == 1 and "write failed" in failed[0].message
        assert not left_over()

    run(steps())


def test_a_sink_that_recovers_plays_all_of_it() -> None:
    async def steps() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        server, sink = Server(), FailingSink(failures=3)
        async with rtmulti.Player(sink, server.send, on_diagnostic=lambda _: None) as player:
            feed_all(player)
            await asyncio.sleep(0.2)
            sink.finish(1)
            sink.finish(2)
            records = await player.settled("r1", timeout=1)
            assert records is not None and [record.heard_ms for record in records] == [1000, 1000]

    run(steps())


def test_a_sink_that_never_reports_is_told_of_with_the_remedy(caplog: pytest.LogCaptureFixture) -> None:
    async def steps() -> None:
        config = rtmulti.Config(clear_timeout_ms=100)
        async with rtmulti.Player(HandSink(), lambda _: None, config=config) as player:
            feed_all(player)
            await asyncio.sleep(0.6)
            assert [record.getMessage() for record in caplog.records] == [
                "silent_sink: The sink was written to and has never reported. Let it report what it plays, or choose "
                "RTMULTI_DRIVER_PACED."
            ]

    run(steps())


def test_a_queue_whose_consumer_is_cancelled_loses_no_block() -> None:
    async def steps() -> None:
        sink = rtmulti.QueueSink(block_ms=20)
        async with rtmulti.Player(sink, lambda _: None) as player:
            for turns in range(4):
                waiting = asyncio.ensure_future(sink.get())
                for _ in range(turns):
                    await asyncio.sleep(0)
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
            feed_all(player)
            heard = bytearray()
            while len(heard) < 96_000:
                block = await asyncio.wait_for(sink.get(), 1)
                assert block is not None
                heard += block.pcm
            last = asyncio.ensure_future(sink.get())
            records = await player.settled("r1", timeout=1)
            last.cancel()
            assert records is not None and [record.heard_ms for record in records] == [1000, 1000]

    run(steps())
