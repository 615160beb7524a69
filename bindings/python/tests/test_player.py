"""Player: a session on the event loop. Times are real here, and short."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from conversation import HandSink, created, done, message, pcm, two_messages

import rtmulti


def run(steps: Coroutine[Any, Any, Any]) -> Any:
    """Runs a test's coroutine; none may take long."""
    return asyncio.run(asyncio.wait_for(steps, 10))


class Server:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def send(self, text: str) -> None:
        """A plain function."""
        self.told.append(json.loads(text))

    async def send_slowly(self, text: str) -> None:
        """A coroutine function that lets others run in between."""
        await asyncio.sleep(0.002)
        self.send(text)

    def send_in_a_task(self, text: str) -> Awaitable[object]:
        """Returns something to await that is no coroutine."""
        return asyncio.ensure_future(self.send_slowly(text))

    @property
    def types(self) -> list[str]:
        """The commands by their last word."""
        return [event["type"].split(".")[-1] for event in self.told]


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
        assert rtmulti.Settled("r1") in events

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
            assert await player.interrupt() is True
            assert server.types == ["cancel", "truncate", "delete"]
            assert server.told[1]["audio_end_ms"] == 200
            assert await player.interrupt() is False
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
            assert [(r.outcome.name, r.heard_ms, r.text) for r in first + second] == [
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


@pytest.mark.parametrize("is_coroutine", [False, True])
def test_what_send_raises_comes_out_of_the_player(is_coroutine: bool) -> None:
    async def steps() -> None:
        def send(_: str) -> None:
            raise ConnectionError("the line is dead")

        async def send_later(_: str) -> None:
            send(_)

        sink = HandSink()
        player = rtmulti.Player(sink, send_later if is_coroutine else send)
        with pytest.raises(ConnectionError, match="dead"):
            async with player:
                for event in two_messages():
                    player.feed(event)
                sink.play(1, 4_800)
                await player.interrupt()

    run(steps())


def test_a_failure_in_the_background_comes_out_of_the_next_call() -> None:
    async def steps() -> None:
        troubles = [ConnectionError("the line is dead")]

        async def send(_: str) -> None:
            if troubles:
                raise troubles.pop()

        sink = HandSink()
        config = rtmulti.Config(interrupt_on_speech=True)
        async with rtmulti.Player(sink, send, config=config) as player:
            for event in two_messages():
                player.feed(event)
            sink.play(1, 4_800)
            player.feed({"type": "input_audio_buffer.speech_started", "audio_start_ms": 0, "item_id": "u"})
            await asyncio.sleep(0.01)
            with pytest.raises(ConnectionError):
                player.feed(created("r2"))
            player.feed(created("r2"))

    run(steps())


def test_a_cancelled_interrupter_does_not_cancel_what_the_server_is_told() -> None:
    async def steps() -> None:
        server = Server()
        sink = HandSink()
        async with rtmulti.Player(sink, server.send_slowly) as player:
            for event in two_messages():
                player.feed(event)
            sink.play(1, 4_800)
            interrupter = asyncio.ensure_future(player.interrupt())
            await asyncio.sleep(0)
            interrupter.cancel()
            with pytest.raises(asyncio.CancelledError):
                await interrupter
            while len(server.told) < 2:
                await asyncio.sleep(0.001)
        assert server.types == ["truncate", "delete"]

    run(steps())


def test_an_exception_in_a_hook_does_not_lose_the_interruption() -> None:
    async def steps() -> None:
        server = Server()
        sink = HandSink()
        troubles = [ZeroDivisionError("a hook")]

        def on_event(event: rtmulti.Event) -> None:
            if isinstance(event, rtmulti.Message) and troubles:
                raise troubles.pop()

        async with rtmulti.Player(sink, server.send, on_event=on_event) as player:
            for event in two_messages():
                player.feed(event)
            sink.play(1, 4_800)
            with pytest.raises(ZeroDivisionError):
                await player.interrupt()
            await player.settled("r1")
        assert server.types == ["truncate", "delete"]

    run(steps())


def test_leaving_settles_everything_and_tells_the_server() -> None:
    async def steps() -> None:
        server = Server()
        sink = HandSink()
        events: list[rtmulti.Event] = []
        async with rtmulti.Player(sink, server.send_slowly, on_event=events.append) as player:
            player.feed(created("r1"))
            for event in message("r1", "A", 0, 1000, "Let me check."):
                player.feed(event)
            sink.play(1, 4_800)
        assert server.types == ["cancel", "truncate"]
        assert events[-1] == rtmulti.Settled("r1")
        assert sink.playback is None
        await player.close()

    run(steps())


def test_what_goes_wrong_in_the_block_is_not_hidden_by_a_dead_line() -> None:
    async def steps() -> None:
        def send(_: str) -> None:
            raise ConnectionError("the line is dead")

        sink = HandSink()
        with pytest.raises(KeyError):
            async with rtmulti.Player(sink, send) as player:
                for event in two_messages():
                    player.feed(event)
                sink.play(1, 4_800)
                raise KeyError("something of the host's")

    run(steps())


def test_whoever_waits_for_what_never_comes_is_told_at_the_end() -> None:
    async def steps() -> None:
        async with rtmulti.Player(HandSink(), lambda _: None) as player:
            waiting = asyncio.ensure_future(player.settled("never"))
            await asyncio.sleep(0)
        with pytest.raises(rtmulti.RtmultiError, match="never") as refused:
            await waiting
        assert refused.value.result is rtmulti.Result.ERROR_CLOSED
        with pytest.raises(rtmulti.RtmultiError):
            await player.settled("never")

    run(steps())


def test_a_player_works_inside_its_block_and_once() -> None:
    async def steps() -> None:
        player = rtmulti.Player(HandSink(), lambda _: None)
        with pytest.raises(RuntimeError, match="inside its block"):
            _ = player.session
        async with player:
            pass
        with pytest.raises(RuntimeError, match="make a new one"):
            async with player:
                pass

    run(steps())


def test_pausing_reconnecting_and_expecting() -> None:
    async def steps() -> None:
        server = Server()
        sink = HandSink()
        async with rtmulti.Player(sink, server.send) as player:
            player.expect_response("mine")
            assert await player.interrupt() is True
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


def test_a_cancelled_waiter_leaves_the_others_waiting() -> None:
    async def steps() -> None:
        async with rtmulti.Player(HandSink(), lambda _: None) as player:
            for event in two_messages():
                player.feed(event)
            given_up, patient = (asyncio.ensure_future(player.settled("r1")) for _ in range(2))
            await asyncio.sleep(0)
            given_up.cancel()
            await player.interrupt()
            assert [record.outcome.name for record in await patient] == ["SKIPPED", "SKIPPED"]
            assert given_up.cancelled()

    run(steps())


def test_an_exception_in_on_command_loses_no_command() -> None:
    async def steps() -> None:
        server = Server()
        sink = HandSink()
        troubles = [ZeroDivisionError("a hook")]

        def on_command(_: rtmulti.Command) -> None:
            if troubles:
                raise troubles.pop()

        async with rtmulti.Player(sink, server.send, on_command=on_command) as player:
            for event in two_messages():
                player.feed(event)
            sink.play(1, 4_800)
            with pytest.raises(ZeroDivisionError):
                await player.interrupt()
            assert [record.heard_ms for record in await player.settled("r1")] == [200, 0]
        assert server.types == ["truncate", "delete"]

    run(steps())


def test_closing_in_mid_play_keeps_what_was_heard_and_ends_the_player() -> None:
    async def steps() -> None:
        server = Server()
        heard: list[bytes] = []
        player = rtmulti.Player(rtmulti.CallbackSink(lambda _, pcm: heard.append(pcm)), server.send)
        async with player:
            for event in two_messages():
                player.feed(event)
            await asyncio.sleep(0.03)
            await player.close()
            assert [told["type"].split(".")[-1] for told in server.told] == ["truncate", "delete"]
            assert server.told[0]["audio_end_ms"] == len(b"".join(heard)) // 48 >= 30
            for refused in (lambda: player.feed(created("r2")), lambda: player.say(pcm(20)), player.pause):
                with pytest.raises(rtmulti.RtmultiError) as closed:
                    refused()
                assert closed.value.result is rtmulti.Result.ERROR_CLOSED
            with pytest.raises(rtmulti.RtmultiError):
                await player.interrupt()
        assert len(server.told) == 2

    run(steps())
