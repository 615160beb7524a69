"""What a host says anew while a session lives, a CANCEL without a cut, and the records of a lost connection."""

from __future__ import annotations

import pytest
from conversation import HandSink, Server, run, two_messages

import rtmulti
from rtmulti import Outcome, Result

MS = 24


def open_response(
    format: rtmulti.SinkFormat = rtmulti.SinkFormat(),
) -> tuple[rtmulti.Session, HandSink, list[rtmulti.Command], list[rtmulti.Event]]:
    commands: list[rtmulti.Command] = []
    events: list[rtmulti.Event] = []
    sink = HandSink(format)
    session = rtmulti.Session(sink, on_command=commands.append, on_event=events.append)
    for event in two_messages()[:-1]:
        session.receive(event)
    return session, sink, commands, events


def test_a_cancel_is_no_cut() -> None:
    session, sink, commands, events = open_response()
    assert session.cancel("r1") is Result.OK
    assert session.cancel() is Result.IGNORED
    assert [type(command) for command in commands] == [rtmulti.Cancel]
    assert not any(asked[0] == "clear" for asked in sink.asked)
    session.response_done("r1", rtmulti.Status.CANCELLED)
    sink.finish(1)
    sink.finish(2)
    records = [event for event in events if isinstance(event, rtmulti.Message)]
    assert [record.outcome for record in records] == [Outcome.FULL, Outcome.FULL]
    assert len(commands) == 1


def test_what_the_server_can_be_told_may_change() -> None:
    session, sink, commands, _ = open_response()
    assert session.set_server(rtmulti.Server.TRUNCATES) is Result.OK
    assert session.set_server(rtmulti.Server.TRUNCATES) is Result.IGNORED
    with pytest.raises(rtmulti.RtmultiError, match="config.server"):
        session.set_server(rtmulti.Server.OWNS_PLAYOUT)
    sink.play(1, 100 * MS)
    session.interrupt(by=rtmulti.Interrupter.HOST)
    assert [type(command) for command in commands] == [rtmulti.Cancel, rtmulti.Truncate, rtmulti.Truncate]


def test_the_clear_timeout_may_change() -> None:
    session, sink, _, events = open_response()
    sink.clear = lambda segment: None  # type: ignore[method-assign]
    session.advance(0)
    assert session.set_clear_timeout(50) is Result.OK
    session.interrupt()
    session.advance(50_000)
    assert [e.response_id for e in events if isinstance(e, rtmulti.Settled)] == ["r1"]


def test_what_is_unheard_is_shown_while_the_audio_is_off() -> None:
    session, sink, commands, events = open_response(rtmulti.SinkFormat(takes_text=True))
    sink.play(1, 100 * MS)
    assert session.set_audio_enabled(False) is Result.OK
    assert session.set_audio_enabled(False) is Result.IGNORED
    asked = [asked[:2] for asked in sink.asked if asked[0] in ("clear", "text")]
    assert asked == [("clear", 1), ("text", "A"), ("text", "B")]
    for item_id in ("A", "B"):
        assert session.text_delivered(item_id) is Result.OK
    records = [event for event in events if isinstance(event, rtmulti.Message)]
    assert [record.outcome for record in records] == [Outcome.TEXT_ONLY] * 2
    assert [record.heard_ms for record in records] == [100, 0]
    assert not any(record.interrupted or record.text_estimated for record in records)
    assert all(record.heard_text == record.generated_text for record in records)
    assert session.set_audio_enabled(True) is Result.OK
    session.close()
    assert [type(command) for command in commands] == [rtmulti.Cancel]


def test_a_message_of_a_lost_session_says_so() -> None:
    session, sink, commands, events = open_response()
    sink.finish(1)
    session.reconnect()
    sink.play(2, 100 * MS)
    session.interrupt()
    records = [event for event in events if isinstance(event, rtmulti.Message)]
    assert [(record.item_id, record.of_lost_session) for record in records] == [("A", False), ("B", True)]
    assert records[1].heard_ms == 100
    assert commands == []


def test_a_player_says_the_same() -> None:
    async def steps() -> None:
        server = Server()
        async with rtmulti.Player(HandSink(), server.send) as player:
            for event in two_messages()[:-1]:
                player.feed(event)
            assert player.cancel() is Result.OK
            assert player.set_clear_timeout(100) is Result.OK
            assert player.set_audio_enabled(False) is Result.OK
            assert player.set_audio_enabled(True) is Result.OK
            assert player.set_server(rtmulti.Server.TRUNCATES) is Result.OK
        assert server.types[0] == "cancel"

    run(steps())


