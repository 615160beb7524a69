"""The strict server's responses: which events come, in which order, in the shapes of the openai SDK, and what becomes
of them when they are cancelled. What it refuses and judges is tested in test_server_rules.py."""

from __future__ import annotations

import asyncio
import base64
import math
import time
from array import array
from typing import Any

from realtime_client import Client, client_of

TWO_MESSAGES = [{"message": "Let me check.", "audio_ms": 200}, {"message": "It is sunny.", "audio_ms": 400}]


def test_a_response_has_the_events_of_the_protocol_in_order() -> None:
    async def run() -> None:
        async with client_of(
            {"turns": [{"output": [{"message": "Hello there.", "audio_ms": 200}], "pace": 0}]}
        ) as client:
            await client.send("response.create")
            done = await client.until("response.done")
            assert client.types() == [
                "session.created",
                "response.created",
                "response.output_item.added",
                "conversation.item.added",
                "response.content_part.added",
                "response.output_audio_transcript.delta",
                "response.output_audio.delta",
                "response.output_audio_transcript.delta",
                "response.output_audio.delta",
                "response.output_audio.done",
                "response.output_audio_transcript.done",
                "response.content_part.done",
                "conversation.item.done",
                "response.output_item.done",
                "response.done",
            ]
            assert done["response"]["status"] == "completed"
            assert done["response"]["output"][0]["content"] == [{"type": "output_audio", "transcript": "Hello there."}]
            assert len(client.audio_of("item_001")) == 9600

    asyncio.run(run())


def test_g711_is_sent_at_8_khz_when_the_client_asks_for_it() -> None:
    async def run() -> None:
        async with client_of({"turns": [{"output": [{"message": "Hello.", "audio_ms": 500}], "pace": 0}]}) as client:
            audio = {"output": {"format": {"type": "audio/pcma"}}}
            await client.send(
                "session.update", session={"type": "realtime", "audio": audio, "instructions": "Be kind."}
            )
            session = (await client.until("session.updated"))["session"]
            assert session["audio"]["output"]["format"] == {"type": "audio/pcma"}
            assert session["instructions"] == "Be kind."
            await client.send("response.create")
            await client.until("response.done")
            assert len(client.audio_of("item_001")) == 4000

    asyncio.run(run())


def test_a_text_response_has_no_audio() -> None:
    async def run() -> None:
        async with client_of({"turns": [{"output": [{"message": "Hello there."}]}]}) as client:
            await client.send("response.create", response={"output_modalities": ["text"]})
            done = await client.until("response.done")
            assert done["response"]["output"][0]["content"] == [{"type": "output_text", "text": "Hello there."}]
            assert "response.output_text.delta" in client.types()
            assert "response.output_audio.delta" not in client.types()

    asyncio.run(run())


def test_a_function_call_and_its_answer() -> None:
    async def run() -> None:
        turns = [
            {
                "output": [
                    {"message": "One moment.", "audio_ms": 100},
                    {"call": "get_weather", "arguments": {"city": "Paris"}},
                ]
            },
            {"output": [{"message": "Sunny.", "audio_ms": 100}]},
        ]
        async with client_of({"turns": turns}) as client:
            await client.send("response.create")
            call = await client.until("response.function_call_arguments.done")
            assert (call["name"], call["arguments"]) == ("get_weather", '{"city": "Paris"}')
            await client.until("response.done")
            answer = {"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}
            await client.send("conversation.item.create", item=answer)
            added = await client.until("conversation.item.added")
            assert added["previous_item_id"] == call["item_id"]
            await client.send("response.create")
            await client.until("response.done")
            assert len(client.messages()) == 2

    asyncio.run(run())


def test_done_events_can_come_together_at_the_end() -> None:
    async def run() -> None:
        async with client_of({"turns": [{"output": TWO_MESSAGES, "pace": 0, "batch_done": True}]}) as client:
            await client.send("response.create")
            await client.until("response.done")
            types = client.types()
            last_delta = max(at for at, kind in enumerate(types) if kind == "response.output_audio.delta")
            assert types.index("response.output_audio.done") > last_delta
            assert types.count("response.output_item.done") == 2

    asyncio.run(run())


def test_pace_and_pauses_take_their_time() -> None:
    async def took_s(turn: dict[str, Any]) -> float:
        async with client_of({"turns": [turn]}) as client:
            await client.send("response.create")
            began_s = time.monotonic()
            await client.until("response.done")
            return time.monotonic() - began_s

    async def run() -> None:
        burst_s = await took_s({"output": TWO_MESSAGES, "pace": 0})
        paced_s = await took_s({"output": TWO_MESSAGES, "pace": 2})
        assert burst_s < paced_s
        assert paced_s > 0.29  # 600 ms of audio at twice its speed
        assert await took_s({"output": [*TWO_MESSAGES, {"pause_ms": 100}], "pace": 1}) > 0.69

    asyncio.run(run())


def test_a_cancelled_response_closes_what_is_open() -> None:
    async def run() -> None:
        async with client_of({"turns": [{"output": TWO_MESSAGES, "pace": 1, "chunk_ms": 50}]}) as client:
            await client.send("response.create")
            await client.until("response.output_audio.delta")
            await client.send("response.cancel")
            done = await client.until("response.done")
            assert done["response"]["status"] == "cancelled"
            assert done["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
            assert done["response"]["output"][0]["status"] == "incomplete"
            assert client.types()[-6:] == [
                "response.output_audio.done",
                "response.output_audio_transcript.done",
                "response.content_part.done",
                "conversation.item.done",
                "response.output_item.done",
                "response.done",
            ]
            assert await client.quiet(0.3) == []

    asyncio.run(run())


def test_late_items_come_after_a_cancelled_response_is_done() -> None:
    async def run() -> None:
        late = [{"message": "Tomorrow it will rain.", "audio_ms": 100}]
        async with client_of({"turns": [{"output": TWO_MESSAGES, "pace": 1, "late_output": late}]}) as client:
            await client.send("response.create")
            await client.until("response.output_audio.delta")
            await client.send("response.cancel")
            done = await client.until("response.done")
            added = await client.until("response.output_item.added")
            assert added["response_id"] == done["response"]["id"]
            await client.until("response.output_item.done")
            assert len(client.audio_of(added["item"]["id"])) == 4800

    asyncio.run(run())


def test_errors_on_demand_and_ends_on_demand() -> None:
    async def run() -> None:
        fault = {"error": {"code": "rate_limit_exceeded", "message": "Too much."}}
        turn = {"output": [fault, *TWO_MESSAGES], "pace": 0, "status": "incomplete", "reason": "max_output_tokens"}
        async with client_of({"turns": [turn]}) as client:
            await client.send("response.create")
            error = (await client.until("error"))["error"]
            assert (error["code"], error["message"]) == ("rate_limit_exceeded", "Too much.")
            response = (await client.until("response.done"))["response"]
            assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}

    asyncio.run(run())


SPEAKS_OVER = {"output": TWO_MESSAGES, "pace": 0.5, "speech_at_ms": 150, "speech_ms": 100}


def test_the_scripted_user_interrupts_and_is_answered() -> None:
    async def run() -> None:
        async with client_of({"turns": [SPEAKS_OVER, {"output": TWO_MESSAGES, "pace": 0}]}) as client:
            await client.send("response.create")
            started = await client.until("input_audio_buffer.speech_started")
            done = await client.until("response.done")
            assert done["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
            committed = await client.until("input_audio_buffer.committed")
            assert committed["item_id"] == started["item_id"]
            answer = await client.until("response.done")
            assert answer["response"]["status"] == "completed"

    asyncio.run(run())


def test_without_interrupt_response_the_response_goes_on() -> None:
    async def run() -> None:
        vad = {"interrupt_response": False, "create_response": False}
        async with client_of({"turn_detection": vad, "turns": [SPEAKS_OVER]}) as client:
            await client.send("response.create")
            await client.until("input_audio_buffer.speech_started")
            done = await client.until("response.done")
            assert done["response"]["status"] == "completed"

    asyncio.run(run())


async def _append(client: Client, loudness: int, ms: int) -> None:
    pcm = array("h", (int(loudness * math.sin(at / 10)) for at in range(24 * ms)))
    await client.send("input_audio_buffer.append", audio=base64.b64encode(pcm.tobytes()).decode())


def test_real_input_audio_is_noticed() -> None:
    async def run() -> None:
        vad = {"silence_duration_ms": 200}
        async with client_of({"turn_detection": vad, "turns": [{"output": TWO_MESSAGES, "pace": 0}]}) as client:
            await _append(client, 10, 300)
            assert await client.quiet(0.1) == []
            await _append(client, 9000, 300)
            started = await client.until("input_audio_buffer.speech_started")
            assert started["audio_start_ms"] == 300
            await _append(client, 0, 400)
            stopped = await client.until("input_audio_buffer.speech_stopped")
            assert stopped["audio_end_ms"] == 780
            await client.until("response.done")

    asyncio.run(run())


def test_without_turn_detection_the_client_commits() -> None:
    async def run() -> None:
        async with client_of({"turn_detection": None, "turns": [{"output": TWO_MESSAGES, "pace": 0}]}) as client:
            await _append(client, 9000, 50)
            code, message, _ = await client.refused("input_audio_buffer.commit")
            assert code == "input_audio_buffer_commit_empty"
            assert message.endswith("but buffer only has 50.00ms of audio.")
            await _append(client, 9000, 150)
            await client.send("input_audio_buffer.commit")
            await client.until("conversation.item.done")
            await client.send("input_audio_buffer.clear")
            await client.until("input_audio_buffer.cleared")
            assert "input_audio_buffer.speech_started" not in client.types()

    asyncio.run(run())
