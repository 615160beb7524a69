"""The rows in which it changes who plays or who speaks: outputs that are switched off, on and replaced, Agents that hand over
to others, and texts that a TTS speaks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from livekit.agents.voice.io import AgentOutput
from rows import row
from scripts import message, text_only, turns
from stage import Stage

_TWO = [message(1), message(2)]

# Before 1.6 outputs are not replaced.
_REPLACES_OUTPUTS = hasattr(AgentOutput, "replace_audio_tail")


def row_where(is_there: bool, script: dict[str, Any], **settings: Any) -> Callable[[Callable[[Stage], Awaitable[None]]], Any]:
    """A row for the versions of LiveKit Agents that have what it is about."""
    return row(script, **settings) if is_there else lambda act: act


# --- outputs ---


def _switch(stage: Stage, is_on: bool) -> None:
    stage.session.output.set_audio_enabled(is_on)


@row(turns(_TWO, [message(3)]))
async def output_switched_off_and_on_in_the_first(stage: Stage) -> None:
    stage.at(1, 100, lambda: _switch(stage, False))
    stage.at(1, 300, lambda: _switch(stage, True))
    stage.reply()
    await stage.done()
    stage.reply()
    await stage.done()


@row(turns(_TWO, [message(3)]))
async def output_switched_off_in_the_first_cut_in_the_second_and_on_again(stage: Stage) -> None:
    # LiveKit plays a response to its end where it began it.
    stage.at(1, 100, lambda: _switch(stage, False))
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    _switch(stage, True)
    stage.at(3, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO, [message(3)], [message(4), message(5)]))
async def a_response_while_the_output_is_off(stage: Stage) -> None:
    stage.reply()
    await stage.done()
    _switch(stage, False)
    stage.reply()
    await stage.done()
    stage.ear.heard_ms[3] = 500  # it was shown, and there was nothing to hear it on
    await asyncio.sleep(0.2)
    _switch(stage, True)
    stage.at(4, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO, [message(3), {"pause_ms": 2000}, message(4)]))
async def cut_between_two_messages_while_the_output_is_off(stage: Stage) -> None:
    stage.reply()
    await stage.done()
    _switch(stage, False)
    stage.reply()
    await stage.has_come("response.output_audio.done")
    await asyncio.sleep(0.2)
    stage.interrupt()
    await stage.done()
    stage.ear.heard_ms[3] = 500
    await asyncio.sleep(2)


@row_where(_REPLACES_OUTPUTS, turns(_TWO, [message(3), message(4)], chunk_ms=500), tolerance_ms=20)
async def output_tail_replaced_in_the_first(stage: Stage) -> None:
    # Behind the synchronizer LiveKit says by the clock how far the first output came, so that it must not have starved.
    stage.at(1, 200, lambda: stage.session.output.replace_audio_tail(stage.another_ear()))
    stage.reply()
    await stage.done()
    stage.at(3, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row_where(_REPLACES_OUTPUTS, turns(_TWO, [message(3)], chunk_ms=500), tolerance_ms=20)
async def output_tail_replaced_in_the_first_and_cut_in_the_second(stage: Stage) -> None:
    stage.at(1, 200, lambda: stage.session.output.replace_audio_tail(stage.another_ear()))
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    stage.reply()
    await stage.done()


@row_where(_REPLACES_OUTPUTS, turns(_TWO, [message(3), message(4)]))
async def output_tail_replaced_between_two_responses(stage: Stage) -> None:
    stage.reply()
    await stage.done()
    stage.session.output.replace_audio_tail(stage.another_ear())
    stage.at(3, 200, stage.interrupt)
    stage.reply()
    await stage.done()


# --- other Agents ---

async def _hand_over_and_keep(stage: Stage) -> None:
    before = stage.session._activity._rt_session
    await stage.another_agent(stage.history())
    await stage.done()
    await asyncio.sleep(0.2)
    assert stage.session._activity._rt_session is before


@row(turns(_TWO, [message(3), message(4)]))
async def another_agent_keeps_the_session(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    await _hand_over_and_keep(stage)
    stage.at(3, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO, [message(3), message(4)]))
async def another_agent_keeps_the_session_in_mid_speech(stage: Stage) -> None:
    # LiveKit lets the speech end first.
    reached = asyncio.Event()
    stage.at(1, 200, reached.set)
    stage.reply()
    await reached.wait()
    await _hand_over_and_keep(stage)
    stage.at(3, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO))
async def another_agent_has_its_own_session(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    await stage.hand_over(stage.make_model())


@row(turns(_TWO))
async def another_agent_has_its_own_session_and_nothing_was_cut(stage: Stage) -> None:
    stage.reply()
    await stage.done()
    await stage.hand_over(stage.make_model())


# --- half-cascade ---

_TWO_TEXTS = [text_only(1), text_only(2)]
_SPOKEN = {"has_tts": True, "judged": {"local", "mirror", "spoken"}}


@row(turns(_TWO_TEXTS), is_never_cut=True, **_SPOKEN)
async def a_tts_speaks(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@row(turns(_TWO_TEXTS), **_SPOKEN)
async def a_tts_is_cut_in_the_first(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO_TEXTS), **_SPOKEN)
async def a_tts_is_cut_between(stage: Stage) -> None:
    stage.behind(1, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO_TEXTS), **_SPOKEN)
async def a_tts_is_cut_in_the_second(stage: Stage) -> None:
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO_TEXTS), ear={"start_delay_ms": 400}, **_SPOKEN)
async def a_tts_is_cut_before_it_is_heard(stage: Stage) -> None:
    stage.reply()
    await asyncio.sleep(0.2)
    stage.interrupt()
    await stage.done()


@row(turns(_TWO_TEXTS), ear={"start_delay_ms": 400, "report_delay_ms": 250}, **_SPOKEN)
async def a_tts_is_cut_before_it_is_heard_and_the_output_says_so_late(stage: Stage) -> None:
    stage.reply()
    await asyncio.sleep(0.2)
    stage.interrupt()
    await stage.done()
    await asyncio.sleep(0.4)


@row(turns(_TWO_TEXTS), ear={"says_started": False, "report_delay_ms": 250}, **_SPOKEN)
async def a_tts_is_cut_on_an_output_that_does_not_say_that_it_began(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    await asyncio.sleep(0.4)


@row(turns(_TWO_TEXTS), ear={"says_started": False, "report_delay_ms": None}, **_SPOKEN)
async def a_tts_is_cut_on_an_output_that_says_nothing(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
    await asyncio.sleep(0.2)
