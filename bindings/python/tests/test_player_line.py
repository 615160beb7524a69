"""Player on a bad line: commands go out once and in order, whoever waits, is cancelled, or gives up; and what belongs
to a line that is gone is nobody's business any more. Where it needs a line, it is a real one."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import random
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from conversation import HandSink, Server, created, message, pcm, run, two_messages
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

import rtmulti

ALL = ["truncate", "delete"]


def playing(player: rtmulti.Player, sink: HandSink, response_id: str = "r1") -> None:
    """Two messages of a second each, 200 ms of the first one heard."""
    for event in two_messages(response_id):
        player.feed(event)
    sink.play(max(sink.written), 4_800)


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.001)


class Gate:
    """A `send` that blocks until it is opened."""

    def __init__(self) -> None:
        self.server = Server()
        self.begun: list[str] = []
        self.opened = asyncio.Event()

    async def send(self, text: str) -> None:
        self.begun.append(text)
        await self.opened.wait()
        self.server.send(text)


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


def left_over() -> set[asyncio.Task[Any]]:
    """Tasks that nobody waits for: not the test's own, nor the one that bounds it."""
    return {
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task() and getattr(task.get_coro(), "__name__", "") != "wait_for"
    }


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


# --- anything, in any order ---


class Wire:
    """One connection of a random conversation: what was born on it, and what its `send` has taken."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.born: list[str] = []
        self.sent: list[str] = []
        self.at_once = chance.random() < 0.2
        self.fails = True

    def send(self, text: str) -> Any:
        if self.at_once:
            return self._take(text)
        return self._send_slowly(text)

    async def _send_slowly(self, text: str) -> None:
        for _ in range(self.chance.randrange(4)):
            await asyncio.sleep(0)
        self._take(text)

    def _take(self, text: str) -> None:
        if self.fails and self.chance.random() < 0.1:
            raise ConnectionError("for a moment")
        self.sent.append(text)


async def random_conversation(seed: int) -> None:
    """Responses, interrupts, cancelled callers, failing sends and new lines; at the end the last line is whole."""
    chance = random.Random(seed)
    sink = HandSink()
    wires = [Wire(chance)]
    callers: list[asyncio.Task[Any]] = []

    def on_command(command: rtmulti.Command) -> None:
        wires[-1].born.append(command.json)

    player = rtmulti.Player(sink, wires[0].send, on_command=on_command, on_diagnostic=lambda _: None)
    await player.__aenter__()
    for number in range(30):
        step = chance.randrange(6)
        with contextlib.suppress(ConnectionError):
            if step == 0:
                events = message(f"r{number}", f"A{number}", 0, 40, "Yes.") + message(
                    f"r{number}", f"B{number}", 1, 40, "No."
                )
                for event in [created(f"r{number}"), *events]:
                    with contextlib.suppress(ConnectionError):
                        player.feed(event)
                if sink.written:
                    sink.play(max(sink.written), 480)
            elif step in (1, 2):
                timeout = chance.choice([0, 0.0001, 2, None])
                callers.append(asyncio.ensure_future(player.interrupt(timeout=timeout)))
            elif step == 3 and callers:
                chance.choice(callers).cancel()
            elif step == 4 and chance.random() < 0.3:
                wires.append(Wire(chance))
                # What is born inside the call is the new line's.
                player.reconnect(send=wires[-1].send)
            else:
                player.feed(created(f"s{number}"))
        for _ in range(chance.randrange(3)):
            await asyncio.sleep(0)
    await asyncio.gather(*callers, return_exceptions=True)
    for wire in wires:
        wire.fails = False
        assert wire.sent == wire.born[: len(wire.sent)], "in order, each once"
    for _ in range(3):
        with contextlib.suppress(ConnectionError):
            assert await player.close(timeout=None) == ()
    assert wires[-1].sent == wires[-1].born
    await until(lambda: not left_over())


def test_whatever_happens_each_command_goes_out_once_and_in_order() -> None:
    told = 0
    for seed in range(150):
        try:
            run(random_conversation(seed))
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}") from problem
        told += 1
    assert told == 150


# --- cancelled at every await ---


async def cancelled_after(turns: int, waiting: Awaitable[object]) -> bool:
    """Lets it run for so many turns of the loop, then cancels it. Returns whether it was over before."""
    task = asyncio.ensure_future(waiting)
    for _ in range(turns):
        await asyncio.sleep(0)
    is_over = task.done()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return is_over


class SlowServer(Server):
    """Takes several turns of the loop for each command."""

    async def send_slowly(self, text: str) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        self.send(text)


def at_every_await(steps: Callable[[int], Awaitable[bool]]) -> None:
    for turns in range(100):
        if run(steps(turns)):  # type: ignore[arg-type]
            assert turns > 3, "it was cancelled somewhere in between"
            return
    pytest.fail("it never came to its end")


def test_an_interrupt_that_is_cancelled_at_any_await() -> None:
    async def steps(turns: int) -> bool:
        server, sink = SlowServer(), HandSink()
        async with rtmulti.Player(sink, server.send_slowly) as player:
            playing(player, sink)
            is_over = await cancelled_after(turns, player.interrupt())
            if turns:  # else the task was cancelled before its first line
                assert (await player.settled("r1"))[0].heard_ms == 200
            await player.interrupt()
            assert server.types == ALL
        assert not left_over()
        return is_over

    at_every_await(steps)


def test_a_close_that_is_cancelled_at_any_await() -> None:
    async def steps(turns: int) -> bool:
        server, sink = SlowServer(), HandSink()
        player = rtmulti.Player(sink, server.send_slowly)
        await player.__aenter__()
        playing(player, sink)
        waiting = asyncio.ensure_future(player.settled("never"))
        await asyncio.sleep(0)
        is_over = await cancelled_after(turns, player.close())
        assert await player.close() == ()
        await until(lambda: server.types == ALL)
        assert player.session.is_destroyed and sink.playback is None
        with pytest.raises(rtmulti.RtmultiError):
            await waiting
        await until(lambda: not left_over())
        return is_over

    at_every_await(steps)


def test_a_block_that_is_cancelled_at_any_await() -> None:
    async def steps(turns: int) -> bool:
        server, sink = SlowServer(), HandSink()
        player = rtmulti.Player(sink, server.send_slowly)

        async def talk() -> None:
            async with player:
                playing(player, sink)
                await player.interrupt()
                await asyncio.sleep(0)

        is_over = await cancelled_after(turns, talk())
        if turns:
            await until(lambda: server.types == ALL)
            assert player.session.is_destroyed and sink.playback is None
        await until(lambda: not left_over())
        return is_over

    at_every_await(steps)


def test_a_wait_for_a_response_that_is_cancelled_at_any_await() -> None:
    async def steps(turns: int) -> bool:
        server, sink = SlowServer(), HandSink()
        async with rtmulti.Player(sink, server.send_slowly) as player:
            playing(player, sink)
            patient = asyncio.ensure_future(player.settled("r1"))
            asyncio.get_running_loop().call_later(0, player.session.interrupt)
            is_over = await cancelled_after(turns, player.settled("r1"))
            assert [record.heard_ms for record in await patient] == [200, 0]
        assert server.types == ALL
        return is_over or turns > 5

    at_every_await(steps)


# --- what is refused with a sentence ---


def test_another_thread_is_told() -> None:
    async def steps() -> None:
        sink = HandSink()
        said: list[BaseException] = []
        async with rtmulti.Player(sink, lambda _: None) as player:

            def feed() -> None:
                for call in (lambda: player.feed(created("r1")), player.pause, lambda: player.playback_started(1)):
                    try:
                        call()
                    except RuntimeError as problem:
                        said.append(problem)

            thread = threading.Thread(target=feed, name="reader")
            thread.start()
            await asyncio.to_thread(thread.join)
            assert len(said) == 3
            assert all("'reader'" in str(one) and "call_soon_threadsafe" in str(one) for one in said)
            assert player.session.stats().responses_heard == 0
            asyncio.get_running_loop().call_soon_threadsafe(player.feed, created("r1"))

    run(steps())


async def coroutine(*_: object) -> None:
    """What nobody would await."""


class CoroutineSink(HandSink):
    async def write(self, segment: int, pcm: bytes) -> None:  # type: ignore[override]
        """Nobody would wait for it."""


class ReturningSink(HandSink):
    def flush(self, segment: int) -> Any:
        return coroutine()


@pytest.mark.parametrize("name", ["on_event", "on_command", "on_diagnostic"])
def test_a_coroutine_function_is_no_hook(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} is a coroutine function.*create_task"):
        rtmulti.Player(HandSink(), lambda _: None, **{name: coroutine})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=f"{name} is a coroutine function"):
        rtmulti.Session(**{name: coroutine})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=f"{name} must be a function or None"):
        rtmulti.Session(**{name: "print"})  # type: ignore[arg-type]


def test_a_coroutine_that_a_hook_returns_is_refused_and_a_task_is_none() -> None:
    async def steps() -> None:
        with pytest.raises(TypeError, match="on_event returned something to await"):
            async with rtmulti.Player(HandSink(), lambda _: None, on_event=lambda _: coroutine()) as player:
                player.feed(created("r1"))
                await player.interrupt()
        async with rtmulti.Player(
            HandSink(), lambda _: None, on_event=lambda event: asyncio.ensure_future(coroutine(event))
        ) as player:
            player.feed(created("r1"))
            await player.interrupt()

    run(steps())


def test_a_sink_of_coroutines_is_refused_and_leaves_nothing_behind() -> None:
    async def steps() -> None:
        with pytest.raises(TypeError, match=r"CoroutineSink.write is a coroutine function.*QueueSink"):
            async with rtmulti.Player(CoroutineSink(), lambda _: None):
                pytest.fail("it was entered")
        sink = ReturningSink()
        with pytest.raises(TypeError, match=r"ReturningSink.flush returned something to await"):
            async with rtmulti.Player(sink, lambda _: None, config=rtmulti.Config(write_ahead_ms=5000)) as player:
                playing(player, sink)
        assert not left_over()

    run(steps())


def test_a_block_that_could_not_be_entered_leaves_no_timer_behind(caplog: pytest.LogCaptureFixture) -> None:
    class FailingSink(HandSink):
        def attach(self, playback: rtmulti.Playback) -> None:
            raise OSError("no such device")

    async def steps() -> None:
        player = rtmulti.Player(FailingSink(), lambda _: None)
        for _ in range(2):
            with pytest.raises(OSError, match="no such device"):
                await player.__aenter__()
        await asyncio.sleep(0.02)

    run(steps())
    assert not caplog.records


# --- a real line ---


@contextlib.asynccontextmanager
async def line() -> AsyncIterator[tuple[ClientConnection, list[dict[str, Any]]]]:
    """A connection, and what its far end was told."""
    told: list[dict[str, Any]] = []

    async def far_end(connection: ServerConnection) -> None:
        async for text in connection:
            told.append(json.loads(text))

    async with serve(far_end, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        client = await connect(f"ws://127.0.0.1:{port}")
        yield client, told
        await client.close()


@contextlib.asynccontextmanager
async def deaf_line() -> AsyncIterator[ClientConnection]:
    """A connection whose far end has stopped reading, and that is full: whoever sends waits."""
    held = []

    async def far_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)  # a writer that nobody holds closes its line
        request = await reader.readuntil(b"\r\n\r\n")
        key = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    server = await asyncio.start_server(far_end, sock=listening)
    client = await connect(f"ws://127.0.0.1:{listening.getsockname()[1]}", ping_interval=None, close_timeout=0.1)
    try:
        with contextlib.suppress(asyncio.TimeoutError):
            while True:
                await asyncio.wait_for(client.send(b"x" * 100_000), 0.1)
        yield client
    finally:
        client.transport.abort()
        await client.wait_closed()
        server.close()
