"""The way of a frame into the pipeline from where nobody can wait: what the player says comes inside its calls, and pushing
a frame is a coroutine. What the frames mean is not known here.
"""

from __future__ import annotations

import asyncio
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any


class Outbox:
    """Frames on their way into the pipeline, in order.

    push: pushes one frame; FrameProcessor.push_frame, or one that is bound to less of it.

    It belongs to the event loop on which run() runs.
    """

    def __init__(self, push: Callable[[Any], Awaitable[object]]) -> None:
        self._push = push
        self._frames: deque[Any] = deque()
        self._has_frames = asyncio.Event()
        self._pushing = asyncio.Lock()

    def put(self, frame: Any) -> None:
        """Takes a frame; it is pushed behind those before it."""
        self._frames.append(frame)
        self._has_frames.set()

    def drop(self) -> None:
        """Forgets what was not pushed yet."""
        self._frames.clear()

    async def flush(self) -> None:
        """Returns when all that was put until now has been pushed."""
        async with self._pushing:
            while self._frames:
                await self._push(self._frames.popleft())

    async def run(self) -> None:
        """Pushes what is put, until it is cancelled."""
        while True:
            await self._has_frames.wait()
            self._has_frames.clear()
            await self.flush()
