"""Soak of the Python binding: one Player talks for a simulated day, on a clock that jumps, with a server that bursts, cancels, refuses,
announces late and loses its line, and with sinks that are swapped; at each simulated hour its memory is looked at, and from a
quarter of the time on it must be flat. Each talk is held against the ear and against what the server was told.

usage: make soak-python DAYS=1     (python3 Tests/Soak/soak_player.py HOURS)
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import json
import random
import sys
from collections.abc import Awaitable
from typing import Any

import rtmulti

#: How far memory may lie above what it was after a quarter of the time.
MOST_BLOCKS, MOST_RESIDENT = 1.02, 1.02
MS_BYTES = 48


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time goes on only when nothing is left to do, and then to whatever is due next."""

    def __init__(self) -> None:
        super().__init__()
        self._now_s = 0.0

    def time(self) -> float:
        return self._now_s

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            # A microsecond behind it, for a clock is never exact.
            self._now_s = max(self._now_s, self._scheduled[0]._when + 1e-6)  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


class Reporting(rtmulti.Sink):
    """A device that says how far it is when it is asked, by tick()."""

    def __init__(self) -> None:
        self.left: dict[int, int] = {}
        self.done: dict[int, int] = {}
        self.flushed: set[int] = set()

    def write(self, segment: int, pcm: bytes) -> int | None:
        self.left[segment] = self.left.get(segment, 0) + len(pcm) // 2
        return None

    def flush(self, segment: int) -> None:
        self.flushed.add(segment)

    def clear(self, segment: int) -> None:
        for unfinished in list(self.left):
            self.finish(unfinished, True)

    def tick(self, frames: int) -> None:
        for segment in list(self.left):
            taken = min(frames, self.left.get(segment, 0))
            if segment in self.left and taken and self.playback is not None:
                frames -= taken
                self.left[segment] -= taken
                self.done[segment] = self.done.get(segment, 0) + taken
                self.playback.playback_progress(segment, self.done[segment])
            if self.left.get(segment) == 0 and segment in self.flushed:
                self.finish(segment, False)

    def finish(self, segment: int, interrupted: bool) -> None:
        if self.left.pop(segment, None) is not None and self.playback is not None:
            self.flushed.discard(segment)
            self.playback.playback_finished(segment, self.done.pop(segment, 0), interrupted)

    def detach(self) -> None:
        self.left.clear()
        super().detach()


class Soak:
    """One player, its server and its listener."""

    def __init__(self, hours: int) -> None:
        self.hours = hours
        self.chance = random.Random(1)
        self.told: list[dict[str, Any]] = []
        self.kinds: dict[str, int] = {}
        self.faults: list[str] = []
        self.talks = 0
        self.sizes: list[tuple[int, int, int]] = []
        self.sink: rtmulti.Sink | None = None
        self.ticking: asyncio.Task[None] | None = None

    def send(self, text: str) -> Awaitable[None] | None:
        if self.chance.random() < 0.02:
            raise ConnectionError("the line stumbled")
        self.told.append(json.loads(text))
        return asyncio.sleep(self.chance.random() / 20) if self.chance.random() < 0.5 else None

    def plug(self) -> rtmulti.Sink:
        if self.ticking is not None:
            self.ticking.cancel()
            self.ticking = None
        kind = self.chance.randrange(3)
        if kind == 0:
            self.sink = rtmulti.CallbackSink(lambda segment, pcm: None)
        elif kind == 1:
            self.sink = reporting = Reporting()
            self.ticking = asyncio.create_task(self.tick(reporting))
        else:
            self.sink = queue = rtmulti.QueueSink()
            self.ticking = asyncio.create_task(self.drain(queue))
        return self.sink

    @staticmethod
    async def tick(sink: Reporting) -> None:
        while True:
            await asyncio.sleep(0.02 if sink.left else 0.1)
            sink.tick(480)

    @staticmethod
    async def drain(sink: rtmulti.QueueSink) -> None:
        async for block in sink:
            await asyncio.sleep(len(block.pcm) / MS_BYTES / 1000)

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        async with rtmulti.Player(self.plug(), self.send, on_diagnostic=lambda told: None) as player:
            for hour in range(1, self.hours + 1):
                while loop.time() < hour * 3600:
                    await self.talk(player)
                    await asyncio.sleep(self.chance.uniform(5, 25))
                gc.collect()
                self.sizes.append((sys.getallocatedblocks(), _resident_bytes(), len(gc.get_objects())))
                blocks, resident, objects = self.sizes[-1]
                print(f"hour {hour:4}: {blocks:7} blocks, {resident / 2**20:6.1f} MiB resident, {objects} objects", flush=True)
            if self.ticking is not None:
                self.ticking.cancel()

    async def talk(self, player: rtmulti.Player) -> None:
        self.talks += 1
        chance, response = self.chance, f"resp_{self.talks}"
        self.told.clear()
        items = [f"item_{self.talks}_{index}" for index in range(chance.randrange(1, 5))]
        waiting = asyncio.create_task(player.settled(response, 600.0))
        await self.call(player.feed, {"type": "response.created", "response": {"id": response}})
        is_json = chance.random() < 0.5
        for index, item in enumerate(items):
            if chance.random() < 0.9:
                await self.speak(player, response, item, index, is_json)
        if chance.random() < 0.2:
            await self.call(player.say, bytes(MS_BYTES * 300), "One moment.")
        fate = chance.random()
        await asyncio.sleep(chance.uniform(0, 1.5))
        if fate < 0.4:
            with contextlib.suppress(ConnectionError):
                await player.interrupt(response if chance.random() < 0.5 else None)
            for late in range(chance.randrange(4)):  # what a hasty server still announces
                await self.speak(player, response, f"late_{self.talks}_{late}", len(items) + late, is_json)
        elif fate < 0.5:
            await self.call(player.set_sink, self.plug())
        elif fate < 0.55:
            with contextlib.suppress(ConnectionError):
                player.reconnect()
            waiting.cancel()
            return
        await self.call(player.feed, {"type": "response.done", "response": {"id": response, "status": "completed"}})
        for command in list(self.told):
            if command["type"] == "conversation.item.truncate" and chance.random() < 0.9:
                kind = "conversation.item.truncated" if chance.random() < 0.9 else "error"
                await self.call(player.feed, {**command, "type": kind, "error": {"event_id": command["event_id"], "code": "x"}})
        try:
            self.account(await waiting or ())
        except ConnectionError:
            pass  # what the line raised comes out of whoever comes next

    async def speak(self, player: rtmulti.Player, response: str, item: str, index: int, is_json: bool) -> None:
        place = {"response_id": response, "output_index": index}
        kinds = [{"type": "response.output_item.added", **place, "item": {"id": item, "type": "message"}}]
        for _ in range(self.chance.randrange(1, 4)):
            audio = base64.b64encode(bytes(MS_BYTES * self.chance.randrange(20, 800))).decode()
            kinds.append({"type": "response.output_audio.delta", **place, "item_id": item, "content_index": 0, "delta": audio})
            kinds.append({"type": "response.output_audio_transcript.delta", **place, "item_id": item, "content_index": 0, "delta": "so "})
        kinds.append({"type": "response.output_item.done", **place, "item": {"id": item, "type": "message"}})
        for event in kinds:
            await self.call(player.feed, json.dumps(event) if is_json else event)

    async def call(self, call: Any, *arguments: Any) -> None:
        with contextlib.suppress(ConnectionError):
            call(*arguments)

    def account(self, records: tuple[rtmulti.Message, ...]) -> None:
        """Whoever was heard in part was truncated at that place, whoever was not heard was deleted, and nobody else."""
        cut = {one["item_id"]: one["audio_end_ms"] for one in self.told if one["type"] == "conversation.item.truncate"}
        for record in records:
            name = record.outcome.name
            self.kinds[name] = self.kinds.get(name, 0) + 1
            if name == "FULL" and record.item_id in cut:
                self.faults.append(f"{record.item_id} was heard whole and truncated")
            if name == "PARTIAL" and record.item_id in cut and cut[record.item_id] != record.heard_ms:
                self.faults.append(f"{record.item_id} was heard {record.heard_ms} ms, and the server holds {cut[record.item_id]}")


def _resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def main(hours: int) -> int:
    loop = JumpingLoop()
    asyncio.set_event_loop(loop)
    soak = Soak(hours)
    loop.run_until_complete(soak.run())
    first, last = soak.sizes[max(0, hours // 4 - 1)], soak.sizes[-1]
    grown = last[0] > first[0] * MOST_BLOCKS or last[1] > first[1] * MOST_RESIDENT
    if grown:
        soak.faults.append("the memory has grown")
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(soak.kinds.items()))
    print(f"{soak.talks} responses in {hours} simulated hours: {kinds}")
    print(f"from hour {max(1, hours // 4)}: {first[0]} to {last[0]} blocks, {first[1] / 2**20:.1f} to {last[1] / 2**20:.1f} MiB resident")
    for fault in soak.faults[:20]:
        print(f"FAIL {fault}")
    print(f"{soak.talks} passed, {len(soak.faults)} failed")
    return 1 if soak.faults or soak.talks == 0 else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 24))
