"""The strict server that plays by itself, as over WebRTC and SIP (rule F4): what it says of its output buffer, and the
example agent beside it, whose records must be what the caller heard."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from realtime_client import client_of

from rtmulti import Outcome
from rtmulti.server import StrictServer, Verdict, load_script, parse_script

PACKAGE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PACKAGE / "examples"))

import sideband_agent  # noqa: E402 - the examples are no package

PATIENCE_S = 20
SCRIPT: dict[str, Any] = {
    "playout": "server",
    "turn_detection": None,
    "turns": [{"output": [{"message": "One.", "audio_ms": 200}, {"message": "Two.", "audio_ms": 300}], "pace": 0}],
}


def _run(work: Any) -> Any:
    async def in_time() -> Any:
        return await asyncio.wait_for(work, PATIENCE_S)

    return asyncio.run(in_time())


def _beside(script: Any, stop_after_s: float | None) -> tuple[list[Any], Verdict]:
    async def run() -> tuple[list[Any], Verdict]:
        async with StrictServer(script) as server:
            heard = await sideband_agent.converse(server.url, stop_after_s)
            return heard, await server.verdict()

    made: tuple[list[Any], Verdict] = _run(run())
    return made


def test_it_sends_words_and_no_audio_and_says_when_it_plays() -> None:
    async def talk() -> None:
        async with client_of(SCRIPT) as client:
            await client.send("response.create")
            await client.until("output_audio_buffer.started")
            begun_s = asyncio.get_running_loop().time()
            await client.until("output_audio_buffer.stopped")
            assert asyncio.get_running_loop().time() - begun_s >= 0.45
            kinds = client.types()
            assert "response.output_audio.delta" not in kinds
            assert "response.output_audio_transcript.delta" in kinds
            assert kinds.index("response.done") < kinds.index("output_audio_buffer.stopped")
            verdict = await client.leave()
            assert [line.heard_ms for line in verdict.lines] == [200, 300]
            assert verdict.is_green, str(verdict)

    _run(talk())


def test_a_clear_cuts_it_and_says_where() -> None:
    async def talk() -> None:
        async with client_of(SCRIPT) as client:
            await client.send("response.create")
            await client.until("output_audio_buffer.started")
            await asyncio.sleep(0.3)
            await client.send("output_audio_buffer.clear")
            await client.until("output_audio_buffer.cleared")
            cut = await client.until("conversation.item.truncated")
            assert cut["item_id"] == client.messages()[1]
            assert 60 <= cut["audio_end_ms"] <= 250
            assert await client.quiet(0.4) == []
            verdict = await client.leave()
            assert verdict.is_green, str(verdict)

    _run(talk())


def test_it_is_not_to_be_told_where_it_was_cut() -> None:
    async def talk() -> None:
        async with client_of(SCRIPT) as client:
            await client.send("response.create")
            await client.until("response.done")
            place = {"item_id": client.messages()[0], "content_index": 0, "audio_end_ms": 10}
            code, _, _ = await client.refused("conversation.item.truncate", **place)
            assert code == "rtmulti_plays_by_itself"

    _run(talk())


def test_a_server_that_does_not_play_has_no_buffer_to_clear() -> None:
    async def talk() -> None:
        async with client_of({**SCRIPT, "playout": "client"}) as client:
            code, _, param = await client.refused("output_audio_buffer.clear")
            assert (code, param) == ("invalid_value", "type")

    _run(talk())


def test_the_agent_beside_it_hears_of_all_that_the_caller_heard() -> None:
    heard, verdict = _beside(parse_script({"voice": "tone", **SCRIPT}), None)
    assert verdict.is_green, str(verdict)
    assert [(one.outcome, one.heard_text) for one in heard] == [(Outcome.FULL, "One."), (Outcome.FULL, "Two.")]
    assert [line.told for line in verdict.lines] == ["nothing", "nothing"]


def test_the_agent_beside_it_silences_the_server_and_has_the_rest_forgotten() -> None:
    heard, verdict = _beside(load_script("sideband"), 1.2)
    assert verdict.is_green, str(verdict)
    first, second, third = verdict.lines
    assert [one.outcome for one in heard] == [Outcome.FULL, Outcome.PARTIAL, Outcome.SKIPPED]
    assert heard[1].heard_ms == second.remembered_ms == second.heard_ms
    assert 400 <= second.remembered_ms <= 1000
    assert (first.told, second.told, third.told) == ("nothing", "truncate", "delete")


@pytest.mark.parametrize("interrupts", [True, False])
def test_the_agent_beside_it_when_the_caller_speaks(interrupts: bool) -> None:
    """Where the server interrupts by itself nothing is to be told but what is to be forgotten; else rtmulti silences it."""
    vad = {"interrupt_response": interrupts, "create_response": False}
    turn = {**SCRIPT["turns"][0], "speech_at_ms": 300, "speech_ms": 150}
    script = parse_script({"voice": "tone", **SCRIPT, "turn_detection": vad, "turns": [turn]})
    heard, verdict = _beside(script, None if interrupts else 0.3)
    assert verdict.is_green, str(verdict)
    assert [one.outcome for one in heard] == [Outcome.FULL, Outcome.PARTIAL]
    assert heard[1].heard_ms == verdict.lines[1].remembered_ms
