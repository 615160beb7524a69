"""A client without any framework for the tests of the comparison and of the relay: a WebSocket and a device. How it falls
silent, and what it says of that, is the test's to choose, and so are the protocol's dialect and the format."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import enum
import json
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from rtmulti.compare.client import Scene
from rtmulti.compare.device import Device


class Says(enum.Enum):
    """What a client says of a message that it has cut off."""

    NOTHING = enum.auto()
    PLACE = enum.auto()  # a truncate, or a delete where nothing was heard: the truth
    CANCEL = enum.auto()
    CANCEL_AND_PLACE = enum.auto()


class PlainClient:
    """See Client. block_ms: what its device takes at a time. drops_late: what still comes of a message that it has cut."""

    def __init__(
        self, scene: Scene, says: Says, block_ms: int = 20, *, drops_late: bool = False
    ) -> None:
        self.device = Device(scene.row.latency_ms, block_ms=block_ms)
        self._url, self._says, self._drops_late = scene.url, says, drops_late
        #: The messages that it has heard of, and the types of all events.
        self.items: list[str] = []
        self.kinds: set[str] = set()
        self._cut: set[str] = set()
        self._websocket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None

    async def connect(self, url: str) -> ClientConnection:
        """A connection to the server, and what it is to know before anything is asked."""
        return await connect(url, compression=None)

    def pcm_of(self, event: dict[str, Any]) -> bytes:
        """What the device plays of a delta: PCM16 at 24 kHz."""
        return base64.b64decode(event["delta"])

    async def open(self) -> None:
        """See Client."""
        self._websocket = await self.connect(self._url)
        self._reading = asyncio.create_task(self._read(self._websocket))

    async def _read(self, websocket: ClientConnection) -> None:
        async for text in websocket:
            event = json.loads(text)
            self.kinds.add(event["type"])
            if event["type"] in ("response.output_audio.delta", "response.audio.delta"):
                if event["item_id"] not in self.items:
                    self.items.append(event["item_id"])
                if not (self._drops_late and event["item_id"] in self._cut):
                    self.device.push(None, self.pcm_of(event))
            elif event["type"] == "input_audio_buffer.speech_started":
                await self.interrupt()

    async def send(self, kind: str, **fields: object) -> None:
        """One event for the server."""
        assert self._websocket is not None
        await self._websocket.send(json.dumps({"type": kind, **fields}))

    async def ask(self) -> None:
        """See Client."""
        await self.send("response.create")

    async def interrupt(self) -> None:
        """See Client."""
        self.device.clear()
        self._cut.update(self.items)
        heard_ms = self.device.heard_ms()
        if self._says in (Says.CANCEL, Says.CANCEL_AND_PLACE):
            await self.send("response.cancel")
        if self._says in (Says.PLACE, Says.CANCEL_AND_PLACE):
            for number, item_id in enumerate(self.items, 1):
                if ms := int(heard_ms.get(number, 0)):
                    place = {"content_index": 0, "audio_end_ms": ms}
                    await self.send("conversation.item.truncate", item_id=item_id, **place)
                else:
                    await self.send("conversation.item.delete", item_id=item_id)

    async def close(self) -> None:
        """See Client."""
        assert self._websocket is not None and self._reading is not None
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading
        await self._websocket.close()
        self.device.end()
