"""What is on its way to `send` of a media stream: in order, one message at a time, and dropped as long as it has not
left. What the messages say is not looked at here."""

from __future__ import annotations

import asyncio
from collections import deque
from inspect import isawaitable, iscoroutine

from .account import Mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    Text = str | bytes


class Outbox:
    """Calls `send` with one message after another, and waits for what it returns where that is something to await.

    Its owner bounds it: it puts no more than may lie at the far end. `on_failure` gets what `send` raises, once;
    nothing is sent afterwards.
    """

    def __init__(self, send: Callable[..., object], on_failure: Callable[[BaseException], object]) -> None:
        self._send = send
        self._on_failure = on_failure
        self._waiting: deque[tuple[Sequence[Text], Mark | None]] = deque()
        self._left = self._leaving()
        self._is_calling = False
        self._worker: asyncio.Task[None] | None = None
        self.is_closed = False

    def put(self, messages: Sequence[Text], mark: Mark | None = None) -> None:
        """Sends these messages, or lets them wait for what is being sent. Those with a mark can be dropped."""
        if self.is_closed:
            return
        self._waiting.append((messages, mark))
        if self._is_calling or self._worker is not None:
            return
        pending = self._call()
        if pending is None:
            return
        try:
            self._worker = asyncio.get_running_loop().create_task(self._work(pending))
        except RuntimeError as problem:
            # The loop is gone already, and the line with it.
            _let_go(pending)
            self._fail(problem)
            return
        self._worker.add_done_callback(lambda _: _let_go(pending))

    def drop(self) -> list[Mark]:
        """Takes back what can be dropped and has not begun to leave; returns the marks, oldest first."""
        dropped = [mark for _, mark in self._waiting if mark is not None]
        self._waiting = deque(kept for kept in self._waiting if kept[1] is None)
        return dropped

    def close(self) -> None:
        """Nothing more leaves."""
        self.is_closed = True
        self._waiting.clear()
        if self._worker is not None:
            self._worker.cancel()

    def _leaving(self) -> Iterator[Text]:
        while True:
            while self._waiting:
                # Once its first message leaves, the rest of it follows.
                yield from self._waiting.popleft()[0]
            yield ""

    def _call(self) -> Awaitable[object] | None:
        """Sends what `send` takes at once. Returns what has to be awaited first, if anything has."""
        self._is_calling = True
        try:
            while message := next(self._left):
                answer = self._send(message)
                if answer is not None and isawaitable(answer):
                    return answer
                if self.is_closed:
                    break
        except Exception as problem:
            self._fail(problem)
        finally:
            self._is_calling = False
        return None

    async def _work(self, pending: Awaitable[object] | None) -> None:
        try:
            while pending is not None and not self.is_closed:
                await pending
                pending = self._call()
        except Exception as problem:
            self._fail(problem)
        finally:
            self._worker = None

    def _fail(self, problem: Exception) -> None:
        if not self.is_closed:
            self.is_closed = True
            self._waiting.clear()
            self._on_failure(problem)


def _let_go(pending: Awaitable[object]) -> None:
    """A coroutine that was cancelled before it began would be complained of."""
    if iscoroutine(pending):
        pending.close()
