"""What a server refuses, what it says twice, and events that are refused here, through the JSON door (rules A12, D12, F5)."""

from __future__ import annotations

import pytest
from written_server import Line

import rtmulti
from rtmulti import Result


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
