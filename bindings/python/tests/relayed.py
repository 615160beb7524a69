"""What the tests of the relay share: a relay before an upstream of the test's own, and a client that reads events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from rtmulti.compare.clock import FairLoop
from rtmulti.relay import Relay, Settings

PATIENCE_S = 10
_T = TypeVar("_T")


def fairly(work: Coroutine[Any, Any, _T]) -> _T:
    """Runs it on a clock that stands still while the machine gives it no time: these tests are about when things come."""
    loop = FairLoop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(work)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@contextlib.asynccontextmanager
async def upstream(handler: Callable[[ServerConnection], Awaitable[None]], **options: Any) -> AsyncIterator[str]:
    """A server whose every connection does what the test says."""
    async with serve(handler, "127.0.0.1", 0, compression=None, **options) as server:
        yield f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1/realtime"


@contextlib.asynccontextmanager
async def relayed(url: str, **settings: Any) -> AsyncIterator[Relay]:
    """A relay for that server."""
    async with Relay(Settings(url, **settings)) as relay:
        yield relay


def client(relay: Relay, asks: str = "", **options: Any) -> connect:
    """A connection to the relay."""
    return connect(relay.url + asks, compression=None, **options)


async def until(websocket: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """All events up to the first of this type."""
    events = []
    while True:
        event: dict[str, Any] = json.loads(await asyncio.wait_for(websocket.recv(), PATIENCE_S))
        events.append(event)
        if event["type"] == kind:
            return events


async def still_serves(relay: Relay) -> None:
    """Another client is carried to the upstream and back, and then nobody is left."""
    async with client(relay) as websocket:
        await websocket.send("ping")
        assert await asyncio.wait_for(websocket.recv(), PATIENCE_S) is not None
    for _ in range(200):
        if relay.connections == 0:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{relay.connections} connections are left")
