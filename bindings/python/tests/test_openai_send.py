"""openai_send: what arrives at a real server, from the openai SDK as it is installed and as it was in 2.0, which had no
send_raw; and what is refused in its place. To try another release of the SDK, put it first on the path of this test."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import openai
import pytest
from conversation import HandSink, run
from lines import playing
from websockets.asyncio.server import ServerConnection, serve
from websockets.sync.server import ServerConnection as SyncServerConnection
from websockets.sync.server import serve as serve_sync

import rtmulti


class WithoutSendRaw:
    """A connection of 2.0, which only had `send`."""

    def __init__(self, connection: Any) -> None:
        self.send = lambda event: connection.send(event)


@contextlib.asynccontextmanager
async def far_end() -> AsyncIterator[tuple[str, list[str]]]:
    """The address of a server, and every text that came."""
    texts: list[str] = []

    async def listen(socket: ServerConnection) -> None:
        async for message in socket:
            texts.append(message if isinstance(message, str) else message.decode())

    async with serve(listen, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", texts


def check_interrupted(texts: list[str]) -> None:
    events = [json.loads(text) for text in texts]
    assert all(isinstance(event, dict) for event in events), texts
    assert [event["type"] for event in events] == ["conversation.item.truncate", "conversation.item.delete"]
    assert events[0] == {
        "type": "conversation.item.truncate",
        "event_id": events[0]["event_id"],
        "item_id": "A",
        "content_index": 0,
        "audio_end_ms": 200,
    }


@pytest.mark.parametrize("is_old", [False, True])
def test_commands_arrive_as_objects(is_old: bool) -> None:
    async def steps() -> None:
        async with far_end() as (url, texts):
            client = openai.AsyncOpenAI(api_key="none", websocket_base_url=url)
            async with client.realtime.connect(model="any") as connection:
                send = rtmulti.openai_send(WithoutSendRaw(connection) if is_old else connection)
                sink = HandSink()
                async with rtmulti.Player(sink, send) as player:
                    playing(player, sink)
                    assert await player.interrupt()
                while len(texts) < 2:
                    await asyncio.sleep(0.001)
            check_interrupted(texts)

    run(steps())


@contextlib.contextmanager
def far_end_of_threads() -> Iterator[tuple[str, list[str]]]:
    texts: list[str] = []

    def listen(socket: SyncServerConnection) -> None:
        texts.extend(str(message) for message in socket)

    with serve_sync(listen, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}/v1", texts
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("is_old", [False, True])
def test_a_client_without_asyncio_has_a_send_too(is_old: bool) -> None:
    with far_end_of_threads() as (url, texts):
        client = openai.OpenAI(api_key="none", websocket_base_url=url)
        with client.realtime.connect(model="any") as connection:
            send = rtmulti.openai_send(WithoutSendRaw(connection) if is_old else connection)
            send('{"type":"response.cancel","event_id":"é"}')
            end_s = time.monotonic() + 5
            while not texts and time.monotonic() < end_s:
                time.sleep(0.001)
    assert [json.loads(text) for text in texts] == [{"type": "response.cancel", "event_id": "é"}]


def test_what_would_be_encoded_twice_is_refused() -> None:
    async def steps() -> None:
        async with far_end() as (url, texts):
            client = openai.AsyncOpenAI(api_key="none", websocket_base_url=url)
            manager = client.realtime.connect(model="any")
            with pytest.raises(TypeError, match="no open connection of the openai SDK.*async with"):
                rtmulti.openai_send(manager)  # type: ignore[arg-type]
            async with manager as connection:
                with pytest.raises(TypeError, match=r"openai_send\(connection\)"):
                    rtmulti.Player(HandSink(), connection.send)  # type: ignore[arg-type]
                with pytest.raises(TypeError, match=r"not a connection.*openai_send\(connection\)"):
                    rtmulti.Player(HandSink(), connection)  # type: ignore[arg-type]
                async with rtmulti.Player(HandSink(), lambda _: None) as player:
                    with pytest.raises(TypeError, match=r"openai_send\(connection\)"):
                        player.reconnect(send=connection.send)  # type: ignore[arg-type]
        assert not texts

    run(steps())


def test_what_is_no_connection_is_named() -> None:
    for wrong in (None, "ws://", print):
        with pytest.raises(TypeError, match="connection is no open connection of the openai SDK, but"):
            rtmulti.openai_send(wrong)  # type: ignore[arg-type]
