"""Plays the cells: every row in every way, several at a time, and again where the machine stood still. Everybody is treated
alike. What is printed stands in report.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from .cells import Cell
from .client import Client, Scene
from .device import Recordings
from .frameworks import Framework, Way
from .rows import Row
from .score import Score
from .talk import Talk

#: A row during which the event loop stood still for so long says nothing, and is played again, at most so often.
STANDSTILL_S: Final = 0.06
TRIES: Final = 4


class Standstill:
    """Notes when the event loop last got no time from the machine."""

    def __init__(self) -> None:
        self.at_s = -1.0

    async def watch(self) -> None:
        """Looks every 20 ms."""
        loop = asyncio.get_running_loop()
        while True:
            before_s = loop.time()
            await asyncio.sleep(0.02)
            if loop.time() - before_s > STANDSTILL_S:
                self.at_s = loop.time()


async def play(
    frameworks: Sequence[tuple[Framework, Sequence[Way]]],
    rows: Sequence[Row],
    how: str,
    beside: int,
    told: Callable[[str], object],
) -> list[Cell]:
    """Plays everything, `beside` conversations at a time; `told` gets a line when a cell is done."""
    recordings, standstill = Recordings(), Standstill()
    seats = asyncio.Semaphore(beside)
    watching = asyncio.create_task(standstill.watch())
    cells: list[Cell] = []
    try:
        for framework, ways in frameworks:
            make = framework.make()
            for way in ways:
                cell = Cell(framework, way, how)

                async def one(row: Row, cell: Cell = cell, make: Callable[[Scene], Client] = make) -> None:
                    async with seats:
                        cell.scores[row.name] = await _row(row, make, cell, recordings, standstill)

                await asyncio.gather(*(one(row) for row in rows))
                cell.scores = {row.name: cell.scores[row.name] for row in rows}
                cells.append(cell)
                told(f"{framework.name} {way.value}: done")
    finally:
        watching.cancel()
        recordings.close()
    return cells


async def _row(
    row: Row, make: Callable[[Scene], Client], cell: Cell, recordings: Recordings, standstill: Standstill
) -> Score:
    result = Score(problem="it was not played")
    for _ in range(TRIES):
        began_s = asyncio.get_running_loop().time()
        relayed = cell.framework if cell.way is Way.RELAY else None
        is_heard = cell.way is Way.RTMULTI
        talk = Talk(row, make, recordings, how=cell.how, is_heard=is_heard, relayed=relayed)
        result = await talk.play()
        if standstill.at_s < began_s:
            break
    return result
