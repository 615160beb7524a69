"""Conversations in the shapes of the servers that speak this protocol with words of their own, through the JSON door:
formats, places, sessions and phases. The shapes are theirs, the conversations are made here; docs/rules/RULES.md says
what is right. Their times are test_server_times.py's, their refusals test_server_refusals.py's."""

from __future__ import annotations

import pytest
from written_server import Line

import rtmulti
from rtmulti import Result


def test_formats_of_the_session_of_a_response_and_of_a_delta_make_the_lengths() -> None:
    """C3: 8000 bytes of G.711 are a second, whoever named it."""
    line = Line()
    assert line.say("session.created", session={"output_audio_format": "pcm16_8000hz"}) is Result.OK
    line.created()
    line.audio(response_id="r1", item_id="A", content_index=0, delta=bytes(16_000))
    line.created("r2", audio={"output": {"format": {"type": "audio/pcmu"}}})
    line.audio(response_id="r2", item_id="B", content_index=0, delta=bytes(8_000))
    line.audio(response_id="r2", item_id="C", delta=bytes(3_200), format="pcm16", sample_rate_hz=16_000)
    line.created("r3")
    line.audio(response_id="r3", item_id="D", delta=bytes(1_600))
    positions = [line.session.position(item) for item in "ABCD"]
    assert [(p.received_ms, p.source_rate_hz) for p in positions if p] == [
        (1000, 8000),
        (1000, 8000),
        (100, 16_000),
        (100, 8000),
    ]


def test_a_part_that_was_announced_takes_the_format_of_its_first_delta_and_keeps_it() -> None:
    line = Line()
    line.created()
    line.say("response.content_part.added", item_id="A", response_id="r1", content_index=0, part={"type": "audio"})
    assert line.audio(item_id="A", content_index=0, delta=bytes(3_200), sample_rate=16_000) is Result.OK
    with pytest.raises(rtmulti.RtmultiError, match="names another format") as refused:
        line.audio(item_id="A", content_index=0, delta=bytes(3_200), sample_rate=8000)
    assert refused.value.result is Result.ERROR_UNSUPPORTED
    position = line.session.position("A")
    assert position is not None and position.received_ms == 100


@pytest.mark.parametrize("name", ["mp3", "wav", "opus", "not specified"])
def test_audio_of_an_unknown_format_is_refused_with_one_diagnostic_until_a_known_one_comes(name: str) -> None:
    line = Line()
    assert line.say("session.updated", session={"output_audio_format": name}) is Result.OK
    line.created()
    for _ in range(3):
        with pytest.raises(rtmulti.RtmultiError, match=name) as refused:
            line.audio(item_id="A", content_index=0)
        assert refused.value.result is Result.ERROR_UNSUPPORTED
    assert line.diagnostics() == ["UNKNOWN_FORMAT"] and not line.sink.heard
    line.say("session.updated", session={"audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000.0}}}})
    assert line.audio(item_id="A", content_index=0) is Result.OK
    line.wait(200)
    assert len(line.sink.heard) == 4800


def test_a_response_of_an_unknown_format_is_none_of_the_next_ones() -> None:
    line = Line()
    line.created("r1", output_audio_format="mp3")
    with pytest.raises(rtmulti.RtmultiError, match="mp3"):
        line.audio(response_id="r1", item_id="A", content_index=0)
    line.done("r1")
    line.created("r2")
    assert line.audio(response_id="r2", item_id="B", content_index=0) is Result.OK


def test_audio_in_an_event_that_nobody_knows_gets_one_diagnostic_for_each_kind() -> None:
    line = Line()
    for _ in range(3):
        assert line.say("turn.audio.delta", delta="AAAA") is Result.IGNORED
        assert line.say("response.speech_audio.delta", delta="AAAA") is Result.IGNORED
    assert line.diagnostics() == ["UNKNOWN_FORMAT"] * 2
    assert "turn.audio.delta" in str(line.out[0].message)


def test_deltas_without_an_item_belong_to_the_newest_message() -> None:
    """A5: of the response that they name, else of the newest."""
    line = Line()
    line.created()
    line.say("response.output_item.added", response_id="r1", item={"type": "message"})  # without an id: ignored
    for item in "AB":
        line.say("response.output_item.added", response_id="r1", item={"id": item, "type": "message"})
    line.audio(300, response_id="r1")
    line.audio(100)
    line.say("response.output_audio_transcript.delta", delta="Hello.")
    line.say("response.output_audio.done")
    line.done()
    line.wait(600)
    assert line.records() == [("A", "SKIPPED", 0, ""), ("B", "FULL", 400, "Hello.")]


def test_a_server_that_names_no_item_at_all_is_heard() -> None:
    line = Line()
    line.created()
    line.audio(200)
    line.audio(200, response_id="r1")
    line.done()
    line.wait(600)
    assert line.records() == [("r1", "FULL", 400, "")]


def test_audio_that_belongs_nowhere_is_an_error_that_says_so() -> None:
    line = Line()
    with pytest.raises(rtmulti.RtmultiError, match=r'"response\.output_audio\.delta" has no "item_id"'):
        line.audio()


def test_the_modality_of_the_session_is_that_of_its_responses() -> None:
    """B6: a session of text shows; a response may say otherwise."""
    line = Line()
    line.say("session.updated", session={"output_modalities": ["text"]})
    line.created("r1")
    line.say("response.output_text.delta", response_id="r1", item_id="A", content_index=0, delta="Seen.")
    line.done("r1")
    line.created("r2", output_modalities=["audio"])
    line.audio(response_id="r2", item_id="B", content_index=0)
    line.done("r2")
    line.wait(400)
    assert [(item, outcome) for item, outcome, _, _ in line.records()] == [("A", "TEXT_ONLY"), ("B", "FULL")]
    assert line.told() == []


def test_the_phase_of_a_message_may_come_with_any_of_its_events() -> None:
    line = Line()
    line.created()
    line.say("response.output_item.added", response_id="r1", item={"id": "A", "type": "message"}, phase="commentary")
    part = {"type": "audio", "phase": "final_answer"}
    line.say("response.content_part.added", item_id="B", response_id="r1", content_index=0, part=part)
    for item in "AB":
        line.audio(response_id="r1", item_id=item, content_index=0)
    line.done()
    line.wait(400)
    assert [o.phase for o in line.out if isinstance(o, rtmulti.Message)] == ["commentary", "final_answer"]
