"""The example agents, with the real openai SDK and with websockets alone, against the strict server: conversations with
an interruption, in real time, that must end with a green verdict; and agents that lie, which must not."""

from __future__ import annotations

import asyncio
import json
import sys
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.types.realtime import ResponseDoneEvent

from rtmulti import Choice, Config, PlaybackStarted, Server, WavSink
from rtmulti.events import Event
from rtmulti.server import Script, StrictServer, Verdict, load_script, parse_script
from rtmulti.timeline import WatchedPlayer, draw_svg

PACKAGE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PACKAGE / "examples"))

import openai_agent  # noqa: E402 - the examples are no package
import websockets_agent  # noqa: E402

PATIENCE_S = 20
_TRUNCATES_AND_DELETES = Config(server=Server.TRUNCATES | Server.DELETES)
TWO_MESSAGES = {
    "voice": "tone",
    "listener": "real_time",
    "turns": [
        {
            "output": [
                {"message": "Let me check.", "audio_ms": 300},
                {"message": "It is sunny in Paris.", "audio_ms": 1200},
                {"message": "Tomorrow it will rain.", "audio_ms": 500},
            ],
            "pace": 3,
            "chunk_ms": 40,
        }
    ],
}


def _judge(script: Script, agent: Callable[[str], Any]) -> tuple[Verdict, Any]:
    """The verdict over an agent that is given the server's address, and what the agent returned."""

    async def run() -> tuple[Verdict, Any]:
        async with StrictServer(script) as server:
            result = await agent(server.url)
            return await server.verdict(), result

    async def in_time() -> tuple[Verdict, Any]:
        return await asyncio.wait_for(run(), PATIENCE_S)

    return asyncio.run(in_time())


def _base(url: str) -> str:
    return url.removesuffix("/realtime")


def test_the_openai_agent_interrupts_the_second_message_and_is_green(tmp_path: Path) -> None:
    wav = tmp_path / "heard.wav"
    script = parse_script(TWO_MESSAGES)
    verdict, player = _judge(script, lambda url: openai_agent.converse(_base(url), wav, 0.3))
    assert verdict.is_green, str(verdict)
    first, second, third = verdict.lines
    assert (first.heard_ms, first.told) == (300, "nothing")
    assert second.told == "truncate"
    assert 250 <= second.remembered_ms < 1200
    assert (third.remembered_ms, third.told) == (0, "delete")
    with wave.open(str(wav)) as file:
        assert abs(file.getnframes() / 24 - (300 + second.remembered_ms)) <= 1
    tracks = {track.item_id: track for track in player.timeline.tracks}
    assert [track.outcome for track in tracks.values()] == ["full", "partial", "skipped"]
    assert tracks[second.item_id].heard_ms == second.remembered_ms
    assert "truncate at" in draw_svg(player.timeline)


def test_the_openai_agent_hears_all_of_it_and_is_green(tmp_path: Path) -> None:
    script = parse_script({**TWO_MESSAGES, "format": "audio/pcmu"})
    verdict, _ = _judge(script, lambda url: openai_agent.converse(_base(url), tmp_path / "heard.wav", None))
    assert verdict.is_green, str(verdict)
    assert [line.heard_ms for line in verdict.lines] == [300, 1200, 500]


def test_the_websockets_agent_is_interrupted_by_the_servers_vad_and_is_green(tmp_path: Path) -> None:
    script = load_script("server-vad")
    verdict, _ = _judge(script, lambda url: websockets_agent.converse(url, tmp_path / "heard.wav", 2))
    assert verdict.is_green, str(verdict)
    assert [line.told for line in verdict.lines] == ["nothing", "truncate", "nothing"]


def test_a_vad_that_only_says_so_is_answered_with_a_cancel(tmp_path: Path) -> None:
    script = load_script("server-vad-without-interrupt")
    config = Config(interrupt_on_speech=True)
    verdict, events = _judge(script, lambda url: _watch(url, tmp_path, config=config))
    assert verdict.is_green, str(verdict)
    assert verdict.lines[1].told == "truncate"
    assert events[-1].response.status == "cancelled"


def test_items_after_the_cancel_are_deleted(tmp_path: Path) -> None:
    script = load_script("hasty-server")
    # Nobody speaks to this server, so that it does not cancel by itself, whatever its session says (rule D13).
    config = replace(_TRUNCATES_AND_DELETES, interrupts=Choice.NO)
    verdict, _ = _judge(script, lambda url: _watch(url, tmp_path, config=config, interrupt_after_s=0.3, linger_s=0.5))
    assert verdict.is_green, str(verdict)
    assert [line.told for line in verdict.lines] == ["nothing", "truncate", "delete"]
    assert verdict.lines[2].sent_ms == 300


def test_a_rough_road_is_survived(tmp_path: Path) -> None:
    script = load_script("rough-road")
    verdict, events = _judge(script, lambda url: _watch(url, tmp_path))
    assert verdict.is_green, str(verdict)
    assert [line.heard_ms for line in verdict.lines] == [300, 600]
    assert "error" in [event.type for event in events]


async def _watch(
    url: str,
    folder: Path,
    *,
    config: Config = _TRUNCATES_AND_DELETES,
    interrupt_after_s: float | None = None,
    linger_s: float = 0.0,
    tell: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda event: event,
) -> list[Any]:
    """An agent on the SDK's own iteration, which gives rtmulti the SDK's objects. It interrupts so long after the
    second message began, stays `linger_s` longer than it must, and `tell` may change what it sends."""
    events: list[Any] = []
    segments: set[int] = set()
    second_message = asyncio.Event()

    def on_event(event: Event) -> None:
        if isinstance(event, PlaybackStarted):
            segments.add(event.segment)
            if len(segments) == 2:
                second_message.set()

    client = AsyncOpenAI(api_key="none", websocket_base_url=_base(url))
    async with client.realtime.connect(model="any") as connection:

        async def send(text: str) -> None:
            event = tell(json.loads(text))
            if event is not None:
                await connection.send(event)

        async with WatchedPlayer(WavSink(folder / "heard.wav"), send, config=config, on_event=on_event) as player:

            async def listen() -> str:
                response_id = ""
                async for event in connection:
                    player.feed(event)
                    events.append(event)
                    if isinstance(event, ResponseDoneEvent):
                        response_id = event.response.id or ""
                        if linger_s == 0:
                            break
                return response_id

            listening = asyncio.create_task(listen())
            await connection.response.create()
            if interrupt_after_s is not None:
                await second_message.wait()
                await asyncio.sleep(interrupt_after_s)
                await player.interrupt()
            await asyncio.wait([listening], timeout=linger_s or None)
            listening.cancel()
            await player.settled("resp_001")
            for report in player.heard_reports():
                await send(json.dumps(report))
    return events


def _only(kind: str, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Callable[..., Any]:
    return lambda event: change(event) if event["type"] == kind else event


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(
            _only("conversation.item.truncate", lambda event: {**event, "audio_end_ms": event["audio_end_ms"] + 60}),
            id="truncates later than it heard",
        ),
        pytest.param(_only("conversation.item.truncate", lambda event: None), id="does not truncate"),
        pytest.param(_only("conversation.item.delete", lambda event: None), id="does not delete"),
        pytest.param(
            _only("rtmulti.heard", lambda event: {**event, "heard_ms": event["heard_ms"] // 2}), id="heard only half"
        ),
        pytest.param(
            _only("rtmulti.heard", lambda event: {**event, "heard_ms": 1_000_000}), id="heard more than there was"
        ),
        pytest.param(
            _only("rtmulti.heard", lambda event: event if event["item_id"] == "item_001" else None),
            id="does not say what it heard of the second",
        ),
    ],
)
def test_a_lying_agent_is_caught(tmp_path: Path, lie: Callable[..., Any]) -> None:
    verdict, _ = _judge(parse_script(TWO_MESSAGES), lambda url: _watch(url, tmp_path, interrupt_after_s=0.4, tell=lie))
    assert not verdict.is_green
    assert "VERDICT: the server does NOT remember what the listener heard." in str(verdict)


def test_the_same_agent_without_a_lie_is_green(tmp_path: Path) -> None:
    verdict, _ = _judge(parse_script(TWO_MESSAGES), lambda url: _watch(url, tmp_path, interrupt_after_s=0.4))
    assert verdict.is_green, str(verdict)


def test_an_agent_that_says_nothing_of_what_it_heard_gets_no_verdict(tmp_path: Path) -> None:
    silent = _only("rtmulti.heard", lambda event: None)
    verdict, _ = _judge(parse_script(TWO_MESSAGES), lambda url: _watch(url, tmp_path, tell=silent))
    assert not verdict.is_green and not verdict.is_reported
    assert "NO VERDICT: the client never said what its sink played" in str(verdict)
    assert "DIFFERS" not in str(verdict) and "does NOT remember" not in str(verdict)
    told = verdict.to_json()
    assert told["reported"] is False and told["messages"][0]["agrees"] is None
    # Under the name that a message's record and `play --json` have.
    assert told["messages"][0]["generated_text"] == verdict.lines[0].text and "text" not in told["messages"][0]
