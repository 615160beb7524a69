"""A bare client of the strict server for its tests: it checks the shape of every event against the types of the openai
SDK, and otherwise does what a test tells it. It knows nothing of rtmulti's engine."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from openai.types.beta.realtime import RealtimeServerEvent as BetaServerEvent
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter
from websockets.asyncio.client import ClientConnection, connect

from rtmulti.server import StrictServer, Verdict, parse_script

_EVENTS: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)
_BETA_EVENTS: TypeAdapter[Any] = TypeAdapter(BetaServerEvent)
PATIENCE_S = 10


class Client:
    """One connection; `events` is all that came."""

    def __init__(
        self, websocket: ClientConnection, server: StrictServer, is_beta: bool = False
    ) -> None:
        self._shapes = _BETA_EVENTS if is_beta else _EVENTS
        self.events: list[dict[str, Any]] = []
        self._websocket = websocket
        self._server = server

    async def send(self, kind: str, **fields: Any) -> None:
        await self._websocket.send(json.dumps({"type": kind, **fields}))

    async def send_text(self, text: str) -> None:
        await self._websocket.send(text)

    async def next(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(await asyncio.wait_for(self._websocket.recv(), PATIENCE_S))
        self._shapes.validate_python(event)
        self.events.append(event)
        return event

    async def until(self, kind: str, which: Callable[[dict[str, Any]], bool] = lambda event: True) -> dict[str, Any]:
        """Reads on to the next event of this type for which `which` is true."""
        while True:
            event = await self.next()
            if event["type"] == kind and which(event):
                return event

    async def quiet(self, seconds: float) -> list[dict[str, Any]]:
        """Everything that comes within so many seconds."""
        before = len(self.events)
        end_s = asyncio.get_running_loop().time() + seconds
        try:
            while True:
                await asyncio.wait_for(self.next(), end_s - asyncio.get_running_loop().time())
        except asyncio.TimeoutError:
            return self.events[before:]

    async def refused(self, kind: str, **fields: Any) -> tuple[str, str, str | None]:
        """Sends an event that must be refused; the code, message and param of the refusal."""
        await self.send(kind, event_id="mine", **fields)
        error = (await self.until("error"))["error"]
        assert error["event_id"] == "mine"
        assert error["type"] == "invalid_request_error"
        return error["code"], error["message"], error["param"]

    async def hear(self, item_id: str, heard_ms: int, content_index: int = 0) -> None:
        await self.send("rtmulti.heard", item_id=item_id, content_index=content_index, heard_ms=heard_ms)

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def audio_of(self, item_id: str) -> bytes:
        return b"".join(
            base64.b64decode(event["delta"])
            for event in self.events
            if event["type"] in ("response.output_audio.delta", "response.audio.delta") and event["item_id"] == item_id
        )

    def messages(self) -> list[str]:
        """The ids of the model's messages as they were announced."""
        added = [event["item"] for event in self.events if event["type"] == "response.output_item.added"]
        return [item["id"] for item in added if item["type"] == "message"]

    async def leave(self) -> Verdict:
        await self._websocket.close()
        return await asyncio.wait_for(self._server.verdict(), PATIENCE_S)


@asynccontextmanager
async def client_of(script: dict[str, Any], *, is_beta: bool = False) -> AsyncIterator[Client]:
    """A client of a new server with this script, which speaks in tones unless it says otherwise."""
    headers = {"OpenAI-Beta": "realtime=v1"} if is_beta else None
    server = StrictServer(parse_script({"voice": "tone", **script}))
    async with server, connect(server.url, max_size=None, additional_headers=headers) as websocket:
        client = Client(websocket, server, is_beta)
        assert (await client.next())["type"] == "session.created"
        yield client
