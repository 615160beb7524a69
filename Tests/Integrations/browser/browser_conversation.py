"""One conversation: the strict server, a host with a Player, and a page in a real Chromium, over real WebSockets. What is
played stands in browser_rows.py and ../interruptions.py, what is right in browser_judge.py."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from browser_before import PacedPage
from browser_judge import Ear, Outcome, write_reply, write_sound
from browser_rows import Change, Page, Then
from chromium import Chromium, Tab
from interruptions import Cut, How, Row
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

import rtmulti
from rtmulti.browser import MODULE, PAGE, BrowserSink
from rtmulti.server import Script, StrictServer, parse_script

HERE = Path(__file__).parent
EAR = (HERE / "ear.js").read_text()
_FILES = {"/": (HERE / "listener.html", "text/html"), "/rtmulti.js": (MODULE, "text/javascript")}
_PATIENCE_S = 45
_QUIET_S = 0.6
_SPEECH_MS = 200
#: For so long a page may play on while its tab is closed and its reports go nowhere.
_CLOSING_MS = 100
_REPLY_MS = 200


def script(row: Row, folder: Path) -> tuple[Script, list[tuple[int, int]]]:
    """What the model says, and for each message where in its response it begins and how long it is, in ms."""
    output: list[dict[str, Any]] = []
    places: list[tuple[int, int]] = []
    at_ms = 0
    for said in row.output:
        ms = int(said.get("audio_ms", 0))
        if ms:
            path = folder / f"{at_ms}-{ms}.wav"
            if not path.exists():
                write_sound(path, at_ms, ms)
            said = {"message": said["message"], "audio_file": path.name}
        if "message" in said:
            places.append((at_ms, ms))
        output.append(said)
        at_ms += ms
    if not (folder / "reply.wav").exists():
        write_reply(folder / "reply.wav", _REPLY_MS)
    reply = {"output": [{"message": "Yes?", "audio_file": "reply.wav"}]}
    data = {"voice": "tone", "turns": [{"output": output, "pace": row.pace}, reply]}
    return parse_script(data, folder), places


def file_of(connection: ServerConnection, request: Request) -> Response | None:
    """Serves the page and the module; None for what is a WebSocket."""
    path = request.path.partition("?")[0]
    if path in ("/voice", "/ear"):
        return None
    if path not in _FILES:
        return Response(404, "Not Found", Headers({"Content-Length": "0"}))
    file, kind = _FILES[path]
    body = file.read_bytes()
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"})
    return Response(200, "OK", headers, body)


class Conversation:
    """Plays one row on one page."""

    def __init__(
        self,
        row: Row,
        how: How,
        page: Page,
        chromium: Chromium,
        folder: Path,
        change: Change | None = None,
        *,
        before: bool = False,
    ) -> None:
        self._row, self._how, self._page, self._chromium, self._change = row, how, page, chromium, change
        self._before = before
        self._script, self._places = script(row, folder)
        self._ear = Ear(page.sample_rate_hz)
        self._heard_at = 0.0
        self._records: dict[str, rtmulti.Message] = {}
        self._items: list[str] = []
        self._began: list[str] = []
        self._announced = self._first_ended = False
        self._cut_at: float | None = None
        self._was_cut = False
        self._outcome = Outcome()
        self._player: rtmulti.Player
        self._model: ClientConnection
        self._has_page = asyncio.Event()
        self._pages = 0

    async def run(self) -> Outcome:
        """From the page's opening to the server's verdict."""
        return await asyncio.wait_for(self._run(), _PATIENCE_S)

    async def _run(self) -> Outcome:
        async with StrictServer(self._script) as server, connect(server.url, compression=None) as self._model:
            config = replace(rtmulti.Config() if self._before else PAGE, interrupt_on_speech=self._how != "api")
            send = self._model.send
            player = rtmulti.Player(None, send, config=config, on_event=self._on_event, on_command=self._on_command)
            async with player as self._player, serve(self._take, "127.0.0.1", 0, process_request=file_of) as door:
                feeding = asyncio.create_task(self._feed())
                if self._how == "vadoff":
                    vad = {"type": "server_vad", "interrupt_response": False, "create_response": True}
                    session = {"type": "realtime", "audio": {"input": {"turn_detection": vad}}}
                    await self._model.send(json.dumps({"type": "session.update", "session": session}))
                port = next(iter(door.sockets)).getsockname()[1]
                query = f"?rate={self._page.sample_rate_hz}" + (f"&jank={self._page.jank_ms}" if self._page.jank_ms else "")
                await self._talk(f"http://127.0.0.1:{port}/{query}")
                await player.close()
                await asyncio.sleep(0.05)
                feeding.cancel()
            await self._model.close()
            verdict = await server.verdict()
        self._ear.judge()
        places = zip(self._items, self._places, strict=False)
        heard_ms = {item_id: self._ear.heard_ms(*place) for item_id, place in places}
        is_closed = self._change is not None and self._change.then is Then.CLOSED
        tolerance_ms = self._page.quantum_ms + (_CLOSING_MS + self._page.one_way_ms if is_closed else 0)
        self._outcome.add(verdict, self._records, heard_ms, tolerance_ms, is_closed=is_closed)
        self._outcome.twice_ms = self._ear.all_ms() - sum(heard_ms.values())
        return self._outcome

    # --- the host ---

    async def _take(self, socket: ServerConnection) -> None:
        if socket.request is not None and socket.request.path == "/ear":
            tape = self._ear.new_page()
            async for quantum in socket:
                if isinstance(quantum, bytes):
                    tape.frombytes(quantum)
                    self._heard_at = time.monotonic()
            return
        loop, way_s = asyncio.get_running_loop(), self._page.one_way_ms / 1000
        going = asyncio.Queue[str | bytes]()
        coming = asyncio.Queue[str | bytes | None]()

        async def send() -> None:
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await socket.send(await going.get())

        async def arrive() -> None:
            with contextlib.suppress(ConnectionClosed):
                async for message in socket:
                    loop.call_later(way_s, coming.put_nowait, message)
            loop.call_later(way_s, coming.put_nowait, None)

        kind = PacedPage if self._before else BrowserSink
        sink = kind(lambda message: loop.call_later(way_s, going.put_nowait, message), self._page.sample_rate_hz)
        tasks = [asyncio.create_task(work()) for work in (send, arrive)]
        self._player.set_sink(sink)
        self._pages += 1
        self._has_page.set()
        while (message := await coming.get()) is not None:
            voice = sink.receive(message)
            if voice:
                # At 48 kHz every second sample: a hum stays a hum.
                heard = voice if self._page.sample_rate_hz == 24_000 else memoryview(voice).cast("h")[::2].tobytes()
                append = {"type": "input_audio_buffer.append", "audio": b64encode(heard).decode()}
                await self._model.send(json.dumps(append))
        sink.end()
        if sink.unreadable:
            self._outcome.wrong.append(f"{sink.unreadable} messages of the page could not be used")
        for task in tasks:
            task.cancel()

    def _on_event(self, event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.PlaybackStarted) and event.item_id not in self._began:
            self._began.append(event.item_id)
        elif isinstance(event, rtmulti.Message):
            self._records[event.item_id] = event
            self._first_ended = True

    def _on_command(self, command: rtmulti.Command) -> None:
        is_first = self._outcome.told_ms is None and isinstance(command, rtmulti.Truncate)
        if self._cut_at is not None and is_first:
            self._outcome.told_ms = (time.monotonic() - self._cut_at) * 1000

    async def _feed(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self._model:
                event = json.loads(message)
                is_speech = event["type"] == "input_audio_buffer.speech_started"
                if is_speech:
                    self._cut_at = time.monotonic()
                result = self._player.feed(message)
                self._was_cut = self._was_cut or (is_speech and result is not rtmulti.Result.IGNORED)
                if event["type"] == "response.output_item.added":
                    self._announced = True
                    if event["item"]["type"] == "message":
                        self._items.append(event["item"]["id"])

    # --- the listener ---

    async def _talk(self, url: str) -> None:
        tab = await self._chromium.open(url, before=EAR)
        tabs = [tab]
        try:
            await tab.until("window.voice && voice.context.currentTime > 0.1")
            if self._change is not None and self._change.then is Then.SECOND_TAB:
                # Opened before, for that may take longer than the whole response on a busy machine.
                tabs.append(await self._chromium.open(f"{url}&wait", before=EAR))
                await tabs[1].until("!!window.go")
            self._player.expect_response()
            await self._model.send('{"type": "response.create"}')
            if self._change is not None:
                await self._until(lambda: bool(self._began))
                await asyncio.sleep(self._change.ms / 1000)
                await self._become(self._change.then, tabs)
            if self._row.cut is not None:
                await self._until_cut(self._row.cut)
                await self._interrupt(tabs[-1])
            await self._until_quiet()
            if self._row.cut is not None and not self._was_cut:
                self._outcome.is_missed = True
                self._outcome.wrong.append("the interruption came when all was over")
        finally:
            for each in tabs:
                await each.close()

    async def _become(self, then: Then, tabs: list[Tab]) -> None:
        tab, before = tabs[0], self._pages
        if then is Then.RELOADED:
            await tab.reload()
            await self._until(lambda: self._pages > before)
        elif then is Then.SECOND_TAB:
            await tabs[1].ask("go()")
            await self._until(lambda: self._pages > before)
            if await tab.until("window.over") != "host":
                self._outcome.wrong.append("the first tab was not told that another has the voice")
        else:
            await tabs.pop().close()

    async def _until(self, is_true: Callable[[], bool]) -> None:
        give_up_s = time.monotonic() + 20
        while not is_true():
            if time.monotonic() > give_up_s:
                raise TimeoutError("it did not come within 20 s")
            await asyncio.sleep(0.002)

    async def _until_cut(self, cut: Cut) -> None:
        if cut.when == "began":
            await self._until(lambda: len(self._began) >= cut.message)
        elif cut.when == "ended":
            await self._until(lambda: self._first_ended)
        elif cut.when == "announced":
            await self._until(lambda: self._announced)
        await asyncio.sleep(cut.ms / 1000)

    async def _interrupt(self, tab: Tab) -> None:
        if self._how == "api":
            self._cut_at = time.monotonic()
            self._was_cut = bool(await self._player.interrupt())
        else:
            await tab.ask(f"speak({_SPEECH_MS})")

    async def _until_quiet(self) -> None:
        """Until nothing was heard for a while, and nothing more is to come."""
        least_s = 1.2 + 4 * self._page.one_way_ms / 1000
        if any("pause_ms" in said for said in self._row.output) and self._row.cut is None:
            least_s += 2.5
        begin_s = time.monotonic()
        while True:
            await asyncio.sleep(0.05)
            now_s = time.monotonic()
            if now_s - begin_s > least_s and now_s - self._heard_at > _QUIET_S:
                return
