"""The commands of a Player on one connection, on their way to its `send`: one after another, in the order in which
they were born, each once. What a command says is not looked at here."""

from __future__ import annotations

import asyncio
from collections import deque
from inspect import isawaitable

from ._signals import tries_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Send = Callable[[str], Awaitable[object] | object]


class Line:
    """Calls `send` with one text at a time: at once when it is idle, else when the one before was sent.

    What `send` returns to await is awaited in a task of the line, so that nobody who waits here, and is cancelled,
    cancels what the server must be told. A text that `send` raised over stays the first, and check() tries it again. A
    line that was lost sends nothing more.
    """

    def __init__(self, send: Send, loop: asyncio.AbstractEventLoop) -> None:
        self._send = send
        self._loop = loop
        #: The texts that are not sent yet, the one at hand among them, each with its number.
        self._waiting: deque[tuple[int, str]] = deque()
        self._born = 0
        self._is_calling = False
        self._worker: asyncio.Task[None] | None = None
        self._failure: Exception | None = None
        #: Done when the line is lost.
        self._lost: asyncio.Future[None] = loop.create_future()

    @property
    def is_lost(self) -> bool:
        """Whether lose() was called."""
        return self._lost.done()

    @tries_first  # a command that was born is never lost, whatever raises then
    def put(self, text: str) -> None:
        """Sends `text`, or lets it wait for what is being sent. Raises nothing: check() does."""
        self._born += 1
        self._waiting.append((self._born, text))
        self._go_on()

    def _go_on(self) -> None:
        if self._is_calling or self._worker is not None or self._failure is not None or self.is_lost:
            return
        pending = self._call()
        if pending is not None:
            self._worker = self._loop.create_task(self._work(pending))

    def _call(self) -> Awaitable[object] | None:
        """Sends what `send` takes at once. Returns what has to be awaited for the first text, if anything has."""
        self._is_calling = True
        try:
            while self._waiting and not self.is_lost:
                pending = self._send(self._waiting[0][1])
                if pending is not None and isawaitable(pending):
                    return pending
                self._sent_first()
        except Exception as problem:
            self._failure = problem
        finally:
            self._is_calling = False
        return None

    def _sent_first(self) -> None:
        if not self.is_lost:
            self._waiting.popleft()

    async def _work(self, pending: Awaitable[object] | None) -> None:
        try:
            while pending is not None:
                await pending
                self._sent_first()
                pending = self._call()
        except asyncio.CancelledError:
            self._failure = ConnectionError("send was cancelled")
        except Exception as problem:
            self._failure = problem
        finally:
            self._worker = None

    async def sent(self, timeout_s: float | None) -> tuple[str, ...]:
        """Waits until everything was sent that was put before, or `timeout_s` are over. Returns what was not."""
        last = self._born
        if self._worker is not None:
            await asyncio.wait({self._worker, self._lost}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        return tuple(text for number, text in self._waiting if number <= last)

    def retry(self) -> None:
        """Tries again what `send` raised over."""
        self._failure = None
        self._go_on()

    def check(self) -> None:
        """Raises what `send` raised, once, and tries again. A line that was lost raises nothing."""
        failure = self._failure
        if failure is None and self._waiting:
            self._go_on()  # where a signal broke into put()
        if failure is not None and not self.is_lost:
            self.retry()
            raise failure

    def lose(self) -> None:
        """The connection is gone: what waits is thrown away, and whoever waits for it returns."""
        if not self.is_lost:
            self._lost.set_result(None)

    def end(self, patience_s: float) -> None:
        """Nothing more is put. What is still being sent may take `patience_s` more, and is given up then."""
        if patience_s > 0:
            self._loop.call_later(patience_s, self.end, 0)
            return
        self.lose()
        if self._worker is not None:
            self._worker.cancel()
