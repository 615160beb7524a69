"""When the server has been told of an interrupt, also where the sink answers its clear late: settlements that say that they
were cut, the query, and Player.interrupt and Player.close, which return when all commands are out."""

from __future__ import annotations

import asyncio
import json

import pytest
from conversation import HandSink, Server, created, message, pcm, run, two_messages

import rtmulti
from rtmulti import Config, Settled


class SlowSink(HandSink):
    """Answers a clear when the test says so."""

    def clear(self, segment: int) -> None:
        self.asked.append(("clear", segment))

    def answer(self) -> None:
        super().clear(0)


def test_the_event_and_the_query_of_a_host_without_a_loop() -> None:
    events: list[rtmulti.Event] = []
    sink = SlowSink()
    session = rtmulti.Session(sink, on_event=events.append)
    session.advance(1_000)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 4_800)
    assert session.stats().responses_being_cut == 0
    session.advance(200_000)
    session.interrupt()
    assert session.stats().responses_being_cut == 1
    assert not [event for event in events if isinstance(event, Settled)]
    session.advance(450_000)
    sink.answer()
    assert session.stats().responses_being_cut == 0
    assert [event for event in events if isinstance(event, Settled)] == [Settled("r1", True, 200_000)]


def test_interrupt_returns_when_the_late_answer_has_been_told() -> None:
    async def steps() -> None:
        server = Server()
        sink = SlowSink()
        async with rtmulti.Player(sink, server.send_slowly) as player:
            player.feed(created("r1"))
            for event in [*message("r1", "A", 0, 1000, "Let me check."), *message("r1", "B", 1, 500, "It is sunny.")]:
                player.feed(event)
            sink.play(1, 4_800)
            asyncio.get_running_loop().call_later(0.1, sink.answer)
            interruption = await player.interrupt()
            assert interruption and interruption.is_told and interruption.unsent == ()
            assert server.types == ["cancel", "truncate", "delete"]

    run(steps())


def test_a_sink_that_never_answers_is_waited_for_until_its_timeout() -> None:
    async def steps() -> None:
        server = Server()
        sink = SlowSink()
        async with rtmulti.Player(sink, server.send, config=Config(clear_timeout_ms=100)) as player:
            player.feed(created("r1"))
            for event in message("r1", "A", 0, 1000, "Let me check."):
                player.feed(event)
            sink.play(1, 4_800)
            assert (await player.interrupt()).is_told
            assert server.types == ["cancel", "truncate"]

    run(steps())


def test_patience_ends_before_the_answer() -> None:
    async def steps() -> None:
        server = Server()
        sink = SlowSink()
        async with rtmulti.Player(sink, server.send, config=Config(clear_timeout_ms=5_000)) as player:
            player.feed(created("r1"))
            for event in message("r1", "A", 0, 1000, "Let me check."):
                player.feed(event)
            sink.play(1, 4_800)
            interruption = await player.interrupt(timeout=0.05)
            assert interruption and not interruption.is_told
            assert server.types == ["cancel"]
            # Somebody else still waits for it; a cancelled one takes nothing from him.
            waiting = asyncio.ensure_future(player.interrupt())
            cancelled = asyncio.ensure_future(player.interrupt())
            await asyncio.sleep(0.01)
            cancelled.cancel()
            await asyncio.sleep(0.01)
            sink.answer()
            assert (await waiting).is_told
            assert server.types == ["cancel", "truncate"]

    run(steps())


@pytest.mark.parametrize("ends", ["cut", "heard"])
def test_a_server_that_plays_says_later_where_it_stopped(ends: str) -> None:
    async def steps() -> None:
        server = Server()
        config = Config(server=rtmulti.Server.OWNS_PLAYOUT, clear_timeout_ms=5_000)
        async with rtmulti.Player(None, server.send, config=config) as player:
            player.feed(created("r1"))
            player.feed(message("r1", "A", 0, 100, "Let me check.")[0])
            player.feed(json.dumps({"type": "output_audio_buffer.started", "response_id": "r1"}))
            waiting = asyncio.ensure_future(player.interrupt(by=rtmulti.Interrupter.HOST))
            await asyncio.sleep(0.05)
            assert not waiting.done() and player.session.stats().responses_being_cut == 1
            if ends == "cut":
                player.feed(json.dumps({"type": "output_audio_buffer.cleared", "response_id": "r1"}))
                cut = {"item_id": "A", "content_index": 0, "audio_end_ms": 40}
                player.feed(json.dumps({"type": "conversation.item.truncated", **cut}))
            else:
                player.feed(json.dumps({"type": "output_audio_buffer.stopped", "response_id": "r1"}))
            assert (await waiting).is_told
            assert server.types == ["cancel", "clear"]

    run(steps())


def test_a_close_ends_the_wait() -> None:
    async def steps() -> None:
        server = Server()
        sink = SlowSink()
        player = rtmulti.Player(sink, server.send, config=Config(clear_timeout_ms=5_000))
        async with player:
            player.feed(created("r1"))
            for event in message("r1", "A", 0, 1000, "Let me check."):
                player.feed(event)
            sink.play(1, 4_800)
            waiting = asyncio.ensure_future(player.interrupt())
            await asyncio.sleep(0.01)
            await player.close(timeout=0.1)
        assert (await waiting).is_told
        assert server.types == ["cancel", "truncate"]

    run(steps())


def fed(player: rtmulti.Player) -> None:
    """A response that speaks and is not done."""
    player.feed(created("r1"))
    for event in [*message("r1", "A", 0, 1000, "Let me check."), *message("r1", "B", 1, 500, "It is sunny.")]:
        player.feed(event)


class PlaysOnSink(HandSink):
    """Has always played 100 ms more than it has reported, and says so when it is cleared."""

    def clear(self, segment: int) -> None:
        for unsettled in self.played:
            self.played[unsettled] += 2_400
        super().clear(segment)


def test_what_a_sink_answers_at_once_to_the_close_counts() -> None:
    async def steps() -> None:
        server = Server()
        async with rtmulti.Player(sink := PlaysOnSink(), server.send) as player:
            fed(player)
            sink.play(1, 4_800)
        assert server.types == ["cancel", "truncate", "delete"]
        assert server.told[1]["audio_end_ms"] == 300
        assert [asked for asked in sink.asked if asked[0] == "clear"] == [("clear", 1)]

    run(steps())


def test_what_a_sink_answers_late_to_the_close_counts() -> None:
    async def steps() -> None:
        server = Server()
        async with rtmulti.Player(sink := SlowSink(), server.send) as player:
            fed(player)
            sink.play(1, 4_800)
            sink.played[1] = 7_200
            asyncio.get_running_loop().call_later(0.1, sink.answer)
            assert await player.close() == ()
            assert server.told[1]["audio_end_ms"] == 300
        assert server.types == ["cancel", "truncate", "delete"]

    run(steps())


def test_a_close_waits_for_a_silent_sink_as_long_as_an_interrupt_and_at_most_its_timeout() -> None:
    async def steps(clear_timeout_ms: int, timeout: float, least_s: float, most_s: float) -> None:
        server, loop = Server(), asyncio.get_running_loop()
        async with rtmulti.Player(
            sink := SlowSink(), server.send, config=Config(clear_timeout_ms=clear_timeout_ms)
        ) as player:
            fed(player)
            sink.play(1, 4_800)
            began_s = loop.time()
            await player.close(timeout=timeout)
            assert least_s <= loop.time() - began_s <= most_s
        assert server.types == ["cancel", "truncate", "delete"]
        # What the sink has reported, and what a busy machine's clock ran on before the close.
        assert 200 <= server.told[1]["audio_end_ms"] < 300

    run(steps(100, 5, 0.09, 3))
    run(steps(60_000, 0.1, 0.09, 3))
    run(steps(60_000, 0, 0, 1))


def test_a_close_that_is_cancelled_while_the_sink_owes_its_answer_goes_to_its_end() -> None:
    async def steps() -> None:
        server = Server()
        async with rtmulti.Player(sink := SlowSink(), server.send) as player:
            fed(player)
            sink.play(1, 4_800)
            closing = asyncio.ensure_future(player.close())
            await asyncio.sleep(0.01)
            closing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await closing
            assert server.types == ["cancel", "truncate", "delete"]
            assert player.session.is_closed

    run(steps())


def test_two_who_close_wait_for_one_answer() -> None:
    async def steps() -> None:
        server = Server()
        async with rtmulti.Player(sink := SlowSink(), server.send) as player:
            fed(player)
            sink.play(1, 4_800)
            asyncio.get_running_loop().call_later(0.05, sink.answer)
            assert await asyncio.gather(player.close(), player.close()) == [(), ()]
        assert server.types == ["cancel", "truncate", "delete"]

    run(steps())


def test_what_cannot_be_interrupted_is_cut_by_a_close_where_it_was_heard() -> None:
    async def steps() -> None:
        records: list[rtmulti.Event] = []
        async with rtmulti.Player(sink := PlaysOnSink(), lambda _: None, on_event=records.append) as player:
            player.say(pcm(1000), uninterruptible=True)
            sink.play(1, 4_800)
        assert [record.heard_ms for record in records if isinstance(record, rtmulti.Message)] == [300]

    run(steps())


def test_an_exception_in_a_hook_during_the_close_loses_no_command() -> None:
    async def steps() -> None:
        server = Server()
        troubles = [ZeroDivisionError("a hook")]

        def on_command(_: rtmulti.Command) -> None:
            if troubles:
                raise troubles.pop()

        player = rtmulti.Player(sink := PlaysOnSink(), server.send, on_command=on_command)
        with pytest.raises(ZeroDivisionError):
            async with player:
                fed(player)
                sink.play(1, 4_800)
        assert server.types == ["cancel", "truncate", "delete"]
        assert server.told[1]["audio_end_ms"] == 300

    run(steps())
