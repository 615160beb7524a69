"""The strict local server: speaks the OpenAI Realtime protocol from a script (the beta's words to a client that asks for
them by its header), enforces what the real service enforces, and at the end compares what the listener heard with what it remembers. Needs the package websockets.

    async with StrictServer(load_script("weather")) as server:  # or a Path
        ...  # any client: ws://127.0.0.1:PORT/v1/realtime
        verdict = await server.verdict()

Two events are ours and no part of the protocol. With the first the client tells what its sink really played of a message, as the
sink counted it (not as the engine did), and the server holds that against what it was told by truncate and delete:

    {"type": "rtmulti.heard", "item_id": "item_002", "content_index": 0, "heard_ms": 1213}

It may come at any time and again; the newest counts. Without it a message counts as not heard. Of a message that was
shown, for it is text or its audio was off, the client says so much as its screen showed, and else it counts as not shown:

    {"type": "rtmulti.shown", "item_id": "item_003", "text": "See the screen."}

Where the script loses the connection the next client goes on with it, and says what was heard of the lost one too: what it
made anew under the old ids must hold that and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from types import TracebackType
from typing import Final

from .._websockets import no_websockets

try:
    from websockets.asyncio.server import Server, ServerConnection, serve
    from websockets.exceptions import ConnectionClosed
    from websockets.http11 import Request, Response
except ImportError as error:
    raise no_websockets("The strict server") from error

from .beta import ASKS, HEADER
from .connection import Connection
from .ogg_opus import UnreadableAudio
from .outbox import Unread
from .script import LONGEST_SPEECH_MS, TOO_LONG, Script, ScriptError, load_script, parse_script
from .shipped import shipped_scripts
from .verdict import Line, Verdict
from .voice import SAMPLE_RATE_HZ

__all__ = ["Line", "Script", "ScriptError", "StrictServer", "Verdict", "load_script", "parse_script", "shipped_scripts"]

#: websockets would print a traceback for each handshake that fails, and each client that is cut off.
_quiet: Final = logging.getLogger("rtmulti.server.websockets")
_quiet.setLevel(logging.CRITICAL + 1)
_LARGEST_EVENT_BYTES: Final = 24 * 1024 * 1024  # 15 MiB of audio in base64, as the service allows it
_HANDSHAKE_S: Final = 15.0
_CLOSE_S: Final = 2.0
_POLICY: Final = 1008
_MOST_VERDICTS: Final = 1000


class StrictServer:
    """Listens on loopback and serves the script from its beginning to each client.

    `port` 0 takes a free one; `on_verdict` is called when a client has left, `on_event` with the JSON text of each event
    before it is sent; beyond `most_connections` clients are answered 503. Raises ScriptError, on entering, when the
    script names audio that cannot be spoken, and OSError when the port is taken.

    A client may send anything: what is no event is refused, and one that leaves too much unread is let go (1008).
    """

    def __init__(
        self,
        script: Script,
        port: int = 0,
        on_verdict: Callable[[Verdict], None] | None = None,
        on_event: Callable[[str], object] | None = None,
        most_connections: int = 100,
    ) -> None:
        self._script = script
        self._most_connections = most_connections
        self._connections = 0
        self._on_event = on_event
        self._talking: Connection | None = None
        self._asked_port = port
        self._on_verdict = on_verdict
        self._lost: Connection | None = None
        self._verdicts: asyncio.Queue[Verdict | BaseException] = asyncio.Queue()
        self._server: Server | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        if self._server is None:
            raise RuntimeError("The server is not running yet; use it with `async with`.")
        return int(next(iter(self._server.sockets)).getsockname()[1])

    @property
    def url(self) -> str:
        """What clients connect to; the openai SDK takes it without "/realtime" as `websocket_base_url`."""
        return f"ws://127.0.0.1:{self.port}/v1/realtime"

    def user_speaks(self, speech_ms: int = 400) -> None:
        """The user of the newest client is heard to speak from now on, without a microphone, as `speech_at_ms` has it."""
        if self._talking is not None:
            self._talking.user_speaks(speech_ms)

    async def verdict(self) -> Verdict:
        """The verdict over the next client that leaves, or that has left and was not asked for yet."""
        result = await self._verdicts.get()
        if isinstance(result, BaseException):
            raise result
        return result

    async def __aenter__(self) -> StrictServer:
        self._make_speech()
        self._server = await serve(
            self._serve_client,
            "127.0.0.1",
            self._asked_port,
            process_request=self._meet,
            max_size=_LARGEST_EVENT_BYTES,
            max_queue=2,
            compression=None,
            open_timeout=_HANDSHAKE_S,
            close_timeout=_CLOSE_S,
            logger=_quiet,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def _meet(self, websocket: ServerConnection, request: Request) -> Response | None:
        if self._connections >= self._most_connections:
            return websocket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "The server has as many clients as it may.\n")
        return None

    async def _serve_client(self, websocket: ServerConnection) -> None:
        if self._connections >= self._most_connections:  # several were met before the first of them was counted
            return
        self._connections += 1
        try:
            await self._talk(websocket)
        finally:
            self._connections -= 1

    async def _talk(self, websocket: ServerConnection) -> None:
        async def send(text: str) -> None:
            if self._on_event is not None:
                self._on_event(text)
            # When the client has left, reading notices it and ends the conversation.
            with contextlib.suppress(ConnectionClosed):
                await websocket.send(text)

        def drop() -> None:
            websocket.transport.abort()

        lost, self._lost = self._lost, None
        asked = websocket.request.headers.get_all(HEADER) if websocket.request is not None else []
        connection = self._talking = Connection(self._script, send, drop, lost, is_beta=ASKS in asked)
        try:
            verdict = await connection.run(_messages(websocket))
        except Unread as unread:
            with contextlib.suppress(ConnectionClosed, TimeoutError, asyncio.TimeoutError, OSError):
                await asyncio.wait_for(websocket.close(_POLICY, str(unread)), _CLOSE_S)
            websocket.transport.abort()
            verdict = connection.verdict()
        except Exception as error:
            self._judged(error)
            raise
        if connection.is_lost:
            self._lost = connection
            return
        self._judged(verdict)
        if self._on_verdict is not None:
            self._on_verdict(verdict)

    def _judged(self, result: Verdict | BaseException) -> None:
        """For verdict(); where nobody asks, the oldest go."""
        if self._verdicts.qsize() >= _MOST_VERDICTS:
            self._verdicts.get_nowait()
        self._verdicts.put_nowait(result)

    def _make_speech(self) -> None:
        """Speaks everything once, because a voice takes longer than a conversation can wait."""
        spoken_ms = 0
        for message in self._script.spoken():
            try:
                speech = self._script.voice.say(message.text, message.audio_file, message.audio_ms)
            except UnreadableAudio as error:
                raise ScriptError(str(error)) from error
            spoken_ms += len(speech) * 1000 // SAMPLE_RATE_HZ
            if spoken_ms > LONGEST_SPEECH_MS:
                raise ScriptError(TOO_LONG)


async def _messages(websocket: ServerConnection) -> AsyncIterator[str | bytes]:
    """What the client sends until it leaves; a client that leaves without a word is judged all the same."""
    with contextlib.suppress(ConnectionClosed):
        async for message in websocket:
            yield message
