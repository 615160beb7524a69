"""generate_reply() on its way: the future that LiveKit gets and may cancel, the plugin's, which is never cancelled (it would
hide the response that comes all the same), and the name under which the server was asked (rule D12).
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from livekit.agents import llm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .accounts import Accounts
    from .generations import Generation


@dataclass(eq=False, slots=True)
class Reply:
    """One request that has no response yet.

    outer: LiveKit's future.
    handle: the speech that asked.
    token: the name of the request at the server, once it has left.
    """

    outer: asyncio.Future[Any]
    handle: Any
    token: str | None = None


class Replies:
    """The requests of one RealtimeSession.

    take: makes a generation of what the plugin created, or finds the one that was made of it.
    interrupt: cuts the response that is expected under a token.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        take: Callable[[llm.GenerationCreatedEvent], Generation],
        interrupt: Callable[[str], object],
    ) -> None:
        self._accounts = accounts
        self._take = take
        self._interrupt = interrupt
        #: Those whose request has not left yet, in the order in which they will.
        self._unsent: deque[Reply] = deque()

    def ask(
        self, inner: asyncio.Future[llm.GenerationCreatedEvent], handle: Any, *, has_request: bool
    ) -> asyncio.Future[llm.GenerationCreatedEvent]:
        """LiveKit's future for the plugin's.

        handle: the speech that asks.
        has_request: a response.create will be seen for it.
        """
        reply = Reply(asyncio.get_running_loop().create_future(), handle)
        if has_request:
            self._unsent.append(reply)

        def on_inner(done: asyncio.Future[llm.GenerationCreatedEvent]) -> None:
            problem = llm.RealtimeError("the plugin gave up") if done.cancelled() else done.exception()
            if problem is not None:
                if reply in self._unsent:
                    self._unsent.remove(reply)
                if not reply.outer.done():
                    reply.outer.set_exception(problem)
                return
            generation = self._take(done.result())
            if reply.outer.done():
                generation.skip()
            else:
                generation.play_as(handle)
                reply.outer.set_result(generation.event)

        def on_outer(done: asyncio.Future[llm.GenerationCreatedEvent]) -> None:
            if done.cancelled() and reply.token is not None:
                self._interrupt(reply.token)

        inner.add_done_callback(on_inner)
        reply.outer.add_done_callback(on_outer)
        return reply.outer

    def on_sent(self, ev: Mapping[str, Any]) -> None:
        """The plugin has sent a response.create."""
        token = ev.get("event_id")
        metadata = (ev.get("response") or {}).get("metadata") or {}
        # An agent may ask by itself, with send_event(); the plugin's own requests bear their name in the metadata.
        if not self._unsent or token is None or metadata.get("client_event_id") != token:
            return
        reply = self._unsent.popleft()
        reply.token = token
        self._accounts.expect(token)
        if reply.outer.cancelled():
            self._interrupt(token)
