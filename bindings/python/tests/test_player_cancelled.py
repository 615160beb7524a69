"""Player whose callers are cancelled at any await, and in any order of calls: nothing is lost, doubled or left over."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from conversation import HandSink, Server, created, message, run
from lines import ALL, left_over, playing, until

import rtmulti


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
