"""Player: what becomes of it when something raises, is cancelled, or is closed in the middle."""

from __future__ import annotations

import asyncio

import pytest
from conversation import HandSink, Server, created, message, pcm, run, two_messages

import rtmulti


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
        assert isinstance(events[-1], rtmulti.Settled) and events[-1].interrupted
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
