"""The hosts that docs/telephony.md and docs/browser.md show, letter for letter, over real WebSockets: a telephone and a
page hear what the model says, and the server remembers what they heard. The checks of the guides look for their lines here."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any

from browser_page import QUANTUM, RATE_HZ, Page
from phone_company import FarEnd
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from rtmulti import Codec, Format, Message, Player
from rtmulti.browser import PAGE, BrowserSink
from rtmulti.browser.host import BrowserHost
from rtmulti.server import Script, StrictServer, Verdict, parse_script
from rtmulti.telephony import CALL, MediaStream

PATIENCE_S = 20
STAYS_FRAMES = RATE_HZ
MESSAGES = [{"message": "First of all.", "audio_ms": 300}, {"message": "And secondly this.", "audio_ms": 400}]


def script(**session: Any) -> Script:
    return parse_script({"voice": "tone", "turns": [{"output": MESSAGES}], **session})


def remembered(verdict: Verdict) -> list[int]:
    return [line.remembered_ms for line in verdict.lines]


async def hears(model: ClientConnection, player: Player) -> None:
    """What the model says goes to the player; asks for the one response."""
    await model.send('{"type": "response.create"}')
    with contextlib.suppress(ConnectionClosed):
        async for event in model:
            player.feed(event)


def records_of(player: Player) -> list[tuple[str, int]]:
    return [(record.outcome.name, record.heard_ms) for record in player.session.history()]


def test_the_host_of_a_telephone_call() -> None:
    records: list[list[tuple[str, int]]] = []
    streams: list[MediaStream] = []

    async def answer(websocket: ServerConnection, model: ClientConnection) -> None:
        stream = MediaStream(websocket.send)
        async with Player(stream, model.send, format=Format(Codec.ULAW, 8000), config=CALL) as player:
            hearing = asyncio.create_task(hears(model, player))
            async for message in websocket:
                voice = stream.receive(message)
                assert voice is None or isinstance(voice, bytes)
                if stream.is_over:
                    break
            records.append(records_of(player))
            streams.append(stream)
            hearing.cancel()

    async def call() -> None:
        async with StrictServer(script(format="audio/pcmu")) as server, connect(server.url) as model:
            async with serve(lambda phone: answer(phone, model), "127.0.0.1", 0) as door:
                url = f"ws://127.0.0.1:{next(iter(door.sockets)).getsockname()[1]}"
                async with FarEnd(url) as phone:
                    await phone.until(lambda: phone.telephone.heard_ms() >= 700)
                    await asyncio.sleep(0.3)
                while not streams:
                    await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(call(), PATIENCE_S))
    assert records == [[("FULL", 300), ("FULL", 400)]]


def test_a_call_whose_stream_comes_again_goes_on_there() -> None:
    async def call() -> list[Message]:
        settled = asyncio.Event()
        records: list[Message] = []

        def on_event(event: object) -> None:
            if isinstance(event, Message):
                records.append(event)
                if len(records) == 2:
                    settled.set()

        player = Player(None, lambda text: None, format=Format(Codec.ULAW, 8000), config=CALL, on_event=on_event)

        async def answer(next_websocket: ServerConnection) -> None:
            player.set_sink(MediaStream(next_websocket.send))
            stream = player._sink
            assert isinstance(stream, MediaStream)
            async for message in next_websocket:
                stream.receive(message)
                if stream.is_over:
                    break

        async with player, serve(answer, "127.0.0.1", 0) as door:
            url = f"ws://127.0.0.1:{next(iter(door.sockets)).getsockname()[1]}"
            session = player.session
            session.response_created("r")
            for item in "AB":
                session.audio("r", item, b"\x33" * 8 * 300)
                session.item_done(item)
            session.response_done("r")
            async with FarEnd(url, "MZ1") as phone:
                await phone.until(lambda: phone.telephone.heard_ms() >= 150)
            async with FarEnd(url, "MZ2") as phone:
                await settled.wait()
        return records

    records = asyncio.run(asyncio.wait_for(call(), PATIENCE_S))
    assert [(record.item_id, record.outcome.name, record.heard_ms) for record in records] == [
        ("A", "FULL", 300),
        ("B", "FULL", 300),
    ]


async def look_at(url: str, until_frames: int, origin: str | None = None) -> None:
    """A page in real time, until it has rendered so much."""
    async with connect(url, additional_headers={"Origin": origin} if origin else None) as websocket:
        said: list[str] = []
        page = Page(said.append)
        page.begin()

        async def take() -> None:
            async for message in websocket:
                page.take(message)

        taking = asyncio.create_task(take())
        begin_s, quanta = asyncio.get_running_loop().time(), 0
        # The listener stays for a moment after the last frame.
        while len(page.ear) < until_frames or quanta * QUANTUM < until_frames + STAYS_FRAMES:
            while quanta * QUANTUM < (asyncio.get_running_loop().time() - begin_s) * RATE_HZ:
                page.render()
                quanta += 1
            while said:
                await websocket.send(said.pop(0))
            await asyncio.sleep(0.005)
        taking.cancel()


def test_the_host_of_a_page() -> None:
    records: list[list[tuple[str, int]]] = []

    async def answer(websocket: ServerConnection, model: ClientConnection) -> None:
        page = BrowserSink(websocket.send)
        async with Player(page, model.send, config=PAGE) as player:
            hearing = asyncio.create_task(hears(model, player))
            async for message in websocket:
                voice = page.receive(message)
                assert voice is None
            page.end()
            records.append(records_of(player))
            hearing.cancel()

    async def visit() -> Verdict:
        async with StrictServer(script()) as server:
            async with connect(server.url) as model:
                async with serve(lambda page: answer(page, model), "127.0.0.1", 0) as door:
                    await look_at(f"ws://127.0.0.1:{next(iter(door.sockets)).getsockname()[1]}", RATE_HZ * 7 // 10)
                    while not records:
                        await asyncio.sleep(0.01)
            return await server.verdict()

    verdict = asyncio.run(asyncio.wait_for(visit(), PATIENCE_S))
    assert records == [[("FULL", 300), ("FULL", 400)]]
    assert remembered(verdict) == [300, 400] and not verdict.refusals


def test_the_whole_host_of_a_page(tmp_path: Path) -> None:
    html = tmp_path / "agent.html"
    html.write_text("<p>Hello")
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    hosts: list[BrowserHost] = []

    async def converse(model_url: str) -> None:
        async with connect(model_url) as model, BrowserHost(model.send, html, port) as host:
            hosts.append(host)
            await model.send('{"type": "response.create"}')
            async for message in model:
                host.player.feed(message)

    async def visit() -> Verdict:
        async with StrictServer(script()) as server:
            conversing = asyncio.create_task(converse(server.url))
            while not hosts:
                await asyncio.sleep(0.01)
            await look_at(f"ws://127.0.0.1:{port}/voice", RATE_HZ * 7 // 10, f"http://localhost:{port}")
            assert records_of(hosts[0].player) == [("FULL", 300), ("FULL", 400)]
            conversing.cancel()
            await asyncio.wait([conversing])
            return await server.verdict()

    verdict = asyncio.run(asyncio.wait_for(visit(), PATIENCE_S))
    assert remembered(verdict) == [300, 400] and not verdict.refusals
