"""The answers of rtmulti from Python: events as bytes from memory, as a host has them that reads its own socket, and a Player on
a WebSocket. What the sums are of is said elsewhere."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

import rtmulti
from websockets.asyncio.client import connect

from .clocks import Departures, resident_kib
from .in_crowd import Crowd
from .searching import Search
from .servers import WIRE_MS
from .speaker import BLOCK_BYTES, BYTES_A_S

_RATE_HZ = BYTES_A_S // 2
#: Messages in an interrupted response, and deltas of 100 ms in each.
_MESSAGES, _DELTAS = 2, 20
_WORD_MS = 400
#: So long all sessions talk before it counts.
_SETTLE_S = 1.0


class Instant(rtmulti.Sink):
    """Has played each write at once, and counts."""

    format = rtmulti.SinkFormat(sample_rate_hz=_RATE_HZ)

    def __init__(self) -> None:
        self._segment, self._frames = 0, 0
        self.bytes = 0
        self.first_bytes = 0
        self.first_cpu_s = self.last_cpu_s = 0.0

    def write(self, segment: int, pcm: bytes) -> None:
        """See Sink."""
        assert self.playback is not None
        if not self.bytes:
            self.first_bytes, self.first_cpu_s = len(pcm), time.process_time()
        self.bytes += len(pcm)
        if self.bytes >= BYTES_A_S * WIRE_MS // 1000:
            self.last_cpu_s = time.process_time()
        if segment != self._segment:
            self._segment, self._frames = segment, 0
        self._frames += len(pcm) // 2
        self.playback.playback_progress(segment, self._frames)

    def flush(self, segment: int) -> None:
        """See Sink."""
        assert self.playback is not None
        self.playback.playback_finished(segment, self._frames)

    def clear(self, segment: int) -> None:
        """See Sink: nothing waits."""

    @property
    def cpu_us_a_block(self) -> float:
        """Processor time for each 20 ms, from the first write to the last."""
        return (self.last_cpu_s - self.first_cpu_s) * 1e6 / ((self.bytes - self.first_bytes) / BLOCK_BYTES)


class Halfway(rtmulti.Sink):
    """Has played half of what it was first given when it is asked to clear, and answers at once."""

    format = rtmulti.SinkFormat(sample_rate_hz=_RATE_HZ)

    def __init__(self) -> None:
        self._heard_frames: dict[int, int] = {}

    def write(self, segment: int, pcm: bytes) -> None:
        """See Sink."""
        assert self.playback is not None
        if segment not in self._heard_frames:
            self._heard_frames[segment] = len(pcm) // 4
            self.playback.playback_started(segment)
            self.playback.playback_progress(segment, len(pcm) // 4)

    def flush(self, segment: int) -> None:
        """See Sink: the rest is still to be played."""

    def clear(self, segment: int) -> None:
        """See Sink."""
        assert self.playback is not None
        for unsettled, frames in list(self._heard_frames.items()):
            del self._heard_frames[unsettled]
            self.playback.playback_finished(unsettled, frames, True)


def created(response: str) -> bytes:
    """A response begins."""
    return json.dumps({"type": "response.created", "response": {"id": response}}).encode()


def added(response: str, item: str, index: int = 0) -> bytes:
    """A message of it is announced."""
    said = {"id": item, "object": "realtime.item", "type": "message", "role": "assistant", "content": []}
    event = {"type": "response.output_item.added", "response_id": response, "output_index": index, "item": said}
    return json.dumps(event).encode()


def _of_part(response: str, item: str, kind: str, delta: str, number: int) -> bytes:
    where = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
    event = {"type": f"response.{kind}.delta", "event_id": f"event_{kind}_{number:07}", **where, "delta": delta}
    return json.dumps(event).encode()


def audio(response: str, item: str, pcm: bytes, number: int) -> bytes:
    """An audio delta as OpenAI sends it."""
    return _of_part(response, item, "output_audio", base64.b64encode(pcm).decode(), number)


def words(response: str, item: str, number: int) -> bytes:
    """A delta of its transcript."""
    return _of_part(response, item, "output_audio_transcript", f"word{number} ", number)


def speech(ms: int) -> bytes:
    """PCM16 that branch predictors do not know."""
    return bytes((i * i * 7 + i // 3) & 0xFF for i in range(BYTES_A_S * ms // 1000))


class Subject:
    """rtmulti from Python."""

    def __init__(self) -> None:
        self._departures = Departures()

    async def version(self) -> dict[str, Any]:
        """Which one it is."""
        return {"version": rtmulti.__version__}

    async def wire(self, chunk_ms: int) -> dict[str, Any]:
        """Processor time for each 20 ms of one message whose events are bytes, with its transcript."""
        sink = Instant()
        pcm = speech(chunk_ms)
        events = [created("resp_of_peers_0000001"), added("resp_of_peers_0000001", "item_of_peers_0000001")]
        for number in range(WIRE_MS // chunk_ms):
            if number * chunk_ms % _WORD_MS < chunk_ms:
                events.append(words("resp_of_peers_0000001", "item_of_peers_0000001", number))
            events.append(audio("resp_of_peers_0000001", "item_of_peers_0000001", pcm, number))
        with rtmulti.Session(sink, config=rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED)) as session:
            receive = session.receive
            for event in events:
                receive(event)
        return {"us": sink.cpu_us_a_block}

    async def decoded(self, text: bool) -> dict[str, Any]:
        """The same for audio that is already decoded, 20 ms a call, with its text or without."""
        sink = Instant()
        pcm = speech(20)
        response, item = "resp_of_peers_0000001", "item_of_peers_0000001"
        with rtmulti.Session(sink, config=rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED)) as session:
            session.response_created(response)
            session.item_added(response, item)
            session.part_added(response, item, 0)
            for number in range(WIRE_MS // 20):
                if text and number % (_WORD_MS // 20) == 0:
                    session.text(response, item, f"word{number} ", 0)
                session.audio(response, item, pcm, 0)
        return {"us": sink.cpu_us_a_block}

    async def websocket(self, url: str) -> dict[str, Any]:
        """The same for a Player that is fed from a WebSocket, as the guide has it."""
        sink = Instant()
        async with connect(url, max_size=1 << 24) as socket:
            config = rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED)
            async with rtmulti.Player(sink, socket.send, config=config) as player:
                await socket.send('{"type": "response.create"}')
                async for event in socket:
                    player.feed(event)
                    if sink.last_cpu_s:
                        break
        return {"us": sink.cpu_us_a_block}

    async def interrupts(self, count: int, others: int) -> dict[str, Any]:
        """From Player.interrupt() to the truncate in the hands of `send`, in us, while so many others talk in this process."""
        taken_us: list[float] = []
        note = self._departures.note
        pcm = speech(100)
        async with Crowd(others, pcm), rtmulti.Player(Halfway(), note) as player:
            for number in range(count):
                response = f"resp_of_peers_{number:07}"
                player.feed(created(response))
                for index in range(_MESSAGES):
                    item = f"item_{number:07}_{index}"
                    player.feed(added(response, item, index))
                    for part in range(_DELTAS):
                        player.feed(audio(response, item, pcm, number * 100 + index * _DELTAS + part))
                await asyncio.sleep(0.002 if others else 0)
                self._departures.truncate_s = None
                begin_s = time.perf_counter()
                await player.interrupt()
                if self._departures.truncate_s is None:
                    raise RuntimeError("an interrupt was expected to end in a truncate, and none came")
                taken_us.append((self._departures.truncate_s - begin_s) * 1e6)
        return {"us": taken_us, "missed": 0}

    async def queued(self, sessions: int) -> dict[str, Any]:
        """What each of so many sessions holds, in KiB, with 12 s of speech in it of which 200 ms are written."""
        pcm = speech(100)

        def talking() -> rtmulti.Session:
            session = rtmulti.Session(Halfway())
            session.receive(created("resp_1"))
            session.receive(added("resp_1", "item_1"))
            for number in range(120):
                session.receive(audio("resp_1", "item_1", pcm, number))
            return session

        warm = talking()
        before_kib = resident_kib()
        talkers = [talking() for _ in range(sessions)]
        kib = (resident_kib() - before_kib) / sessions
        for session in (warm, *talkers):
            session.close()
        return {"kib": kib}

    async def sessions(self, first: int, most: int, seconds: float) -> dict[str, Any]:
        """How many sessions this process holds that are fed bytes in real time, no audio later than 20 ms."""
        search = Search(first, most)
        pcm = speech(100)
        while not search.is_over:
            async with Crowd(search.count, pcm) as crowd:
                await asyncio.sleep(_SETTLE_S)
                crowd.latest_ms = 0.0
                await asyncio.sleep(seconds)
                search.tell(crowd.latest_ms)
        return {"sessions": search.best}

    async def connected_sessions(self, url: str, first: int, most: int, seconds: float) -> dict[str, Any]:
        """The same for Players on WebSockets that the metronome talks to."""
        search = Search(first, most)
        talks: list[tuple[Stamped, asyncio.Task[None]]] = []
        while not search.is_over:
            while len(talks) > search.count:
                _, leaving = talks.pop()
                leaving.cancel()
                await asyncio.wait([leaving])
            while len(talks) < search.count:
                sink = Stamped()
                talks.append((sink, asyncio.create_task(_converse(url, sink))))
                await asyncio.sleep(0.002)
            await asyncio.sleep(_SETTLE_S)
            for sink, _ in talks:
                sink.latest_ms, sink.writes = 0.0, 0
            await asyncio.sleep(seconds)
            is_starved = any(sink.writes < seconds * 10 - 2 for sink, _ in talks)
            search.tell(float("inf") if is_starved else max(sink.latest_ms for sink, _ in talks))
        for _, leaving in talks:
            leaving.cancel()
        await asyncio.gather(*(leaving for _, leaving in talks), return_exceptions=True)
        return {"sessions": search.best}


class Stamped(Instant):
    """Reads in what it gets when the metronome has sent it."""

    def __init__(self) -> None:
        super().__init__()
        self.latest_ms = 0.0
        self.writes = 0

    def write(self, segment: int, pcm: bytes) -> None:
        """See Sink."""
        self.writes += 1
        self.latest_ms = max(self.latest_ms, (time.monotonic_ns() - int.from_bytes(pcm[:8], "little")) / 1e6)
        super().write(segment, pcm)


async def _converse(url: str, sink: Stamped) -> None:
    config = rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED)
    async with connect(url, max_size=1 << 24, open_timeout=60, ping_interval=None) as socket:
        async with rtmulti.Player(sink, socket.send, config=config) as player:
            await socket.send('{"type": "response.create"}')
            async for event in socket:
                player.feed(event)
