"""Callbacks: their order, what may be called from inside them, and what becomes of an exception in one."""

from __future__ import annotations

import gc
import weakref

import pytest
from conversation import HandSink, created, message, pcm, two_messages

import rtmulti
from rtmulti import Result


class Trouble(Exception):
    """Raised by the callbacks of these tests."""


def test_an_exception_in_a_handler_comes_out_of_the_call_and_the_rest_waits() -> None:
    seen: list[rtmulti.Event] = []

    def on_event(event: rtmulti.Event) -> None:
        seen.append(event)
        if isinstance(event, rtmulti.SpeakingStarted):
            raise Trouble("in a handler")

    sink = HandSink()
    session = rtmulti.Session(sink, on_event=on_event)
    for event in two_messages():
        session.receive(event)
    with pytest.raises(Trouble, match="in a handler"):
        sink.play(1, 1_000)
    assert [type(event) for event in seen] == [rtmulti.SpeakingStarted]
    session.advance(1)
    assert rtmulti.PlaybackStarted in [type(event) for event in seen]


def test_the_json_of_a_command_comes_before_the_command_and_alone_if_nobody_asks() -> None:
    def interrupted(**handlers: object) -> None:
        sink = HandSink()
        session = rtmulti.Session(sink, **handlers)  # type: ignore[arg-type]
        for event in two_messages():
            session.receive(event)
        sink.play(1, 4_800)
        session.interrupt()

    told: list[object] = []
    interrupted(on_json=told.append, on_command=told.append)
    texts, commands = told[0::2], told[1::2]
    assert [type(command) for command in commands] == [rtmulti.Truncate, rtmulti.Delete]
    assert texts == [command.json for command in commands if isinstance(command, (rtmulti.Truncate, rtmulti.Delete))]
    alone: list[str] = []
    interrupted(on_json=alone.append)
    assert alone == texts


def test_an_exception_in_on_json_comes_out_of_the_call() -> None:
    def on_json(_: str) -> None:
        raise Trouble("the line is dead")

    sink = HandSink()
    session = rtmulti.Session(sink, on_json=on_json)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 4_800)
    with pytest.raises(Trouble):
        session.interrupt()


@pytest.mark.parametrize("problem", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_exception_that_is_no_error_comes_out_too(problem: type[BaseException]) -> None:
    def on_event(_: rtmulti.Event) -> None:
        raise problem

    sink = HandSink()
    session = rtmulti.Session(sink, on_event=on_event)
    for event in two_messages():
        session.receive(event)
    with pytest.raises(problem):
        sink.play(1, 1_000)


@pytest.mark.parametrize("method", ["flush", "clear", "pause", "resume", "text"])
def test_an_exception_in_a_sink_comes_out_of_the_call(method: str) -> None:
    class Broken(HandSink):
        pass

    def trouble(*_: object) -> None:
        raise Trouble(method)

    setattr(Broken, method, trouble)
    config = rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED)
    session = rtmulti.Session(Broken(rtmulti.SinkFormat(takes_text=True)), config=config)
    with pytest.raises(Trouble, match=method):
        for event in two_messages():
            session.receive(event)
        session.pause()
        session.resume()
        session.interrupt()
        session.response_created("r2", rtmulti.ResponseFlag.TEXT)
        session.item_added("r2", "T")
        session.part_added("r2", "T", 0, rtmulti.PartKind.TEXT)
        session.text("r2", "T", "Hello.", 0)
        session.response_done("r2")


def test_audio_that_a_failing_write_refused_is_offered_again() -> None:
    class Stumbling(HandSink):
        fails = True

        def write(self, segment: int, pcm: bytes) -> int | None:
            if self.fails:
                raise Trouble("write")
            return super().write(segment, pcm)

    sink = Stumbling()
    session = rtmulti.Session(sink)
    session.receive(created("r1"))
    session.item_added("r1", "A")
    with pytest.raises(Trouble):
        session.audio("r1", "A", pcm(100))
    sink.fails = False
    session.sink_ready()
    assert not sink.written, "never twice without time passing (rule E10)"
    session.advance(1)
    session.sink_ready()
    assert sink.written[1] == pcm(100)


def test_a_full_sink_takes_the_rest_when_it_is_ready() -> None:
    class Narrow(HandSink):
        room = 480

        def write(self, segment: int, pcm: bytes) -> int | None:
            taken = min(self.room, len(pcm) // 2)
            super().write(segment, pcm[: taken * 2])
            self.room -= taken
            return taken

    sink = Narrow()
    session = rtmulti.Session(sink)
    session.receive(created("r1"))
    session.item_added("r1", "A")
    session.audio("r1", "A", pcm(100))
    assert len(sink.written[1]) == 960
    sink.room = 10_000
    session.sink_ready()
    assert sink.written[1] == pcm(100)


@pytest.mark.parametrize("answer", [-1, 10**6, "many", 1.5])
def test_a_write_that_answers_nonsense_is_told_so(answer: object) -> None:
    class Wrong(HandSink):
        def write(self, segment: int, pcm: bytes) -> int | None:
            return answer  # type: ignore[return-value]

    session = rtmulti.Session(Wrong())
    session.receive(created("r1"))
    session.item_added("r1", "A")
    with pytest.raises(ValueError, match="must return None or how many"):
        session.audio("r1", "A", pcm(100))


def test_inputs_from_inside_are_queued_and_queries_are_answered() -> None:
    results: list[object] = []

    def on_event(event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.PlaybackStarted):
            results.append(session.position("A"))
            results.append(session.interrupt())
            results.append(session.message("A"))

    sink = HandSink()
    session = rtmulti.Session(sink, on_event=on_event)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 2_400)
    assert isinstance(results[0], rtmulti.Position)
    assert results[1] is Result.QUEUED
    record = session.message("A")
    assert record is not None and record.interrupted


@pytest.mark.parametrize("call", ["set_sink", "set_handlers"])
def test_what_may_not_be_done_from_inside_is_refused(call: str) -> None:
    def on_event(_: rtmulti.Event) -> None:
        if call == "set_sink":
            session.set_sink(HandSink())
        else:
            session.set_handlers()

    sink = HandSink()
    session = rtmulti.Session(sink, on_event=on_event)
    for event in two_messages():
        session.receive(event)
    with pytest.raises(rtmulti.RtmultiError, match="inside a callback") as refused:
        sink.play(1, 2_400)
    assert refused.value.result is Result.ERROR_IN_CALLBACK
    assert sink.playback is session and not session.is_destroyed


def test_a_session_destroyed_from_inside_goes_when_the_call_returns() -> None:
    told: list[type[rtmulti.Event]] = []

    def on_event(event: rtmulti.Event) -> None:
        told.append(type(event))
        session.destroy()

    sink = HandSink()
    session = rtmulti.Session(sink, on_event=on_event)
    for event in two_messages():
        session.receive(event)
    session.playback_started(1)
    assert session.is_destroyed and sink.playback is None
    assert told == [rtmulti.SpeakingStarted, rtmulti.PlaybackStarted]


def test_an_input_that_was_queued_and_is_wrong_becomes_a_diagnostic() -> None:
    diagnostics: list[rtmulti.Diagnostic] = []
    results: list[Result] = []

    def on_event(event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.SpeakingStarted):
            results.append(session.receive("{"))

    sink = HandSink()
    session = rtmulti.Session(sink, on_event=on_event, on_diagnostic=diagnostics.append)
    for event in two_messages():
        session.receive(event)
    sink.play(1, 2_400)
    assert results == [Result.QUEUED]
    assert [diagnostic.result for diagnostic in diagnostics] == [Result.ERROR_INVALID]


def test_handlers_can_be_replaced_and_taken_away() -> None:
    first: list[rtmulti.Event] = []
    second: list[rtmulti.Event] = []
    sink = HandSink()
    session = rtmulti.Session(sink, on_event=first.append)
    for event in two_messages():
        session.receive(event)
    session.set_handlers(on_event=second.append)
    sink.play(1, 2_400)
    session.set_handlers()
    session.close()
    assert first == [] and len(second) > 1
    assert not any(isinstance(event, rtmulti.Settled) for event in second)


def test_audio_may_be_kept_after_the_callback() -> None:
    kept: list[bytes] = []

    class Keeping(HandSink):
        def write(self, segment: int, pcm: bytes) -> int | None:
            kept.append(pcm)
            return None

    session = rtmulti.Session(Keeping(), config=rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED))
    for event in [created("r1"), *message("r1", "A", 0, 2_000, "Long.")]:
        session.receive(event)
    session.destroy()
    assert b"".join(kept) == pcm(2_000)


def test_a_session_that_nobody_holds_is_given_back_with_its_sink() -> None:
    session = rtmulti.Session(HandSink(), on_event=lambda event: None)
    for event in two_messages():
        session.receive(event)
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None


def test_a_sink_without_a_write_is_told_so() -> None:
    session = rtmulti.Session(rtmulti.Sink())
    session.receive(created("r1"))
    session.item_added("r1", "A")
    with pytest.raises(NotImplementedError, match="no write method"):
        session.audio("r1", "A", pcm(20))


def test_what_only_a_later_library_knows_is_passed_over() -> None:
    from ctypes import addressof, sizeof

    from rtmulti import _abi, _effects
    from rtmulti._core import ANSWERS

    for struct, read in (
        (_abi.rtmulti_event, _effects.event_at),
        (_abi.rtmulti_command, _effects.command_at),
        (_abi.rtmulti_effect, _effects.effect_at),
    ):
        unknown = struct(sizeof(struct), 99)
        assert read(addressof(unknown)) is None
    diagnostic = _abi.rtmulti_diagnostic(sizeof(_abi.rtmulti_diagnostic), 99)
    kind = _effects.diagnostic_at(addressof(diagnostic)).kind
    assert (kind, kind.name) == (99, "UNKNOWN_99")
    assert rtmulti.Outcome(99).name == rtmulti.Status(99).name == "UNKNOWN_99"
    assert ANSWERS[99] is rtmulti.Result.OK


def test_of_two_exceptions_in_one_call_the_second_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Clinging(HandSink):
        def detach(self) -> None:
            raise ValueError("I stay")

    class Failing(HandSink):
        def write(self, segment: int, pcm: bytes) -> int | None:
            raise OSError("no room")

    session = rtmulti.Session(Clinging())
    for event in two_messages():
        session.receive(event)
    with pytest.raises(ValueError, match="I stay"):
        session.set_sink(Failing())
    assert [record.exc_info[1].args for record in caplog.records if record.exc_info and record.exc_info[1]] == [
        ("no room",)
    ]
    session.pause()  # nothing is left of it
    session.set_sink(None)
