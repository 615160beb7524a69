"""One connection of the relay: messages are carried both ways until a side leaves, and then the other is told so with the same
words. What is done with a message is exchange.py's business. Nothing that either side does ends more than its connection."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, Final

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from ..errors import RtmultiError
from .exchange import Exchange
from .outbox import Outbox, Unread
from .settings import Settings
from .waiting import Overflow

_GOING_AWAY: Final = 1001
_NO_CODE: Final = (1005, 1006, 1015)
_POLICY: Final = 1008
_INTERNAL: Final = 1011
#: How long a side may take to answer a close.
_CLOSE_S: Final = 2.0
#: How soon a client is asked again how far away it is, at first and at last.
_FIRST_PINGS_S: Final = 0.1
_PINGS_S: Final = 5.0


async def relay(client: ServerConnection, upstream: ClientConnection, settings: Settings) -> str:
    """Carries messages until a side leaves; both are closed then. Returns in a few words why it ended."""
    outbox = Outbox(settings.most_unread_bytes)
    why, code, reason = "it could not begin", _INTERNAL, ""
    # What fails when the player is closed are the last words to a server that has gone.
    with contextlib.suppress(ConnectionClosed, RtmultiError):
        async with Exchange(settings, outbox.put, upstream.send) as exchange:
            ways = [_to_server(client, upstream, exchange), _from_server(upstream, exchange)]
            ways += [_to_client(client, outbox), outbox.overflow(), _measure(client, exchange)]
            why, code, reason = await _first(ways)
    await asyncio.gather(_close(client, code, reason), _close(upstream, code, reason))
    return why


async def _first(ways: list[Coroutine[Any, Any, None]]) -> tuple[str, int, str]:
    """Runs until one way ends; why that was, and with what code and reason the others are to be closed."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    problem = next((one for task, one in zip(tasks, ended, strict=True) if task in done and one is not None), None)
    if isinstance(problem, ConnectionClosed):
        # Where neither side has said anything it is what we have said: that a message was too long, for example.
        frame = problem.rcvd or problem.sent
        if frame is None or frame.code in _NO_CODE:
            return "a side has gone without a word", _GOING_AWAY, ""
        return f"a side has closed with {frame.code}", frame.code, frame.reason
    if isinstance(problem, (Unread, Overflow)):
        return str(problem), _POLICY, str(problem)
    if isinstance(problem, Exception):
        # What it says may hold what a side has said, so only its kind is told.
        return f"the relay has failed: {type(problem).__name__}", _INTERNAL, "the relay has failed"
    return "it was ended", _GOING_AWAY, ""


async def _to_server(
    client: ServerConnection, upstream: ClientConnection, exchange: Exchange
) -> None:
    while True:
        message = await exchange.from_client(await client.recv())
        if message is not None:
            await upstream.send(message)


async def _from_server(upstream: ClientConnection, exchange: Exchange) -> None:
    while True:
        exchange.from_server(await upstream.recv())


async def _to_client(client: ServerConnection, outbox: Outbox) -> None:
    while True:
        await client.send(await outbox.take())


async def _measure(client: ServerConnection, exchange: Exchange) -> None:
    """How far away the client is, all the time; an end of its connection is told by the others."""
    pause_s = _FIRST_PINGS_S
    while True:
        with contextlib.suppress(ConnectionClosed):
            exchange.round_trip(await (await client.ping()))
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _PINGS_S)


async def _close(side: ServerConnection | ClientConnection, code: int, reason: str) -> None:
    """Closes one side; one that does not answer is cut off."""
    # A reason has at most 123 bytes.
    short = reason.encode()[:120].decode(errors="ignore")
    with contextlib.suppress(ConnectionClosed, TimeoutError, asyncio.TimeoutError, OSError):
        await asyncio.wait_for(side.close(code, short), _CLOSE_S)
    side.transport.abort()
