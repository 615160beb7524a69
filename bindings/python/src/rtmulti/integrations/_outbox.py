"""The way of an event or a frame into a framework from where nobody can wait: what the player says comes inside its calls, and
giving it to the framework is a coroutine. What it means is not known here.
"""

from __future__ import annotations

import asyncio
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any


class Outbox:
    """What is on its way into a framework, in order.

    push: gives one to the framework; Pipecat's FrameProcessor.push_frame for example.

    It belongs to the event loop on which run() runs.
    """

    def __init__(self, push: Callable[[Any], Awaitable[object]]) -> None:
        self._push = push
        self._waiting: deque[Any] = deque()
        self._has_some = asyncio.Event()
        self._pushing = asyncio.Lock()

    def put(self, one: Any) -> None:
        """Takes one; it is pushed behind those before it."""
        self._waiting.append(one)
        self._has_some.set()

    def drop(self) -> None:
        """Forgets what was not pushed yet."""
        self._waiting.clear()

    async def flush(self) -> None:
        """Returns when all that was put until now has been pushed."""
        async with self._pushing:
            while self._waiting:
                await self._push(self._waiting.popleft())

    async def run(self) -> None:
        """Pushes what is put, until it is cancelled."""
        while True:
            await self._has_some.wait()
            self._has_some.clear()
            await self.flush()
