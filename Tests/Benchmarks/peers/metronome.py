"""A server that keeps time for many: each client that asks for a response gets 100 ms of audio ten times a second, at a moment
of its own, for as long as it stays, and a word of its transcript now and then. In the audio stands when it was sent, so that
whoever hears it knows how late it is. It prints its URL and stays until its standard input ends. What a conversation means to a
server is the strict server's affair; this one knows none."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import sys
import time
from typing import Any

from rtmulti.server.shapes import Shapes, response_json, session_json
from rtmulti.server.voice import Format
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

DELTA_S = 0.1
_DELTA_BYTES = 4_800
#: A word comes with every fourth delta.
_DELTAS_A_WORD = 4
#: The stamp is eight bytes, and base64 wants threes.
_STAMP_BYTES, _STAMPED_BYTES = 8, 9
_SILENCE = base64.b64encode(bytes(_DELTA_BYTES - _STAMPED_BYTES))


class _Talker:
    """One response that does not end, in frames of WebSocket that lie ready but for their numbers."""

    def __init__(self, socket: ServerConnection, place: dict[str, Any]) -> None:
        self._socket = socket
        self._number = 0
        where = json.dumps({**place, "content_index": 0})[1:-1] + ', "delta": "'
        self._head = '{"type": "response.output_audio.delta", "event_id": "event_a%08d", ' + where
        self._word = '{"type": "response.output_audio_transcript.delta", "event_id": "event_w%08d", ' + where + 'word "}'

    def talk(self) -> None:
        """Sends 100 ms."""
        self._number += 1
        if self._number % _DELTAS_A_WORD == 0:
            self._write((self._word % self._number).encode())
        stamp = time.monotonic_ns().to_bytes(_STAMP_BYTES, "little")
        stamped = base64.b64encode(stamp + bytes(_STAMPED_BYTES - _STAMP_BYTES))
        self._write((self._head % self._number).encode() + stamped + _SILENCE + b'"}')

    def _write(self, text: bytes) -> None:
        if self._socket.state is not State.OPEN:
            return  # it is about to leave, and must not take the beat of all others with it
        # A whole frame of text; the library would take ten times as long, and this process must never be the slow one.
        head = bytes((0x81, len(text))) if len(text) < 126 else b"\x81\x7e" + len(text).to_bytes(2, "big")
        self._socket.transport.write(head + text)


class Metronome:
    """Serves many clients, and lets each of them be talked to in turn."""

    def __init__(self) -> None:
        #: In the order in which they came.
        self._talkers: dict[_Talker, None] = {}

    async def serve_client(self, socket: ServerConnection) -> None:
        """One client, to its end, however it leaves."""
        with contextlib.suppress(ConnectionClosed):
            await self._serve(socket)

    async def _serve(self, socket: ServerConnection) -> None:
        shapes = Shapes()
        session = session_json(shapes.session_id, Format.PCM, None)

        async def send(kind: str, **fields: Any) -> None:
            await socket.send(json.dumps(shapes.event(kind, **fields)))

        await send("session.created", session=session)
        talkers = []
        try:
            async for text in socket:
                event = json.loads(text)
                if event["type"] == "session.update":
                    await send("session.updated", session=session)
                elif event["type"] == "conversation.item.create":
                    item = {"id": shapes.ids.new("item"), "object": "realtime.item", "status": "completed", **event["item"]}
                    for kind in ("conversation.item.added", "conversation.item.done"):
                        await send(kind, previous_item_id=None, item=item)
                elif event["type"] == "response.create":
                    talkers.append(await self._begin(socket, shapes, send, event.get("response") or {}))
        finally:
            for talker in talkers:
                del self._talkers[talker]

    async def _begin(self, socket: ServerConnection, shapes: Shapes, send: Any, asked: dict[str, Any]) -> _Talker:
        response, item = shapes.ids.new("resp"), shapes.ids.new("item")
        about = response_json(
            response, "in_progress", None, [], shapes.conversation_id, "audio", Format.PCM, asked.get("metadata")
        )
        await send("response.created", response=about)
        said = {"id": item, "object": "realtime.item", "type": "message", "status": "in_progress", "role": "assistant"}
        place = {"response_id": response, "output_index": 0}
        await send("response.output_item.added", **place, item={**said, "content": []})
        await send("conversation.item.added", previous_item_id=None, item={**said, "content": []})
        part = {"type": "audio", "transcript": ""}
        await send("response.content_part.added", **place, item_id=item, content_index=0, part=part)
        talker = _Talker(socket, {**place, "item_id": item})
        self._talkers[talker] = None
        return talker

    async def beat(self) -> None:
        """Talks to all of them, for ever."""
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        while True:
            talkers = list(self._talkers)
            for at, talker in enumerate(talkers):
                wait_s = begin_s + DELTA_S * at / len(talkers) - loop.time()
                if wait_s > 0 or at % 16 == 0:
                    await asyncio.sleep(max(0.0, wait_s))
                if talker in self._talkers:
                    talker.talk()
            # What it could not keep is not made up for: a late beat is one beat later.
            begin_s = max(begin_s + DELTA_S, loop.time() - DELTA_S)
            await asyncio.sleep(max(0.0, begin_s - loop.time()))


async def _main() -> None:
    metronome = Metronome()
    async with serve(metronome.serve_client, "127.0.0.1", 0, compression=None, max_size=1 << 24, ping_interval=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(json.dumps({"metronome": f"ws://127.0.0.1:{port}/v1/realtime"}), flush=True)
        beating = asyncio.create_task(metronome.beat())
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        beating.cancel()


if __name__ == "__main__":
    asyncio.run(_main())
