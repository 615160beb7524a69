"""Every public method of a Session and of a Player with each kind of wrong argument: what comes out is a sentence of ours, a
TypeError, a ValueError or an RtmultiError, and never something of ctypes or a private name. What the sentences say is held
in test_arguments.py and, for the library's own, in Tests/C/sentences.c."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conversation import HandSink, run, two_messages

import rtmulti

WRONG: list[Any] = [None, 5, -1, 2**70, "x", b"x", [1], {"a": 1}, object(), 1.5, print, float("nan"), "\ud83d", "", type]
WRONG.append("x" * 3000)
#: Arguments that are good, by their names.
GOOD: dict[str, Any] = {
    "event": '{"type":"x"}', "response_id": "r1", "item_id": "A", "data": b"ab", "packet": b"ab", "text": "t", "segment": 1,
    "frames": 1, "now_us": 1, "name": "x", "token": "t", "audio_end_ms": 1, "call_id": "c", "arguments": "{}", "index": 0,
    "event_id": "e", "code": "c", "message": "m", "phase": "p", "sequence": 1, "timestamp": 1, "audio": b"ab", "sink": None,
    "format": rtmulti.Format(), "send": print, "to": None, "word": rtmulti.BufferWord.STARTED
}  # fmt: skip
GENERAL = "An argument is NULL, too long or out of its range"


def names(kind: type) -> list[str]:
    return [name for name in dir(kind) if not name.startswith("_") and inspect.isfunction(getattr(kind, name))]


def calls(method: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """The arguments of each wrong call: one of them is wrong."""
    parameters = inspect.signature(method).parameters.values()
    needed = {one.name: GOOD.get(one.name, 0) for one in parameters if one.default is one.empty}
    for parameter in parameters:
        for wrong in WRONG:
            yield {**needed, parameter.name: wrong}


def judge(what: str, problem: BaseException) -> None:
    assert isinstance(problem, (TypeError, ValueError, RuntimeError, rtmulti.RtmultiError)), f"{what}: {problem!r}"
    assert type(problem).__module__ in ("builtins", "rtmulti.errors"), f"{what}: {problem!r}"
    assert GENERAL not in str(problem) and "'_" not in str(problem), f"{what}: {problem}"


@pytest.mark.parametrize("name", names(rtmulti.Session))
def test_a_session(name: str) -> None:
    if name == "trace":
        return  # A path may be any text; what is none is refused in test_player_refusals.py.
    for arguments in calls(getattr(rtmulti.Session(), name)):
        session = rtmulti.Session(HandSink())
        for event in two_messages():
            session.receive(event)
        try:
            getattr(session, name)(**arguments)
        except BaseException as problem:
            judge(f"{name}({arguments})", problem)


@pytest.mark.parametrize("name", names(rtmulti.Player))
def test_a_player(name: str, caplog: pytest.LogCaptureFixture) -> None:
    async def steps() -> None:
        outside = rtmulti.Player(HandSink(), lambda _: None)
        parameters = inspect.signature(getattr(outside, name)).parameters.values()
        needed = {one.name: GOOD.get(one.name, 0) for one in parameters if one.default is one.empty}
        try:
            answer = getattr(outside, name)(**needed)
            if inspect.isawaitable(answer):
                await answer
            assert name == "close", name
        except RuntimeError as problem:
            assert "inside its block: async with Player" in str(problem)
        if name == "close":
            return
        async with rtmulti.Player(HandSink(), lambda _: None, on_diagnostic=lambda _: None) as player:
            for arguments in calls(getattr(player, name)):
                try:
                    answer = getattr(player, name)(**arguments)
                    if inspect.isawaitable(answer):
                        await asyncio.wait_for(answer, 0.01)
                except asyncio.TimeoutError:
                    pass
                except Exception as problem:
                    judge(f"{name}({arguments})", problem)

    run(steps())
