"""Arguments that C could not even be given: each is refused with one sentence that names it, what came, and what is
allowed, and nothing of ctypes shows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from conversation import HandSink, created, run, two_messages

import rtmulti
from rtmulti import Config, Format, Player, Session, SinkFormat
from rtmulti.timeline import WatchedPlayer

#: A wrong call, and what its sentence holds.
WRONG: list[tuple[Callable[[Session], object], type[Exception], str]] = [
    (lambda s: s.advance(time.monotonic()), TypeError, "now_us must be a whole number of us, as int(time.monotonic()"),  # type: ignore[arg-type]
    (lambda s: s.advance(2**63), ValueError, "now_us is 9223372036854775808, and it must be from -9223372036854775808"),
    (lambda s: s.advance(None), TypeError, "now_us must be a whole number of us"),  # type: ignore[arg-type]
    (
        lambda s: s.interrupt(by="user"),
        TypeError,
        "by must be one of Interrupter.LISTENER, Interrupter.HOST, not str 'user'",
    ),  # type: ignore[arg-type]
    (lambda s: s.interrupt(by=7), ValueError, "by is 7, and it must be one of Interrupter.LISTENER"),  # type: ignore[arg-type]
    (lambda s: s.interrupt(5), TypeError, "response_id must be a str, not int 5"),  # type: ignore[arg-type]
    (lambda s: s.item_added("r", None), TypeError, "item_id must be a str, not None"),  # type: ignore[arg-type]
    (lambda s: s.item_added("r", b"A"), TypeError, "item_id must be a str, not bytes b'A'"),  # type: ignore[arg-type]
    (lambda s: s.item_added("r", "\ud83d"), ValueError, "item_id has half a surrogate pair"),
    (
        lambda s: s.item_added("r", "A", 2**31),
        ValueError,
        "output_index is 2147483648, and it must be from -2147483648",
    ),
    (lambda s: s.item_added("r", "A", 0, "message"), TypeError, "kind must be one of ItemKind.MESSAGE"),  # type: ignore[arg-type]
    (lambda s: s.response_created(None), TypeError, "response_id must be a str, not None"),  # type: ignore[arg-type]
    (lambda s: s.response_created("r", "text"), TypeError, "flags must be made of ResponseFlag.UNINTERRUPTIBLE |"),  # type: ignore[arg-type]
    (lambda s: s.response_created("r", 1 << 9), ValueError, "flags is 512, and it must be made of"),  # type: ignore[arg-type]
    (lambda s: s.response_done("r", "completed"), TypeError, "status must be one of Status.IN_PROGRESS"),  # type: ignore[arg-type]
    (
        lambda s: s.part_added("r", "A", 0, format={"codec": 1}),
        TypeError,
        "format must be an rtmulti.Format, for example Format(**format)",
    ),  # type: ignore[arg-type]
    (lambda s: s.part_added("r", "A", 0, format=Format("pcm16")), TypeError, "Format.codec must be one of Codec.PCM16"),  # type: ignore[arg-type]
    (lambda s: s.part_added("r", "A", 0, format=Format(channels=-1)), ValueError, "Format.channels is -1"),
    (
        lambda s: s.audio("r", "A", "UklGRg=="),
        TypeError,
        "data must be bytes, a bytearray or a memoryview, not str 'UklGRg=='",
    ),  # type: ignore[arg-type]
    (lambda s: s.audio("r", "A", b"", 0.5), TypeError, "content_index must be a whole number, not float 0.5"),  # type: ignore[arg-type]
    (lambda s: s.packet("r", "A", b"", sequence="1", timestamp=0), TypeError, "sequence must be a whole number"),  # type: ignore[arg-type]
    (lambda s: s.text("r", "A", b"Hi"), TypeError, "text must be a str, not bytes b'Hi'"),  # type: ignore[arg-type]
    (lambda s: s.text("r", "A", "Hi", start_ms=1.5), TypeError, "start_ms must be a whole number"),  # type: ignore[arg-type]
    (lambda s: s.playback_progress(1, 0.5), TypeError, "frames must be a whole number, not float 0.5"),  # type: ignore[arg-type]
    (lambda s: s.playback_progress(-1, 5), ValueError, "segment is -1, and it must be from 0 to"),
    (lambda s: s.playback_mark(7), TypeError, "name must be a str, not int 7"),  # type: ignore[arg-type]
    (lambda s: s.segment("1"), TypeError, "segment must be a whole number, not str '1'"),  # type: ignore[arg-type]
    (lambda s: s.position("A", 2**40), ValueError, "content_index is 1099511627776"),
    (lambda s: s.message(None), TypeError, "item_id must be a str, not None"),  # type: ignore[arg-type]
    (lambda s: s.part_truncated("A", 0.5), TypeError, "audio_end_ms must be a whole number, not float 0.5"),  # type: ignore[arg-type]
    (lambda s: s.item_deleted(None), TypeError, "item_id must be a str, not None"),  # type: ignore[arg-type]
    (lambda s: s.receive(5), TypeError, "an event must be str, bytes, a mapping or an SDK's object, not int 5"),  # type: ignore[arg-type]
    (lambda s: s.receive({"type": b"x"}), TypeError, "an event must hold what JSON can say, and this one holds bytes"),
    (lambda s: s.set_format("pcm16"), TypeError, "format must be an rtmulti.Format"),  # type: ignore[arg-type]
    (lambda s: s.set_sink(rtmulti.QueueSink), TypeError, "QueueSink is a class, and a sink is an object of one"),  # type: ignore[arg-type]
    (lambda s: s.set_sink(print), TypeError, "a sink needs the method attach, as every rtmulti.Sink has"),  # type: ignore[arg-type]
    (lambda s: s.set_handlers(on_event=5), TypeError, "on_event must be a function or None"),  # type: ignore[arg-type]
    (
        lambda _: Session(config={"estimate": False}),
        TypeError,
        "config must be an rtmulti.Config, for example Config(**config)",
    ),  # type: ignore[arg-type]
    (
        lambda _: Session(config=Config(write_ahead_ms="200")),
        TypeError,
        "Config.write_ahead_ms must be a whole number, not str '200'",
    ),  # type: ignore[arg-type]
    (lambda _: Session(config=Config(turn_patience_ms=-5)), ValueError, "Config.turn_patience_ms is -5"),
    (lambda _: Session(HandSink(SinkFormat(sample_rate_hz=-1))), ValueError, "SinkFormat.sample_rate_hz is -1"),
    (
        lambda _: Session(HandSink(SinkFormat(driver="paced"))),
        TypeError,
        "SinkFormat.driver must be one of Driver.REPORTED",
    ),  # type: ignore[arg-type]
    (lambda _: Session(HandSink(24_000)), TypeError, "HandSink.format must be an rtmulti.SinkFormat"),  # type: ignore[arg-type]
    (lambda _: rtmulti.mark_name("1", 0), TypeError, "segment must be a whole number"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "kind", "sentence"), WRONG)
def test_a_wrong_argument_is_named(call: Callable[[Session], object], kind: type[Exception], sentence: str) -> None:
    session = Session(HandSink())
    with pytest.raises(kind) as refused:
        call(session)
    assert type(refused.value) is kind
    assert str(refused.value).startswith(sentence), str(refused.value)
    # It changed nothing, and the session goes on.
    assert session.response_created("r1") is rtmulti.Result.OK


#: A sink that is made wrongly, and what is said of it.
WRONG_SINKS: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: rtmulti.CallbackSink(print, {"channels": 2}), TypeError, r"format must be an rtmulti\.SinkFormat"),  # type: ignore[arg-type]
    (lambda: rtmulti.CallbackSink(None), TypeError, "function must be a function that takes a segment"),  # type: ignore[arg-type]
    (lambda: rtmulti.CallbackSink("print"), TypeError, "function must be a function"),  # type: ignore[arg-type]
    (lambda: rtmulti.CallbackSink(_play), TypeError, "function is a coroutine function.*create_task"),
    (lambda: rtmulti.WavSink(5), TypeError, "os.PathLike object, not int"),  # type: ignore[arg-type]
    (lambda: rtmulti.WavSink("x.wav", 24_000), TypeError, r"format must be an rtmulti\.SinkFormat"),  # type: ignore[arg-type]
    (lambda: rtmulti.WavSink("/nowhere/x.wav"), FileNotFoundError, "/nowhere/x.wav"),
    (lambda: rtmulti.QueueSink(16_000), TypeError, r"format must be an rtmulti\.SinkFormat"),  # type: ignore[arg-type]
    (lambda: rtmulti.QueueSink(block_ms="20"), TypeError, "block_ms must be a whole number, not str '20'"),  # type: ignore[arg-type]
    (lambda: rtmulti.QueueSink(block_ms=0), ValueError, "block_ms is 0, and a block must have at least 1 ms"),
    (lambda: rtmulti.QueueSink(on_clear=_clear), TypeError, "on_clear is a coroutine function"),
    (lambda: rtmulti.ClockedSink().play_until(0.5), TypeError, "now_us must be a whole number of us"),  # type: ignore[arg-type]
    (lambda: rtmulti.Player(rtmulti.WavSink, print), TypeError, "WavSink is a class"),  # type: ignore[arg-type]
    (lambda: WatchedPlayer(rtmulti.CallbackSink, print), TypeError, "CallbackSink is a class"),  # type: ignore[arg-type]
    (lambda: WatchedPlayer(print, print), TypeError, "a sink needs the method"),  # type: ignore[arg-type]
    (lambda: WatchedPlayer(HandSink(), print, config={}), TypeError, r"config must be an rtmulti\.Config"),  # type: ignore[arg-type]
    (lambda: Player(HandSink(), print).now_us(), RuntimeError, "inside its block"),
]


async def _play(segment: int, pcm: bytes) -> None:
    """Nobody would await it."""


async def _clear() -> None:
    """Nobody would await it."""


@pytest.mark.parametrize(("make", "kind", "sentence"), WRONG_SINKS)
def test_a_sink_that_is_made_wrongly_is_told_how(
    make: Callable[[], object], kind: type[Exception], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        make()


def test_a_callback_sink_refuses_what_nobody_awaits() -> None:
    sink = rtmulti.CallbackSink(lambda segment, pcm: _play(segment, pcm))
    session = Session(sink)
    session.advance(0)
    for event in two_messages():
        session.receive(event)
    sink.play_until(0)
    with pytest.raises(TypeError, match="function returned something to await"):
        sink.play_until(20_000)


def test_a_refusal_of_the_library_names_the_argument_too() -> None:
    session = Session(HandSink())
    for call, sentence in (
        (lambda: session.set_format(Format(sample_rate_hz=96_000)), "format.sample_rate_hz is 96000; PCM16 is played at"),
        (lambda: session.item_added("r1", ""), "item_id is empty; give it as the server named it"),
        (lambda: session.playback_progress(1, -5), "frames is -5; it must be 0 or more"),
        (lambda: Session(config=Config(write_ahead_ms=0)), "config.write_ahead_ms is 0; it must be 1 or more"),
        (lambda: session.receive("garbage"), "The event is not one JSON object: at byte 0"),
    ):
        with pytest.raises(rtmulti.RtmultiError) as refused:
            call()
        assert refused.value.sentence.startswith(sentence), refused.value.sentence


def test_numbers_of_other_types_are_numbers() -> None:
    class Seven:
        def __index__(self) -> int:
            return 7

    session = Session(HandSink())
    assert session.advance(Seven()) is rtmulti.Result.OK  # type: ignore[arg-type]
    assert session.playback_progress(Seven(), Seven()) is rtmulti.Result.IGNORED  # type: ignore[arg-type]


def test_a_long_value_is_shown_short() -> None:
    with pytest.raises(TypeError) as refused:
        Session().receive(list(range(10_000)))  # type: ignore[arg-type]
    assert len(str(refused.value)) < 200 and "…" in str(refused.value)


def test_a_buffer_that_cannot_be_filled_is_named() -> None:
    session = Session(HandSink(SinkFormat(driver=rtmulti.Driver.PULLED)))
    device = session.device()
    assert repr(device) == "<rtmulti.Device of 24000 Hz and 1 channels>"
    for wrong in (b"\0\0", 480, memoryview(bytearray(8))[::2]):
        with pytest.raises(TypeError, match="buffer must be"):
            device.pull(wrong)
    with pytest.raises(TypeError, match="delay_frames must be a whole number"):
        device.pull(bytearray(4), 0.5)  # type: ignore[arg-type]
    assert device.pull(bytearray(b"xxxx")) == 0


#: What is no audio, and what is said of it.
NOT_SAID: list[tuple[Any, type[Exception], str]] = [
    ("Hello", TypeError, "say plays audio, and text is no audio.*text='Hello'"),
    (b"RIFF\x24\0\0\0WAVEfmt ", ValueError, "this is a whole WAV file.*readframes"),
    (b"OggS\0", ValueError, r"Format\(Codec.OGG_OPUS\)"),
    (b"ID3\4", ValueError, "this is an MP3 file"),
    (5, TypeError, "audio must be bytes, or packets as an iterable of bytes, not int 5"),
    ([1, 2], TypeError, "data must be bytes"),
]


@pytest.mark.parametrize(("audio", "kind", "sentence"), NOT_SAID)
def test_what_is_no_audio_is_not_said(audio: Any, kind: type[Exception], sentence: str) -> None:
    async def steps() -> None:
        async with Player(HandSink(), lambda _: None) as player:
            with pytest.raises(kind, match=sentence):
                player.say(audio)

    run(steps())


def test_a_player_names_what_is_wrong_when_it_is_made() -> None:
    with pytest.raises(TypeError, match=r"config must be an rtmulti\.Config"):
        Player(HandSink(), print, config={"estimate": False})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="send must be a function that takes JSON text, not None"):
        Player(HandSink(), None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a sink needs the method"):
        Player(print, print)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match=r"inside its block: async with Player"):
        Player(HandSink(), print).feed(created("r1"))

    async def steps() -> None:
        async with Player(HandSink(), print) as player:
            with pytest.raises(TypeError, match=r"by must be one of Interrupter\.LISTENER"):
                await player.interrupt(by="user")  # type: ignore[arg-type]
            with pytest.raises(TypeError, match="response_id must be a str, not list"):
                await player.settled(["r1"])  # type: ignore[call-overload]
            with pytest.raises(TypeError, match="send must be a function"):
                player.reconnect(send="ws")  # type: ignore[arg-type]

    asyncio.run(steps())
