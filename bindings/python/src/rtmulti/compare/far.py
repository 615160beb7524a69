"""A client that is far away: a TCP connection on which everything comes so many ms later, both ways. What is carried on it is
nobody's business here."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float
) -> None:
    """Reads at once and writes later, in order; an end comes as late as the rest."""
    loop = asyncio.get_running_loop()
    under_way: deque[bytes] = deque()

    def arrive() -> None:
        chunk = under_way.popleft()
        if chunk:
            writer.write(chunk)
        else:
            writer.close()

    while True:
        chunk = b""
        with contextlib.suppress(OSError):
            chunk = await reader.read(65_536)
        under_way.append(chunk)
        loop.call_later(delay_s, arrive)
        if not chunk:
            return


@contextlib.asynccontextmanager
async def far(url: str, delay_ms: int) -> AsyncIterator[str]:
    """A URL that leads to this one of a port of this machine, `delay_ms` each way."""
    parts = urlsplit(url)
    ways: set[asyncio.Task[None]] = set()

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
        for one in ((reader, far_writer), (far_reader, writer)):
            way = asyncio.create_task(_carry(*one, delay_ms / 1000))
            ways.add(way)
            way.add_done_callback(ways.discard)

    server = await asyncio.start_server(lead, "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()[:2]
        yield urlunsplit(parts._replace(netloc=f"{host}:{port}"))
    finally:
        server.close()
        for way in ways:
            way.cancel()
