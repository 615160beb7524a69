"""What a session refuses to begin with, where its limits are, and how it ends."""

from __future__ import annotations

import threading

import pytest
from conversation import HandSink, created, done, two_messages

import rtmulti
from rtmulti import Result


def test_a_limit_is_an_error_of_its_own() -> None:
    session = rtmulti.Session(config=rtmulti.Config(max_open_items=1, max_event_bytes=200))
    session.response_created("r1")
    session.item_added("r1", "A")
    with pytest.raises(rtmulti.RtmultiError) as refused:
        session.item_added("r1", "B")
    assert refused.value.result is Result.ERROR_LIMIT_ITEMS
    with pytest.raises(rtmulti.RtmultiError) as refused:
        session.receive(created("r" * 300))
    assert refused.value.result is Result.ERROR_LIMIT_EVENT


@pytest.mark.parametrize("field", ["write_ahead_ms", "max_open_items", "max_queued_bytes"])
def test_a_senseless_configuration_is_refused_with_its_name(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        rtmulti.Session(config=rtmulti.Config(**{field: -1}))


def test_a_configuration_that_the_library_refuses_is_an_error() -> None:
    with pytest.raises(rtmulti.RtmultiError) as refused:
        rtmulti.Session(config=rtmulti.Config(write_ahead_ms=0))
    assert refused.value.result is Result.ERROR_INVALID


def test_closing_twice_and_destroying_twice_is_harmless() -> None:
    session = rtmulti.Session(HandSink())
    session.close()
    session.close()
    assert session.is_closed
    with pytest.raises(rtmulti.RtmultiError) as refused:
        session.receive(created("r1"))
    assert refused.value.result is Result.ERROR_CLOSED
    assert session.history() == []
    session.destroy()
    session.destroy()
    session.close()
    assert session.is_destroyed
    with pytest.raises(rtmulti.RtmultiError, match="destroyed") as refused:
        session.receive(created("r1"))
    assert refused.value.result is Result.ERROR_CLOSED


def test_leaving_the_block_settles_everything_even_after_an_error() -> None:
    records: list[rtmulti.Event] = []
    sink = HandSink()
    with pytest.raises(KeyError), rtmulti.Session(sink, on_event=records.append) as session:
        for event in two_messages():
            session.receive(event)
        sink.play(1, 1_000)
        raise KeyError("something of the host's")
    assert isinstance(records[-1], rtmulti.Settled)


def test_another_thread_inside_is_busy() -> None:
    results: list[object] = []

    def intrude(_: object) -> None:
        def enter() -> None:
            try:
                session.advance(5)
            except rtmulti.RtmultiError as refused:
                results.append(refused.result)
                results.append(refused.sentence)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()

    sink = HandSink()
    session = rtmulti.Session(sink, on_event=intrude)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 10)
    assert results[0] is Result.ERROR_BUSY
    assert "one thread at a time" in str(results[1])


def test_done_responses_can_be_repeated() -> None:
    session = rtmulti.Session(HandSink())
    session.receive(created("r1"))
    session.receive(done("r1"))
    assert session.receive(done("r1")) is Result.IGNORED
