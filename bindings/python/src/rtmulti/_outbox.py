"""What is on its way to the `send` of a far end that is a sink: a telephone's media stream, a page. In order, one message
at a time, and taken back as long as it has not left. What the messages say is not looked at here."""

from __future__ import annotations

import asyncio
from collections import deque
from inspect import isawaitable, iscoroutine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    Text = str | bytes


class Outbox:
    """Calls `send` with one message after another, and waits for what it returns where that is something to await.

    Its owner bounds it: it puts no more than may lie at the far end. `on_failure` gets what `send` raises, once;
    nothing is sent afterwards.
    """

    def __init__(
        self, send: Callable[..., object], on_failure: Callable[[BaseException], object]
    ) -> None:
        self._send = send
        self._on_failure = on_failure
        self._waiting: deque[tuple[Sequence[Text], Callable[[], object] | None]] = deque()
        self._left = self._leaving()
        self._is_calling = False
        self._worker: asyncio.Task[None] | None = None
        self.is_closed = False

    @property
    def waiting(self) -> int:
        """How many times something was put that has not begun to leave."""
        return len(self._waiting)

    def put(self, messages: Sequence[Text], on_drop: Callable[[], object] | None = None) -> None:
        """Sends these messages, or lets them wait for what is being sent. Those with an `on_drop` can be dropped."""
        if self.is_closed:
            return
        self._waiting.append((messages, on_drop))
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

    def drop(self) -> None:
        """Takes back what can be dropped and has not begun to leave, and says so to each, the newest first."""
        dropped = [on_drop for _, on_drop in self._waiting if on_drop is not None]
        self._waiting = deque(kept for kept in self._waiting if kept[1] is None)
        for on_drop in reversed(dropped):
            on_drop()

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
