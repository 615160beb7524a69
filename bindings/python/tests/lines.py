"""Lines for the tests of a Player: sends that block, are slow or fail, and real ones. No test lives here."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

from conversation import HandSink, Server, two_messages
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

import rtmulti

ALL = ["truncate", "delete"]


def playing(player: rtmulti.Player, sink: HandSink, response_id: str = "r1") -> None:
    """Two messages of a second each, 200 ms of the first one heard."""
    for event in two_messages(response_id):
        player.feed(event)
    sink.play(max(sink.written), 4_800)


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        await asyncio.sleep(0.001)


class Gate:
    """A `send` that blocks until it is opened."""

    def __init__(self) -> None:
        self.server = Server()
        self.begun: list[str] = []
        self.opened = asyncio.Event()

    async def send(self, text: str) -> None:
        self.begun.append(text)
        await self.opened.wait()
        self.server.send(text)


def left_over() -> set[asyncio.Task[Any]]:
    """Tasks that nobody waits for: not the test's own, nor the one that bounds it."""
    return {
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task() and getattr(task.get_coro(), "__name__", "") != "wait_for"
    }


@contextlib.asynccontextmanager
async def line() -> AsyncIterator[tuple[ClientConnection, list[dict[str, Any]]]]:
    """A connection, and what its far end was told."""
    told: list[dict[str, Any]] = []

    async def far_end(connection: ServerConnection) -> None:
        async for text in connection:
            told.append(json.loads(text))

    async with serve(far_end, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        client = await connect(f"ws://127.0.0.1:{port}")
        yield client, told
        await client.close()


@contextlib.asynccontextmanager
async def deaf_line() -> AsyncIterator[ClientConnection]:
    """A connection whose far end has stopped reading, and that is full: whoever sends waits."""
    held = []

    async def far_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)  # a writer that nobody holds closes its line
        request = await reader.readuntil(b"\r\n\r\n")
        key = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )

    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    server = await asyncio.start_server(far_end, sock=listening)
    client = await connect(f"ws://127.0.0.1:{listening.getsockname()[1]}", ping_interval=None, close_timeout=0.1)
    try:
        with contextlib.suppress(asyncio.TimeoutError):
            while True:
                await asyncio.wait_for(client.send(b"x" * 100_000), 0.1)
        yield client
    finally:
        client.transport.abort()
        await client.wait_closed()
        server.close()
