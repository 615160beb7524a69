"""The rows in which something stands between the AgentSession and OpenAI's plugin: a RealtimeModelFallbackAdapter around
the wrapper or inside it, and plugins that show no raw events, with one ability or the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from livekit.agents import llm
from plugins import QuietModel
from rows import row
from scripts import message, turns
from stage import Stage

import rtmulti

#: Not there before 1.8.
_Fallback: Any = getattr(llm, "RealtimeModelFallbackAdapter", None)
_TWO = [message(1), message(2)]


def _wrapped(model: Any, is_wrapped: bool) -> Any:
    return rtmulti.livekit.wrap(model) if is_wrapped else model


def _fallback_inside(model: Any, is_wrapped: bool) -> Any:
    return _wrapped(_Fallback([model]), is_wrapped)


def _fallback_around(model: Any, is_wrapped: bool) -> Any:
    return _Fallback([_wrapped(model, is_wrapped)])


def _fallback_to_quiet(model: Any, is_wrapped: bool) -> Any:
    return _wrapped(_Fallback([model, QuietModel(model, can_delete=False)]), is_wrapped)


def _quiet(model: Any, is_wrapped: bool, **abilities: bool) -> Any:
    return _wrapped(QuietModel(model, **abilities), is_wrapped)


def _says(model: Any, is_wrapped: bool) -> Any:
    return _wrapped(QuietModel(model, can_say=True), is_wrapped)


async def _full(stage: Stage) -> None:
    stage.reply()
    await stage.done()


async def _in_the_first(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


async def _in_the_second(stage: Stage) -> None:
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()


async def _before_it_is_created(stage: Stage) -> None:
    stage.reply()
    await stage.has_sent("response.create")
    stage.interrupt()
    await stage.done()


def _add(
    name: str, make_model: Callable[[Any, bool], Any], output: list[Any] = _TWO, pace: float = 0, **settings: Any
) -> None:
    for act in (_full, _in_the_first, _in_the_second, _before_it_is_created):

        async def named(stage: Stage, act: Any = act) -> None:
            await act(stage)

        named.__name__ = f"{name}{act.__name__}"
        row(turns(output, pace=pace), make_model=make_model, is_never_cut=act is _full, **settings)(named)


if _Fallback is not None:
    _add("fallback_adapter_inside", _fallback_inside)
    # The AgentSession is not found there, and LiveKit's own accounts are all there are.
    # An interruption in the second comes long before the server has ended the response.
    long = [message(1), message(2, 1500)]
    _add("fallback_adapter_around", _fallback_around, long, pace=1.2, judged={"lost"}, steps_aside=True)
    _fails = turns([message(1, 1000)], [message(2), message(3)])
    _fails["turns"][0]["drop_at_ms"] = 300

    @row(_fails, make_model=_fallback_to_quiet, gives_up=True, can_delete=False, judged={"server", "local", "lost"})
    async def the_model_fails_and_another_takes_over_that_shows_nothing(stage: Stage) -> None:
        # The adapter asks it for the answer again.
        stage.at(2, 200, stage.session.interrupt)
        stage.reply()
        await stage.done()
        stage.handle = stage.session.current_speech
        await asyncio.sleep(1.5)


@row(turns(_TWO), make_model=_says, is_never_cut=True)
async def the_model_says_it(stage: Stage) -> None:
    stage.handle = stage.session.say("Two messages, please.")
    await stage.done()


@row(turns(_TWO, [message(3)]), make_model=_says)
async def the_model_says_it_and_is_cut_in_the_first(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.handle = stage.session.say("Two messages, please.")
    await stage.done()
    stage.reply()
    await stage.done()


@row(turns(_TWO, [message(3)]), make_model=_says)
async def the_model_says_it_and_is_cut_before_it_begins(stage: Stage) -> None:
    stage.handle = stage.session.say("Two messages, please.")
    await stage.has_sent("response.create")
    stage.interrupt()
    await stage.done()
    await asyncio.sleep(0.5)
    stage.reply()
    await stage.done()


_add("no_raw_events", _quiet)
# What is unheard is truncated to nothing, which OpenAI's plugin sends as a delete.
_add("no_raw_events_cannot_delete", partial(_quiet, can_delete=False), can_delete=False)
_add("no_raw_events_cannot_truncate", partial(_quiet, can_truncate=False, can_delete=False), judged={"local", "lost"})
