"""The sixteen places at which a response of several messages can be interrupted, where frameworks go wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

from rows import row
from scripts import message, text_only, turns
from stage import Stage

_TWO = [message(1), message(2)]
#: How many turns of the event loop lie between the end of the first message and the interruption.
HOPS = range(17)
STANDS_STILL_S = 0.07


@row(turns(_TWO), is_never_cut=True)
async def full(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@row(turns(_TWO))
async def in_the_second_of_two(stage: Stage) -> None:
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO))
async def between_with_the_second_ready(stage: Stage) -> None:
    stage.behind(1, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns([message(1), {"pause_ms": 1000}, message(2)]))
async def between_with_the_second_not_begun(stage: Stage) -> None:
    stage.behind(1, lambda: asyncio.get_running_loop().call_later(0.1, stage.interrupt))
    stage.reply()
    await stage.done()


@row(turns([message(1, 300), {"pause_ms": 500}, message(2)]))
async def the_second_begins_as_the_cancel_leaves(stage: Stage) -> None:
    stage.reply()
    await stage.has_come("response.output_item.added", 2)
    stage.interrupt()
    await stage.done()


async def _cut_after_hops(hops: int, stage: Stage, interrupt: Callable[[Stage], object] = Stage.interrupt) -> None:
    def hop(left: int) -> None:
        if left:
            asyncio.get_running_loop().call_soon(hop, left - 1)
        else:
            interrupt(stage)

    stage.behind(1, lambda: hop(hops))
    stage.reply()
    await stage.done()


def _interrupt_as_speech_does(stage: Stage) -> None:
    """The wrapper hears of it at once, and LiveKit is not stopped before it looks."""
    stage.session.interrupt()


async def _cut_after_hops_by_speech(hops: int, stage: Stage) -> None:
    # LiveKit may give the second message to its output although it has been interrupted. Where the loop stands still then,
    # somebody hears it.
    stage.ear.at_start[2].append(lambda: time.sleep(STANDS_STILL_S))
    await _cut_after_hops(hops, stage, _interrupt_as_speech_does)


for _hops in HOPS:
    for _name, _cut in (("ready", _cut_after_hops), ("heard", _cut_after_hops_by_speech)):
        _act = partial(_cut, _hops)
        _act.__name__ = f"the_second_{_name}_as_the_first_ends_{_hops}_hops"  # type: ignore[attr-defined]
        row(turns([message(1, 200), message(2, 300)]))(_act)


@row(turns(_TWO))
async def before_the_response_is_created(stage: Stage) -> None:
    stage.reply()
    await stage.has_sent("response.create")
    stage.interrupt()
    await stage.done()
    await asyncio.sleep(0.3)


@row(turns([{"pause_ms": 100}, message(1)], pace=0.2))
async def an_item_is_announced_and_has_no_audio(stage: Stage) -> None:
    stage.reply()
    await stage.has_come("response.output_item.added")
    stage.interrupt()
    await stage.done()


@row(turns(_TWO), ear={"start_delay_ms": 400})
async def frames_are_in_the_sink_and_nothing_is_heard(stage: Stage) -> None:
    stage.reply()
    await asyncio.sleep(0.2)
    stage.interrupt()
    await stage.done()


@row(turns(_TWO), ear={"start_delay_ms": 200})
async def the_output_is_paused_before_it_says_that_it_has_begun(stage: Stage) -> None:
    stage.reply()
    await stage.has_come("response.output_audio.delta")
    await asyncio.sleep(0.1)
    stage.ear.pause()
    await asyncio.sleep(0.2)
    stage.interrupt()
    await stage.done()


@row(turns(_TWO))
async def in_the_first_with_the_second_ready(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns([message(number, 300) for number in range(1, 6)]))
async def in_the_second_of_five(stage: Stage) -> None:
    stage.at(2, 150, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns(_TWO, pace=1.2))
async def in_the_first_while_it_is_generated(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns([message(1, text=""), message(2)]))
async def in_the_first_without_a_transcript(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns([text_only(1), message(2)]))
async def text_only_is_first(stage: Stage) -> None:
    stage.at(2, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns([message(1), text_only(2)]))
async def text_only_is_second(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()


@row(turns([message(1), {"call": "slow_tool", "arguments": {}}, message(2)], [message(3)]))
async def a_tool_between_runs(stage: Stage) -> None:
    stage.at(1, 200, stage.interrupt)
    stage.reply()
    await stage.done()
