"""The answers of a framework, alone or with rtmulti's integration, driven by rtmulti.compare's own client of it: what its
documentation shows, on the Speaker. The sums are made elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from rtmulti.compare import FRAMEWORKS, Row
from rtmulti.compare.client import Scene

from .clocks import Departures, resident_kib
from .searching import Search
from .servers import WIRE_MS
from .speaker import BYTES_A_S, Speaker, StampedSpeaker

_ROW = Row("peers", (), None)
_PATIENCE_S = 20.0
_DONE = '{"type": "response.done"'
#: How long a message has been heard when it is interrupted, and the rest between two of them.
_HEARD_S, _REST_S = 0.12, 0.05
#: So many clients connect at a time, and so long all of them rest before it counts.
_OPENED_AT_ONCE, _SETTLE_S = 16, 1.0
#: In this time 12 s of speech have come, and 10 s of them are still to be played.
_QUEUEING_S = 1.9


class Subject:
    """One framework.

    way: "alone", "with", or "synchronised" (livekit alone, behind its TranscriptSynchronizer).
    """

    def __init__(self, name: str, way: str) -> None:
        framework = next(one for one in FRAMEWORKS if one.name == name)
        self._name, self._way, self._version = name, way, framework.version
        self._make = framework.make()
        self._departures = Departures()
        if way == "with" and not framework.has_integration():
            raise ImportError(f"rtmulti's integration for {name} cannot be imported")

    async def version(self) -> dict[str, Any]:
        """Which release it is."""
        return {"version": self._version}

    async def wire(self, url: str) -> dict[str, Any]:
        """Processor time for each 20 ms of one message that comes as fast as it is read, on an instant speaker. It begins with
        the question: some read all of it before they play any."""
        client = await self._open(url, is_instant=True, expected_bytes=BYTES_A_S * WIRE_MS // 1000)
        try:
            begin_s = time.process_time()
            await client.ask()
            await _in_time(client.device.done, "the last audio")
            return {"us": (client.device.done_cpu_s - begin_s) * 1e6 / (WIRE_MS / 20)}
        finally:
            await client.close()

    async def socket(self, url: str) -> dict[str, Any]:
        """The same for its WebSocket library alone: the messages are read and nothing is done with them."""
        begin, read = None, 0
        async for text in _messages(self._name, url):
            if "output_audio.delta" in text[:60]:
                begin = time.process_time() if begin is None else begin
                read += len(text)
        assert begin is not None
        return {"us": (time.process_time() - begin) * 1e6 / (WIRE_MS / 20)}

    async def interrupts(self, url: str, count: int, crowd_url: str, others: int) -> dict[str, Any]:
        """From each interruption to its truncate, in us, while so many others talk in this process."""
        crowd = await asyncio.gather(*(self._open(crowd_url, is_instant=False) for _ in range(others)))
        taken_us: list[float] = []
        missed = 0
        client = await self._open(url, is_instant=False)
        try:
            for other in crowd:
                await other.ask()
            for number in range(count):
                # A Pipecat bot answers a context once, and a new one is started for each interruption.
                if self._name == "pipecat" and number:
                    await client.close()
                    client = await self._open(url, is_instant=False)
                us = await self._interrupt(client)
                if us is None:
                    missed += 1
                else:
                    taken_us.append(us)
        finally:
            await asyncio.gather(*(one.close() for one in (client, *crowd)), return_exceptions=True)
        return {"us": taken_us, "missed": missed}

    async def queued(self, url: str, sessions: int) -> dict[str, Any]:
        """What each of so many sessions holds, in KiB, a moment after 12 s of speech have come to it."""
        warm = await self._open(url, is_instant=False)
        await warm.ask()
        await asyncio.sleep(_QUEUEING_S)
        before_kib = resident_kib()
        clients = await asyncio.gather(*(self._open(url, is_instant=False) for _ in range(sessions)))
        for client in clients:
            await client.ask()
        await asyncio.sleep(_QUEUEING_S)
        kib = (resident_kib() - before_kib) / sessions
        await asyncio.gather(*(one.close() for one in (warm, *clients)), return_exceptions=True)
        return {"kib": kib}

    async def sessions(self, url: str, first: int, most: int, seconds: float) -> dict[str, Any]:
        """How many sessions this process holds that the metronome talks to, no audio later than 20 ms."""
        search = Search(first, most)
        clients: list[Any] = []
        while not search.is_over:
            leaving, clients = clients[search.count :], clients[: search.count]
            await asyncio.gather(*(one.close() for one in leaving), return_exceptions=True)
            while len(clients) < search.count:
                count = min(_OPENED_AT_ONCE, search.count - len(clients))
                coming = await asyncio.gather(*(self._open(url, is_stamped=True) for _ in range(count)))
                clients += coming
                for client in coming:
                    await client.ask()
            await asyncio.sleep(_SETTLE_S)
            for client in clients:
                client.device.latest_ms, client.device.stamps = 0.0, 0
            await asyncio.sleep(seconds)
            # A stamp is seen with every other delta at least; a client that has seen less was given less.
            is_starved = any(client.device.stamps < seconds * 10 / 2 - 2 for client in clients)
            search.tell(float("inf") if is_starved else max(client.device.latest_ms for client in clients))
        await asyncio.gather(*(one.close() for one in clients), return_exceptions=True)
        return {"sessions": search.best}

    async def _open(self, url: str, *, is_stamped: bool = False, **settings: Any) -> Any:
        def make_device(
            *_: Any, block_ms: int = 20, buffer_ms: int = 0, played: Any = None
        ) -> Speaker:
            return StampedSpeaker(played) if is_stamped else Speaker(played=played, **settings)

        client: Any = self._make(Scene(url, _ROW, self._way == "with", make_device))
        await client.open()
        if self._way == "synchronised":
            from livekit.agents.voice.transcription.synchronizer import TranscriptSynchronizer

            output = client._session.output
            both = TranscriptSynchronizer(next_in_chain_audio=output.audio, next_in_chain_text=output.transcription)
            output.audio, output.transcription = both.audio_output, both.text_output
        return client

    async def _interrupt(self, client: Any) -> float | None:
        client.device.again()
        await client.ask()
        await _in_time(client.device.began, "the first audio")
        await asyncio.sleep(_HEARD_S)
        self._departures.truncate_s = None
        begin_s = time.perf_counter()
        await client.interrupt()
        until_s = begin_s + 1.0
        while self._departures.truncate_s is None and time.perf_counter() < until_s:
            await asyncio.sleep(0.005)
        truncated_s = self._departures.truncate_s
        client.device.clear()
        await asyncio.sleep(_REST_S)
        return None if truncated_s is None else (truncated_s - begin_s) * 1e6


async def _in_time(event: asyncio.Event, what: str) -> None:
    try:
        await asyncio.wait_for(event.wait(), _PATIENCE_S)
    except (asyncio.TimeoutError, TimeoutError):
        raise RuntimeError(f"{what} did not come within {_PATIENCE_S:.0f} s") from None


async def _messages(name: str, url: str) -> AsyncIterator[str]:
    """What the server says, read by livekit's library (aiohttp) or the others' (websockets)."""
    ask = '{"type": "response.create"}'
    if name == "livekit":
        from aiohttp import ClientSession

        async with ClientSession() as http, http.ws_connect(url, max_msg_size=1 << 24) as socket:
            await socket.send_str(ask)
            async for message in socket:
                yield message.data
                if message.data.startswith(_DONE):
                    return
    else:
        from websockets.asyncio.client import connect

        async with connect(url, max_size=1 << 24) as websocket:
            await websocket.send(ask)
            async for text in websocket:
                yield str(text)
                if str(text).startswith(_DONE):
                    return
