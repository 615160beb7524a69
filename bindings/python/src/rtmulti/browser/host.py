"""BrowserHost: what every host of a page needs, on websockets: the page and the module over HTTP, the page's WebSocket, the
listener's voice to the model, and the newest of several pages as the player's sink. What is said of a page stands in sink.py,
what the application shows is its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Sequence
from inspect import isawaitable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from .._websockets import no_websockets

try:
    from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
    from websockets.exceptions import ConnectionClosed
    from websockets.http11 import Request, Response
    from websockets.typing import Origin
except ImportError as missing:
    raise no_websockets("BrowserHost") from missing

from ..config import Config
from ..player import Player
from . import MODULE, PAGE, BrowserSink
from .reports import LARGEST_TEXT

if TYPE_CHECKING:
    from .._line import Send
    from ..events import Event

_log: Final = logging.getLogger("rtmulti.browser")
#: Browsers open connections to have one ready, and close them unused; websockets would complain of each.
_quiet: Final = logging.getLogger("rtmulti.browser.websockets")
_quiet.setLevel(logging.CRITICAL)

#: So many objects are shown again to a page that is loaded again.
_MOST_SHOWN: Final = 1000
#: So many calls of on_object may be under way.
_MOST_TASKS: Final = 64
#: So long the page before may take to say what it has played.
_LEAVE_S: Final = 1.0


class _Turn:
    """A page, from its coming to its end."""

    def __init__(self, connection: ServerConnection, sink: BrowserSink) -> None:
        self.connection, self.sink = connection, sink
        self.is_over = asyncio.Event()


class BrowserHost:
    """Serves one page and its WebSocket, and plays one conversation on whichever page came last.

        async with connect(model_url) as model, BrowserHost(model.send, Path("agent.html")) as host:
            async for message in model:
                host.player.feed(message)

    `page` is an HTML file, served at /, beside it MODULE as /rtmulti.js; the WebSocket is /voice. `send` takes the texts for
    the model: the player's commands, and the listener's voice as input_audio_buffer.append, unless `on_voice` takes that.
    `on_event` is the player's. `on_object` gets each JSON object that the page sends; it may be a coroutine function, which
    runs in a task of its own. Pages of these `origins` are let in (without them, http://localhost and http://127.0.0.1 at
    this port), and nobody is asked who he is. At another `sample_rate_hz` than the model's the voice has it, too.

    A host with a WebSocket server of its own gives it `take`, and `respond` as process_request.
    """

    def __init__(
        self,
        send: Send,
        page: Path,
        port: int = 8780,
        *,
        address: str = "127.0.0.1",
        origins: Sequence[str] | None = None,
        on_event: Callable[[Event], object] | None = None,
        on_object: Callable[[dict[str, Any]], object] | None = None,
        on_voice: Callable[[bytes], object] | None = None,
        config: Config = PAGE,
        sample_rate_hz: int = 24_000,
    ) -> None:
        #: The player of the conversation, without a sink until a page comes.
        self.player = Player(None, send, config=config, on_event=on_event)
        self._send, self._on_object, self._on_voice = send, on_object, on_voice or self._to_model
        self._files = {"/": (page, "text/html"), "/rtmulti.js": (MODULE, "text/javascript")}
        self._address, self._port = address, port
        self._origins = origins or [f"http://{name}:{port}" for name in ("localhost", "127.0.0.1")]
        self._sample_rate_hz = sample_rate_hz
        self._shown: deque[str] = deque(maxlen=_MOST_SHOWN)
        self._turn: _Turn | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: Server | None = None

    async def __aenter__(self) -> BrowserHost:
        await self.player.__aenter__()
        try:
            self._server = await serve(
                self.take,
                self._address,
                self._port,
                process_request=self.respond,
                origins=[Origin(origin) for origin in self._origins],
                max_size=2 * LARGEST_TEXT,
                logger=_quiet,
            )
        except BaseException:
            await self.player.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            # The page answers the player's clear while it is still listened to.
            await self.player.__aexit__(kind, problem, trace)
        finally:
            for task in self._tasks:
                task.cancel()
            if self._server is not None:
                self._server.close()
                await self._server.wait_closed()

    @property
    def page(self) -> BrowserSink | None:
        """The page that has the voice."""
        return None if self._turn is None else self._turn.sink

    def show(self, **what: object) -> None:
        """Sends an object to the page, which gets it as `onmessage`; a page that comes later gets it, too."""
        self._shown.append(json.dumps(what))
        if self._turn is not None:
            broadcast([self._turn.connection], self._shown[-1])

    def respond(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answers a request over HTTP: the page, the module, or that there is no such file; None for the WebSocket."""
        path = request.path.partition("?")[0]
        if path == "/voice":
            return None
        if path not in self._files:
            return connection.respond(404, "There is no such page.\n")
        file, kind = self._files[path]
        response = connection.respond(200, file.read_text(encoding="utf-8"))
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = f"{kind}; charset=utf-8"
        return response

    async def take(self, connection: ServerConnection) -> None:
        """A page, from its coming to its end: it has the voice now, and what was not heard yet plays there."""
        sink = BrowserSink(connection.send, self._sample_rate_hz, on_object=self._object)
        turn = _Turn(connection, sink)
        before, self._turn = self._turn, turn
        for shown in self._shown:
            broadcast([connection], shown)
        try:
            if before is not None:
                before.sink.dismiss()
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(before.is_over.wait(), _LEAVE_S)
            if not sink.is_over:  # a third page may have come meanwhile
                self.player.set_sink(sink)
            async for message in connection:
                voice = sink.receive(message)
                if voice:
                    answer = self._on_voice(voice)
                    if isawaitable(answer):
                        await answer
                if sink.is_over:
                    turn.is_over.set()
        except ConnectionClosed:
            pass
        finally:
            sink.end()
            turn.is_over.set()
            if self._turn is turn:
                self._turn = None

    def _to_model(self, voice: bytes) -> object:
        return self._send(json.dumps({"type": "input_audio_buffer.append", "audio": b64encode(voice).decode()}))

    def _object(self, said: dict[str, Any]) -> None:
        if self._on_object is None:
            return
        if len(self._tasks) >= _MOST_TASKS:
            _log.warning("on_object was not called for an object of the page: %d calls before have not ended", _MOST_TASKS)
            return
        # In a task: where it waits for the page, the page's answer comes by the loop that called this.
        task = asyncio.create_task(self._call(self._on_object, said))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _call(on_object: Callable[[dict[str, Any]], object], said: dict[str, Any]) -> None:
        try:
            answer = on_object(said)
            if isawaitable(answer):
                await answer
        except Exception:
            _log.exception("on_object has failed")
