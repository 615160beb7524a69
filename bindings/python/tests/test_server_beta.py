"""The strict server before a client that speaks the beta of the protocol: every event in the beta's shapes (realtime_client.py
holds each against the openai SDK's types), what it asks for in the beta's words, and nothing of today's words."""

from __future__ import annotations

import asyncio
import json

import pytest

pytest.importorskip("websockets")
pytest.importorskip("openai")

from realtime_client import client_of  # noqa: E402


def test_a_response_has_the_events_of_the_beta_in_order() -> None:
    async def run() -> None:
        turn = {"output": [{"message": "Hello there.", "audio_ms": 200}], "pace": 0}
        async with client_of({"turns": [turn]}, is_beta=True) as client:
            await client.send("response.create")
            done = await client.until("response.done")
            assert client.types() == [
                "session.created",
                "response.created",
                "response.output_item.added",
                "conversation.item.created",
                "response.content_part.added",
                "response.audio_transcript.delta",
                "response.audio.delta",
                "response.audio_transcript.delta",
                "response.audio.delta",
                "response.audio.done",
                "response.audio_transcript.done",
                "response.content_part.done",
                "response.output_item.done",
                "response.done",
            ]
            assert done["response"]["modalities"] == ["audio", "text"]
            assert done["response"]["output"][0]["content"] == [{"type": "audio", "transcript": "Hello there."}]
            for event in client.events:
                assert "output_audio" not in json.dumps(event).replace("output_audio_format", "")
                assert "output_modalities" not in json.dumps(event)

    asyncio.run(run())


@pytest.mark.parametrize(("name", "heard_bytes"), [("pcm16", 9600), ("g711_ulaw", 1600), ("g711_alaw", 1600)])
def test_a_session_is_asked_for_and_shown_flat(name: str, heard_bytes: int) -> None:
    async def run() -> None:
        turn = {"output": [{"message": "Hello there.", "audio_ms": 200}], "pace": 0}
        async with client_of({"turns": [turn]}, is_beta=True) as client:
            detection = {"type": "server_vad", "create_response": False, "interrupt_response": False}
            asked = {"output_audio_format": name, "input_audio_format": "g711_alaw", "turn_detection": detection}
            await client.send("session.update", session={**asked, "modalities": ["text", "audio"], "voice": "ash"})
            session = (await client.until("session.updated"))["session"]
            assert (session["output_audio_format"], session["input_audio_format"]) == (name, "g711_alaw")
            assert (session["voice"], session["modalities"]) == ("ash", ["audio", "text"])
            assert session["turn_detection"].items() >= detection.items()
            assert "audio" not in session
            await client.send("response.create")
            done = await client.until("response.done")
            assert done["response"]["output_audio_format"] == name
            assert len(client.audio_of("item_001")) == heard_bytes

    asyncio.run(run())


def test_a_response_of_text_is_asked_for_in_the_betas_words() -> None:
    async def run() -> None:
        turn = {"output": [{"message": "Only written.", "audio_ms": 200}], "pace": 0}
        async with client_of({"turns": [turn]}, is_beta=True) as client:
            await client.send("response.create", response={"modalities": ["text"]})
            done = await client.until("response.done")
            assert "response.text.delta" in client.types() and "response.audio.delta" not in client.types()
            assert done["response"]["modalities"] == ["text"]
            assert done["response"]["output"][0]["content"] == [{"type": "text", "text": "Only written."}]

    asyncio.run(run())


def test_what_is_wrong_is_refused_in_both_dialects() -> None:
    async def run() -> None:
        async with client_of({"turns": [{"output": []}]}, is_beta=True) as client:
            code, _, _ = await client.refused("session.update", session={"output_audio_format": "mp3"})
            assert code == "invalid_value"
            code, _, _ = await client.refused("session.update", session={"modalities": ["song"]})
            assert code == "invalid_value"
            code, _, _ = await client.refused("session.update")
            assert code == "missing_required_parameter"

    asyncio.run(run())
