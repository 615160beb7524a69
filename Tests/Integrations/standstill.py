"""What the suites that play in real time do where the machine does not: a row that fails while the event loop got no time
says nothing, and is played again. What is played and what is right is each suite's own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")

#: A row that fails while this process stood still for so long is played again, at most so often.
STANDSTILL_MS, TRIES = 300, 5
_LOOK_S = 0.02


class Standstill:
    """Notes for how long the event loop got no time from the machine. `watch` belongs into a task."""

    def __init__(self) -> None:
        #: When the loop went on, and for how long it had stood.
        self._stood: list[tuple[float, float]] = []

    async def watch(self) -> None:
        """Looks every 20 ms."""
        loop = asyncio.get_running_loop()
        while True:
            before_s = loop.time()
            await asyncio.sleep(_LOOK_S)
            late_ms = (loop.time() - before_s - _LOOK_S) * 1000
            if late_ms >= STANDSTILL_MS:
                self._stood.append((loop.time(), late_ms))

    def longest_ms(self, since_s: float) -> float:
        """The longest standstill that ended since then, by the loop's clock; 0 where none was long enough to matter."""
        return max((late_ms for at_s, late_ms in self._stood if at_s >= since_s), default=0.0)

    async def undisturbed(self, play: Callable[[], Awaitable[Result]], is_right: Callable[[Result], bool]) -> Result:
        """Plays until it is right, or wrong without a standstill, or wrong too often."""
        loop = asyncio.get_running_loop()
        for attempt in range(TRIES):
            began_s = loop.time()
            result = await play()
            stood_ms = self.longest_ms(began_s)
            if is_right(result) or not stood_ms or attempt == TRIES - 1:
                break
            print(f"again: the machine stood still for {stood_ms:.0f} ms")
        return result
