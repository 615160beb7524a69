"""The relay between a client that knows nothing of it and the strict server: in whose pace audio comes, what becomes of the
client's truncates, what the server remembers, and what passes as it came."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from typing import Any

import pytest

websockets = pytest.importorskip("websockets")

from relayed import PATIENCE_S, client, fairly, relayed, until, upstream  # noqa: E402
from websockets.asyncio.client import ClientConnection  # noqa: E402
from websockets.asyncio.server import ServerConnection  # noqa: E402
from websockets.exceptions import InvalidStatus  # noqa: E402
from websockets.typing import Subprotocol  # noqa: E402

from rtmulti.relay import MEASURED, Settings, SettingsError  # noqa: E402
from rtmulti.server import StrictServer, Verdict, parse_script  # noqa: E402

SCRIPT = parse_script(
    {
        "voice": "tone",
        "turn_detection": {"create_response": False},
        "turns": [
            {"output": [{"message": "One.", "audio_ms": 500}, {"message": "Two.", "audio_ms": 500}], "pace": 0},
            {"output": [{"message": "Three.", "audio_ms": 200}], "pace": 0},
        ],
    }
)


class Listener:
    """A client that plays as it should: 20 ms at a time, from when audio came; it drops what it has where it interrupts."""

    def __init__(self, websocket: ClientConnection) -> None:
        self.websocket = websocket
        self.events: list[dict[str, Any]] = []
        self.sizes_ms: dict[str, int] = {}

    async def send(self, kind: str, **fields: Any) -> None:
        await self.websocket.send(json.dumps({"type": kind, **fields}))

    async def read(self, seconds: float) -> None:
        now_s = asyncio.get_running_loop().time
        end_s = now_s() + seconds
        while now_s() < end_s:
            try:
                text = await asyncio.wait_for(self.websocket.recv(), end_s - now_s())
            except asyncio.TimeoutError:
                return
            self._note(json.loads(text))

    def _note(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if event["type"] == "response.output_audio.delta":
            size_ms = len(base64.b64decode(event["delta"])) // 48
            self.sizes_ms[event["item_id"]] = self.sizes_ms.get(event["item_id"], 0) + size_ms

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]


async def talk(act: Any, **settings: Any) -> Verdict:
    async with StrictServer(SCRIPT) as server, relayed(server.url, **settings) as relay:
        async with client(relay) as websocket:
            listener = Listener(websocket)
            await listener.send("response.create")
            await act(listener, server)
        return await asyncio.wait_for(server.verdict(), PATIENCE_S)


def test_audio_comes_in_the_pace_of_the_ear_and_all_of_it() -> None:
    async def act(listener: Listener, server: StrictServer) -> None:
        await listener.read(0.3)
        assert sum(listener.sizes_ms.values()) <= 300 + 100 + 60
        assert "response.done" not in listener.kinds()
        await listener.read(1.2)
        assert list(listener.sizes_ms.values()) == [500, 500]
        assert listener.kinds()[-1] == "response.done"

    verdict = fairly(talk(act))
    assert [(line.remembered_ms, line.told) for line in verdict.lines] == [(500, "nothing"), (500, "nothing")]
    assert verdict.refusals == ()


def test_events_stand_where_they_stood_between_the_audio() -> None:
    async def act(listener: Listener, server: StrictServer) -> None:
        await listener.read(1.5)
        kinds = [kind for kind in listener.kinds() if "rate" not in kind]
        first_done = kinds.index("response.output_audio.done")
        assert kinds[:first_done].count("response.output_audio.delta") == 25
        assert kinds.count("response.output_item.added") == 2
        assert kinds.index("response.output_item.done") < len(kinds) - 1 - kinds[::-1].index("response.output_item.added")

    fairly(talk(act))


def test_speech_cuts_and_the_server_is_told_what_was_heard() -> None:
    async def act(listener: Listener, server: StrictServer) -> None:
        await listener.read(0.25)
        server.user_speaks()
        await listener.read(0.6)
        assert len(listener.sizes_ms) == 1
        # Of the second message the client never hears.
        names = json.dumps(listener.events)
        deleted = [event for event in listener.events if event["type"] == "conversation.item.deleted"]
        assert deleted == []
        assert names.count('"response.output_item.added"') == 1
        done = next(event for event in listener.events if event["type"] == "response.done")
        assert len(done["response"]["output"]) == 1

    verdict = fairly(talk(act))
    assert [line.told for line in verdict.lines] == ["truncate", "delete"]
    assert 120 <= verdict.lines[0].remembered_ms <= 300
    assert verdict.refusals == ()


def test_the_clients_own_truncate_is_swallowed() -> None:
    async def act(listener: Listener, server: StrictServer) -> None:
        await listener.read(0.25)
        item_id = next(iter(listener.sizes_ms))
        await listener.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=499)
        await listener.read(0.4)

    verdict = fairly(talk(act))
    assert [line.told for line in verdict.lines] == ["truncate", "delete"]
    assert verdict.lines[0].remembered_ms < 400
    assert verdict.refusals == ()


def test_a_cancel_is_an_interrupt() -> None:
    async def act(listener: Listener, server: StrictServer) -> None:
        await listener.read(0.2)
        await listener.send("response.cancel")
        await listener.read(0.4)
        assert "response.done" in listener.kinds()

    verdict = fairly(talk(act))
    assert [line.told for line in verdict.lines] == ["truncate", "delete"]
    assert verdict.refusals == ()


def test_what_has_nothing_to_cancel_is_the_servers_to_refuse() -> None:
    async def act(listener: Listener, server: StrictServer) -> None:
        await listener.read(1.4)
        await listener.send("response.cancel", event_id="mine")
        await listener.read(0.3)
        error = next(event["error"] for event in listener.events if event["type"] == "error")
        assert error["event_id"] == "mine"

    fairly(talk(act))


def test_a_latency_in_the_url_is_believed() -> None:
    async def run() -> Verdict:
        async with StrictServer(SCRIPT) as server, relayed(server.url) as relay:
            async with client(relay, "?model=m&rtmulti_latency_ms=3000") as websocket:
                listener = Listener(websocket)
                await listener.send("response.create")
                await listener.read(0.25)
                server.user_speaks()
                await listener.read(0.5)
            return await asyncio.wait_for(server.verdict(), PATIENCE_S)

    assert [line.told for line in fairly(run()).lines] == ["delete", "delete"]


def test_a_latency_is_measured_by_a_client_that_knows_what_it_played() -> None:
    async def act(listener: Listener, server: StrictServer) -> None:
        # It begins so late that it has played next to nothing, and says so when it truncates.
        for count in (1, 2):
            while len(listener.sizes_ms) < count:
                await listener.read(0.005)
            await listener.read(0.3)
            item_id = list(listener.sizes_ms)[-1]
            place: dict[str, Any] = {"item_id": item_id, "content_index": 0, "audio_end_ms": 10}
            await listener.send("conversation.item.truncate", **place)
            await listener.send("response.create")

    script = parse_script(
        {"voice": "tone", "turns": [{"output": [{"message": "A.", "audio_ms": 900}], "pace": 0}] * 3}
    )

    async def run() -> Verdict:
        async with StrictServer(script) as server, relayed(server.url, latency_ms=MEASURED) as relay:
            async with client(relay) as websocket:
                listener = Listener(websocket)
                await listener.send("response.create")
                await act(listener, server)
                await listener.read(0.2)
            return await asyncio.wait_for(server.verdict(), PATIENCE_S)

    first, second = fairly(run()).lines[:2]
    assert first.remembered_ms >= 280
    assert second.remembered_ms < first.remembered_ms - 150


def test_headers_query_and_subprotocol_go_up_as_they_came() -> None:
    seen: dict[str, Any] = {}

    async def serve(websocket: ServerConnection) -> None:
        assert websocket.request is not None
        seen["headers"] = dict(websocket.request.headers.raw_items())
        seen["path"] = websocket.request.path
        await websocket.send('{"type": "session.created"}')
        await websocket.wait_closed()

    async def run() -> None:
        async with upstream(serve, subprotocols=[Subprotocol("realtime")]) as url, relayed(url) as relay:
            headers = {"Authorization": "Bearer secret", "OpenAI-Beta": "realtime=v1", "X-Mine": "a, b"}
            protocols = [Subprotocol("realtime"), Subprotocol("openai-insecure-api-key.secret")]
            asks = "?model=gpt%2Frealtime&rtmulti_block_ms=40"
            async with client(relay, asks, additional_headers=headers, subprotocols=protocols) as websocket:
                await until(websocket, "session.created")
                assert websocket.subprotocol == "realtime"

    fairly(run())
    assert seen["path"] == "/v1/realtime?model=gpt%2Frealtime"
    assert seen["headers"]["Authorization"] == "Bearer secret"
    assert seen["headers"]["OpenAI-Beta"] == "realtime=v1"
    assert seen["headers"]["X-Mine"] == "a, b"
    assert seen["headers"]["Sec-WebSocket-Protocol"].replace(" ", "") == "realtime,openai-insecure-api-key.secret"


def test_the_upstreams_refusal_is_the_clients() -> None:
    async def refuse(websocket: ServerConnection, request: Any) -> Any:
        return websocket.respond(401, "no key\n")  # type: ignore[arg-type]

    async def never(websocket: ServerConnection) -> None:
        raise AssertionError("it was refused")

    async def run() -> None:
        async with upstream(never, process_request=refuse) as url, relayed(url) as relay:
            with pytest.raises(InvalidStatus) as refused:
                await client(relay)
            assert refused.value.response.status_code == 401
            assert relay.connections <= 1

    fairly(run())


def test_neither_audio_nor_keys_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def act(listener: Listener, server: StrictServer) -> None:
        await listener.send("input_audio_buffer.append", audio=base64.b64encode(b"\x11\x22" * 2400).decode())
        await listener.read(0.3)

    async def run() -> None:
        async with StrictServer(SCRIPT) as server, relayed(server.url) as relay:
            headers = {"Authorization": "Bearer sk-very-secret"}
            async with client(relay, additional_headers=headers, logger=_silent()) as websocket:
                listener = Listener(websocket)
                await listener.send("response.create")
                await act(listener, server)

    fairly(run())
    said = [record for record in caplog.records if record.name.startswith("rtmulti")]
    assert said, "the relay says that a client came and left"
    assert not any("secret" in record.getMessage() or "ESIR" in record.getMessage() for record in said)


def _silent() -> logging.Logger:
    logger = logging.getLogger("the.client")
    logger.setLevel(logging.CRITICAL)
    return logger


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"upstream": "https://host"}, "upstream"),
        ({"upstream": "ws://host/x#y"}, "upstream"),
        ({"port": 65_536}, "port"),
        ({"latency_ms": 5_001}, "latency_ms"),
        ({"block_ms": 9}, "block_ms"),
        ({"lead_ms": 10}, "lead_ms"),
        ({"most_connections": 0}, "most_connections"),
    ],
)
def test_settings_that_are_none_are_named(change: dict[str, Any], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        Settings(**{"upstream": "ws://host", **change})


@pytest.mark.parametrize("asks", ["rtmulti_latency_ms=x", "rtmulti_other=1", "rtmulti_block_ms=500", "rtmulti_lead_ms="])
def test_a_url_that_says_nonsense_is_refused(asks: str) -> None:
    with pytest.raises(SettingsError, match="rtmulti_|block_ms|latency"):
        Settings("ws://host").of_client(f"/v1/realtime?model=m&{asks}")


def test_what_is_ours_is_taken_out_of_the_url() -> None:
    settings, url = Settings("wss://host/v1/realtime").of_client("/x?model=a%20b&rtmulti_latency_ms=measure")
    assert (settings.latency_ms, url) == (MEASURED, "wss://host/v1/realtime?model=a+b")
    assert Settings("wss://host").of_client("/v1/realtime?model=a%20b")[1] == "wss://host/v1/realtime?model=a%20b"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--upstream", "http://host"], "upstream is 'http://host'"),
        (["--upstream", "ws://host", "--latency-ms", "soon"], "the latency is 'soon'"),
        (["--upstream", "ws://host", "--lead-ms", "3"], "lead_ms is 3"),
        (["--upstream", "ws://host", "--host", "203.0.113.9"], "203.0.113.9:0 cannot be used"),
    ],
)
def test_the_command_names_what_it_cannot_use(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from rtmulti.cli import main

    assert main(["relay", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_the_example_shows_before_and_after(capsys: pytest.CaptureFixture[str]) -> None:
    import relay_client

    fairly(relay_client.main())
    before, after = capsys.readouterr().out.split("behind the relay:")
    assert "message 2: heard    0 ms, remembered    0 ms" not in before
    assert "message 2: heard    0 ms, remembered    0 ms (delete)" in after
