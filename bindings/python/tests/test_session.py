"""Session: what goes in, what comes out, and what is refused in which words. Its end is in test_session_end.py."""

from __future__ import annotations

import json

import pytest
from conversation import HandSink, created, message, pcm, two_messages

import rtmulti
from rtmulti import Result


def test_an_interruption_in_the_second_message_tells_the_server_what_was_heard() -> None:
    events: list[object] = []
    commands: list[rtmulti.Command] = []
    sink = HandSink()
    with rtmulti.Session(sink, on_event=events.append, on_command=commands.append) as session:
        session.advance(0)
        for event in two_messages():
            assert session.receive(event) in (Result.OK, Result.IGNORED)
        sink.finish(1)
        sink.play(2, 9_600)
        session.advance(1_400_000)
        assert session.interrupt() is Result.OK
        assert session.interrupt() is Result.IGNORED
    told = [json.loads(command.json) for command in commands]
    assert [(command["type"], command["audio_end_ms"]) for command in told] == [("conversation.item.truncate", 400)]
    records = [event for event in events if isinstance(event, rtmulti.Message)]
    assert [(r.item_id, r.outcome.name, r.heard_ms, r.received_ms) for r in records] == [
        ("A", "FULL", 1000, 1000),
        ("B", "PARTIAL", 400, 1000),
    ]
    assert records[0].heard_text == "Let me check."
    assert records[1].interrupted and records[1].heard_text == "It is "
    assert isinstance(events[-1], rtmulti.Settled)
    assert isinstance(events[0], rtmulti.SpeakingStarted)


def test_what_the_server_cut_or_dropped_by_itself_is_not_told_again() -> None:
    commands: list[rtmulti.Command] = []
    sink = HandSink()
    with rtmulti.Session(sink, on_command=commands.append) as session:
        for event in two_messages():
            session.receive(event)
        assert session.item_deleted("B") is Result.OK
        assert session.item_deleted("B") is Result.IGNORED
        sink.play(1, 12_000)
        assert session.part_truncated("A", 500) is Result.OK
        assert session.part_truncated("A", 500, content_index=0) is Result.IGNORED
        session.interrupt()
    assert commands == []


@pytest.mark.parametrize("shape", ["str", "bytes", "bytearray", "memoryview", "dict", "model"])
def test_an_event_may_come_in_any_shape(shape: str) -> None:
    class Model:
        def model_dump_json(self, *, exclude_unset: bool) -> str:
            assert exclude_unset  # what the server left out is not null (rule A6)
            return created("r1")

    text = created("r1")
    event = {
        "str": text,
        "bytes": text.encode(),
        "bytearray": bytearray(text.encode()),
        "memoryview": memoryview(text.encode()),
        "dict": json.loads(text),
        "model": Model(),
    }[shape]
    session = rtmulti.Session()
    assert session.receive(event) is Result.OK
    assert session.receive(text) is Result.IGNORED


@pytest.mark.parametrize("event", ["", "{", "[]", "nothing", '{"type":"response.created"}', b"\xff{}", "{}{}"])
def test_a_broken_event_is_one_error_and_changes_nothing(event: str | bytes) -> None:
    session = rtmulti.Session()
    with pytest.raises(rtmulti.RtmultiError) as refused:
        session.receive(event)
    assert refused.value.result is Result.ERROR_INVALID
    assert refused.value.code == "RTMULTI_ERROR_INVALID"
    assert refused.value.sentence and refused.value.sentence in str(refused.value)
    assert session.receive(created("r1")) is Result.OK


def test_text_with_nuls_and_any_script_comes_out_as_it_went_in() -> None:
    text = 'Grüße 🎉\0 "quoted" \\ 日本語'
    session = rtmulti.Session(HandSink())
    session.receive(created("ré"))
    session.item_added("ré", "項目")
    session.audio("ré", "項目", pcm(100))
    session.text("ré", "項目", text)
    assert session.generated_text("項目") == text
    assert session.heard_text("項目") == ""
    assert session.generated_text("nobody") is None


def test_positions_segments_and_records_can_be_asked_for() -> None:
    sink = HandSink()
    session = rtmulti.Session(sink)
    session.advance(0)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 6_000)
    position = session.position("A")
    assert position == rtmulti.Position(24_000, 24_000, 6_000, 1000, 250, False, True)
    assert session.position("A", 7) is None
    assert session.segment(1) == rtmulti.Segment("r1", "A", 0)
    assert session.segment(99) is None
    pending = session.message("B")
    assert pending is not None and pending.outcome is rtmulti.Outcome.PENDING
    assert pending.started_us is None
    assert session.message("nobody") is None
    assert session.history() == []
    session.close()
    assert [record.item_id for record in session.history()] == ["A"]


def test_pause_and_resume_reach_the_sink_and_a_sink_may_refuse() -> None:
    sink = HandSink()
    session = rtmulti.Session(sink)
    for event in two_messages():
        session.receive(event)
    assert session.pause() is Result.OK
    assert session.pause() is Result.IGNORED
    assert session.resume() is Result.OK
    assert ("pause",) in sink.asked and ("resume",) in sink.asked
    session.set_sink(HandSink(rtmulti.SinkFormat(can_pause=False)))
    with pytest.raises(rtmulti.RtmultiError) as refused:
        session.pause()
    assert refused.value.result is Result.ERROR_UNSUPPORTED


def test_a_replaced_sink_is_let_go_and_the_new_one_plays_the_rest() -> None:
    first, second = HandSink(), HandSink(rtmulti.SinkFormat(sample_rate_hz=48_000))
    session = rtmulti.Session(first)
    for event in two_messages():
        session.receive(event)
    first.play(1, 12_000)
    session.set_sink(second)
    assert first.playback is None and second.playback is session
    assert second.asked[0][0] == "write" and second.asked[0][1] != 1
    session.set_sink(None)
    assert second.playback is None


def test_a_sink_is_set_once_and_its_format_must_be_one() -> None:
    sink = HandSink()
    session = rtmulti.Session(sink)
    with pytest.raises(ValueError, match="set already"):
        session.set_sink(sink)
    wrong = HandSink(rtmulti.SinkFormat(sample_rate_hz=7))
    with pytest.raises(rtmulti.RtmultiError) as refused:
        session.set_sink(wrong)
    assert refused.value.result is Result.ERROR_INVALID
    assert wrong.playback is None and sink.playback is session
    session.receive(created("r1"))
    session.item_added("r1", "A")
    session.audio("r1", "A", pcm(20))
    assert sink.asked == [("write", 1, 480)]


def test_text_of_a_message_without_audio_is_handed_over_and_acknowledged() -> None:
    records: list[rtmulti.Event] = []
    sink = HandSink(rtmulti.SinkFormat(takes_text=True))
    session = rtmulti.Session(sink, on_event=records.append)
    session.response_created("r1", rtmulti.ResponseFlag.TEXT)
    session.item_added("r1", "A")
    session.part_added("r1", "A", 0, rtmulti.PartKind.TEXT)
    session.text("r1", "A", "In writing.", 0)
    session.response_done("r1")
    assert sink.asked == [("text", "A", "In writing.")]
    assert session.text_delivered("A") is Result.OK
    outcomes = [event.outcome for event in records if isinstance(event, rtmulti.Message)]
    assert outcomes == [rtmulti.Outcome.TEXT_ONLY]


def test_a_function_call_is_surfaced_with_its_arguments() -> None:
    events: list[rtmulti.Event] = []
    session = rtmulti.Session(on_event=events.append)
    session.response_created("r1")
    session.item_added("r1", "F", kind=rtmulti.ItemKind.FUNCTION_CALL)
    session.function_call("r1", "F", "call_1", "weather", '{"city":"Köln"}')
    assert events == [rtmulti.FunctionCall("r1", "F", 0, "call_1", "weather", '{"city":"Köln"}')]


def test_a_message_bears_the_phase_that_the_server_gave_it() -> None:
    session = rtmulti.Session(HandSink())
    session.receive(created("r1"))
    session.item_added("r1", "A")
    assert session.set_phase("A", "commentary") is Result.OK
    record = session.message("A")
    assert record is not None and record.phase == "commentary"


def test_a_rejected_truncate_is_a_diagnostic() -> None:
    commands: list[rtmulti.Command] = []
    diagnostics: list[rtmulti.Diagnostic] = []
    sink = HandSink()
    session = rtmulti.Session(sink, on_command=commands.append, on_diagnostic=diagnostics.append)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 12_000)
    session.interrupt()
    truncate = commands[0]
    assert isinstance(truncate, rtmulti.Truncate)
    assert (truncate.item_id, truncate.audio_end_ms, truncate.has_audio) == ("A", 500, True)
    session.command_rejected(truncate.event_id, "some_code", "No.")
    assert [diagnostic.kind for diagnostic in diagnostics] == [rtmulti.DiagnosticKind.COMMAND_REJECTED]
    assert diagnostics[0].item_id == "A"


def test_a_server_that_syncs_gets_what_is_kept_and_what_is_dropped() -> None:
    commands: list[rtmulti.Command] = []
    sink = HandSink()
    config = rtmulti.Config(server=rtmulti.Server.TRUNCATES | rtmulti.Server.SYNCS)
    session = rtmulti.Session(sink, config=config, on_command=commands.append)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 12_000)
    session.interrupt()
    sync = commands[-1]
    assert isinstance(sync, rtmulti.Sync)
    assert [item.item_id for item in sync.kept] == ["A"] and sync.dropped == ("B",)
    assert sync.kept[0].heard_text is not None and "Let me check.".startswith(sync.kept[0].heard_text.rstrip())


def test_heard_audio_is_what_was_played() -> None:
    heard: list[rtmulti.HeardAudio] = []
    sink = HandSink()
    session = rtmulti.Session(sink, config=rtmulti.Config(heard_audio=True), on_heard_audio=heard.append)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 2_400)
    assert b"".join(piece.pcm for piece in heard) == pcm(1000)[:4_800]
    assert {(piece.item_id, piece.sample_rate_hz, piece.channels) for piece in heard} == {("A", 24_000, 1)}


def test_polling_gives_the_same_effects() -> None:
    config = rtmulti.Config(delivery=rtmulti.Delivery.BY_POLLING, write_ahead_ms=rtmulti.UNLIMITED)
    session = rtmulti.Session(HandSink(), config=config)
    for event in [created("r1"), *message("r1", "A", 0, 100, "Hello.")]:
        session.receive(event)
    write = session.poll()
    assert isinstance(write, rtmulti.Write) and (write.segment, write.frames) == (1, len(write.pcm) // 2)
    assert write.pcm == pcm(100)[: len(write.pcm)]
    session.poll_accept(480)
    with pytest.raises(rtmulti.RtmultiError):
        session.poll_accept(1 << 20)
    session.sink_ready()
    rest: list[rtmulti.Effect] = []
    while (effect := session.poll()) is not None:
        rest.append(effect)
    written = sum(effect.frames for effect in rest if isinstance(effect, rtmulti.Write))
    assert 480 + written == 2_400
    assert rest[-1] == rtmulti.Flush(1)
    session.playback_finished(1, 2_400)
    kinds = []
    while (effect := session.poll()) is not None:
        kinds.append(type(effect))
    assert rtmulti.HeardText in kinds and kinds[-1] is rtmulti.Message


def test_polling_a_session_that_calls_back_is_refused() -> None:
    with pytest.raises(rtmulti.RtmultiError) as refused:
        rtmulti.Session().poll()
    assert refused.value.result is Result.ERROR_UNSUPPORTED


def test_marks_report_for_a_telephone() -> None:
    name = rtmulti.mark_name(1, 2_400)
    sink = HandSink()
    session = rtmulti.Session(sink)
    for event in two_messages():
        session.receive(event)
    assert session.playback_mark(name) is Result.OK
    assert session.playback_mark("somebody else's") is Result.IGNORED
    position = session.position("A")
    assert position is not None and position.heard_ms == 100
    with pytest.raises(ValueError, match="no mark"):
        rtmulti.mark_name(1, -1)


def test_deadlines_come_and_go() -> None:
    session = rtmulti.Session(HandSink())
    assert session.next_deadline() is None
    session.advance(1_000)
    session.receive(created("r1"))
    session.item_added("r1", "silent")
    for event in message("r1", "B", 1, 100, "Ready."):
        session.receive(event)
    deadline = session.next_deadline()
    assert deadline is not None and deadline == 201_000
    assert session.advance(500) is Result.IGNORED


def test_an_expected_response_is_cancelled_when_it_was_interrupted() -> None:
    commands: list[rtmulti.Command] = []
    session = rtmulti.Session(HandSink(), on_command=commands.append)
    session.expect_response("mine")
    session.interrupt()
    session.response_created("r1", token="mine")
    assert [type(command) for command in commands] == [rtmulti.Cancel]


def test_an_expectation_is_withdrawn() -> None:
    commands: list[rtmulti.Command] = []
    session = rtmulti.Session(HandSink(), on_command=commands.append)
    session.expect_response("mine")
    assert session.unexpect_response("mine") is Result.OK
    assert session.unexpect_response("mine") is Result.IGNORED
    session.interrupt()
    session.response_created("r1", token="mine")
    assert not commands


def test_one_outside_of_the_conversation_is_covered_by_its_name_alone() -> None:
    commands: list[rtmulti.Command] = []
    session = rtmulti.Session(HandSink(), on_command=commands.append)
    session.expect_response("silent", out_of_band=True)
    session.expect_response("named", out_of_band=True)
    session.interrupt()
    session.interrupt("named")
    session.response_created("r1", token="silent")
    session.response_created("r2", token="named")
    assert [(type(command), command.response_id) for command in commands] == [(rtmulti.Cancel, "r2")]


def test_reconnect_keeps_the_records() -> None:
    sink = HandSink()
    session = rtmulti.Session(sink)
    for event in two_messages():
        session.receive(event)
    assert session.reconnect() is Result.OK
    sink.finish(1)
    assert [record.item_id for record in session.history()] == ["A"]


def test_what_is_left_of_a_lost_session_answers_to_its_names() -> None:
    sink = HandSink()
    session = rtmulti.Session(sink)
    for event in two_messages():
        session.receive(event)
    assert session.reconnect() is Result.OK
    position = session.position("A")
    assert position is not None and position.received_ms > 0
    assert session.message("B") is not None and session.generated_text("A") is not None
    # The new session uses the name: it is its item from now on.
    session.response_created("r9")
    session.item_added("r9", "A")
    message = session.message("A")
    assert message is not None and (message.response_id, message.received_ms) == ("r9", 0)
