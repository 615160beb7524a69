"""Relay: listens, and connects each client to the one upstream with the client's own headers. It authenticates nobody and
adds no key. Messages are carried in link.py; what is logged is how many came and why they left, never what they said."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from http import HTTPStatus
from types import TracebackType
from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from .link import relay
from .settings import Settings, SettingsError

_log: Final = logging.getLogger("rtmulti.relay")
#: websockets would log frames, audio and keys with them, where somebody sets all loggers to DEBUG.
_quiet: Final = logging.getLogger("rtmulti.relay.websockets")
_quiet.setLevel(logging.CRITICAL)

#: Of the handshake itself; each side makes its own.
_HANDSHAKE: Final = frozenset(("host", "connection", "upgrade", "content-length", "transfer-encoding"))
_PROTOCOLS: Final = "sec-websocket-protocol"
_UPSTREAM_S: Final = 10.0
_HANDSHAKE_S: Final = 15.0
#: Messages that have come and were not taken yet, of one side: each may be as long as a message may be.
_MOST_UNTAKEN: Final = 4


class _Upstream(connect):
    """A connection to the upstream and to nobody else: it goes where it is sent by the settings, never by a redirect."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Relay:
    """Listens as its settings say, and relays each client to the upstream.

    Use it with `async with`, which raises OSError when the port is taken. Belongs to that event loop.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: Server | None = None
        self._upstreams: dict[ServerConnection, tuple[ClientConnection, Settings]] = {}
        self._places = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """How many clients are connected, or about to be."""
        return self._places

    @property
    def url(self) -> str:
        """What a client connects to, without what it asks for."""
        if self._server is None:
            raise RuntimeError("The relay is not running yet; use it with `async with`.")
        host, port = next(iter(self._server.sockets)).getsockname()[:2]
        return f"ws://{f'[{host}]' if ':' in host else host}:{port}/v1/realtime"

    async def wait_closed(self) -> None:
        """Waits until the relay was closed."""
        if self._server is not None:
            await self._server.wait_closed()

    async def __aenter__(self) -> Relay:
        self._server = await serve(
            self._serve,
            self._settings.host,
            self._settings.port,
            process_request=self._meet,
            select_subprotocol=self._agree,
            max_size=self._settings.largest_message_bytes,
            max_queue=_MOST_UNTAKEN,
            compression=None,
            open_timeout=_HANDSHAKE_S,
            close_timeout=1.0,
            server_header=None,
            logger=_quiet,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _meet(self, client: ServerConnection, request: Request) -> Response | None:
        """Connects to the upstream before the client is answered, so that it gets the upstream's own refusal."""
        if self._places >= self._settings.most_connections:
            return client.respond(HTTPStatus.SERVICE_UNAVAILABLE, "The relay has as many connections as it may.\n")
        try:
            settings, url = self._settings.of_client(request.path)
        except SettingsError as error:
            return client.respond(HTTPStatus.BAD_REQUEST, f"{error}\n")
        self._places += 1
        self._watch(client)
        try:
            upstream = await self._connect(url, request)
        except InvalidStatus as refused:
            status = refused.response.status_code
            body = (refused.response.body or b"").decode(errors="replace")
            _log.info("the upstream has refused a client with status %d", status)
            return client.respond(HTTPStatus(status), body) if status in _STATUSES else client.respond(_BAD, body)
        except (OSError, InvalidHandshake, TimeoutError, asyncio.TimeoutError, ValueError, EOFError) as error:
            _log.warning("the upstream cannot be reached: %s", type(error).__name__)
            return client.respond(_BAD, "The relay's upstream cannot be reached.\n")
        self._upstreams[client] = (upstream, settings)
        return None

    async def _connect(self, url: str, request: Request) -> ClientConnection:
        headers = [
            (name, value)
            for name, value in request.headers.raw_items()
            if name.lower() not in _HANDSHAKE and not name.lower().startswith("sec-websocket-")
        ]
        asked = ",".join(request.headers.get_all(_PROTOCOLS))
        protocols = [Subprotocol(name.strip()) for name in asked.split(",") if name.strip()]
        return await _Upstream(
            url,
            additional_headers=headers,
            subprotocols=protocols or None,
            user_agent_header=None,
            compression=None,
            max_size=self._settings.largest_message_bytes,
            max_queue=_MOST_UNTAKEN,
            open_timeout=_UPSTREAM_S,
            close_timeout=1.0,
            logger=_quiet,
        )

    def _agree(self, client: ServerConnection, offered: object) -> Subprotocol | None:
        """The upstream's choice is ours."""
        met = self._upstreams.get(client)
        return None if met is None else met[0].subprotocol

    def _watch(self, client: ServerConnection) -> None:
        """Sees to it that nothing is left of a client, whether its handshake succeeds or not."""
        task = asyncio.create_task(self._forget(client))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forget(self, client: ServerConnection) -> None:
        await client.wait_closed()
        self._places -= 1
        met = self._upstreams.pop(client, None)
        if met is not None:
            with contextlib.suppress(Exception):
                await met[0].close()

    async def _serve(self, client: ServerConnection) -> None:
        upstream, settings = self._upstreams[client]
        _log.info("a client came; there are %d", self._places)
        why = await relay(client, upstream, settings)
        _log.info("a client left: %s", why)


_BAD: Final = HTTPStatus.BAD_GATEWAY
_STATUSES: Final = frozenset(status.value for status in HTTPStatus if status.value >= 400)
