"""Clients of the strict server that send garbage, floods and half a handshake, that read nothing, or come in crowds: each gets
an answer of the protocol or is let go, what it may cost is bounded, and the next client is served."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

websockets = pytest.importorskip("websockets")

from websockets.asyncio.client import ClientConnection, connect  # noqa: E402
from websockets.exceptions import ConnectionClosed, InvalidStatus  # noqa: E402

from rtmulti.server import StrictServer, parse_script  # noqa: E402

PATIENCE_S = 10
SCRIPT: dict[str, Any] = {
    "voice": "tone",
    "turn_detection": None,
    "turns": [{"output": [{"message": "Hello.", "audio_ms": 100}], "pace": 0}] * 3,
}
BETA = {"OpenAI-Beta": "realtime=v1"}


@contextlib.asynccontextmanager
async def serving(script: dict[str, Any] = SCRIPT, **options: Any) -> AsyncIterator[StrictServer]:
    async with StrictServer(parse_script(script), **options) as server:
        yield server


def client(server: StrictServer, **options: Any) -> connect:
    return connect(server.url, compression=None, max_size=None, **options)


async def until(websocket: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = json.loads(await asyncio.wait_for(websocket.recv(), PATIENCE_S))
        if event["type"] == kind:
            return event


async def still_serves(server: StrictServer) -> None:
    """Another client gets a whole response, and a verdict that says nothing of those before it."""
    async with client(server) as websocket:
        await websocket.send('{"type": "response.create"}')
        item = await until(websocket, "response.output_item.done")
        await until(websocket, "response.done")
        heard = {"type": "rtmulti.heard", "item_id": item["item"]["id"], "content_index": 0, "heard_ms": 100}
        await websocket.send(json.dumps(heard))
    while len((verdict := await asyncio.wait_for(server.verdict(), PATIENCE_S)).lines) != 1:
        pass
    assert verdict.is_green


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


GARBAGE: list[str | bytes] = [
    "", "{", "null", "[]", "7", '{"type": 7}', '{"type": null}', '{"type": []}', '{"type": "\\ud800"}', b"\xff\xfe\x00",
    "[" * 200_000, '{"a":' * 200_000, f'{{"type": "session.update", "session": {{"type": "realtime", "a": {nested(900)}}}}}',
    f'{{"type": "conversation.item.create", "item": {{"type": "message", "content": {nested(500)}}}}}',
    f'{{"type": "session.update", "session": {{"type": "realtime", "output_modalities": {nested(63)}}}}}',
    '{"type": "input_audio_buffer.append", "audio": "\u00e4\u00f6\u00fc"}',
    '{"type": "input_audio_buffer.append", "audio": "AAA"}', '{"type": "input_audio_buffer.append", "audio": [1]}',
    '{"type": "conversation.item.create", "item": {"type": "message", "id": "\\ud800\\u0000\\u001b[2J", "content": [[], 1, null]}}',
    '{"type": "conversation.item.create", "item": {"type": "message", "content": [{"type": []}, {"type": {}}, {"type": 1}]}}',
    f'{{"type": "conversation.item.truncate", "item_id": "item_001", "content_index": 0, "audio_end_ms": {"9" * 4000}}}',
    f'{{"type": "conversation.item.truncate", "item_id": "item_001", "content_index": {"9" * 5000}, "audio_end_ms": 0}}',
    '{"type": "rtmulti.heard", "item_id": "item_001", "content_index": 0, "heard_ms": 1e400}',
    '{"type": "session.update", "session": {"type": "realtime", "audio": null}}',
    '{"type": "session.update", "session": {"type": "realtime", "audio": {"input": null, "output": null}}}',
    '{"type": "session.update", "session": {"type": "realtime", "audio": {"output": {"format": null, "voice": {}}}}}',
    '{"type": "session.update", "session": {"type": "realtime", "audio": 5, "voice": "x", "turn_detection": 7}}',
    '{"type": "session.update", "session": {"type": "realtime", "audio": {"input": 5}, "input_audio_format": []}}',
    '{"type": "session.update", "session": {"audio": {"input": {"turn_detection": {"threshold": NaN}}}, "type": "realtime"}}',
    '{"type": "session.update", "session": {"type": "realtime", "modalities": {"audio": 1}}}',
    '{"type": "response.create", "response": {"audio": [], "voice": [], "output_audio_format": {}}}',
    '{"type": "response.create", "response": {"metadata": {"a": [1, {"b": null}]}, "conversation": 5}}',
]  # fmt: skip


@pytest.mark.parametrize("headers", [{}, BETA], ids=["today", "beta"])
def test_garbage_is_answered_event_by_event(headers: dict[str, str]) -> None:
    chance = random.Random(1)
    messages = [*GARBAGE, *(chance.randbytes(chance.randrange(300)) for _ in range(100))]

    async def run() -> None:
        async with serving() as server:
            async with client(server, additional_headers=headers) as websocket:
                for message in messages:
                    await websocket.send(message)
                    # Whatever was made of it, the next is obeyed: this one is refused in the service's words.
                    await websocket.send('{"type": "conversation.item.delete", "item_id": "none", "event_id": "mine"}')
                    while (await until(websocket, "error"))["error"]["event_id"] != "mine":
                        pass
            assert (await server.verdict()).refusals
            await still_serves(server)

    asyncio.run(run())


def test_what_a_client_has_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtmulti.server.connection._MOST_MADE_BYTES", 1 << 20)

    async def run() -> None:
        async with serving() as server, client(server) as websocket:
            for number in range(4):
                item = {"id": f"i{number}", "type": "message", "content": [{"text": "x" * (300 << 10)}]}
                await websocket.send(json.dumps({"type": "conversation.item.create", "item": item}))
                if number < 3:
                    await until(websocket, "conversation.item.done")
            assert (await until(websocket, "error"))["error"]["code"] == "rtmulti_too_much"
            session = {"type": "realtime", "instructions": "x" * (2 << 20)}
            await websocket.send(json.dumps({"type": "session.update", "session": session}))
            refused = (await until(websocket, "error"))["error"]
            assert refused["code"] == "rtmulti_too_much" and len(refused["message"]) < 200
            for _ in range(300):
                await websocket.send(json.dumps({"type": "x" * 5_000}))
            await websocket.send(json.dumps({"type": "conversation.item.delete", "item_id": "y" * 9_000}))
            for _ in range(301):
                assert len((await until(websocket, "error"))["error"]["message"]) < 1_000
            await websocket.close()
            verdict = await server.verdict()
            assert len(verdict.refusals) <= 200 and max(map(len, verdict.refusals)) < 1_000

    asyncio.run(run())


def test_a_client_that_reads_nothing_and_asks_for_more_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtmulti.server.outbox._MOST_BYTES", 8 << 20)

    async def run() -> None:
        async with serving() as server:
            websocket = await client(server, max_queue=1)
            made = {"type": "conversation.item.create", "item": {"type": "message", "id": "i", "content": ["x" * (1 << 20)]}}
            await websocket.send(json.dumps(made))
            with pytest.raises(ConnectionClosed):
                for _ in range(200):
                    ask = {"type": "conversation.item.retrieve", "item_id": "i"}
                    await asyncio.wait_for(websocket.send(json.dumps(ask)), PATIENCE_S)
                    await asyncio.sleep(0.02)
            websocket.transport.abort()
            await still_serves(server)

    asyncio.run(run())


def test_a_script_waits_for_a_client_that_reads_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtmulti.server.outbox._ROOM_BYTES", 100_000)
    # 50 MB, more than the system keeps for a socket.
    calls = [{"call": "look", "arguments": {"at": "x" * 200_000}}] * 50
    script = {"voice": "tone", "turn_detection": None, "turns": [{"output": calls, "pace": 0}]}

    async def run() -> None:
        async with serving(script) as server, client(server, max_queue=1) as websocket:
            await websocket.send('{"type": "response.create"}')
            await asyncio.sleep(0.5)
            assert server._talking is not None
            assert 100_000 < server._talking._outbox._bytes < 400_000
            await until(websocket, "response.done")

    asyncio.run(run())


def test_half_handshakes_and_broken_frames_cost_their_own_connection_only() -> None:
    key = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    head = b"GET /v1/realtime HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    handshake = head + key + b"\r\n"
    mask = os.urandom(4)
    frames = [
        b"\x81\xff" + struct.pack(">Q", 1 << 62) + mask,  # a frame of 4 EiB
        b"\x81\xff" + struct.pack(">Q", 25 << 20) + mask,
        b"\x81\xfe" + struct.pack(">H", 1000) + mask + b"half",
        b"\x81\x05hello",  # not masked
        b"\xf1\x80" + mask,  # reserved bits
        b"\x89\xfe" + struct.pack(">H", 200) + mask + bytes(200),  # a ping that is too long
        b"\x80\x80" + mask,  # the end of what did not begin
        b"\x81\x82" + bytes(4) + b"\xff\xff",  # a text that is none
        b"\x88\x81" + bytes(4) + b"\x03",  # a close with half a code
    ]
    requests = [
        b"", b"\x16\x03\x01 TLS?", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", head, head + b"\r\n",
        b"GET /" + b"a" * 100_000, head + b"X: " + b"b" * 100_000 + b"\r\n\r\n", head + b"X: y\r\n" * 10_000 + b"\r\n",
        *(handshake + frame for frame in frames),
    ]  # fmt: skip

    async def run() -> None:
        async with serving() as server:

            async def attack(request: bytes) -> None:
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                with contextlib.suppress(OSError):
                    writer.write(request)
                    await writer.drain()
                    await asyncio.sleep(0.3)
                    writer.close()
                    await writer.wait_closed()

            await asyncio.gather(*map(attack, requests))
            await still_serves(server)

    asyncio.run(run())


def test_a_server_under_attack_stays_small(tmp_path: Path) -> None:
    """The program itself: what it has held at its largest, when crowds, floods and halves of the longest events have come."""
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT))
    command = [sys.executable, "-m", "rtmulti", "serve", str(tmp_path / "script.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None and served.stderr is not None
        url = served.stdout.readline().split()[-1]
        taking = threading.Thread(target=served.stdout.read)
        taking.start()

        async def attack() -> None:
            before_kib = _largest_kib(served.pid)
            port = int(url.split(":")[2].split("/")[0])
            halves = [await connect(url, compression=None) for _ in range(4)]
            for one in halves:  # of an event of 23 MiB
                one.transport.write(b"\x81\xff" + struct.pack(">Q", 24 << 20) + bytes(4) + b"x" * (23 << 20))
            async with connect(url, compression=None) as websocket:
                for number in range(300):
                    await websocket.send(GARBAGE[number % len(GARBAGE)])
            for _ in range(300):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"GET /")
            async with connect(url, compression=None, max_size=None) as websocket:
                await websocket.send('{"type": "response.create"}')
                await until(websocket, "response.done")
            for one in halves:
                one.transport.abort()
            # What came of the four is 92 MiB.
            assert _largest_kib(served.pid) - before_kib < 200 * 1024

        try:
            asyncio.run(attack())
        finally:
            served.send_signal(signal.SIGINT)
            taking.join(PATIENCE_S)
        assert served.stderr.read() == ""


def _largest_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def test_a_crowd_is_told_that_there_is_no_room(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with serving(most_connections=3) as server:
            async with contextlib.AsyncExitStack() as stack:
                for _ in range(3):
                    await stack.enter_async_context(client(server))
                for _ in range(20):
                    with pytest.raises(InvalidStatus) as refused:
                        await client(server)
                    assert refused.value.response.status_code == 503
            await still_serves(server)

    asyncio.run(run())
    assert not caplog.records
