"""Measures what a page costs and what it adds: processor time of the host for a second of audio, from a write to the first
frame, from an interrupt to the truncation, and the bytes of the module. Nothing else runs in this process but the host, and
the model is a list of events.

usage: make/test-browser.sh cost [--seconds N]       (after `make lib`, on a free machine)
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gzip
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chromium import Chromium, Tab  # noqa: E402 - the suites are no package
from websockets.asyncio.server import ServerConnection, serve  # noqa: E402

import rtmulti  # noqa: E402
from rtmulti.browser import MODULE, PAGE, BrowserSink  # noqa: E402
from rtmulti.browser.host import BrowserHost  # noqa: E402

_DELTA_MS = 100
_DELTA = base64.b64encode(b"\x10\x01" * 24 * _DELTA_MS).decode()
_STARTS = 20


class Timed(BrowserSink):
    """A BrowserSink that notes when it wrote first, and when the page said that the first frame was heard."""

    def __init__(self, page: ServerConnection) -> None:
        super().__init__(page.send)
        self.written_s = 0.0

    def write(self, segment: int, pcm: bytes) -> int:
        """See Sink."""
        taken = super().write(segment, pcm)
        self.written_s = self.written_s or (time.perf_counter() if taken else 0.0)
        return taken


class Host:
    """A host with one page."""

    def __init__(self) -> None:
        self.commands: list[float] = []
        self.starts: list[float] = []
        self.player = rtmulti.Player(
            None, lambda command: None, config=PAGE, on_event=self._on_event, on_command=self._on_command
        )
        self.sink: Timed
        self.has_page = asyncio.Event()
        self._responses = 0

    def _on_event(self, event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.PlaybackStarted):
            self.starts.append((time.perf_counter() - self.sink.written_s) * 1000)

    def _on_command(self, command: rtmulti.Command) -> None:
        if isinstance(command, rtmulti.Truncate):
            self.commands.append(time.perf_counter())

    async def take(self, page: ServerConnection) -> None:
        """The page."""
        self.sink = Timed(page)
        self.player.set_sink(self.sink)
        self.has_page.set()
        async for message in page:
            self.sink.receive(message)

    async def speak(self, ms: int, *, in_time: bool) -> str:
        """A response of one message, at once or as it would be spoken."""
        self._responses += 1
        response_id, item_id = f"r{self._responses}", f"m{self._responses}"
        self.sink.written_s = 0.0
        self.player.feed(json.dumps({"type": "response.created", "response": {"id": response_id}}))
        item = {"id": item_id, "type": "message"}
        self.player.feed(json.dumps({"type": "response.output_item.added", "response_id": response_id, "item": item}))
        began_s = time.perf_counter()
        for number in range(ms // _DELTA_MS):
            delta = {"response_id": response_id, "item_id": item_id, "delta": _DELTA}
            self.player.feed(json.dumps({"type": "response.output_audio.delta", **delta}))
            if in_time:
                await asyncio.sleep(max(0.0, began_s + (number + 1) * _DELTA_MS / 1000 - time.perf_counter()))
        response = {"id": response_id, "status": "completed"}
        self.player.feed(json.dumps({"type": "response.done", "response": response}))
        return response_id


async def measure(host: Host, tab: Tab, seconds: int) -> None:
    """Prints the figures."""
    await tab.until("window.voice && voice.context.currentTime > 0.5")
    used_s, began_s = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    idle_ms = (time.process_time() - used_s) * 1000 / (time.perf_counter() - began_s)
    used_s, began_s = time.process_time(), time.perf_counter()
    await host.player.settled(await host.speak(seconds * 1000, in_time=True))
    busy_ms = (time.process_time() - used_s) * 1000 / (time.perf_counter() - began_s)
    host.starts.clear()
    told_ms = []
    for _ in range(_STARTS):
        await host.speak(1000, in_time=False)
        await asyncio.sleep(0.3)
        interrupted_s = time.perf_counter()
        await host.player.interrupt()
        told_ms.append((host.commands[-1] - interrupted_s) * 1000)
    latency_ms = await tab.ask("1000 * (voice.context.baseLatency + voice.context.outputLatency)")
    text = MODULE.read_bytes()
    print(f"host: {busy_ms:.1f} ms of processor time for a second of audio, {idle_ms:.1f} for a second of silence")
    starts_ms, tolds_ms = sorted(host.starts), sorted(told_ms)
    print(f"write to the report of the first frame: median {statistics.median(starts_ms):.1f} ms, most {starts_ms[-1]:.1f}")
    print(f"of it what the browser says that its output takes: {latency_ms:.1f} ms")
    print(f"interrupt to truncation: median {statistics.median(tolds_ms):.1f} ms, most {tolds_ms[-1]:.1f}")
    print(f"rtmulti.js: {len(text)} bytes, {len(gzip.compress(text))} with gzip")


async def main(seconds: int) -> None:
    """One host, one page."""
    host = Host()
    files = BrowserHost(lambda command: None, Path(__file__).with_name("listener.html"))
    async with (
        host.player,
        serve(host.take, "127.0.0.1", 0, process_request=files.respond, compression=None) as door,
        Chromium(["--autoplay-policy=no-user-gesture-required"]) as chromium,
    ):
        tab = await chromium.open(f"http://127.0.0.1:{next(iter(door.sockets)).getsockname()[1]}/")
        await host.has_page.wait()
        await measure(host, tab, seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    asyncio.run(main(parser.parse_args().seconds))
