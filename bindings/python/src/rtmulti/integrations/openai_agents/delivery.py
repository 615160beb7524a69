"""The way of an event from the player to the session: what the player says comes inside its calls, and giving it to the session
is a coroutine. What the events mean is not known here.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import partial

from agents.realtime import RealtimeModelListener, RealtimeSession
from agents.realtime.model_events import RealtimeModelExceptionEvent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from typing import Any

logger = logging.getLogger("rtmulti.openai_agents")


class Delivery:
    """Events on their way to the listeners, in order. It belongs to one event loop.

    A task for each costs the loop two turns, as much as the framework's own work for an event. A RealtimeSession puts an event
    into its queue and is done, so what is put in a `with` block of this, in which nothing may be awaited, is given to it at the
    end of the block; a task goes on where somebody has to be waited for after all.
    """

    def __init__(self, listeners: list[RealtimeModelListener]) -> None:
        self._listeners = listeners
        self._waiting: deque[Any] = deque()
        self._is_held = self._is_closed = False
        self._task: asyncio.Task[None] | None = None

    def put(self, event: Any) -> None:
        """Takes an event; it is given behind those before it, and never inside this call."""
        if self._is_closed:
            return
        self._waiting.append(event)
        if not self._is_held and self._task is None:
            self._task = asyncio.create_task(self._give_all(None))

    def __enter__(self) -> None:
        self._is_held = True

    def __exit__(self, *_: object) -> None:
        self._is_held = False
        if not self._waiting or self._task is not None:
            return
        # Other listeners may ask in which task they are, and must be in one.
        if all(isinstance(listener, RealtimeSession) for listener in self._listeners):
            while self._waiting:
                begun = self._give(self._waiting.popleft())
                try:
                    awaited = begun.send(None)
                except StopIteration:
                    continue
                self._task = asyncio.create_task(self._give_all(_Begun(begun, awaited)))
                return
        else:
            self._task = asyncio.create_task(self._give_all(None))

    def close(self) -> None:
        """Nothing more is given."""
        self._is_closed = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _give_all(self, begun: _Begun | None) -> None:
        try:
            if begun is not None:
                await begun
            while self._waiting:
                await self._give(self._waiting.popleft())
        finally:
            self._task = None

    async def _give(self, event: Any) -> None:
        for listener in list(self._listeners):
            try:
                await listener.on_event(event)
            except Exception as problem:
                logger.debug("a listener raised", exc_info=problem)
                # As the framework does it with its own: the session raises it from its iterator.
                await listener.on_event(RealtimeModelExceptionEvent(exception=problem, context="rtmulti"))


class _Begun:
    """The rest of a coroutine that has begun outside of a task, and waits for something."""

    def __init__(self, coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._coroutine, self._awaited = coroutine, awaited

    def __await__(self) -> Generator[Any, Any, None]:
        coroutine, awaited = self._coroutine, self._awaited
        while True:
            try:
                answer = yield awaited
            except BaseException as problem:
                go_on = partial(coroutine.throw, problem)
            else:
                go_on = partial(coroutine.send, answer)
            try:
                awaited = go_on()
            except StopIteration:
                return
