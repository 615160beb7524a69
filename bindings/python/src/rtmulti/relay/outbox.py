"""What waits to be sent to a client: in order, bounded by bytes. Who writes it to the socket is link.py's business."""

from __future__ import annotations

import asyncio
from collections import deque


class Unread(Exception):
    """The client leaves more unread than it may."""


class Outbox:
    """Messages for one client. put() never waits; belongs to one event loop."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._messages: deque[str | bytes] = deque()
        self._has_some = asyncio.Event()
        self._is_too_full = asyncio.Event()

    def put(self, message: str | bytes) -> None:
        """The next message. One too many is dropped with all that follow, and overflow() raises."""
        if self._messages and self._bytes + len(message) > self._most_bytes:
            self._is_too_full.set()
        if not self._is_too_full.is_set():
            self._bytes += len(message)
            self._messages.append(message)
            self._has_some.set()

    async def take(self) -> str | bytes:
        """The next message, when there is one."""
        while not self._messages:
            self._has_some.clear()
            await self._has_some.wait()
        message = self._messages.popleft()
        self._bytes -= len(message)
        return message

    async def overflow(self) -> None:
        """Waits until the client leaves too much unread, also while it takes nothing at all, and raises Unread."""
        await self._is_too_full.wait()
        raise Unread(f"the client left more than {self._most_bytes} bytes unread")
