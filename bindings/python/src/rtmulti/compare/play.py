"""Plays the cells: every row in every way, several at a time. Everybody is treated alike. What is printed stands in
report.py."""

from __future__ import annotations

import asyncio
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
) -> list[Cell]:
    """Plays everything, `beside` conversations at a time; `told` gets a line when a cell is done."""
    recordings = Recordings()
    seats = asyncio.Semaphore(beside)
    cells: list[Cell] = []
    try:
        for framework, ways in frameworks:
            make = framework.make()
            for way in ways:
                cell = Cell(framework, way, how)

                async def one(
                    row: Row, cell: Cell = cell, make: Callable[[Scene], Client] = make
                ) -> None:
                    async with seats:
                        cell.scores[row.name] = await _row(row, make, cell, recordings)

                await asyncio.gather(*(one(row) for row in rows))
                cell.scores = {row.name: cell.scores[row.name] for row in rows}
                cells.append(cell)
                told(f"{framework.name} {way.value}: done")
    finally:
        recordings.close()
    return cells


async def _row(
    row: Row, make: Callable[[Scene], Client], cell: Cell, recordings: Recordings
) -> Score:
    relayed = cell.framework if cell.way is Way.RELAY else None
    is_heard = cell.way is Way.RTMULTI
    return await Talk(row, make, recordings, how=cell.how, is_heard=is_heard, relayed=relayed).play()
