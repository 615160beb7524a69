"""One conversation of the comparison: the strict server over a real WebSocket, a framework's client with the listener's device,
a relay between them or not, and somebody who interrupts. What it came to is a Score."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from ..relay import Relay, Settings, Takes
from ..server import StrictServer, parse_script
from .client import Client, Scene
from .device import Recordings
from .far import far
from .frameworks import Framework
from .rows import Cut, Row, says
from .score import Score, score

#: What a tool's result is answered with, by its message number.
_REPLIES: Final = (8, 9)
_REPLY_MS: Final = 300
_PATIENCE_S: Final = 30.0
_QUIET_S: Final = 0.7


class Talk:
    """Plays one row with one client.

    how: "vad", the user's speech at a server that cancels by itself, or "api", the application.
    relayed: whose player the relay is told of, beside the row's latency; None for no relay.
    far_ms: how far away the client is, each way.
    """

    def __init__(
        self,
        row: Row,
        make: Callable[[Scene], Client],
        recordings: Recordings,
        *,
        how: str,
        is_heard: bool,
        relayed: Framework | None = None,
        far_ms: int = 0,
    ) -> None:
        self._row, self._make, self._how = row, make, how
        self._is_heard, self._relayed = is_heard, relayed
        self._far_ms = far_ms
        output = [recordings.recorded(one) for one in row.output]
        replies = [{"output": [recordings.recorded(says(number, _REPLY_MS))]} for number in _REPLIES]
        turn = {"output": output, "pace": row.pace, "chunk_ms": 100}
        detection = {"create_response": False, "interrupt_response": True}
        self._script = parse_script({"voice": "tone", "turn_detection": detection, "turns": [turn, *replies]})
        self._announced = asyncio.Event()

    async def play(self) -> Score:
        """The conversation, from its beginning to the server's verdict; what keeps it from that is its problem."""
        try:
            return await asyncio.wait_for(self._play(), _PATIENCE_S)
        except (asyncio.TimeoutError, TimeoutError):
            return Score(problem=f"it did not come to its end within {_PATIENCE_S:.0f} s")
        except Exception as problem:
            return Score(problem=f"{type(problem).__name__}: {problem}")

    async def _play(self) -> Score:
        async with (
            StrictServer(self._script, on_event=self._on_event) as server,
            self._way(server) as near,
            self._far(near) as url,
        ):
            client = self._make(Scene(url, self._row, self._is_heard))
            before_ms: dict[int, float] | None = None
            try:
                await client.open()
                await client.ask()
                if self._row.cut is not None:
                    await self._until(self._row.cut, client)
                    before_ms = client.device.heard_ms()
                    if self._how == "vad":
                        server.user_speaks()
                    else:
                        await client.interrupt()
                await self._until_quiet(client)
            finally:
                await client.close()
            heard_ms = client.device.heard_ms()
            result = score(await server.verdict(), heard_ms, shown=())
            if before_ms is not None:
                later_ms = {number: heard_ms[number] - before_ms.get(number, 0) for number in heard_ms}
                result.reply_ms = sum(later_ms.get(number, 0) for number in _REPLIES)
                result.after_ms = sum(later_ms.values()) - result.reply_ms
            return result

    @contextlib.asynccontextmanager
    async def _far(self, url: str) -> AsyncIterator[str]:
        if self._far_ms == 0:
            yield url
            return
        async with far(url, self._far_ms) as way:
            yield way

    @contextlib.asynccontextmanager
    async def _way(self, server: StrictServer) -> AsyncIterator[str]:
        if self._relayed is None:
            yield server.url
            return
        block_ms = self._relayed.block_ms
        settings = Settings(
            server.url,
            latency_ms=self._row.latency_ms,
            block_ms=block_ms,
            takes=Takes(self._relayed.takes),
            lead_ms=max(100, 4 * block_ms),
        )
        async with Relay(settings) as relay:
            yield relay.url

    def _on_event(self, text: str) -> None:
        if not self._announced.is_set() and json.loads(text).get("type") == "response.output_item.added":
            self._announced.set()

    async def _until(self, cut: Cut, client: Client) -> None:
        device = client.device
        if cut.when == "began":
            while cut.message not in device.order:
                await asyncio.sleep(0.002)
        elif cut.when == "ended":
            spoken = [one for one in self._row.output if "audio_ms" in one]
            full_ms = int(spoken[cut.message - 1]["audio_ms"])
            while device.heard_ms().get(cut.message, 0) < full_ms:
                await asyncio.sleep(0.002)
        elif cut.when == "announced":
            await self._announced.wait()
        await asyncio.sleep(cut.ms / 1000)

    async def _until_quiet(self, client: Client) -> None:
        began_s = asyncio.get_running_loop().time()
        # A tool takes 1.5 s, and so does the longest pause of a row and what follows it.
        least_s = 3.0 if self._row.is_tool or self._row.cut is None else 1.5
        while True:
            await asyncio.sleep(0.05)
            if asyncio.get_running_loop().time() - began_s > least_s and client.device.quiet_s > _QUIET_S:
                return


def describe(row: Row) -> dict[str, Any]:
    """A row for machines."""
    cut = None if row.cut is None else {"when": row.cut.when, "ms": row.cut.ms, "message": row.cut.message}
    return {"name": row.name, "output": list(row.output), "pace": row.pace, "latency_ms": row.latency_ms, "cut": cut}
