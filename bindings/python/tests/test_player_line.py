"""Player on a bad line: commands go out once and in order, whoever waits or gives up; and what belongs to a line that
is gone is nobody's business any more. Where it needs a line, it is a real one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging

import pytest
from conversation import HandSink, Server, created, message, pcm, run
from lines import ALL, Gate, deaf_line, left_over, line, playing, until

import rtmulti

# --- many callers ---


@pytest.mark.parametrize("how_many", [2, 5])
def test_several_interrupts_at_once_send_each_command_once(how_many: int) -> None:
    async def steps() -> None:
        server, sink = Server(), HandSink()
        async with rtmulti.Player(sink, server.send_slowly) as player:
            playing(player, sink)
            got = await asyncio.gather(*(player.interrupt() for _ in range(how_many)))
            assert [bool(one) for one in got] == [True] + [False] * (how_many - 1)
            assert all(one.unsent == () for one in got)
            assert server.types == ALL
        assert server.types == ALL

    run(steps())


def test_a_close_while_an_interrupt_sends_loses_nothing() -> None:
    async def steps() -> None:
        server, sink = Server(), HandSink()
        player = rtmulti.Player(sink, server.send_slowly)
        async with player:
            playing(player, sink)
            player.feed(created("r2"))
            interruption, unsent, again = await asyncio.gather(player.interrupt("r1"), player.close(), player.close())
        assert interruption and interruption.unsent == unsent == again == ()
        assert server.types == [*ALL, "cancel"]

    run(steps())


def test_several_interrupts_at_once_over_a_real_line() -> None:
    async def steps() -> None:
        sink = HandSink()
        async with line() as (client, told), rtmulti.Player(sink, client.send) as player:
            playing(player, sink)
            await asyncio.gather(player.interrupt(), player.interrupt(), player.close())
            await until(lambda: len(told) == 2)
        assert [one["type"].split(".")[-1] for one in told] == ALL

    run(steps())


# --- bounds ---


def test_an_interrupt_returns_in_time_and_its_commands_still_go_out() -> None:
    async def steps() -> None:
        gate, sink = Gate(), HandSink()
        diagnostics: list[rtmulti.Diagnostic] = []
        async with rtmulti.Player(sink, gate.send, on_diagnostic=diagnostics.append) as player:
            playing(player, sink)
            interruption = await player.interrupt(timeout=0.02)
            assert interruption
            assert [json.loads(one)["type"].split(".")[-1] for one in interruption.unsent] == ALL
            assert len(diagnostics) == 1 and "2 commands within 0.02 s" in diagnostics[0].message
            assert not await player.interrupt(timeout=0)
            gate.opened.set()
            await until(lambda: gate.server.types == ALL)
        assert gate.server.types == ALL and len(gate.begun) == 2

    run(steps())


def test_a_close_returns_in_time_and_gives_up() -> None:
    async def steps() -> None:
        gate, sink = Gate(), HandSink()
        diagnostics: list[rtmulti.Diagnostic] = []
        player = rtmulti.Player(sink, gate.send, on_diagnostic=diagnostics.append)
        async with player:
            playing(player, sink)
            unsent = await player.close(timeout=0.02)
        assert [json.loads(one)["type"].split(".")[-1] for one in unsent] == ALL
        assert len(diagnostics) == 1
        await asyncio.sleep(0.01)
        gate.opened.set()
        await asyncio.sleep(0.01)
        assert gate.server.told == [], "it was given up"
        assert not left_over()

    run(steps())


def test_a_line_whose_far_end_does_not_read() -> None:
    async def steps() -> None:
        sink = HandSink()
        async with deaf_line() as client, rtmulti.Player(sink, client.send) as player:
            playing(player, sink)
            begin = asyncio.get_running_loop().time()
            interruption = await player.interrupt(timeout=0.05)
            assert interruption and len(interruption.unsent) == 2
            assert await player.close(timeout=0.05) == interruption.unsent
            assert asyncio.get_running_loop().time() - begin < 1

    run(steps())


def test_settled_has_a_bound() -> None:
    async def steps() -> None:
        sink = HandSink()
        async with rtmulti.Player(sink, lambda _: None) as player:
            playing(player, sink)
            assert await player.settled("r1", timeout=0.01) is None
            await player.interrupt()
            records = await player.settled("r1", timeout=0.01)
            assert records is not None and [record.heard_ms for record in records] == [200, 0]
            for wrong in (-1, "soon"):
                with pytest.raises(ValueError, match="timeout is"):
                    await player.settled("r1", timeout=wrong)  # type: ignore[arg-type]
                with pytest.raises(ValueError, match="timeout is"):
                    await player.interrupt(timeout=wrong)  # type: ignore[arg-type]

    run(steps())


# --- failures ---


@pytest.mark.parametrize("is_coroutine", [False, True])
def test_a_failed_send_swallows_no_event_and_loses_no_command(is_coroutine: bool) -> None:
    async def steps() -> None:
        server, sink = Server(), HandSink()
        troubles = [ConnectionError("for a moment")]

        def send(text: str) -> None:
            if troubles:
                raise troubles.pop()
            server.send(text)

        async def send_later(text: str) -> None:
            send(text)

        config = rtmulti.Config(interrupt_on_speech=True)
        async with rtmulti.Player(sink, send_later if is_coroutine else send, config=config) as player:
            playing(player, sink)
            spoke = {"type": "input_audio_buffer.speech_started", "audio_start_ms": 0, "item_id": "u"}
            with pytest.raises(ConnectionError, match="for a moment"):
                player.feed(spoke)
                await asyncio.sleep(0.01)
                player.feed(created("r2"))
            player.feed(created("r2"))
            # r2 was taken by the call that raised, or is taken now: it is cancelled in either case.
            assert await player.interrupt()
        assert server.types == [*ALL, "cancel"]

    run(steps())


def test_what_send_raised_is_not_told_to_a_sink_that_reports() -> None:
    """Its thread or callback could do nothing with it; the next call of the host can."""

    class Keeper(HandSink):
        """Keeps audio, of which the player learns before anything else."""

        is_playing = False

        def __init__(self) -> None:
            super().__init__()
            self.kept: list[bytes] = []

        def play_until(self, now_us: int) -> None:
            while self.kept:
                player.audio("r2", "C", self.kept.pop(), 0)

    def send(text: str) -> None:
        raise ConnectionError("the line is dead")

    async def steps() -> None:
        async with player:
            playing(player, sink)
            player.feed(created("r2"))
            player.feed(message("r2", "C", 0, 100, "Yes.")[0])
            with pytest.raises(ConnectionError):
                await player.interrupt("r1")
            sink.kept.append(pcm(100))
            player.sink_ready()
            position = player.session.position("C", 0)
            assert position is not None and position.received_ms == 100
            with pytest.raises(ConnectionError):
                player.response_done("r2")
            player.reconnect()

    sink = Keeper()
    player = rtmulti.Player(sink, send)
    run(steps())


def test_the_event_is_taken_before_the_failure_is_raised() -> None:
    async def steps() -> None:
        sink = HandSink()

        def send(_: str) -> None:
            raise ConnectionError("the line is dead")

        config = rtmulti.Config(interrupt_on_speech=True)
        player = rtmulti.Player(sink, send, config=config)
        with contextlib.suppress(ConnectionError):
            async with player:
                playing(player, sink)
                with pytest.raises(ConnectionError):
                    player.feed({"type": "input_audio_buffer.speech_started", "audio_start_ms": 0, "item_id": "u"})
                heard = player.session.message("A")
                assert heard is not None and heard.outcome is rtmulti.Outcome.PARTIAL
                for event in message("r3", "C", 0, 100, "Yes."):
                    with pytest.raises(ConnectionError):
                        player.feed(event)
                position = player.session.position("C", 0)
                assert position is not None and position.received_ms == 100

    run(steps())


def test_without_a_hook_diagnostics_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def steps() -> None:
        async with rtmulti.Player(HandSink(), lambda _: None) as player:
            player.playback_progress(99, 100)

    with caplog.at_level(logging.WARNING, "rtmulti"):
        run(steps())
    assert [(record.name, record.levelname) for record in caplog.records] == [("rtmulti", "WARNING")]
    assert caplog.records[0].getMessage().startswith("stale_report: ")


# --- a new line ---


def test_reconnect_throws_away_what_belongs_to_the_old_line_and_nothing_else() -> None:
    async def steps() -> None:
        gate, server, sink = Gate(), Server(), HandSink()
        async with rtmulti.Player(sink, gate.send) as player:
            playing(player, sink)
            waiting = asyncio.ensure_future(player.interrupt(timeout=None))
            await until(lambda: bool(gate.begun))
            assert [record.heard_ms for record in player.reconnect(send=server.send)] == [200]
            interruption = await waiting
            assert interruption and len(interruption.unsent) == 2, "nobody waits for a line that is gone"
            playing(player, sink, "r2")
            assert await player.interrupt()
            assert server.types == ALL
            gate.opened.set()
            await asyncio.sleep(0.01)
            assert gate.server.types == ["truncate"], "what was in the hands of the old send is its own"
        assert server.types == ALL

    run(steps())


def test_what_the_old_send_raises_later_is_nobodys_business() -> None:
    async def steps() -> None:
        server, sink = Server(), HandSink()
        old: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        async with rtmulti.Player(sink, lambda _: old) as player:
            playing(player, sink)
            await player.interrupt(timeout=0)
            player.reconnect(send=server.send)
            old.set_exception(ConnectionError("the old line was closed"))
            await asyncio.sleep(0.01)
            player.feed(created("r2"))
        assert server.types == ["cancel"]

    run(steps())


def test_over_real_lines_the_second_gets_what_is_its_own() -> None:
    async def steps() -> None:
        sink = HandSink()
        async with deaf_line() as first, line() as (second, told):
            async with rtmulti.Player(sink, first.send) as player:
                playing(player, sink)
                await player.interrupt(timeout=0.01)
                player.reconnect(send=second.send)
                playing(player, sink, "r2")
                assert (await player.interrupt()).unsent == ()
                first.transport.abort()
                await asyncio.sleep(0.01)
                player.feed(created("r3"))
            await until(lambda: len(told) == 3)
        assert [one["type"].split(".")[-1] for one in told] == [*ALL, "cancel"]

    run(steps())


def test_settled_never_answers_from_an_older_connection() -> None:
    async def steps() -> None:
        sink = HandSink()
        async with rtmulti.Player(sink, lambda _: None) as player:
            playing(player, sink)
            await player.interrupt()
            assert [record.heard_ms for record in await player.settled("r1")] == [200, 0]
            player.reconnect()
            assert await player.settled("r1", timeout=0.01) is None
            player.feed(created("r1"))
            for event in message("r1", "A", 0, 1000, "Again."):
                player.feed(event)
            sink.play(max(sink.written), 7_200)
            await player.interrupt()
            assert [record.heard_ms for record in await player.settled("r1")] == [300]

    run(steps())


def test_whoever_waits_for_the_old_one_gets_the_old_one() -> None:
    async def steps() -> None:
        sink = HandSink()
        async with rtmulti.Player(sink, lambda _: None) as player:
            playing(player, sink)
            greeting = player.say(pcm(20))
            old = asyncio.ensure_future(player.settled("r1"))
            await asyncio.sleep(0)
            player.reconnect()
            player.feed(created("r1"))
            for event in message("r1", "N", 0, 1000, "Again."):
                player.feed(event)
            new = asyncio.ensure_future(player.settled("r1"))
            await asyncio.sleep(0)
            sink.finish(1)
            sink.finish(2)
            assert [record.item_id for record in await old] == ["A", "B"]
            assert not new.done()
            sink.finish(3)
            assert [record.outcome.name for record in await player.settled(greeting)] == ["FULL"]
            await player.interrupt()
            assert [record.item_id for record in await new] == ["N"]
            player.reconnect()
            assert len(await player.settled(greeting)) == 1, "the host's own audio does not end with a line"

    run(steps())
