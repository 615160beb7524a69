"""Clients and servers that close in mid-message, send garbage or too much, read slowly or not at all: each ends its own
connection and no other, and the relay serves the next one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import socket
import struct
from typing import Any

import pytest

websockets = pytest.importorskip("websockets")

from relayed import PATIENCE_S, client, relayed, still_serves, until, upstream  # noqa: E402
from websockets.asyncio.server import ServerConnection  # noqa: E402
from websockets.exceptions import ConnectionClosed, InvalidStatus  # noqa: E402

CREATED = json.dumps({"type": "session.created", "session": {"type": "realtime"}})


async def echo(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(message)


def test_garbage_passes_both_ways_as_it_came() -> None:
    chance = random.Random(1)
    texts = ["", "{", "[]", "null", '{"type": 7}', '{"type": "response.done"}', "\u0000", "[" * 20_000]
    texts += ['{"type":"error","error":1}']
    texts += [json.dumps({"type": "conversation.item.truncate", "item_id": 3}), '{"type": "response.done", "response": []}']
    texts += [json.dumps({"type": "response.output_item.added", "item": {"type": "message"}})]
    messages: list[str | bytes] = [*texts, *(chance.randbytes(chance.randrange(200)) for _ in range(50))]

    async def run() -> None:
        async with upstream(echo) as url, relayed(url) as relay:
            async with client(relay) as websocket:
                for message in messages:
                    await websocket.send(message)
                    assert await asyncio.wait_for(websocket.recv(), PATIENCE_S) == message
            await still_serves(relay)

    asyncio.run(run())


def test_events_that_lie_end_nothing() -> None:
    events: list[Any] = [
        {"type": "response.output_item.added", "response_id": "r", "item": {"id": "i", "type": "message"}},
        {"type": "response.output_audio.delta", "item_id": "i", "delta": "not base64 at all!"},
        {"type": "response.output_audio.delta", "item_id": "i", "content_index": 10**9, "delta": "AAAA"},
        {"type": "response.output_audio.delta", "item_id": "i", "delta": "A" * 5_000},
        {"type": "response.output_audio.delta", "item_id": ["i"], "delta": "A" * 5_000},
        {"type": "conversation.item.truncated", "item_id": "i", "audio_end_ms": -5},
        {"type": "conversation.item.deleted", "item_id": "i"},
        {"type": "response.done", "response": {"id": "r", "output": [1, {"id": "i"}]}},
        {"type": "session.updated", "session": {"audio": {"output": {"format": {"type": "audio/pcm", "rate": 1}}}}},
    ]

    async def lie(websocket: ServerConnection) -> None:
        await websocket.send(CREATED)
        for event in events:
            await websocket.send(json.dumps(event))
        await websocket.send('{"type": "the end"}')
        await echo(websocket)

    async def run() -> None:
        async with upstream(lie) as url, relayed(url) as relay:
            async with client(relay) as websocket:
                await until(websocket, "the end")
            await still_serves(relay)

    asyncio.run(run())


@pytest.mark.parametrize("name", ["\ud800", "x" * 5_000, "", "a\u0000b", "\U0001f600" * 300])
def test_ids_that_are_none_end_nothing(name: str) -> None:
    item = {"id": name, "type": "message", "role": "assistant"}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {"id": name}},
        {"type": "response.output_item.added", "response_id": name, "item": item},
        {"type": "response.output_audio.delta", "response_id": name, "item_id": name, "delta": "AAAA" * 500},
        {"type": "response.output_item.done", "response_id": name, "item": item},
        {"type": "response.done", "response": {"id": name, "output": [item]}},
    ]

    async def serve(websocket: ServerConnection) -> None:
        await websocket.send(CREATED)
        for event in events:
            await websocket.send(json.dumps(event))
        await echo(websocket)

    async def run() -> None:
        async with upstream(serve) as url, relayed(url) as relay:
            async with client(relay) as websocket:
                await websocket.send(json.dumps({"type": "conversation.item.truncate", "item_id": name, "audio_end_ms": 1}))
                await websocket.send(json.dumps({"type": "response.cancel", "response_id": name}))
                await websocket.send(json.dumps({"type": "response.create", "response": {"conversation": name}}))
                await websocket.send('{"type": "the end"}')
                await until(websocket, "the end")
            await still_serves(relay)

    asyncio.run(run())


def test_a_format_that_nobody_knows_passes_as_it_came() -> None:
    form = {"audio": {"output": {"format": {"type": "audio/opus"}}}}
    delta = json.dumps({"type": "response.output_audio.delta", "item_id": "i", "delta": "A" * 5_000})

    async def serve(websocket: ServerConnection) -> None:
        await websocket.send(json.dumps({"type": "session.created", "session": form}))
        await websocket.send(delta)
        form["audio"]["output"]["format"]["type"] = "audio/pcm"
        await websocket.send(json.dumps({"type": "session.updated", "session": form}))
        await websocket.send('{"type": "response.created", "response": {"id": "r"}}')
        await websocket.send(json.dumps({"type": "response.output_audio.delta", "response_id": "r", "item_id": "j", "delta": "A" * 6_400}))
        await echo(websocket)

    async def run() -> None:
        async with upstream(serve) as url, relayed(url) as relay:
            async with client(relay) as websocket:
                await until(websocket, "session.created")
                assert await asyncio.wait_for(websocket.recv(), PATIENCE_S) == delta
                # One that it does know is played again, in blocks.
                known = (await until(websocket, "response.output_audio.delta"))[-1]
                assert (known["item_id"], len(known["delta"])) == ("j", 1_280)

    asyncio.run(run())


@pytest.mark.parametrize("is_client", [True, False])
def test_a_message_that_is_too_long_ends_its_connection(is_client: bool) -> None:
    async def serve(websocket: ServerConnection) -> None:
        async for message in websocket:
            await websocket.send("x" * 100_000 if message == "long" else message)

    async def run() -> None:
        async with upstream(serve) as url, relayed(url, largest_message_bytes=50_000) as relay:
            async with client(relay) as websocket:
                await websocket.send("x" * 100_000 if is_client else "long")
                with pytest.raises(ConnectionClosed) as closed:
                    await asyncio.wait_for(websocket.recv(), PATIENCE_S)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1009
            await still_serves(relay)

    asyncio.run(run())


def test_the_servers_last_words_are_the_clients() -> None:
    async def leave(websocket: ServerConnection) -> None:
        message = await websocket.recv()
        if message == "leave":
            await websocket.close(4001, "the session is over")
        else:
            await websocket.send(message)
            await echo(websocket)

    async def run() -> None:
        async with upstream(leave) as url, relayed(url) as relay:
            async with client(relay) as websocket:
                await websocket.send("leave")
                with pytest.raises(ConnectionClosed) as closed:
                    await asyncio.wait_for(websocket.recv(), PATIENCE_S)
                assert closed.value.rcvd is not None
                assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4001, "the session is over")
            await still_serves(relay)

    asyncio.run(run())


def test_the_last_words_are_the_servers_also_in_mid_speech() -> None:
    async def leave(websocket: ServerConnection) -> None:
        item = {"id": "i", "type": "message", "role": "assistant"}
        await websocket.send(CREATED)
        await websocket.send(json.dumps({"type": "response.created", "response": {"id": "r"}}))
        await websocket.send(json.dumps({"type": "response.output_item.added", "response_id": "r", "item": item}))
        audio = {"type": "response.output_audio.delta", "response_id": "r", "item_id": "i", "delta": "AAAA" * 12_000}
        await websocket.send(json.dumps({**audio, "output_index": 0, "content_index": 0}))
        await asyncio.sleep(0.2)
        await websocket.close(4001, "the session is over")

    async def run() -> None:
        async with upstream(leave) as url, relayed(url) as relay, client(relay) as websocket:
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    await asyncio.wait_for(websocket.recv(), PATIENCE_S)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4001

    asyncio.run(run())


def test_a_side_that_is_cut_off_in_mid_message_takes_the_other_with_it() -> None:
    left = asyncio.Event()

    async def note(websocket: ServerConnection) -> None:
        await echo(websocket)
        left.set()

    async def run() -> None:
        async with upstream(note) as url, relayed(url) as relay:
            websocket = await client(relay)
            # The head of a frame of 1000 bytes, ten of them, and then a reset.
            websocket.transport.write(b"\x81\xfe" + struct.pack(">H", 1000) + os.urandom(4) + b"0123456789")
            await asyncio.sleep(0.05)
            handle = websocket.transport.get_extra_info("socket")
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            websocket.transport.abort()
            await asyncio.wait_for(left.wait(), PATIENCE_S)
            await still_serves(relay)

    asyncio.run(run())


def test_an_upstream_that_is_cut_off_ends_its_client_only() -> None:
    async def vanish(websocket: ServerConnection) -> None:
        message = await websocket.recv()
        if message == "vanish":
            websocket.transport.abort()
        else:
            await websocket.send(message)
            await echo(websocket)

    async def run() -> None:
        async with upstream(vanish) as url, relayed(url) as relay:
            async with client(relay) as other:
                await other.send("stay")
                assert await asyncio.wait_for(other.recv(), PATIENCE_S) == "stay"
                async with client(relay) as websocket:
                    await websocket.send("vanish")
                    with pytest.raises(ConnectionClosed):
                        await asyncio.wait_for(websocket.recv(), PATIENCE_S)
                await other.send("and now?")
                assert await asyncio.wait_for(other.recv(), PATIENCE_S) == "and now?"
            await still_serves(relay)

    asyncio.run(run())


def test_a_client_that_does_not_read_is_ended() -> None:
    ended = asyncio.Event()

    async def flood(websocket: ServerConnection) -> None:
        message = await websocket.recv()
        if message != "flood":
            await websocket.send(message)
            await echo(websocket)
            return
        with contextlib.suppress(ConnectionClosed):
            while True:
                await websocket.send(json.dumps({"type": "something", "text": "x" * 50_000}))
        ended.set()

    async def run() -> None:
        async with upstream(flood) as url, relayed(url, most_unread_bytes=1_000_000) as relay:
            websocket = await client(relay, max_queue=1)
            await websocket.send("flood")
            await asyncio.wait_for(ended.wait(), PATIENCE_S)
            websocket.transport.abort()
            await still_serves(relay)

    asyncio.run(run())


def test_an_upstream_that_does_not_read_holds_its_client_back() -> None:
    async def deaf(websocket: ServerConnection) -> None:
        message = await websocket.recv()
        if message == "deaf":
            await asyncio.sleep(1.5)
            websocket.transport.abort()
        else:
            await websocket.send(message)
            await echo(websocket)

    async def run() -> None:
        async with upstream(deaf, max_queue=1) as url, relayed(url) as relay:
            async with client(relay) as websocket:
                await websocket.send("deaf")
                sent = 0
                with contextlib.suppress(ConnectionClosed, asyncio.TimeoutError):
                    for _ in range(2_000):
                        await asyncio.wait_for(websocket.send("x" * 100_000), 1.0)
                        sent += 1
                assert sent < 500, "somebody has taken 50 MB that nobody reads"
            await still_serves(relay)

    asyncio.run(run())


def test_events_that_wait_are_bounded() -> None:
    async def hoard(websocket: ServerConnection) -> None:
        message = await websocket.recv()
        if message != "hoard":
            await websocket.send(message)
            await echo(websocket)
            return
        item = {"id": "i", "type": "message", "role": "assistant", "content": []}
        await websocket.send(CREATED)
        await websocket.send(json.dumps({"type": "response.created", "response": {"id": "r"}}))
        await websocket.send(json.dumps({"type": "response.output_item.added", "response_id": "r", "item": item}))
        event = {"type": "response.output_audio_transcript.delta", "item_id": "i", "delta": "x" * 10_000}
        with contextlib.suppress(ConnectionClosed):
            while True:
                await websocket.send(json.dumps(event))

    async def run() -> None:
        async with upstream(hoard) as url, relayed(url, most_waiting_bytes=1_000_000) as relay:
            async with client(relay) as websocket:
                await websocket.send("hoard")
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        await asyncio.wait_for(websocket.recv(), PATIENCE_S)
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1008
            await still_serves(relay)

    asyncio.run(run())


def test_no_upstream_and_too_many_clients_are_said_at_the_handshake() -> None:
    async def run() -> None:
        async with relayed("ws://127.0.0.1:9/nobody") as relay:
            with pytest.raises(InvalidStatus) as refused:
                await client(relay)
            assert refused.value.response.status_code == 502
        async with upstream(echo) as url, relayed(url, most_connections=1) as relay:
            async with client(relay):
                with pytest.raises(InvalidStatus) as refused:
                    await client(relay)
                assert refused.value.response.status_code == 503
            await asyncio.sleep(0.2)
            await still_serves(relay)

    asyncio.run(run())


def test_a_redirect_is_not_followed() -> None:
    async def elsewhere(websocket: ServerConnection, request: Any) -> Any:
        response = websocket.respond(302, "")  # type: ignore[arg-type]
        response.headers["Location"] = "ws://127.0.0.1:9/elsewhere"
        return response

    async def run() -> None:
        async with upstream(echo, process_request=elsewhere) as url, relayed(url) as relay:
            with pytest.raises(InvalidStatus) as refused:
                await client(relay)
            assert refused.value.response.status_code == 502

    asyncio.run(run())


def test_what_is_no_websocket_leaves_nothing_behind() -> None:
    async def run() -> None:
        async with upstream(echo) as url, relayed(url) as relay:
            port = int(relay.url.split(":")[2].split("/")[0])
            for request in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01 TLS?", b"POST / HTTP/1.1\r\n\r\n", b""):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                await asyncio.sleep(0.1)
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            await still_serves(relay)

    asyncio.run(run())
