"""Plays the cells: every row in every way, several at a time. Everybody is treated alike. What is printed stands in
report.py."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence

from .cells import Cell
from .client import Client, Scene
from .device import Recordings
from .frameworks import Framework, Way
from .rows import Row
from .score import Score
from .talk import Talk


async def play(
    frameworks: Sequence[tuple[Framework, Sequence[Way]]],
    rows: Sequence[Row],
    how: str,
    beside: int,
    told: Callable[[str], object],
    far_ms: int = 0,
) -> list[Cell]:
    """Plays everything, `beside` conversations at a time, the clients so far away; `told` gets a line when a cell is done."""
    recordings = Recordings()
    seats = asyncio.Semaphore(beside)
    cells: list[Cell] = []
    made = [(framework, ways, framework.make()) for framework, ways in frameworks]
    # Python looks through all that was imported, for 100 ms and more and in the middle of a conversation, unless it is told
    # that this stays.
    gc.collect()
    gc.freeze()
    try:
        for framework, ways, make in made:
            for way in ways:
                cell = Cell(framework, way, how)

                async def one(
                    row: Row, cell: Cell = cell, make: Callable[[Scene], Client] = make
                ) -> None:
                    async with seats:
                        cell.scores[row.name] = await _row(row, make, cell, recordings, far_ms)

                await asyncio.gather(*(one(row) for row in rows))
                cell.scores = {row.name: cell.scores[row.name] for row in rows}
                cells.append(cell)
                told(f"{framework.name} {way.value}: done")
    finally:
        gc.unfreeze()
        recordings.close()
    return cells


async def _row(
    row: Row,
    make: Callable[[Scene], Client],
    cell: Cell,
    recordings: Recordings,
    far_ms: int,
) -> Score:
    relayed = cell.framework if cell.way is Way.RELAY else None
    is_heard = cell.way is Way.RTMULTI
    talk = Talk(row, make, recordings, how=cell.how, is_heard=is_heard, relayed=relayed, far_ms=far_ms)
    return await talk.play()
