"""The verdict of the strict server where ears are not enough: messages that were shown, and what a client makes anew of
them behind a lost connection. Over a real WebSocket, with a bare client and with a player."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

pytest.importorskip("websockets")
pytest.importorskip("openai")

from realtime_client import PATIENCE_S, Client, client_of  # noqa: E402
from websockets.asyncio.client import ClientConnection, connect  # noqa: E402
from websockets.exceptions import ConnectionClosed  # noqa: E402

import rtmulti  # noqa: E402
from rtmulti.server import Line, StrictServer, Verdict, parse_script  # noqa: E402
from rtmulti.timeline import WatchedPlayer  # noqa: E402

TEXT_BETWEEN = {
    "turns": [
        {
            "output": [
                {"message": "One.", "audio_ms": 200},
                {"message": "See the screen.", "modality": "text"},
                {"message": "Two.", "audio_ms": 200},
            ],
            "pace": 0,
        }
    ]
}
LOST = {
    "voice": "tone",
    "turns": [
        {
            "output": [
                {"message": "One.", "audio_ms": 200},
                {"message": "It is sunny in Paris.", "audio_ms": 2000},
                {"message": "Two.", "audio_ms": 200},
                {"message": "See the screen.", "modality": "text"},
            ],
            "pace": 0,
            "drop_at_ms": 300,
        },
        {"output": [{"message": "Hello again.", "audio_ms": 100}], "pace": 0},
    ],
}


def _run(steps: Any) -> Any:
    return asyncio.run(asyncio.wait_for(steps, 20))


async def _heard_all_audio(client: Client) -> list[str]:
    await client.send("response.create")
    await client.until("response.done")
    first, text, last = client.messages()
    await client.hear(first, 200)
    await client.hear(last, 200)
    return [first, text, last]


@pytest.mark.parametrize(
    ("shown", "told", "is_right"),
    [
        ("See the screen.", None, True),
        ("See the", None, False),
        ("", "conversation.item.delete", True),
        (None, None, False),
        (None, "conversation.item.delete", True),
        ("See the screen.", "conversation.item.delete", False),
    ],
)
def test_a_text_is_remembered_as_it_was_shown(shown: str | None, told: str | None, is_right: bool) -> None:
    async def steps() -> Verdict:
        async with client_of(TEXT_BETWEEN) as client:
            _, text, _ = await _heard_all_audio(client)
            if shown is not None:
                await client.send("rtmulti.shown", item_id=text, text=shown)
            if told is not None:
                await client.send(told, item_id=text)
            return await client.leave()

    verdict = _run(steps())
    assert verdict.is_green is is_right, str(verdict)
    line = verdict.lines[1]
    assert (line.shown_text, line.told) == (shown, "nothing" if told is None else "delete")
    assert line.agrees is is_right
    assert ("See the screen." in str(verdict)) and ("DIFFERS" in str(verdict)) is not is_right


@pytest.mark.parametrize("is_truncated", [False, True])
def test_what_was_read_though_it_has_audio_is_there_whole(is_truncated: bool) -> None:
    async def steps() -> Verdict:
        async with client_of(TEXT_BETWEEN) as client:
            first, text, _ = await _heard_all_audio(client)
            await client.hear(first, 100)
            for item_id, words in ((first, "One."), (text, "See the screen.")):
                await client.send("rtmulti.shown", item_id=item_id, text=words)
            if is_truncated:
                await client.send("conversation.item.truncate", item_id=first, content_index=0, audio_end_ms=100)
            return await client.leave()

    verdict = _run(steps())
    assert verdict.is_green is not is_truncated, str(verdict)


def test_words_that_were_never_said_were_not_shown() -> None:
    async def steps() -> None:
        async with client_of(TEXT_BETWEEN) as client:
            _, text, _ = await _heard_all_audio(client)
            code, message, param = await client.refused("rtmulti.shown", item_id=text, text="Look away.")
            assert (code, param) == ("rtmulti_shown_other_text", "text") and "Look away." in message
            code, _, param = await client.refused("rtmulti.shown", item_id="nobody", text="")
            assert (code, param) == ("rtmulti_shown_invalid_item_id", "item_id")

    _run(steps())


async def _until_lost(server: StrictServer) -> list[str]:
    """A first connection, of which the ids of its messages are left."""
    async with connect(server.url) as socket:
        await socket.send('{"type": "response.create"}')
        ids = []
        with pytest.raises(ConnectionClosed):
            while True:
                event = json.loads(await socket.recv())
                if event["type"] == "response.output_item.added":
                    ids.append(event["item"]["id"])
        return ids


async def _make_anew(socket: ClientConnection, item_id: str, text: str) -> None:
    item = {"id": item_id, "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    await socket.send(json.dumps({"type": "conversation.item.create", "item": item}))


@pytest.mark.parametrize(
    ("made", "is_right"),
    [
        (["One.", "It is sunny", None, "See the screen."], True),
        (["One.", "It is sunny", "", "See the screen."], True),
        (["One.", "It is sunny in Paris.", None, "See the screen."], False),
        (["One.", None, None, "See the screen."], False),
        (["One.", "It was sunny", None, "See the screen."], False),
        (["On", "It is sunny", None, "See the screen."], False),
        (["One.", "It is sunny", "Two.", "See the screen."], False),
        (["One.", "It is sunny", None, None], False),
    ],
)
def test_behind_a_lost_connection_is_made_anew_what_was_heard(made: list[str | None], is_right: bool) -> None:
    async def steps() -> tuple[list[str], Verdict]:
        async with StrictServer(parse_script(LOST)) as server:
            ids = await _until_lost(server)
            async with connect(server.url) as socket:
                for item_id, text in zip(ids, made, strict=True):
                    if text is not None:
                        await _make_anew(socket, item_id, text)
                for item_id, heard_ms in zip(ids, (200, 1000, 0), strict=False):
                    place = {"item_id": item_id, "content_index": 0}
                    await socket.send(json.dumps({"type": "rtmulti.heard", **place, "heard_ms": heard_ms}))
                await socket.send(json.dumps({"type": "rtmulti.shown", "item_id": ids[3], "text": "See the screen."}))
            return ids, await asyncio.wait_for(server.verdict(), PATIENCE_S)

    ids, verdict = _run(steps())
    assert verdict.is_green is is_right, str(verdict)
    assert [line.item_id for line in verdict.lines] == ids and all(line.is_lost for line in verdict.lines)
    assert [line.told for line in verdict.lines] == ["nothing" if text is None else "create" for text in made]


class _Screen(rtmulti.CallbackSink):
    """Plays to nobody, and shows at once what it is given to show."""

    player: rtmulti.Player

    def text(self, item_id: str, text: str) -> None:
        self.player.text_delivered(item_id)


async def _converse(server: StrictServer) -> tuple[list[rtmulti.Message], Verdict]:
    """A client with a player, that makes anew what its records say when its connection is lost."""
    records: list[rtmulti.Message] = []
    sockets: list[ClientConnection] = []
    sink = _Screen(lambda segment, pcm: None, rtmulti.SinkFormat(takes_text=True))

    def on_event(event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.Message):
            records.append(event)

    async def send(text: str) -> None:
        await sockets[-1].send(text)

    async with WatchedPlayer(sink, send, on_event=on_event) as player:
        sink.player = player
        async with connect(server.url) as socket:
            sockets.append(socket)
            await socket.send('{"type": "response.create"}')
            with pytest.raises(ConnectionClosed):
                while True:
                    player.feed(await socket.recv())
        player.reconnect()
        async with connect(server.url) as socket:
            sockets.append(socket)
            await asyncio.sleep(0.5)
            await player.interrupt(by=rtmulti.Interrupter.HOST)
            for record in records:
                if record.heard_text:
                    await _make_anew(socket, record.item_id, record.heard_text)
            await socket.send('{"type": "response.create"}')
            while True:
                player.feed(text := await socket.recv())
                if json.loads(text)["type"] == "response.done":
                    break
            await player.settled(json.loads(text)["response"]["id"])
            for report in player.heard_reports():
                await socket.send(json.dumps(report))
        return records, await asyncio.wait_for(server.verdict(), PATIENCE_S)


def test_a_player_has_made_anew_what_its_records_say() -> None:
    async def steps() -> tuple[list[rtmulti.Message], Verdict]:
        async with StrictServer(parse_script(LOST)) as server:
            return await _converse(server)

    records, verdict = _run(steps())
    assert verdict.is_green, str(verdict)
    assert [record.outcome.name for record in records[:3]] == ["FULL", "PARTIAL", "SKIPPED"]
    assert [record.of_lost_session for record in records] == [False, True, True, True, False]
    lines: list[Line] = list(verdict.lines)
    assert [line.told for line in lines] == ["create", "create", "nothing", "nothing", "nothing"]
