"""A telephone company's side of a call, to try a bridge without one. It buffers what it gets and plays it in real time,
returns a mark when all before it was played, drops on clear and returns at once the marks that it had not reached, as
Twilio's documentation says; and it sends the caller's voice every 20 ms. Before it lies a network with a delay. How other
companies say it stands in phone_companies.py.

The Telephone keeps a time of its own, which it is given, so that its account of what the caller heard is exact on a
busy machine too; FarEnd lets it live on a real WebSocket. Nothing of rtmulti is used here.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

TICK_MS = 20


@dataclass(frozen=True, slots=True)
class Network:
    """A way there and one back. What is sent within 10 ms has one delay, nothing overtakes, and a stall holds up what
    is sent to the far end (or back, where `stalls_back`) from `stall_at_ms` after its first audio left, for `stall_ms`."""

    one_way_ms: float = 60
    jitter_ms: float = 20
    stall_at_ms: float = 0
    stall_ms: float = 0
    stalls_back: bool = False
    seed: int = 1


class Way:
    """One direction of a network: when what is sent arrives."""

    def __init__(self, network: Network, name: str) -> None:
        self._network, self._name = network, name
        self._last_ms = 0.0
        #: When the stall begins, as soon as that is known.
        self.stall_from_ms: float | None = None

    def arrival(self, sent_ms: float) -> float:
        """When a message arrives that is sent now."""
        network = self._network
        chance = random.Random(f"{network.seed}/{self._name}/{int(sent_ms // 10)}").random()
        due_ms = sent_ms + network.one_way_ms + chance * network.jitter_ms
        if self.stall_from_ms is not None:
            over_ms = self.stall_from_ms + network.stall_ms
            if self.stall_from_ms <= sent_ms < over_ms:
                due_ms += over_ms - sent_ms
        self._last_ms = max(self._last_ms, due_ms)
        return self._last_ms


class Telephone:
    """One stream, from its start to its stop. Its time begins at 0; advance() and take() bring it forward, and `say`
    gets each of its messages with the time at which it is sent."""

    bytes_per_ms = 8
    frame_bytes = 1
    #: Whether a clear brings back the marks that were not reached.
    returns_cleared_marks = True
    #: 20 ms of the caller's voice: nothing, and a loud square wave, which any voice detector takes for speech.
    silence = b"\xff" * 160
    loud = (b"\x90" * 20 + b"\x10" * 20) * 4

    def __init__(
        self, stream_sid: str, say: Callable[[float, str | bytes], None], *, late_start_ms: float = 0
    ) -> None:
        self.stream_sid = stream_sid
        self._say = say
        self._late_start_ms = late_start_ms
        #: Whether the caller speaks.
        self.is_speaking = False
        #: What was heard, as u-law; the silence of an empty queue is not in it.
        self.heard = bytearray()
        self.marks: list[str] = []
        #: Where in `heard` it was cleared, and how much was in the queue then, in ms.
        self.clears: list[int] = []
        self.dropped_marks: list[str] = []
        self.sizes: list[int] = []
        self.most_queued_ms = 0.0
        #: How often it ran dry, and is dry now.
        self.dry = 0
        self._queue: deque[bytes | str] = deque()
        self._queued = 0
        self._now_ms = 0.0
        self._starts_ms: float | None = None
        self._ticks = 0
        self._messages = 0

    # --- how Twilio says it ---

    def begin(self) -> None:
        """Sends what comes first."""
        self._send("connected", protocol="Call", version="1.0.0")
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        start = {"streamSid": self.stream_sid, "callSid": "CA1", "accountSid": "AC1", "tracks": ["inbound"]}
        self._send("start", start=start | {"mediaFormat": form, "customParameters": {}})

    def stop(self) -> None:
        """Sends what comes last."""
        self._send("stop", stop={"accountSid": "AC1", "callSid": "CA1"})

    def say_voice(self, at_ms: int, voice: bytes) -> None:
        """Sends a tick of the caller's voice."""
        payload = base64.b64encode(voice).decode()
        media = {"track": "inbound", "chunk": str(at_ms // TICK_MS), "timestamp": str(at_ms), "payload": payload}
        self._send("media", media=media)

    def say_mark(self, name: str) -> None:
        """Returns a mark."""
        self._send("mark", mark={"name": name})

    def say_cleared(self) -> None:
        """Answers a clear, behind the marks that it returned: Twilio does not."""

    def read(self, message: str | bytes) -> tuple[str, str | bytes]:
        """What the other side wants, media, mark or clear, and the audio or the name."""
        assert isinstance(message, str), message
        event = json.loads(message)
        assert event["streamSid"] == self.stream_sid, event
        if event["event"] == "media":
            return "media", base64.b64decode(event["media"]["payload"], validate=True)
        return event["event"], event["mark"]["name"] if event["event"] == "mark" else ""

    def _send(self, event: str, **content: Any) -> None:
        number = str(self._count())
        self._say(self._now_ms, json.dumps({"event": event, "sequenceNumber": number, "streamSid": self.stream_sid} | content))

    def _count(self) -> int:
        self._messages += 1
        return self._messages

    # --- what a telephone does ---

    def take(self, at_ms: float, message: str | bytes) -> None:
        """A message arrives: what was due before it is played before."""
        self.advance(at_ms)
        kind, what = self.read(message)
        if kind == "media":
            assert isinstance(what, bytes)
            self.sizes.append(len(what))
            if not self._queued:
                self._starts_ms = self._now_ms + self._late_start_ms
            self._queue.append(what)
            self._queued += len(what)
            self.most_queued_ms = max(self.most_queued_ms, self._queued / self.bytes_per_ms)
        elif kind == "mark":
            self._queue.append(what)
            self._return_marks()
        else:
            assert kind == "clear", kind
            self.clears.append(len(self.heard))
            names = [name for name in self._queue if isinstance(name, str)]
            self._queue.clear()
            self._queued = 0
            self._starts_ms = None
            self.dropped_marks += names
            for name in names if self.returns_cleared_marks else ():
                self.say_mark(name)
            self.say_cleared()

    def advance(self, to_ms: float) -> None:
        """Plays what is due, and sends the caller's voice, every 20 ms."""
        while (tick_ms := (self._ticks + 1) * TICK_MS) <= to_ms:
            self._play(tick_ms)
            self._ticks += 1
            self.say_voice(tick_ms, self.loud if self.is_speaking else self.silence)
        self._play(to_ms)

    def _play(self, to_ms: float) -> None:
        if self._starts_ms is not None:
            if self._starts_ms >= to_ms:
                self._now_ms = max(self._now_ms, to_ms)
                return
            self._now_ms = max(self._now_ms, self._starts_ms)
            self._starts_ms = None
        while self._queued and self._now_ms < to_ms:
            audio = self._queue.popleft()
            assert isinstance(audio, bytes), audio
            room = int((to_ms - self._now_ms) * self.bytes_per_ms) // self.frame_bytes * self.frame_bytes
            if room == 0:
                self._queue.appendleft(audio)
                return  # less than a sample: the time stays where it is, and is owed
            played, rest = audio[:room], audio[room:]
            if rest:
                self._queue.appendleft(rest)
            self.heard += played
            self._queued -= len(played)
            self._now_ms += len(played) / self.bytes_per_ms
            if not self._queued:
                self.dry += 1
            self._return_marks()
        if not self._queued:
            self._now_ms = max(self._now_ms, to_ms)

    def _return_marks(self) -> None:
        while self._queue and isinstance(self._queue[0], str):
            name = self._queue[0]
            self._queue.popleft()
            self.marks.append(name)
            self.say_mark(name)

    def heard_ms(self) -> float:
        """How much was heard in all."""
        return len(self.heard) / self.bytes_per_ms


class FarEnd:
    """`async with FarEnd(url) as phone:` one stream of a telephone over a WebSocket, from its start to its stop."""

    def __init__(
        self,
        url: str,
        stream_sid: str = "MZ1",
        network: Network = Network(0, 0),
        *,
        late_start_ms: float = 0,
        company: type[Telephone] = Telephone,
    ) -> None:
        self._url = url
        self._network = network
        self._there, self._back = Way(network, "there"), Way(network, "back")
        self.telephone = company(stream_sid, self._say, late_start_ms=late_start_ms)
        self._coming: deque[tuple[float, str | bytes]] = deque()
        self._going: deque[tuple[float, str | bytes]] = deque()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> FarEnd:
        self._socket: ClientConnection = await connect(self._url, compression=None)
        self._loop = asyncio.get_running_loop()
        self._begin_s = self._loop.time()
        self.telephone.begin()
        self._tasks = [asyncio.create_task(work()) for work in (self._listen, self._live)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        self.telephone.stop()
        with contextlib.suppress(ConnectionClosed):
            while self._going:
                await self._socket.send(self._going.popleft()[1])
        await self._socket.close()

    def now_ms(self) -> float:
        """The telephone's time."""
        return (self._loop.time() - self._begin_s) * 1000

    def _say(self, at_ms: float, message: str | bytes) -> None:
        self._going.append((self._back.arrival(at_ms), message))

    async def _listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self._socket:
                now_ms = self.now_ms()
                way = self._back if self._network.stalls_back else self._there
                if way.stall_from_ms is None and self._network.stall_ms and self.telephone.read(message)[0] == "media":
                    way.stall_from_ms = now_ms + self._network.stall_at_ms
                self._coming.append((self._there.arrival(now_ms), message))

    async def _live(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                now_ms = self.now_ms()
                while self._coming and self._coming[0][0] <= now_ms:
                    self.telephone.take(*self._coming.popleft())
                self.telephone.advance(now_ms)
                while self._going and self._going[0][0] <= now_ms:
                    await self._socket.send(self._going.popleft()[1])
                await asyncio.sleep(0.002)

    async def until(self, is_true: Callable[[], bool], patience_s: float = 20) -> None:
        """Waits until something is true of the telephone."""
        give_up_s = self._loop.time() + patience_s
        while not is_true():
            assert self._loop.time() < give_up_s, f"it did not come within {patience_s} s"
            await asyncio.sleep(0.002)
