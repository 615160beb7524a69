"""The far end of a phone call: a telephone company's media stream over a real WebSocket, as far as
examples/telephony_ulaw.py needs it. It plays what it is sent in real time, returns each mark when what was sent before
it has been played, drops on clear and then returns the dropped marks at once. No test and nothing of rtmulti lives
here."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections import deque
from types import TracebackType

from websockets.asyncio.client import ClientConnection, connect

BYTES_PER_MS = 8
FRAME_MS = 20
SILENCE = b"\xff" * (FRAME_MS * BYTES_PER_MS)
#: A loud square wave: any voice detector takes it for speech.
LOUD = (b"\x90" * 20 + b"\x10" * 20) * 4


class FarEnd:
    """`async with FarEnd(url, "MZ1") as phone:` one stream, from its start to its stop."""

    def __init__(self, url: str, stream_sid: str) -> None:
        self._url = url
        self.stream_sid = stream_sid
        #: What was played, as u-law; the silence of an empty queue is not in it.
        self.heard = bytearray()
        self.sizes: list[int] = []
        #: The most that ever lay in the queue, in ms.
        self.most_queued_ms = 0.0
        self.marks: list[str] = []
        self.marks_dropped: list[str] = []
        self.clears: list[int] = []
        self._queue: deque[bytes | str] = deque()
        self._queued_bytes = 0
        #: How much time was owed to the listener when the clock was last looked at.
        self._played_to_s: float | None = None
        self._owed = 0.0
        self.is_speaking = False

    async def __aenter__(self) -> FarEnd:
        self._socket: ClientConnection = await connect(self._url)
        await self._send("connected", protocol="Call", version="1.0.0")
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        await self._send("start", start={"streamSid": self.stream_sid, "mediaFormat": form})
        self._tasks = [asyncio.create_task(work()) for work in (self._listen, self._play, self._speak)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        await self._play_until(asyncio.get_running_loop().time())
        await self._send("stop")
        await self._socket.close()

    async def _send(self, event: str, **content: object) -> None:
        await self._socket.send(json.dumps({"event": event, "streamSid": self.stream_sid, **content}))

    async def _listen(self) -> None:
        async for message in self._socket:
            event = json.loads(message)
            assert event["streamSid"] == self.stream_sid, event
            # First what is due is played: what comes now is queued behind it, and a clear does not unplay it.
            await self._play_until(asyncio.get_running_loop().time())
            if event["event"] == "media":
                ulaw = base64.b64decode(event["media"]["payload"], validate=True)
                self.sizes.append(len(ulaw))
                self._queue.append(ulaw)
                self._queued_bytes += len(ulaw)
                self.most_queued_ms = max(self.most_queued_ms, self._queued_bytes / BYTES_PER_MS)
            elif event["event"] == "mark":
                self._queue.append(event["mark"]["name"])
                await self._return_marks()
            else:
                assert event["event"] == "clear", event
                await self._clear()

    async def _clear(self) -> None:
        self.clears.append(len(self.heard))
        dropped = [name for name in self._queue if isinstance(name, str)]
        self._queue.clear()
        self._queued_bytes = 0
        self.marks_dropped += dropped
        for name in dropped:
            await self._send("mark", mark={"name": name})

    async def _play(self) -> None:
        while True:
            await self._play_until(asyncio.get_running_loop().time())
            await asyncio.sleep(0.005)

    async def _play_until(self, now_s: float) -> None:
        before_s, self._played_to_s = self._played_to_s, now_s
        if before_s is None or not self._queued_bytes:
            self._owed = 0.0
            return
        self._owed += (now_s - before_s) * 1000 * BYTES_PER_MS
        while self._owed >= 1 and self._queued_bytes:
            piece = self._queue.popleft()
            assert isinstance(piece, bytes), piece
            played, rest = piece[: int(self._owed)], piece[int(self._owed) :]
            if rest:
                self._queue.appendleft(rest)
            self.heard += played
            self._owed -= len(played)
            self._queued_bytes -= len(played)
            await self._return_marks()

    async def _return_marks(self) -> None:
        """Those that everything before them has been played of."""
        while self._queue and isinstance(self._queue[0], str):
            name = self._queue[0]
            self._queue.popleft()
            self.marks.append(name)
            await self._send("mark", mark={"name": name})

    async def _speak(self) -> None:
        """The caller's own voice, in real time: silence, or speech while is_speaking."""
        due_s = asyncio.get_running_loop().time()
        while True:
            payload = base64.b64encode(LOUD if self.is_speaking else SILENCE).decode()
            await self._send("media", media={"payload": payload})
            due_s += FRAME_MS / 1000
            await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))

    async def heard_to(self, ms: float, patience_s: float = 20) -> None:
        """Waits until so much has been played."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._heard_to(ms), patience_s)
        assert len(self.heard) >= ms * BYTES_PER_MS, f"only {len(self.heard) / BYTES_PER_MS} ms were played"

    async def repeat_mark(self, name: str) -> None:
        """Returns a mark that is none of this stream's."""
        await self._send("mark", mark={"name": name})

    async def marked(self, count: int, patience_s: float = 20) -> None:
        """Waits until so many marks have been returned."""
        give_up_s = asyncio.get_running_loop().time() + patience_s
        while len(self.marks) < count:
            assert asyncio.get_running_loop().time() < give_up_s, f"only {len(self.marks)} marks came"
            await asyncio.sleep(0.005)

    async def _heard_to(self, ms: float) -> None:
        while len(self.heard) < ms * BYTES_PER_MS:
            await asyncio.sleep(0.005)
