"""The rows on LiveKit's own outputs (room.py): that of a room, which drops what its native source has queued at each pause
and leaves it out of the position that it reports; that of an avatar, which reports late, never, or what it does not know.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from livekit.agents.voice.io import AudioOutput
from room import AvatarEar, RoomEar, placed_samples
from rows import row
from scripts import message, turns
from stage import Stage

#: LiveKit's clock of a native source runs ahead of what comes out of it, by what is on its way inside.
ROOM_TOLERANCE_MS = 60
#: An output that does not say what it played is believed to have played since it began, until the interruption. It hears
#: of that a little later, on a busy machine the more.
ESTIMATE_TOLERANCE_MS = 120
_PLACED = [message(number, ms, samples=placed_samples(number, ms)) for number, ms in ((1, 1500), (2, 800))]
_TWO = [message(1), message(2)]


# --- a room ---

_room_row = partial(row, make_ear=RoomEar, tolerance_ms=ROOM_TOLERANCE_MS)


@_room_row(turns(_PLACED), is_never_cut=True)
async def room_full(stage: Stage) -> None:
    stage.reply()
    await stage.done()


@_room_row(turns(_PLACED))
async def room_cut_in_the_first(stage: Stage) -> None:
    stage.at(1, 700, stage.interrupt)
    stage.reply()
    await stage.done()


@_room_row(turns(_PLACED))
async def room_cut_in_the_second(stage: Stage) -> None:
    stage.at(2, 300, stage.interrupt)
    stage.reply()
    await stage.done()


@_room_row(turns(_PLACED, [message(3, samples=placed_samples(3, 500))]))
async def room_cut_and_another_reply(stage: Stage) -> None:
    stage.at(1, 700, stage.interrupt)
    stage.reply()
    await stage.done()
    stage.reply()
    await stage.done()


def _pausing_row(script: dict[str, Any]) -> Callable[[Any], Any]:
    """A row in which the output is paused. Before 1.7 it never says how far it came, only a position that lacks what it
    dropped at the pause: nobody outside can know better."""
    has_progress = hasattr(AudioOutput, "on_playback_progressed")
    return _room_row(script) if has_progress else lambda act: act


def _pause(stage: Stage, at_ms: float, resume_ms: float) -> None:
    stage.at(1, at_ms, stage.ear.pause)
    stage.at(1, resume_ms, stage.ear.resume)


@_room_row(turns(_PLACED))
async def room_paused_and_played_to_its_end(stage: Stage) -> None:
    _pause(stage, 300, 600)
    stage.reply()
    await stage.done()


@_pausing_row(turns(_PLACED))
async def room_paused_and_cut(stage: Stage) -> None:
    _pause(stage, 300, 600)
    stage.at(1, 1100, stage.interrupt)
    stage.reply()
    await stage.done()


@_pausing_row(turns(_PLACED))
async def room_paused_twice_and_cut(stage: Stage) -> None:
    _pause(stage, 200, 400)
    _pause(stage, 700, 900)
    stage.at(1, 1200, stage.interrupt)
    stage.reply()
    await stage.done()


@_pausing_row(turns(_PLACED))
async def room_cut_while_it_is_paused(stage: Stage) -> None:
    stage.at(1, 300, stage.ear.pause)
    stage.at(1, 700, stage.interrupt)
    stage.reply()
    await stage.done()


# --- an avatar ---


async def _full(stage: Stage) -> None:
    stage.reply()
    await stage.done()


async def _in_the_first(stage: Stage) -> None:
    stage.at(1, 300, stage.interrupt)
    stage.reply()
    await stage.done()
    await asyncio.sleep(3.2)  # late reports are in


async def _in_the_second(stage: Stage) -> None:
    stage.at(2, 300, stage.interrupt)
    stage.reply()
    await stage.done(20)
    await asyncio.sleep(3.2)


async def _in_the_first_and_on(stage: Stage) -> None:
    stage.at(1, 300, stage.interrupt)
    stage.reply()
    await stage.done()
    stage.reply()
    await stage.done(20)
    await asyncio.sleep(3.2)


def _avatar(name: str, *acts: Callable[[Stage], Any], script: Any = None, tolerance_ms: float = 2, **ear: Any) -> None:
    for act in acts:

        async def named(stage: Stage, act: Any = act) -> None:
            await act(stage)

        named.__name__ = f"avatar_{name}{act.__name__}"
        row(
            turns(_TWO, [message(3), message(4)]),
            make_ear=AvatarEar,
            ear=ear,
            is_never_cut=act is _full,
            tolerance_ms=tolerance_ms,
        )(named)


_avatar("reports_at_once", _full, _in_the_first, _in_the_second, _in_the_first_and_on)
_avatar("reports_after_250_ms", _full, _in_the_first, _in_the_second, _in_the_first_and_on, report_delay_ms=250)
_avatar(
    "reports_after_3_s",
    *(_full, _in_the_first, _in_the_second, _in_the_first_and_on),
    report_delay_ms=3000,
    tolerance_ms=ESTIMATE_TOLERANCE_MS,
)
_avatar("never_reports", _in_the_first, report_delay_ms=None, tolerance_ms=ESTIMATE_TOLERANCE_MS)
_avatar(
    "says_nothing_at_all",
    _in_the_first,
    report_delay_ms=None,
    says_started=False,
    tolerance_ms=ESTIMATE_TOLERANCE_MS,
)
_avatar("is_gone", _in_the_first, report_delay_ms=None, is_gone_when_called=True, tolerance_ms=ESTIMATE_TOLERANCE_MS)


@row(turns([message(1, 500), message(2)]), ear={"block_ms": 20})
async def an_output_finishes_a_block_in_the_first(stage: Stage) -> None:
    stage.at(1, 209, stage.interrupt)
    stage.reply()
    await stage.done()
