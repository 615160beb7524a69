"""Player.set_sink: a phone or a page that arrives later, goes and comes again (rule E5), with the ready sinks."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import pytest
from conversation import Server, created, done, message, pcm, run

import rtmulti
from rtmulti.timeline import WatchedPlayer


def test_the_sink_arrives_later() -> None:
    async def steps() -> None:
        server = Server()
        heard: list[bytes] = []
        async with rtmulti.Player(None, server.send) as player:
            assert "no sink" in repr(player)
            player.feed(created("r1"))
            for event in [*message("r1", "A", 0, 120, "Yes."), done("r1")]:
                player.feed(event)
            assert await player.settled("r1", timeout=0.1) is None
            player.set_sink(rtmulti.CallbackSink(lambda _, audio: heard.append(audio)))
            (record,) = await player.settled("r1")
        assert (record.outcome, record.heard_ms) == (rtmulti.Outcome.FULL, 120)
        assert b"".join(heard) == pcm(120)
        assert server.told == []

    run(steps())


def test_it_goes_in_the_middle_and_another_one_comes(tmp_path: Path) -> None:
    async def steps() -> None:
        server = Server()
        first: list[bytes] = []
        player = rtmulti.Player(rtmulti.CallbackSink(lambda _, audio: first.append(audio)), server.send)
        async with player:
            player.feed(created("r1"))
            for event in [*message("r1", "A", 0, 300, "Let me check."), done("r1")]:
                player.feed(event)
            while sum(map(len, first)) < 2 * 24 * 100:
                await asyncio.sleep(0.005)
            player.set_sink(None)
            at_the_end = sum(map(len, first))
            await asyncio.sleep(0.05)
            assert sum(map(len, first)) == at_the_end
            player.set_sink(rtmulti.WavSink(tmp_path / "rest.wav"))
            (record,) = await player.settled("r1")
        assert (record.outcome, record.heard_ms) == (rtmulti.Outcome.FULL, 300)
        with wave.open(str(tmp_path / "rest.wav")) as file:
            rest = file.readframes(file.getnframes())
        assert b"".join(first) + rest == pcm(300)
        assert server.told == []

    run(steps())


def test_interrupted_while_there_is_none() -> None:
    async def steps() -> None:
        server = Server()
        heard: list[bytes] = []
        player = rtmulti.Player(rtmulti.CallbackSink(lambda _, audio: heard.append(audio)), server.send)
        async with player:
            player.feed(created("r1"))
            for event in [*message("r1", "A", 0, 1000, "Let me check."), done("r1")]:
                player.feed(event)
            while sum(map(len, heard)) < 2 * 24 * 100:
                await asyncio.sleep(0.005)
            player.set_sink(None)
            assert await player.interrupt()
            (truncate,) = server.told
            assert truncate["audio_end_ms"] == sum(map(len, heard)) // 48
            player.set_sink(rtmulti.QueueSink())
            assert await player.settled("r1")

    run(steps())


def test_a_queue_in_place_of_another() -> None:
    async def steps() -> None:
        server = Server()
        heard = bytearray()

        async def consume(sink: rtmulti.QueueSink) -> None:
            async for block in sink:
                await asyncio.sleep(block.frames / 24_000)
                heard.extend(block.pcm)

        first, second = rtmulti.QueueSink(), rtmulti.QueueSink()
        # Only what the consumers said counts: an estimate would be ahead of one that a busy machine holds up.
        async with rtmulti.Player(first, server.send, config=rtmulti.Config(estimate=False)) as player:
            tasks = [asyncio.ensure_future(consume(first)), asyncio.ensure_future(consume(second))]
            player.feed(created("r1"))
            for event in [*message("r1", "A", 0, 300, "Let me check."), done("r1")]:
                player.feed(event)
            await asyncio.sleep(0.1)
            player.set_sink(second)
            await asyncio.wait_for(tasks[0], 1)
            (record,) = await player.settled("r1")
        await asyncio.wait_for(tasks[1], 1)
        assert (record.outcome, record.heard_ms) == (rtmulti.Outcome.FULL, 300)
        # The block in the first consumer's hands was not heard of when the second came, so it is played there again.
        assert bytes(heard[: 2 * 24 * 20]) == pcm(300)[: 2 * 24 * 20] and bytes(heard[-2 * 24 * 20 :]) == pcm(300)[-2 * 24 * 20 :]
        assert 2 * 24 * 300 <= len(heard) <= 2 * 24 * 320

    run(steps())


def test_a_watched_player_counts_what_each_played() -> None:
    async def steps() -> None:
        server = Server()
        async with WatchedPlayer(None, server.send) as player:
            player.feed(created("r1"))
            for event in [*message("r1", "A", 0, 300, "Let me check."), done("r1")]:
                player.feed(event)
            heard: list[bytes] = []
            slow = rtmulti.SinkFormat(sample_rate_hz=8000)
            player.set_sink(rtmulti.CallbackSink(lambda _, audio: heard.append(audio), slow))
            while sum(map(len, heard)) < 2 * 8 * 100:
                await asyncio.sleep(0.005)
            player.set_sink(rtmulti.ClockedSink())
            await player.settled("r1")
        (report,) = player.heard_reports()
        # Where the first sink stood when it was replaced is a clock's word; between that and ours the machine may stand still.
        assert abs(report["heard_ms"] - 300) <= 20

    run(steps())


def test_what_is_no_sink_changes_nothing() -> None:
    async def steps() -> None:
        server = Server()
        sink = rtmulti.QueueSink()
        seen: list[type[BaseException]] = []

        def swap(event: rtmulti.Event) -> None:
            try:
                player.set_sink(rtmulti.QueueSink())
            except rtmulti.RtmultiError as problem:
                assert problem.result is rtmulti.Result.ERROR_IN_CALLBACK
                seen.append(type(problem))

        async with rtmulti.Player(sink, server.send, on_event=swap) as player:
            with pytest.raises(TypeError, match="a sink needs the method"):
                player.set_sink(object())  # type: ignore[arg-type]
            with pytest.raises(ValueError, match="this sink is set already"):
                player.set_sink(sink)
            player.feed(created("r1"))
            player.feed(done("r1"))
            assert seen
            assert sink.playback is player
        with pytest.raises(rtmulti.RtmultiError):
            player.set_sink(rtmulti.QueueSink())

    run(steps())
