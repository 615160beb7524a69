"""Audio as the wire has it, in mappings and as base64: the accounts are those of the event's bytes, and no JSON is made."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from conversation import HandSink, Server, pcm, run

import rtmulti
from rtmulti import Result, _server_event

DELTA: dict[str, Any] = {
    "type": "response.output_audio.delta",
    "event_id": "event_1",
    "response_id": "r1",
    "item_id": "A",
    "output_index": 0,
    "content_index": 0,
    "delta": base64.b64encode(pcm(100)).decode(),
}


def begun() -> tuple[rtmulti.Session, HandSink]:
    sink = HandSink()
    session = rtmulti.Session(sink, config=rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED))
    session.response_created("r1")
    session.item_added("r1", "A")
    return session, sink


def received_ms(session: rtmulti.Session, item_id: str = "A") -> int:
    position = session.position(item_id)
    return 0 if position is None else position.received_ms


def without(*names: str, **others: object) -> dict[str, Any]:
    return {name: value for name, value in DELTA.items() if name not in names} | others


@pytest.mark.parametrize(
    "event",
    [DELTA, without("event_id"), without("response_id", "output_index"), without("content_index"), without(type="response.audio.delta")],
)
def test_a_delta_in_a_dict_is_no_json_again(event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    session, sink = begun()
    monkeypatch.setattr(_server_event, "_json_bytes", lambda _: pytest.fail("JSON was made"))
    assert session.receive(event) is Result.OK
    assert sink.written[1] == pcm(100)
    # With an id of its own it counts once (rule A12).
    assert session.receive(event) is (Result.IGNORED if "event_id" in event else Result.OK)


@pytest.mark.parametrize(
    "event",
    [
        without(sample_rate_hz=24_000),
        without(response_id=None),
        without(content_index=True),
        without(content_index=70_000),
        without(delta="AAA\u00e9"),
        without("item_id"),
        without(item_id="\ud800"),
    ],
)
def test_whatever_else_it_says_is_read_as_before(event: dict[str, Any]) -> None:
    as_dict, _ = begun()
    as_text, _ = begun()
    results = []
    for session, given in ((as_dict, event), (as_text, json.dumps(event))):
        try:
            results.append(session.receive(given))
        except rtmulti.RtmultiError as refused:
            results.append((refused.result, str(refused)[:20]))
    assert results[0] == results[1]
    assert received_ms(as_dict) == received_ms(as_text)


def test_base64_is_decoded_by_the_library() -> None:
    session, sink = begun()
    assert session.audio_base64("r1", "A", DELTA["delta"], 0, event_id="e") is Result.OK
    assert session.audio_base64("r1", "A", DELTA["delta"], 0, event_id="e") is Result.IGNORED
    assert session.audio_base64(None, "A", DELTA["delta"].encode()) is Result.OK
    assert sink.written[1] == pcm(100) * 2
    with pytest.raises(rtmulti.RtmultiError, match="base64"):
        session.audio_base64("r1", "A", "no base64!")
    with pytest.raises(TypeError, match="data must be a str"):
        session.audio_base64("r1", "A", 5)  # type: ignore[arg-type]


def test_a_player_takes_typed_inputs() -> None:
    async def steps() -> None:
        server = Server()
        sink = rtmulti.CallbackSink(lambda segment, pcm: None)
        async with rtmulti.Player(sink, server.send) as player:
            player.response_created("r1")
            player.item_added("r1", "A")
            player.part_added("r1", "A", 0)
            player.text("r1", "A", "Yes.")
            player.audio_base64("r1", "A", DELTA["delta"], event_id="e")
            player.audio("r1", "A", pcm(20))
            player.part_done("A")
            player.item_done("A")
            player.function_call("r1", "C", "call_1", "look", "{}")
            player.response_done("r1")
            records = await player.settled("r1")
            assert [(record.item_id, record.heard_ms, record.heard_text) for record in records] == [("A", 120, "Yes.")]
        assert server.told == []

    run(steps())


def as_model(event: dict[str, Any]) -> Any:
    """The event as the SDK of OpenAI hands it out."""
    realtime = pytest.importorskip("openai.types.realtime", reason="it needs the package openai")
    return realtime.ResponseAudioDeltaEvent.construct(**event)


@pytest.mark.parametrize("event", [DELTA, without("event_id"), without("response_id", "output_index")])
def test_a_delta_of_an_sdk_is_no_json_again(event: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    session, sink = begun()
    monkeypatch.setattr(_server_event, "event_bytes", lambda _: pytest.fail("JSON was made"))
    assert session.receive(as_model(event)) is Result.OK
    assert sink.written[1] == pcm(100)
    assert session.receive(as_model(event)) is (Result.IGNORED if "event_id" in event else Result.OK)


@pytest.mark.parametrize("event", [without(sample_rate_hz=24_000), without(content_index=70_000), without("item_id")])
def test_what_else_an_sdk_says_is_read_as_before(event: dict[str, Any]) -> None:
    as_object, _ = begun()
    as_text, _ = begun()
    results = []
    for session, given in ((as_object, as_model(event)), (as_text, json.dumps(event))):
        try:
            results.append(session.receive(given))
        except rtmulti.RtmultiError as refused:
            results.append((refused.result, str(refused)[:20]))
    assert results[0] == results[1]
    assert received_ms(as_object) == received_ms(as_text)
