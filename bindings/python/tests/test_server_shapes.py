"""Conversations in the shapes of the servers that speak this protocol with words of their own, through the JSON door.
The shapes are theirs, the conversations are made here; docs/rules/RULES.md says what is right."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from conversation import pcm

import rtmulti
from rtmulti import Result

RATE_HZ = 24_000


class Clockwork(rtmulti.Sink):
    """Plays in virtual time what it was given, reports it exactly, and answers a clear at once."""

    def __init__(self) -> None:
        self.format = rtmulti.SinkFormat()
        self.waiting: dict[int, list[int]] = {}
        self.heard = bytearray()

    def write(self, segment: int, pcm: bytes) -> int | None:
        self.waiting.setdefault(segment, [0, 0, 0])[0] += len(pcm) // 2
        self.heard += pcm
        return None

    def flush(self, segment: int) -> None:
        self.waiting.setdefault(segment, [0, 0, 0])[2] = 1

    def clear(self, segment: int) -> None:
        assert self.playback is not None
        for unsettled, (_, played, _) in list(self.waiting.items()):
            del self.waiting[unsettled]
            self.playback.playback_finished(unsettled, played, True)

    def play(self, ms: int) -> None:
        assert self.playback is not None
        left = RATE_HZ // 1000 * ms
        while left > 0 and self.waiting:
            segment = next(iter(self.waiting))
            counts = self.waiting[segment]
            step = min(left, counts[0] - counts[1])
            if step > 0:
                counts[1] += step
                left -= step
                self.playback.playback_progress(segment, counts[1])
                continue
            if not counts[2]:
                return
            del self.waiting[segment]
            self.playback.playback_finished(segment, counts[1])


class Line:
    """A session, its server, and what came of it."""

    def __init__(self, **config: Any) -> None:
        self.sink = Clockwork()
        self.out: list[Any] = []
        self.now_ms = 0
        put = self.out.append
        self.session = rtmulti.Session(
            self.sink, config=rtmulti.Config(**config), on_event=put, on_command=put, on_diagnostic=put
        )
        self.session.advance(0)

    def say(self, type: str, **fields: Any) -> Result:
        """The server sends an event."""
        return self.session.receive(json.dumps({"type": type, **fields}))

    def created(self, response_id: str = "r1", **fields: Any) -> Result:
        return self.say("response.created", response={"id": response_id, **fields})

    def audio(self, ms: int = 100, delta: bytes | None = None, **fields: Any) -> Result:
        payload = base64.b64encode(pcm(ms) if delta is None else delta).decode()
        return self.say("response.output_audio.delta", delta=payload, **fields)

    def done(self, response_id: str = "r1") -> Result:
        return self.say("response.done", response={"id": response_id, "status": "completed"})

    def wait(self, ms: int) -> None:
        """Time passes, and the sink plays."""
        for _ in range(ms // 10):
            self.now_ms += 10
            self.sink.play(10)
            self.session.advance(self.now_ms * 1000)

    def records(self) -> list[tuple[str, str, int, str]]:
        return [(o.item_id, o.outcome.name, o.heard_ms, o.text) for o in self.out if isinstance(o, rtmulti.Message)]

    def told(self) -> list[tuple[str, str]]:
        """The commands by their last word, and what they are about."""
        commands = [json.loads(o.json) for o in self.out if isinstance(o, rtmulti.Command)]
        return [(c["type"].split(".")[-1], c.get("item_id") or c["response_id"]) for c in commands]

    def diagnostics(self) -> list[str]:
        return [o.kind.name for o in self.out if isinstance(o, rtmulti.Diagnostic)]


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


def test_what_a_refused_request_was_to_bring_is_expected_no_more() -> None:
    """D12: by the event id of the request or, where the server does not say it, the oldest."""
    line = Line()
    words = {
        "code": "conversation_already_has_active_response",
        "message": "Conversation already has an active response.",
    }
    for number in range(100):
        line.session.expect_response(f"ask-{number}")
        assert line.say("error", error={**words, "event_id": f"ask-{number}" if number % 2 else None}) is Result.OK
    line.session.expect_response("ask")
    line.session.interrupt()
    assert line.say("error", error={**words, "event_id": "somebody's"}) is Result.IGNORED
    assert line.say("error", error={**words, "event_id": "ask"}) is Result.OK
    line.created("r1", metadata={"client_event_id": "ask"})
    line.audio(response_id="r1", item_id="A", content_index=0)
    line.wait(200)
    assert line.told() == [] and len(line.sink.heard) == 4800


def refused(line: Line) -> list[str]:
    """Of which items the refusals of commands were told."""
    told = [o for o in line.out if isinstance(o, rtmulti.Diagnostic) and o.kind.name == "COMMAND_REJECTED"]
    return [diagnostic.item_id for diagnostic in told]


def cut_two(line: Line) -> None:
    """Two messages are cut, one after the other: TRUNC A at 200, TRUNC B at 300."""
    for response_id, item_id, ms in (("r1", "A", 200), ("r2", "B", 300)):
        line.created(response_id)
        line.audio(1000, response_id=response_id, item_id=item_id, content_index=0)
        line.done(response_id)
        line.wait(ms)
        line.session.interrupt()
    assert line.told() == [("truncate", "A"), ("truncate", "B")]


def test_a_refusal_without_an_event_id_finds_its_command() -> None:
    """F5: by the item in the message, else by the ms, else the oldest of its kind that has no answer; what fits nothing
    is still told."""
    line = Line()
    cut_two(line)
    for message in (
        "Truncation of item 'B' failed.",
        "Cannot truncate at 200 ms.",
        "Truncation failed.",
    ):
        assert line.say("error", error={"code": None, "message": message, "event_id": None}) is not None
    assert refused(line) == ["B", "A", ""]

    line = Line()
    cut_two(line)
    line.say("conversation.item.truncated", item_id="A", content_index=0, audio_end_ms=200)
    line.say("error", error={"message": "Truncation failed."})
    assert refused(line) == ["B"]

    line = Line()
    cut_two(line)
    # The host's own commands, and what is none of ours.
    line.say("error", error={"message": "Truncation failed.", "event_id": "mine_1"})
    line.say("error", error={"message": "The server had an error while processing your request."})
    line.say("error", error={"message": "Cancellation failed: no active response found"})
    assert refused(line) == []


def test_an_event_that_is_handed_over_twice_counts_once() -> None:
    """A12: with others between, and only where its id proves it."""
    line = Line()
    line.created()
    where = {"response_id": "r1", "item_id": "A", "content_index": 0}
    for number in range(20):
        for handler in range(2):
            taken = line.audio(20, event_id=f"event_{number}", **where)
            assert taken is (Result.IGNORED if handler else Result.OK)
            line.say("rate_limits.updated", event_id=f"other_{number}_{handler}")
    for _ in range(3):
        line.audio(20, event_id="event_TODO", **where)
        line.say("input_audio_buffer.speech_stopped", event_id="event_TODO")
    position = line.session.position("A")
    assert position is not None and position.received_ms == 20 * 20 + 3 * 20
    line.session.reconnect()
    line.created("r2")
    assert line.audio(20, event_id="event_19", response_id="r2", item_id="B") is Result.OK


def test_an_event_that_was_refused_may_be_given_again() -> None:
    line = Line(max_open_items=1)
    line.created()
    added = {"event_id": "event_1", "response_id": "r1", "item": {"id": "B", "type": "message"}}
    line.say("response.output_item.added", response_id="r1", item={"id": "A", "type": "message"})
    with pytest.raises(rtmulti.RtmultiError):
        line.say("response.output_item.added", **added)
    line.say("response.output_item.done", response_id="r1", item={"id": "A", "type": "message"})
    line.wait(300)
    assert line.records() or line.told() == [("delete", "A")]
    assert line.say("response.output_item.added", **added) is Result.OK


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


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ("garbage", 'at byte 0 (">>>garbage") an opening brace must stand'),
        ('{"type":"x"', "the text ends before its object does"),
        ('{"type":"x","a":tru}', "at byte 16"),
        (b'{"type":"\xff"}', "at byte 9"),
        ('{"a":1}', 'has no "type"'),
        ('{"type":"conversation.item.deleted"}', 'The event "conversation.item.deleted" has no "item_id"'),
        ('{"type":"response.audio.delta","item_id":"A"}', 'The event "response.audio.delta" has no "delta"'),
        ('{"type":"response.audio.delta","item_id":"A","delta":"AAA!"}', 'byte 3 of it is "!"'),
        ('{"type":"response.audio.delta","item_id":"A","delta":"AAAAA"}', "it was cut at byte 5"),
        ('{"type":"response.audio.delta","item_id":"' + "x" * 1025 + '","delta":""}', '"item_id" of 1025 bytes'),
        ('{"type":"response.audio.delta","item_id":"A","content_index":70000,"delta":""}', "0 to 65535"),
    ],
)
def test_an_event_that_is_refused_says_what_is_wrong_with_it(event: str | bytes, sentence: str) -> None:
    session = rtmulti.Session()
    with pytest.raises(rtmulti.RtmultiError) as refused:
        session.receive(event)
    assert refused.value.result is Result.ERROR_INVALID
    assert sentence in refused.value.sentence
    # The next error has its own words.
    with pytest.raises(rtmulti.RtmultiError) as other:
        session.pause()
    assert sentence not in other.value.sentence
