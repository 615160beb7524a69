"""What a Player refuses with a sentence: other threads, and coroutine functions that nobody would await."""

from __future__ import annotations

import asyncio
import functools
import threading
from typing import Any

import pytest
from conversation import HandSink, created, run, two_messages
from lines import left_over, playing

import rtmulti


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


async def generator(*_: object) -> Any:
    """What would not even begin."""
    yield


class CoroutineSink(HandSink):
    async def write(self, segment: int, pcm: bytes) -> None:  # type: ignore[override]
        """Nobody would wait for it."""


class CoroutineEar(rtmulti.ClockedSink):
    async def heard(self, segment: int, pcm: bytes) -> None:  # type: ignore[override]
        """Nobody would wait for it."""


class ReturningEar(rtmulti.ClockedSink):
    def heard(self, segment: int, pcm: bytes) -> Any:
        return coroutine()


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


class Asynchronous:
    async def __call__(self, *_: object) -> None:
        """Nobody would await it."""


@pytest.mark.parametrize("late", [coroutine, generator, Asynchronous(), functools.partial(coroutine, 1)])
def test_whatever_would_only_begin_is_refused_at_once(late: Any) -> None:
    for make in (lambda: rtmulti.CallbackSink(late), lambda: rtmulti.Player(HandSink(), print, on_event=late)):
        with pytest.raises(TypeError, match="where nobody can wait. Make it a plain function"):
            make()


@pytest.mark.parametrize("late", [coroutine, generator])
def test_a_callback_sink_refuses_what_its_function_returns_to_await(late: Any) -> None:
    sink = rtmulti.CallbackSink(lambda segment, pcm: late())
    session = rtmulti.Session(sink)
    for event in two_messages():
        session.receive(event)
    sink.play_until(0)
    with pytest.raises(TypeError, match="function returned something to await, and it is called from inside"):
        sink.play_until(20_000)


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


def test_a_clocked_sink_of_coroutines_is_refused_too() -> None:
    with pytest.raises(TypeError, match=r"CoroutineEar.heard is a coroutine function.*QueueSink"):
        rtmulti.Player(CoroutineEar(), lambda _: None)
    session = rtmulti.Session(ear := ReturningEar())
    for event in two_messages():
        session.receive(event)
    ear.play_until(0)
    with pytest.raises(TypeError, match=r"ReturningEar.heard returned something to await"):
        ear.play_until(20_000)
    queue = rtmulti.QueueSink(on_clear=lambda: coroutine())
    session = rtmulti.Session(queue)
    for event in two_messages():
        session.receive(event)
    with pytest.raises(TypeError, match="on_clear returned something to await"):
        session.interrupt()


def test_a_trace_goes_to_a_path_or_a_file() -> None:
    for wrong in (5, print, ["call.trace"]):
        with pytest.raises(TypeError, match="trace must be a path or a file that is open for bytes"):
            rtmulti.Player(HandSink(), print, trace=wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="to must be a path or a file that is open for bytes"):
            rtmulti.Session().trace(wrong)  # type: ignore[arg-type]


def test_text_that_is_none_leaves_no_turn_behind() -> None:
    async def steps() -> None:
        async with rtmulti.Player(sink := HandSink(), lambda _: None) as player:
            with pytest.raises(TypeError, match="text must be a str, not int 5"):
                player.say(b"\0\0" * 4800, text=5)  # type: ignore[arg-type]
            assert sink.asked == []

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
