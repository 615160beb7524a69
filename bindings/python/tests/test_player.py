"""Player: a session on the event loop. Times are real here, and short."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from conversation import HandSink, Server, created, done, message, pcm, run, two_messages

import rtmulti

SENDS: list[Callable[[Server], Any]] = [
    lambda server: server.send,
    lambda server: server.send_slowly,
    lambda server: server.send_in_a_task,
]


def test_a_response_is_played_in_real_time_and_settles() -> None:
    async def steps() -> None:
        server = Server()
        heard: list[bytes] = []
        events: list[rtmulti.Event] = []
        sink = rtmulti.CallbackSink(lambda _, pcm: heard.append(pcm))
        async with rtmulti.Player(sink, server.send, on_event=events.append) as player:
            loop = asyncio.get_running_loop()
            begin = loop.time()
            player.feed(created("r1"))
            for event in [*message("r1", "A", 0, 120, "Yes."), *message("r1", "B", 1, 80, "No."), done("r1")]:
                player.feed(event)
            records = await player.settled("r1")
            taken = loop.time() - begin
            assert await player.settled("r1") == records
        assert [(r.item_id, r.outcome.name, r.heard_ms) for r in records] == [("A", "FULL", 120), ("B", "FULL", 80)]
        assert b"".join(heard) == pcm(120) + pcm(80)
        assert 0.19 < taken < 2
        assert server.told == []
        assert [e.interrupted for e in events if isinstance(e, rtmulti.Settled)] == [False]

    run(steps())


@pytest.mark.parametrize("how", SENDS)
def test_an_interruption_is_sent_in_order_before_interrupt_returns(how: Callable[[Server], Any]) -> None:
    async def steps() -> None:
        server = Server()
        sink = HandSink()
        async with rtmulti.Player(sink, how(server)) as player:
            player.feed(created("r1"))
            for event in [*message("r1", "A", 0, 1000, "Let me check."), *message("r1", "B", 1, 500, "It is sunny.")]:
                player.feed(event)
            sink.play(1, 4_800)
            assert await player.interrupt()
            assert server.types == ["cancel", "truncate", "delete"]
            assert server.told[1]["audio_end_ms"] == 200
            assert not await player.interrupt()
        assert len(server.told) == 3

    run(steps())


def test_the_position_of_a_clocked_sink_is_that_of_the_moment_of_the_interruption() -> None:
    async def steps() -> None:
        server = Server()
        heard: list[bytes] = []
        async with rtmulti.Player(rtmulti.CallbackSink(lambda _, pcm: heard.append(pcm)), server.send) as player:
            for event in two_messages():
                player.feed(event)
            await asyncio.sleep(0.053)
            await player.interrupt()
        truncates = [event for event in server.told if event["type"].endswith("truncate")]
        assert len(truncates) == 1
        assert truncates[0]["audio_end_ms"] == len(b"".join(heard)) // 48
        assert truncates[0]["audio_end_ms"] >= 53

    run(steps())


def test_an_interruption_by_the_servers_word() -> None:
    async def steps() -> None:
        server = Server()
        sink = HandSink()
        config = rtmulti.Config(interrupt_on_speech=True)
        async with rtmulti.Player(sink, server.send_slowly, config=config) as player:
            for event in two_messages():
                player.feed(event)
            sink.play(1, 4_800)
            player.feed({"type": "input_audio_buffer.speech_started", "audio_start_ms": 0, "item_id": "u"})
            await player.settled("r1")
            while len(server.told) < 2:
                await asyncio.sleep(0.001)
            assert server.types == ["truncate", "delete"]

    run(steps())


def test_deadlines_are_kept_without_anybody_calling() -> None:
    async def steps() -> None:
        sink = HandSink()
        config = rtmulti.Config(turn_patience_ms=30)
        async with rtmulti.Player(sink, lambda _: None, config=config) as player:
            player.feed(created("r1"))
            player.session.item_added("r1", "silent", 0)
            for event in message("r1", "B", 1, 100, "Ready."):
                player.feed(event)
            assert sink.asked == []
            await asyncio.sleep(0.1)
            assert sink.asked[0][0] == "write"

    run(steps())


def test_a_report_of_the_sink_alone_sets_the_next_deadline() -> None:
    async def steps() -> None:
        sink = HandSink()
        config = rtmulti.Config(turn_patience_ms=30, write_ahead_ms=rtmulti.UNLIMITED)
        async with rtmulti.Player(sink, lambda _: None, config=config) as player:
            player.feed(created("r1"))
            for event in message("r1", "A", 0, 50, "First."):
                player.feed(event)
            player.session.item_added("r1", "silent", 1)
            for event in message("r1", "C", 2, 50, "Third."):
                player.feed(event)
            sink.finish(1)
            assert 2 not in sink.written
            await asyncio.sleep(0.1)
            assert 2 in sink.written

    run(steps())


def test_the_hosts_own_audio_is_played_in_its_turn_and_never_told() -> None:
    async def steps() -> None:
        server = Server()
        heard: list[bytes] = []
        async with rtmulti.Player(rtmulti.CallbackSink(lambda _, pcm: heard.append(pcm)), server.send) as player:
            greeting = player.say(pcm(60), "Hello.")
            filler = player.say([b"\xff" * 80, b"\xff" * 80], "Hm.", format=rtmulti.Format(rtmulti.Codec.ULAW, 8_000))
            first = await player.settled(greeting)
            second = await player.settled(filler)
            assert [(r.outcome.name, r.heard_ms, r.heard_text) for r in first + second] == [
                ("FULL", 60, "Hello."),
                ("FULL", 20, "Hm."),
            ]
            cut = player.say(pcm(500))
            await asyncio.sleep(0.02)
            await player.interrupt()
            assert [record.outcome.name for record in await player.settled(cut)] == ["PARTIAL"]
        assert server.told == []
        assert b"".join(heard).startswith(pcm(60))

    run(steps())


def test_audio_that_cannot_be_said_is_refused_and_leaves_no_turn_behind() -> None:
    async def steps() -> None:
        async with rtmulti.Player(rtmulti.CallbackSink(lambda *_: None), lambda _: None) as player:
            with pytest.raises(rtmulti.RtmultiError):
                player.say(b"", format=rtmulti.Format(rtmulti.Codec.PCM16, 7))
            assert [r.outcome.name for r in await player.settled(player.say(pcm(20)))] == ["FULL"]

    run(steps())


def test_pausing_reconnecting_and_expecting() -> None:
    async def steps() -> None:
        server = Server()
        sink = HandSink()
        async with rtmulti.Player(sink, server.send) as player:
            player.expect_response("mine")
            assert await player.interrupt()
            player.session.response_created("r0", token="mine")
            assert server.types == ["cancel"]
            for event in two_messages():
                player.feed(event)
            assert player.pause() is rtmulti.Result.OK
            assert player.resume() is rtmulti.Result.OK
            sink.finish(1)
            assert [record.item_id for record in player.reconnect()] == ["A"]
            with pytest.raises(rtmulti.RtmultiError):
                player.feed("{")

    run(steps())


def test_the_player_with_a_queue() -> None:
    async def steps() -> None:
        server = Server()
        sink = rtmulti.QueueSink()
        async with rtmulti.Player(sink, server.send) as player:
            for event in two_messages():
                player.feed(event)
            for _ in range(6):
                await sink.get()
            await player.interrupt()
            assert server.told[0]["audio_end_ms"] == 100
        assert await sink.get() is None

    run(steps())
