"""What docs/privacy.md says of a trace, a log and whatever else is written: the words and the sound of the conversation
are in those that say so, and a key of the host's is in none of them, also where every logger of rtmulti writes down
everything. Of the relay test_relay.py says the same."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

websockets = pytest.importorskip("websockets")

from websockets.asyncio.client import ClientConnection, connect  # noqa: E402

import rtmulti  # noqa: E402
from rtmulti.server import StrictServer, parse_script  # noqa: E402
from rtmulti.timeline import WatchedPlayer, draw_svg  # noqa: E402

KEY, TOKEN = "sk-do-not-write-me-down", "mcp-token-of-the-session"
WORDS, CITY = "It is sunny in Paris.", "Reykjavik"
OUTPUT = [{"message": WORDS, "audio_ms": 300}, {"call": "get_weather", "arguments": {"city": CITY}}]
SCRIPT = parse_script({"voice": "tone", "turns": [{"output": OUTPUT, "pace": 0}]})
HEADERS = {"Authorization": f"Bearer {KEY}"}
PATIENCE_S = 20


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The environment has a key, and all of rtmulti's loggers write down everything."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG, "rtmulti")
    return caplog


def of_rtmulti(logged: pytest.LogCaptureFixture) -> str:
    return "\n".join(record.getMessage() for record in logged.records if record.name.startswith("rtmulti"))


async def hear(socket: ClientConnection, player: rtmulti.Player) -> list[bytes]:
    """Plays the one response to its end; the audio that came."""
    audio: list[bytes] = []
    await socket.send('{"type": "response.create"}')
    async for message in socket:
        player.feed(message)
        event: dict[str, Any] = json.loads(message)
        if event["type"] == "response.output_audio.delta":
            audio.append(base64.b64decode(event["delta"]))
        if event["type"] == "response.done":
            break
    await player.settled("resp_001")
    return audio


def traced(path: Path) -> tuple[list[bytes], str]:
    """A conversation whose connection bears the key; its audio, and its picture."""

    async def talk() -> tuple[list[bytes], str]:
        sink = rtmulti.CallbackSink(lambda segment, pcm: None)
        async with StrictServer(SCRIPT) as server, connect(server.url, additional_headers=HEADERS) as socket:
            async with WatchedPlayer(sink, socket.send, trace=path) as player:
                return await hear(socket, player), draw_svg(player.timeline)

    return asyncio.run(asyncio.wait_for(talk(), PATIENCE_S))


def test_a_trace_holds_the_conversation_and_no_key(logged: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    audio, picture = traced(tmp_path / "call.trace")
    trace = (tmp_path / "call.trace").read_bytes()
    assert WORDS.split()[-1].encode() in trace and CITY.encode() in trace
    assert audio and base64.b64encode(audio[0])[:64] in trace
    assert WORDS in picture or WORDS.split()[0] in picture
    for written in (trace, picture.encode(), of_rtmulti(logged).encode()):
        assert KEY.encode() not in written


def test_what_is_made_of_a_trace_has_no_key_either_and_the_printed_one_no_sound(
    logged: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    audio, _ = traced(tmp_path / "call.trace")
    command = [
        sys.executable,
        "-m",
        "rtmulti",
        "trace",
        "call.trace",
        "--all",
        "--out",
        "log.jsonl",
        "--timeline",
        "t.html",
    ]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert WORDS.split()[-1] in printed
    assert base64.b64encode(audio[0]).decode()[:16] not in printed
    log = (tmp_path / "log.jsonl").read_text()
    assert base64.b64encode(audio[0]).decode()[:64] in log
    for written in (printed, log, (tmp_path / "t.html").read_text()):
        assert KEY not in written


def test_a_recording_has_no_key(logged: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    async def record() -> None:
        async with StrictServer(SCRIPT) as server:
            command = [sys.executable, "-m", "rtmulti", "record", "--url", server.url, "--out", "log.jsonl"]
            running = await asyncio.create_subprocess_exec(*command, cwd=tmp_path)
            assert await running.wait() == 0

    asyncio.run(asyncio.wait_for(record(), PATIENCE_S))
    log = (tmp_path / "log.jsonl").read_text()
    assert CITY in log and KEY not in log


def test_what_the_server_says_is_traced_as_it_came_also_a_secret(tmp_path: Path) -> None:
    with rtmulti.Session(rtmulti.ClockedSink()) as session:
        session.trace(tmp_path / "call.trace")
        tools = [{"type": "mcp", "server_label": "mail", "authorization": TOKEN}]
        session.receive({"type": "session.updated", "session": {"tools": tools}})
        session.receive({"type": "rate_limits.updated", "of": "nobody's business"})
    trace = (tmp_path / "call.trace").read_bytes()
    assert TOKEN.encode() in trace and b"nobody's business" in trace


def test_a_diagnostic_about_a_line_that_takes_nothing_holds_the_command(logged: pytest.LogCaptureFixture) -> None:
    async def never(command: str) -> None:
        await asyncio.sleep(PATIENCE_S)

    async def talk() -> None:
        async with rtmulti.Player(rtmulti.CallbackSink(lambda segment, pcm: None), never) as player:
            player.session.response_created("r1")
            player.session.audio("r1", "A", bytes(48_000))
            await asyncio.sleep(0.1)
            await player.interrupt(timeout=0)
            await player.close(timeout=0)

    asyncio.run(talk())
    assert '"type":"response.cancel"' in of_rtmulti(logged) and KEY not in of_rtmulti(logged)
