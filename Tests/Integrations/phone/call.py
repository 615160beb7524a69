"""One call over real WebSockets: the strict server, a player with its stream, and a telephone behind a slow network.
What is played stands in rows.py, what is right in judge.py."""

from __future__ import annotations

import asyncio
import contextlib
import json
import wave
from array import array
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

from before import PacedStream
from companies import COMPANIES, Company
from judge import Outcome, judge
from phone_company import FarEnd
from rows import Cut, Line, Row
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from rtmulti import Config, Player
from rtmulti.server import StrictServer, parse_script
from rtmulti.telephony import CALL, MediaStream

#: A message is made of a code of its own for each BLOCK_MS, so that the telephone's account says which was heard.
BLOCK_MS = 10
_PATIENCE_S = 40
#: Where a message begins or is cut its samples pass the codes of others, which is less than this and no message.
_PASSING_MS = 2


def blocks_of(row: Row, company: Company) -> list[bytes]:
    """For each message of audio the codes that it is made of, in order: one for each block where there are enough,
    else one for the message."""
    fresh = [code for code in range(256) if code not in company.silent]
    if sum(row.messages_ms) // BLOCK_MS <= len(fresh):
        return [bytes(fresh.pop(0) for _ in range(ms // BLOCK_MS)) for ms in row.messages_ms]
    return [bytes([0x91 + index]) for index in range(len(row.messages_ms))]


def _script(row: Row, folder: Path, company: Company) -> Any:
    output: list[dict[str, Any]] = []
    for index, (ms, blocks) in enumerate(zip(row.messages_ms, blocks_of(row, company), strict=True)):
        text = f"This is message {index + 1}."
        if not ms:
            output.append({"message": text, "modality": "text"})
            continue
        samples = array("h")
        for sample in company.decode(blocks):
            samples.extend([sample] * (24 * ms // len(blocks)))
        path = folder / f"{company.decode.__name__}-{ms}-{blocks.hex()[:12]}-{len(blocks)}.wav"
        if not path.exists():
            with wave.open(str(path), "wb") as file:
                file.setparams((1, 2, 24_000, 0, "NONE", ""))
                file.writeframes(samples.tobytes())
        if output and row.gap_ms:
            output.append({"pause_ms": row.gap_ms})
        output.append({"message": text, "audio_file": path.name})
    return parse_script({"voice": "tone", "turns": [{"output": output, "pace": row.pace}]}, folder)


class Call:
    """Plays one row."""

    def __init__(
        self, row: Row, line: Line, folder: Path, company: Company = COMPANIES[0], *, before: bool = False
    ) -> None:
        self._row, self._line, self._company, self._before = row, line, company, before
        self._script = _script(row, folder, company)
        self._items: list[str] = []
        self._events: dict[str, int] = {}
        self._streams: list[MediaStream | PacedStream] = []
        self._player: Player
        self._model: ClientConnection
        self._is_ready = asyncio.Event()
        self._is_cut = asyncio.Event()
        self._is_over = asyncio.Event()
        self._has_closed = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None

    async def run(self) -> Outcome:
        """The call, from its beginning to the server's verdict."""
        return await asyncio.wait_for(self._run(), _PATIENCE_S)

    async def _run(self) -> Outcome:
        async with StrictServer(self._script) as server, connect(server.url, compression=None) as model:
            self._model = model
            async with serve(self._take, "127.0.0.1", 0, compression=None) as door:
                url = f"ws://127.0.0.1:{next(iter(door.sockets)).getsockname()[1]}"
                try:
                    phones = await self._talk(url)
                finally:
                    self._is_over.set()
                await self._has_closed.wait()
            heard = b"".join(self._company.codes(bytes(phone.telephone.heard)) for phone in phones)
            outcome = judge(self._row, blocks_of(self._row, self._company), heard)
            heard_of = zip(self._items, outcome.heard_ms, strict=False)
            for item_id, ms in ((item_id, ms) for item_id, ms in heard_of if ms > _PASSING_MS):
                report = {"type": "rtmulti.heard", "item_id": item_id, "content_index": 0, "heard_ms": int(ms)}
                await model.send(json.dumps(report))
            await model.close()
            outcome.add(await server.verdict(), self._line.tolerance_ms)
            outcome.dry = sum(phone.telephone.dry for phone in phones)
            return outcome

    # --- the host ---

    def _new_stream(self, phone: ServerConnection) -> MediaStream | PacedStream:
        if not self._before:
            return MediaStream(
                self._noting(phone.send), dialect=self._company.dialect, ahead_ms=self._line.ahead_ms
            )
        going = asyncio.Queue[str]()

        async def send() -> None:
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await phone.send(await going.get())

        self._sender = asyncio.create_task(send())
        return PacedStream(self._noting(going.put_nowait))

    def _noting(self, send: Callable[[Any], object]) -> Callable[[str | bytes], object]:
        def note(message: str | bytes) -> object:
            cut = self._row.cut
            is_audio = isinstance(message, bytes) or '"media"' in message
            if cut is not None and cut.by == "host" and is_audio:
                asyncio.get_running_loop().call_later(cut.ms / 1000, self._cut)
            return send(message)

        return note

    async def _take(self, phone: ServerConnection) -> None:
        """One stream of the telephone company."""
        stream = self._new_stream(phone)
        self._streams.append(stream)
        if len(self._streams) == 1:
            await self._first(phone, stream)
        else:
            self._player.set_sink(stream)
            await self._listen(phone, stream)

    async def _first(self, phone: ServerConnection, stream: MediaStream | PacedStream) -> None:
        config = Config() if self._before else CALL
        async with Player(stream, self._model.send, config=config, format=self._company.format) as player:
            self._player = player
            wire: dict[str, Any] = {"type": self._company.wire}
            if wire["type"] == "audio/pcm":
                wire["rate"] = 24_000
            update = {"type": "realtime", "audio": {"input": {"format": wire}, "output": {"format": wire}}}
            await self._model.send(json.dumps({"type": "session.update", "session": update}))
            feeding = asyncio.create_task(self._feed(player))
            self._is_ready.set()
            await self._listen(phone, stream)
            stream.end()
            await self._is_over.wait()
            feeding.cancel()
        self._has_closed.set()
        if self._sender is not None:
            self._sender.cancel()

    async def _listen(self, phone: ServerConnection, stream: MediaStream | PacedStream) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in phone:
                voice = stream.receive(message)
                if stream.is_over:
                    return
                if voice:
                    audio = b64encode(self._company.to_model(voice)).decode()
                    await self._model.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))

    async def _feed(self, player: Player) -> None:
        cut = self._row.cut
        with contextlib.suppress(ConnectionClosed):
            async for message in self._model:
                player.feed(message)
                event = json.loads(message)
                kind = event["type"]
                self._events[kind] = self._events.get(kind, 0) + 1
                if kind == "response.output_item.added":
                    self._items.append(event["item"]["id"])
                if cut is not None and cut.by == "event" and (kind, self._events[kind]) == (cut.event, cut.count):
                    self._cut()

    def _cut(self) -> None:
        if not self._is_cut.is_set():
            self._is_cut.set()
            self._interruption = asyncio.create_task(self._player.interrupt())

    # --- the caller ---

    async def _talk(self, url: str) -> list[FarEnd]:
        row, line = self._row, self._line
        settle_s = 1.0 + 6 * (line.network.one_way_ms + line.network.jitter_ms) / 1000 + line.network.stall_ms / 1000
        company = self._company.telephone
        phone = FarEnd(url, network=line.network, late_start_ms=line.late_start_ms, company=company)
        phones = [phone]
        async with phone:
            await self._is_ready.wait()
            await asyncio.sleep(0.3)
            await self._model.send('{"type": "response.create"}')
            if row.cut is not None:
                if row.cut.by == "caller":
                    await self._speak(phone, row.cut)
                else:
                    await self._is_cut.wait()
                await asyncio.sleep(settle_s)
            elif row.second_stream_ms or row.hang_up_ms:
                until_ms = row.second_stream_ms or row.hang_up_ms
                await phone.until(lambda: phone.telephone.heard_ms() >= until_ms)
                if row.is_host_hanging_up:
                    await self._player.close()
            else:
                await phone.until(lambda: phone.telephone.heard_ms() >= sum(row.messages_ms))
                await asyncio.sleep(settle_s)
        if row.second_stream_ms:
            await asyncio.sleep(0.2)
            second = FarEnd(url, "MZ2", line.network, late_start_ms=line.late_start_ms, company=company)
            phones.append(second)
            async with second:
                rest_ms = sum(row.messages_ms) - phone.telephone.heard_ms()
                await second.until(lambda: second.telephone.heard_ms() >= rest_ms - line.tolerance_ms)
                await asyncio.sleep(settle_s)
        return phones

    async def _speak(self, phone: FarEnd, cut: Cut) -> None:
        before_ms = sum(self._row.messages_ms[: cut.message - 1])
        await phone.until(lambda: phone.telephone.heard_ms() > before_ms)
        await asyncio.sleep(cut.ms / 1000)
        phone.telephone.is_speaking = True
        await asyncio.sleep(0.3)
        phone.telephone.is_speaking = False
