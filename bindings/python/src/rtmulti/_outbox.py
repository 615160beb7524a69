"""The commands of a Player on their way to its `send`: one after another, in the order in which they were born.
What a command says is not looked at here."""

from __future__ import annotations

import asyncio
from collections import deque
from inspect import isawaitable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Outbox:
    """Calls `send` with one text at a time: at once when it is idle, else when the one before was sent.

    `send` may be a plain function or return an awaitable, which is awaited in a task of the outbox, or by whoever
    called hold() and then sent().
    """

    def __init__(self, send: Callable[[str], Awaitable[object] | object], loop: asyncio.AbstractEventLoop) -> None:
        self._send = send
        self._loop = loop
        self._waiting: deque[str] = deque()
        #: What was handed to `send` and is not awaited yet.
        self._handed: tuple[str, Awaitable[object]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_held = False
        self._failure: Exception | None = None

    def put(self, text: str) -> None:
        """Sends `text`, or lets it wait for what is being sent. Raises what a plain `send` raises."""
        if self._handed is not None or self._task is not None:
            self._waiting.append(text)
            return
        pending = self._send(text)
        if pending is not None and isawaitable(pending):
            self._handed = text, pending
            if not self._is_held:
                self._task = self._loop.create_task(self._send_rest())

    def hold(self) -> None:
        """Until sent() is awaited, what is put is awaited there: without a turn of the loop in between."""
        self._is_held = True

    async def sent(self) -> None:
        """Waits until everything was sent; raises what `send` raised."""
        self._is_held = False
        if self._task is None:
            try:
                await self._send_all()
            except asyncio.CancelledError:
                # Whoever interrupted was cancelled; what the server must be told was not. The one at hand is sent
                # again: a command that comes twice is harmless (rule F5), one that is lost is not.
                if self._handed is not None:
                    self._waiting.appendleft(self._handed[0])
                    self._handed = None
                self._task = self._loop.create_task(self._send_rest())
                raise
        else:
            await asyncio.shield(self._task)
        self.check()

    async def _send_all(self) -> None:
        try:
            while self._handed is not None or self._waiting:
                if self._handed is not None:
                    await self._handed[1]
                    self._handed = None
                else:
                    text = self._waiting.popleft()
                    pending = self._send(text)
                    if pending is not None and isawaitable(pending):
                        self._handed = text, pending
        except Exception as problem:
            # What waited named items of a conversation that is lost with its connection (rule F8).
            self._handed = None
            self._waiting.clear()
            self._failure = problem

    async def _send_rest(self) -> None:
        try:
            await self._send_all()
        finally:
            self._task = None

    def check(self) -> None:
        """Raises, once, what `send` raised since the last call."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
