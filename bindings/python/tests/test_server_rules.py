"""What the strict server refuses, in the service's codes and words, and how it judges: a client that tells the truth is
green, one that lies is caught. Which events a response has is tested in test_server_protocol.py."""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from realtime_client import Client, client_of

from rtmulti.server import Verdict, parse_script
from rtmulti.server.connection import Connection

TURN = {
    "output": [
        {"message": "Let me check.", "audio_ms": 300},
        {"message": "It is sunny in Paris.", "audio_ms": 700},
        {"message": "Tomorrow it will rain.", "audio_ms": 500},
    ],
    "pace": 0,
}


async def _spoken(client: Client) -> None:
    await client.send("response.create")
    await client.until("response.done")


def test_truncate_is_refused_as_the_service_does_it() -> None:
    async def run() -> None:
        silent = {
            "output": [{"message": "", "audio_ms": 0}, {"call": "f"}, {"message": "T", "modality": "text"}],
            "pace": 0,
        }
        async with client_of({"turns": [TURN, silent]}) as client:
            await _spoken(client)
            await _spoken(client)

            async def refused(
                item_id: object, audio_end_ms: object, content_index: object = 0
            ) -> tuple[str, str, str | None]:
                values = {"item_id": item_id, "content_index": content_index, "audio_end_ms": audio_end_ms}
                return await client.refused("conversation.item.truncate", **values)

            assert await refused("item_002", 701) == (
                "invalid_value",
                "Audio content of 700ms is already shorter than 701ms",
                "audio_end_ms",
            )
            gone = "Error truncating item: the item with id 'nobody' does not exist."
            assert await refused("nobody", 0) == ("item_truncate_invalid_item_id", gone, "item_id")
            no_audio = ("unsupported_content_type", "Only model output audio messages can be truncated", None)
            assert await refused("item_001", 0, content_index=1) == no_audio
            for item_id in ("item_004", "item_005", "item_006"):  # without audio, a call, a text
                assert await refused(item_id, 0) == no_audio
            assert (await refused("item_002", 12.5))[:2] == (
                "invalid_type",
                "Invalid type for 'audio_end_ms': expected an integer, but got a decimal number instead.",
            )
            assert (await refused("item_002", -1))[0] == "integer_below_min_value"
            assert (await refused(7, 0))[0] == "invalid_type"
            assert (await client.refused("conversation.item.truncate"))[:2] == (
                "missing_required_parameter",
                "Missing required parameter: 'item_id'.",
            )

    asyncio.run(run())


def test_a_truncation_shortens_what_is_remembered_and_removes_the_transcript() -> None:
    async def run() -> None:
        async with client_of({"turns": [TURN]}) as client:
            await _spoken(client)
            place = {"item_id": "item_002", "content_index": 0}
            await client.send("conversation.item.truncate", **place, audio_end_ms=250)
            assert (await client.until("conversation.item.truncated"))["audio_end_ms"] == 250
            _, message, _ = await client.refused("conversation.item.truncate", **place, audio_end_ms=251)
            assert message == "Audio content of 250ms is already shorter than 251ms"
            await client.send("conversation.item.retrieve", item_id="item_002")
            retrieved = await client.until("conversation.item.retrieved")
            assert retrieved["item"]["content"] == [{"type": "output_audio", "transcript": None}]

    asyncio.run(run())


def test_the_other_refusals_of_the_service() -> None:
    async def run() -> None:
        async with client_of({"turns": [{**TURN, "pace": 1}, TURN]}) as client:
            assert (await client.refused("response.cancel"))[:2] == (
                "response_cancel_not_active",
                "Cancellation failed: no active response found",
            )
            await client.send("response.create")
            response_id = (await client.until("response.created"))["response"]["id"]
            code, message, _ = await client.refused("response.create")
            assert code == "conversation_already_has_active_response"
            assert response_id in message
            assert (await client.refused("response.cancel", response_id="resp_999"))[0] == "response_cancel_not_active"
            await client.send("response.cancel", response_id=response_id)
            await client.until("response.done")
            for kind, code in (
                ("conversation.item.delete", "item_delete_invalid_item_id"),
                ("conversation.item.retrieve", "item_retrieve_invalid_item_id"),
            ):
                assert (await client.refused(kind, item_id="nobody"))[0] == code
            await client.send("conversation.item.delete", item_id="item_001")
            await client.until("conversation.item.deleted")
            assert (await client.refused("conversation.item.delete", item_id="item_001"))[
                0
            ] == "item_delete_invalid_item_id"
            assert (await client.refused("session.update", session={}))[
                1
            ] == "Missing required parameter: 'session.type'."
            formats = {"output": {"format": {"type": "audio/mp3"}}}
            assert (await client.refused("session.update", session={"type": "realtime", "audio": formats}))[
                0
            ] == "invalid_value"
            assert (await client.refused("session.update", session={"type": "realtime", "audio": 5}))[
                0
            ] == "invalid_type"
            assert (await client.refused("input_audio_buffer.append", audio="!"))[0] == "invalid_type"
            kind_error = await client.refused("response.explode")
            assert kind_error[0] == "invalid_value"
            assert "'response.explode'" in kind_error[1]
            assert "response.cancel" in kind_error[1]

    asyncio.run(run())


def test_nonsense_is_answered_and_the_connection_lives() -> None:
    async def run() -> None:
        async with client_of({"turns": [TURN]}) as client:
            for text in ("", "{", "[]", '{"type": 5}', "{}", '{"type": "x", "event_id": 3}', "[" * 100_000):
                await client.send_text(text)
                await client.until("error")
            await _spoken(client)

    asyncio.run(run())


def test_no_event_ends_the_connection() -> None:
    """Events whose fields hold anything at all: each is obeyed or refused, and the server lives."""
    rng = random.Random(20)
    values: list[Any] = [
        None,
        True,
        -1,
        0,
        7,
        1e9,
        0.5,
        "",
        "item_001",
        "resp_001",
        "audio/pcmu",
        "none",
        "server_vad",
        [],
        {},
        [[]],
    ]
    names = {
        "session.update": ["session.type", "session.audio.input.turn_detection.threshold", "session.output_modalities"],
        "input_audio_buffer.append": ["audio"],
        "input_audio_buffer.commit": [],
        "conversation.item.create": ["item.type", "item.id", "item.content", "previous_item_id"],
        "conversation.item.truncate": ["item_id", "content_index", "audio_end_ms"],
        "conversation.item.delete": ["item_id"],
        "response.create": [
            "response",
            "response.conversation",
            "response.audio.output.format.type",
            "response.metadata",
        ],
        "response.cancel": ["response_id"],
        "rtmulti.heard": ["item_id", "content_index", "heard_ms"],
    }

    def strange_event() -> str:
        kind = rng.choice(list(names))
        event: dict[str, Any] = {"type": kind, "event_id": rng.choice(["a", 5, None])}
        if kind == "session.update":
            silence = {"silence_duration_ms": rng.choice(values), "type": rng.choice(["server_vad", 5, None])}
            event["session"] = {"type": "realtime", "audio": {"input": {"turn_detection": silence}}}
        for name in names[kind]:
            at, *path = event, *name.split(".")
            for key in path[:-1]:
                at = at.setdefault(key, {}) if isinstance(at, dict) else {}
            if isinstance(at, dict) and rng.random() < 0.6:
                at[path[-1]] = copy.deepcopy(rng.choice(values))
        return json.dumps(event)

    async def messages() -> AsyncIterator[str]:
        for _ in range(3000):
            yield strange_event()
            await asyncio.sleep(0)

    async def run() -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def send(text: str) -> None:
            sent.append(json.loads(text))

        turns = {"voice": "tone", "turns": [{**TURN, "pace": 1000}] * 50}
        await Connection(parse_script(turns), send).run(messages())
        return sent

    sent = asyncio.run(run())
    kinds = Counter(event["type"] for event in sent)
    assert kinds["error"] > 500
    assert kinds["response.created"] > 10
    assert kinds["conversation.item.deleted"] > 0
    assert kinds["session.updated"] > 0


def test_items_of_the_client_take_their_place() -> None:
    async def run() -> None:
        async with client_of({"turns": [TURN]}) as client:
            content = [{"type": "input_text", "text": "Hello"}]
            item: dict[str, Any] = {"type": "message", "role": "user", "content": content}

            async def placed(item_id: str, behind: str | None) -> str | None:
                await client.send("conversation.item.create", item={"id": item_id, **item}, previous_item_id=behind)
                added = await client.until("conversation.item.added")
                assert added["item"]["content"] == content
                previous: str | None = added["previous_item_id"]
                return previous

            assert await placed("first", None) is None
            assert await placed("third", None) == "first"
            assert await placed("second", "first") == "first"
            assert await placed("zeroth", "root") is None
            assert await placed("last", None) == "third"
            assert (await client.refused("conversation.item.create", item={"id": "last", **item}))[0].endswith(
                "duplicate_item_id"
            )
            refused = await client.refused("conversation.item.create", item=item, previous_item_id="nobody")
            assert refused[2] == "previous_item_id"

    asyncio.run(run())


def test_an_out_of_band_response_is_not_part_of_the_conversation() -> None:
    async def run() -> None:
        async with client_of({"turns": [TURN]}) as client:
            await client.send(
                "response.create", response={"conversation": "none", "metadata": {"client_event_id": "e1"}}
            )
            done = await client.until("response.done")
            assert done["response"]["conversation_id"] is None
            assert done["response"]["metadata"] == {"client_event_id": "e1"}
            assert "conversation.item.added" not in client.types()
            await client.hear("item_001", 120)
            verdict = await client.leave()
            assert verdict.is_green
            assert verdict.lines == ()

    asyncio.run(run())


async def _judged(*sent: tuple[str, dict[str, Any]], **script: Any) -> Verdict:
    """The verdict over a client that lets one turn be spoken and then sends these events."""
    async with client_of({"turns": [TURN], **script}) as client:
        await _spoken(client)
        for kind, values in sent:
            await client.send(kind, **values)
        return await client.leave()


def _heard(item: int, heard_ms: object) -> tuple[str, dict[str, Any]]:
    return "rtmulti.heard", {"item_id": f"item_00{item}", "content_index": 0, "heard_ms": heard_ms}


def _truncate(item: int, audio_end_ms: int) -> tuple[str, dict[str, Any]]:
    place = {"item_id": f"item_00{item}", "content_index": 0, "audio_end_ms": audio_end_ms}
    return "conversation.item.truncate", place


def _delete(item: int) -> tuple[str, dict[str, Any]]:
    return "conversation.item.delete", {"item_id": f"item_00{item}"}


def test_a_client_that_tells_the_truth_is_green() -> None:
    verdict = asyncio.run(_judged(_heard(1, 300), _heard(2, 251), _truncate(2, 250), _delete(3), _heard(3, 0)))
    assert verdict.is_green
    assert [(line.heard_ms, line.remembered_ms, line.told) for line in verdict.lines] == [
        (300, 300, "nothing"),
        (251, 250, "truncate"),
        (0, 0, "delete"),
    ]
    assert "VERDICT: the server remembers what the listener heard (3 messages)." in str(verdict)


def test_a_client_that_truncates_elsewhere_is_caught() -> None:
    verdict = asyncio.run(_judged(_heard(1, 300), _heard(2, 252), _truncate(2, 250), _delete(3)))
    assert [line.agrees for line in verdict.lines] == [True, False, True]
    assert not verdict.is_green
    assert "item_002: the listener heard 252 ms, the server remembers 250 ms." in str(verdict)


def test_a_client_that_forgets_to_delete_is_caught() -> None:
    verdict = asyncio.run(_judged(_heard(1, 300), _heard(2, 250), _truncate(2, 250), _heard(3, 0)))
    assert [line.agrees for line in verdict.lines] == [True, True, False]


def test_a_client_that_deletes_what_was_heard_is_caught() -> None:
    verdict = asyncio.run(_judged(_heard(1, 300), _heard(2, 700), _heard(3, 500), _delete(1)))
    assert [line.agrees for line in verdict.lines] == [False, True, True]


def test_a_client_that_says_nothing_is_told_how() -> None:
    verdict = asyncio.run(_judged())
    assert not verdict.is_green
    assert "NO VERDICT" in str(verdict) and "says it with rtmulti.heard events" in str(verdict)


def test_a_client_cannot_have_heard_more_than_was_sent() -> None:
    verdict = asyncio.run(_judged(_heard(1, 301), _heard(2, 700), _heard(3, 500)))
    assert verdict.refusals == ("rtmulti.heard: Heard 301ms of 'item_001', of which only 300ms were sent.",)


def test_reports_must_make_sense() -> None:
    sent = (_heard(1, -1), _heard(1, 2.5), _heard(9, 1), _heard(1, 300), _heard(2, 700), _heard(3, 500))
    verdict = asyncio.run(_judged(*sent))
    assert all(line.agrees for line in verdict.lines)
    assert len(verdict.refusals) == 3
    assert not verdict.is_green


def test_a_real_time_listener_cannot_hear_faster_than_time() -> None:
    verdict = asyncio.run(_judged(_heard(1, 300), _heard(2, 700), _heard(3, 500), listener="real_time"))
    assert not verdict.is_green
    assert all(words.startswith("rtmulti.heard: Heard") for words in verdict.refusals)


def test_what_the_script_refuses_is_not_held_against_the_client() -> None:
    refuse = {"conversation.item.delete": {"code": "server_error", "message": "The server had an error."}}
    sent = (_heard(1, 300), _heard(2, 250), _truncate(2, 250), _delete(3))
    verdict = asyncio.run(_judged(*sent, refuse=refuse))
    assert verdict.is_green
    assert [line.item_id for line in verdict.lines] == ["item_001", "item_002"]


def test_races_are_no_fault_and_other_refusals_are() -> None:
    truth = (_heard(1, 300), _heard(2, 700), _heard(3, 500))
    assert asyncio.run(_judged(*truth, ("response.cancel", {}))).is_green
    assert not asyncio.run(_judged(*truth, _truncate(1, 301))).is_green
