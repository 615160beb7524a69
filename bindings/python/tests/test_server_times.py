"""The times that servers say of their words, and messages of sessions without turns, through the JSON door (rule G2)."""

from __future__ import annotations

import base64

import pytest
from conversation import pcm
from written_server import Line

import rtmulti


@pytest.mark.parametrize("words_first", [False, True])
def test_the_word_times_of_voice_live_are_spans_of_its_transcript(words_first: bool) -> None:
    """G2: a word is heard when its whole span is; its marks go with it."""
    line = Line(estimate=False)
    line.created()
    where = {"response_id": "r1", "item_id": "A", "output_index": 0, "content_index": 0}
    line.audio(1000, **where)
    times = [("It", 0, 100), ("is", 150, 100), ("sunny", 300, 300), ("today", 800, 100)]

    def words() -> None:
        for word, start_ms, length_ms in times:
            line.say(
                "response.audio_timestamp.delta",
                **where,
                audio_offset_ms=start_ms,
                audio_duration_ms=length_ms,
                text=word,
                timestamp_type="word",
            )

    if words_first:
        words()
    for piece in ("It is ", "sunny, to", "day."):
        line.say("response.audio_transcript.delta", **where, delta=piece)
    if not words_first:
        words()
    line.wait(610)
    line.session.interrupt()
    assert line.records() == [("A", "PARTIAL", 610, "It is sunny,")]
    text = [o for o in line.out if isinstance(o, rtmulti.HeardText)]
    assert not any(piece.estimated for piece in text)


def test_the_word_times_of_a_later_message_count_from_the_beginning_of_its_response() -> None:
    line = Line()
    line.created()
    line.audio(500, response_id="r1", item_id="A", content_index=0)
    line.say("response.output_item.done", item={"id": "A", "type": "message"})
    where = {"response_id": "r1", "item_id": "B", "content_index": 0}
    line.audio(500, **where)
    line.say("response.audio_transcript.delta", **where, delta="One two")
    for word, start_ms in (("One", 500), ("two", 800)):
        line.say("response.audio_timestamp.delta", **where, audio_offset_ms=start_ms, audio_duration_ms=200, text=word)
    line.wait(710)
    line.session.interrupt()
    assert line.records()[-1] == ("B", "PARTIAL", 210, "One")


def test_the_start_times_of_xai_end_where_the_next_begin() -> None:
    line = Line()
    line.created()
    where = {"response_id": "r1", "item_id": "A", "content_index": 0}
    line.audio(1000, **where)
    for word, start in (("One ", 0), ("two ", 0.3), ("three", 0.6)):
        line.say("response.output_audio_transcript.delta", **where, delta=word, start_time=start)
    line.wait(610)
    line.session.interrupt()
    assert line.records() == [("A", "PARTIAL", 610, "One two ")]


def test_a_session_without_turns_is_messages_with_pauses_between() -> None:
    """GPT-Live and translation: a message begins with audio, ends when none has come for two seconds, and no command
    is ever about one."""
    line = Line()
    line.say("session.started", session={"audio": {"format": {"type": "audio/pcm", "rate": 24000}}})
    delta = base64.b64encode(pcm(100)).decode()
    for start_ms in range(5000, 5500, 100):
        line.say("session.output_audio.delta", delta=delta, start_ms=start_ms, end_ms=start_ms + 100)
    line.say("session.output_transcript.delta", delta="Hello ", start_ms=5000, end_ms=5200)
    line.say("session.output_transcript.delta", delta="there.", start_ms=5200, end_ms=5500)
    line.wait(1900)
    assert line.records() == []
    line.wait(200)
    assert line.records() == [("rtmulti_live_1", "FULL", 500, "Hello there.")]
    for start_ms in range(9000, 10_000, 100):
        line.say("session.output_audio.delta", delta=delta, start_ms=start_ms)
    line.say("session.output_transcript.delta", delta="One ", start_ms=9000, end_ms=9200)
    line.say("session.output_transcript.delta", delta="two", start_ms=9200, end_ms=9600)
    line.wait(300)
    line.session.interrupt(by=rtmulti.Interrupter.HOST)
    assert line.records()[1:] == [("rtmulti_live_2", "PARTIAL", 300, "One ")]
    # What the model says then is a message of its own.
    line.say("session.output_audio.delta", delta=delta)
    line.wait(2200)
    assert line.records()[2:] == [("rtmulti_live_3", "FULL", 100, "")]
    assert line.told() == []


def test_a_message_of_a_session_without_turns_ends_with_its_line() -> None:
    line = Line()
    line.say("session.output_audio.delta", delta=base64.b64encode(pcm(300)).decode())
    line.session.reconnect()
    line.wait(400)
    assert line.records() == [("rtmulti_live_1", "FULL", 300, "")]
    line.say("session.output_audio.delta", delta=base64.b64encode(pcm(100)).decode())
    line.session.close()
    assert [record[:3] for record in line.records()[1:]] == [("rtmulti_live_2", "SKIPPED", 0)]
    assert line.told() == []
