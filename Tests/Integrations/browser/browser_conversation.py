"""One conversation: the strict server, a BrowserHost, and a page in a real Chromium, over real WebSockets. What is played
stands in browser_rows.py and ../interruptions.py, what is right in browser_judge.py."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from browser_before import PacedPage
from browser_judge import Ear, Outcome, write_reply, write_sound
from browser_rows import Change, Page, Then
from chromium import Chromium, Tab
from interruptions import Cut, How, Row, is_called, is_cancelling
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

import rtmulti
from rtmulti.browser import PAGE
from rtmulti.browser.host import BrowserHost
from rtmulti.server import Script, StrictServer, parse_script

HERE = Path(__file__).parent
EAR = (HERE / "ear.js").read_text()
_PATIENCE_S = 45
_QUIET_S = 0.6
_SPEECH_MS = 200
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


class FarPage:
    """A page's connection, behind a network that takes its time each way."""

    def __init__(self, socket: ServerConnection, way_s: float) -> None:
        self._socket, self._way_s = socket, way_s
        self._loop = asyncio.get_running_loop()
        self._going, self._coming = asyncio.Queue[str | bytes](), asyncio.Queue[str | bytes | None]()
        #: Whether the page has said its last word: how far it had played.
        self.has_left = False
        self._tasks = [asyncio.create_task(work()) for work in (self._leave, self._arrive)]

    def send(self, message: str | bytes) -> None:
        """Sends it, without waiting for anything."""
        self._loop.call_later(self._way_s, self._going.put_nowait, message)

    async def _leave(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._socket.send(await self._going.get())

    async def _arrive(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in self._socket:
                self.has_left = self.has_left or (isinstance(message, str) and message.startswith('["cleared",0,'))
                self._loop.call_later(self._way_s, self._coming.put_nowait, message)
        self._loop.call_later(self._way_s, self._coming.put_nowait, None)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while (message := await self._coming.get()) is not None:
            yield message
        for task in self._tasks:
            task.cancel()


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
        self._host: BrowserHost
        self._player: rtmulti.Player
        self._model: ClientConnection
        self._pages = 0
        #: Whether a page has said how far it had played when it left.
        self._has_left = False

    async def run(self) -> Outcome:
        """From the page's opening to the server's verdict."""
        return await asyncio.wait_for(self._run(), _PATIENCE_S)

    async def _run(self) -> Outcome:
        async with StrictServer(self._script) as server, connect(server.url, compression=None) as self._model:
            self._host = BrowserHost(
                self._tell_model,
                HERE / "listener.html",
                on_event=self._on_event,
                on_voice=self._hear_listener,
                config=replace(rtmulti.Config() if self._before else PAGE, interrupt_on_speech=not is_called(self._how)),
                sample_rate_hz=self._page.sample_rate_hz,
            )
            async with (
                self._host.player as self._player,
                serve(self._take, "127.0.0.1", 0, process_request=self._respond) as door,
            ):
                feeding = asyncio.create_task(self._feed())
                if not is_cancelling(self._how):
                    vad = {"type": "server_vad", "interrupt_response": False, "create_response": True}
                    session = {"type": "realtime", "audio": {"input": {"turn_detection": vad}}}
                    await self._model.send(json.dumps({"type": "session.update", "session": session}))
                port = next(iter(door.sockets)).getsockname()[1]
                query = f"?rate={self._page.sample_rate_hz}" + (f"&jank={self._page.jank_ms}" if self._page.jank_ms else "")
                await self._talk(f"http://127.0.0.1:{port}/{query}")
                await self._player.close()
                await asyncio.sleep(0.05)
                feeding.cancel()
            await self._model.close()
            verdict = await server.verdict()
        self._ear.judge()
        places = zip(self._items, self._places, strict=False)
        heard_ms = {item_id: self._ear.heard_ms(*place) for item_id, place in places}
        self._outcome.add(verdict, self._records, heard_ms, self._page.quantum_ms)
        self._outcome.twice_ms = self._ear.all_ms() - sum(heard_ms.values())
        if self._change is not None and self._outcome.wrong and not self._has_left:
            self._outcome.is_missed = True
            self._outcome.wrong.append("the first page had no time for its last word")
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
        page = FarPage(socket, self._page.one_way_ms / 1000)
        self._pages += 1
        if self._before:
            await self._take_paced(page)
            return
        taking = asyncio.create_task(self._host.take(page))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        sink = self._host.page
        await taking
        self._has_left = self._has_left or page.has_left
        if sink is None or sink.unreadable:
            self._outcome.wrong.append("there is no page" if sink is None else f"{sink.unreadable} messages could not be used")

    async def _take_paced(self, page: FarPage) -> None:
        sink = PacedPage(page.send, self._page.sample_rate_hz)
        self._player.set_sink(sink)
        async for message in page:
            voice = sink.receive(message)
            if voice:
                await self._hear_listener(voice)

    def _respond(self, connection: ServerConnection, request: Request) -> Response | None:
        return None if request.path == "/ear" else self._host.respond(connection, request)

    async def _hear_listener(self, voice: bytes) -> None:
        # At 48 kHz every second sample: a hum stays a hum.
        heard = voice if self._page.sample_rate_hz == 24_000 else memoryview(voice).cast("h")[::2].tobytes()
        await self._model.send(json.dumps({"type": "input_audio_buffer.append", "audio": b64encode(heard).decode()}))

    async def _tell_model(self, command: str) -> None:
        if self._cut_at is not None and self._outcome.told_ms is None and ".truncate" in command:
            self._outcome.told_ms = (time.monotonic() - self._cut_at) * 1000
        await self._model.send(command)

    def _on_event(self, event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.PlaybackStarted) and event.item_id not in self._began:
            self._began.append(event.item_id)
        elif isinstance(event, rtmulti.Message):
            self._records[event.item_id] = event
            self._first_ended = True

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
                await self._interrupt(tabs[-1] if tabs else tab)
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
        if is_called(self._how):
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
