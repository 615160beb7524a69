"""What waits to be sent to a client: in the order of birth, and no more than fits. What is sent is the connection's business."""

from __future__ import annotations

import asyncio
from collections import deque

#: What a client may leave unread. The script waits for room long before; what is beyond it the client has asked for itself.
_MOST_BYTES = 64 << 20
_ROOM_BYTES = 8 << 20


class Unread(Exception):
    """The client leaves more unread than it may, in a sentence."""


class Outbox:
    """JSON texts for one client; belongs to one event loop."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque()
        self._bytes = 0
        self._is_over = False
        self._has_some = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    def put(self, text: str) -> None:
        """The next text. Raises Unread for one too many."""
        if self._bytes + len(text) > _MOST_BYTES:
            raise Unread(f"You left more than {_MOST_BYTES >> 20} MiB unread.")
        self._texts.append(text)
        self._bytes += len(text)
        self._has_some.set()
        if self._bytes > _ROOM_BYTES:
            self._has_room.clear()

    async def room(self) -> None:
        """Waits until the client has read so much that more may be made for it."""
        await self._has_room.wait()

    def end(self) -> None:
        """Nothing more is put."""
        self._is_over = True
        self._has_some.set()

    async def first(self) -> str | None:
        """The next text when there is one, which counts until taken() was called; None when there will be none."""
        while not self._texts and not self._is_over:
            self._has_some.clear()
            await self._has_some.wait()
        return self._texts[0] if self._texts else None

    def taken(self) -> None:
        """The client's connection has taken the first text."""
        self._bytes -= len(self._texts.popleft())
        if self._bytes <= _ROOM_BYTES:
            self._has_room.set()
