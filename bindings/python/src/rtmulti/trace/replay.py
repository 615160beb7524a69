"""Plays a trace again: the same inputs, by the methods of `rtmulti.Session`, and callbacks that answer what the trace says
they answered. Who watches overrides took() and gave(); nothing is printed or judged here.

The runner in C does the same with a trace (Tests/Runner/replay.c).
"""

from __future__ import annotations

from array import array
from ctypes import Structure, c_uint32, c_uint64
from dataclasses import fields, replace
from typing import Any

from .. import _abi
from ..config import Config, SinkFormat
from ..enums import Result, SinkFlag
from ..errors import RtmultiError
from ..events import Clear, Effect, Flush, HeardAudio, Pause, Resume, TextWrite, Write
from ..playout import Sink
from ..session import Session
from .calls import CALLS
from .layout import Entry, Trace, TraceError

#: The callbacks of a sink in the order of the bits of a set_sink entry.
_CALLBACKS = (Write, Flush, Clear, Pause, Resume, TextWrite)
#: More than this is never written into one entry.
_MOST_FRAMES_PULLED = 1 << 20


class CallbackFailed(Exception):
    """What a callback raises that failed when the trace was written."""


class DifferentError(Exception):
    """The session does something else than when the trace was written, in a sentence."""


def _names(struct: type[Structure]) -> list[str]:
    """The fields of a struct that a host chooses and that are numbers, in its order."""
    numbers = [name for name, kind, *_ in struct._fields_ if kind in (c_uint32, c_uint64)]
    return [name for name in numbers if name not in ("struct_size", "reserved")]


def config_of(numbers: list[int]) -> Config:
    """The Config whose fields a trace's head holds, in the order of rtmulti_config."""
    names = _names(_abi.rtmulti_config)
    if len(names) != len(numbers):
        raise TraceError(f"its config has {len(numbers)} fields, and {len(names)} are known here: take its own rtmulti")
    try:
        return Config(**_typed(Config, dict(zip(names, numbers, strict=True))))
    except ValueError as error:
        raise TraceError(f"it is damaged: of its config, {error}") from error


def sink_format_of(numbers: list[int]) -> SinkFormat:
    """The SinkFormat whose fields a set_sink entry holds, in the order of rtmulti_sink. Raises ValueError for one that is none,
    which the session refused."""
    *numbers, callbacks = numbers
    names = _names(_abi.rtmulti_sink)
    if len(names) != len(numbers):
        raise TraceError(f"a sink has {len(numbers)} fields, and {len(names)} are known here: take its own rtmulti")
    given = dict(zip(names, numbers, strict=True))
    flags = SinkFlag(given.pop("flags"))
    return SinkFormat(
        gapless=SinkFlag.GAPLESS in flags,
        can_pause=SinkFlag.CAN_PAUSE in flags,
        can_clear=SinkFlag.CAN_CLEAR in flags,
        starts_at_once=SinkFlag.STARTS_AT_ONCE in flags,
        fixed_writes=SinkFlag.FIXED_WRITES in flags,
        takes_text=bool(callbacks >> _CALLBACKS.index(TextWrite) & 1),
        **_typed(SinkFormat, given),
    )


def _typed(record: Any, numbers: dict[str, int]) -> dict[str, Any]:
    """Each number as the type that its field has: an enum, a bool or an int."""
    defaults: dict[str, Any] = {field.name: field.default for field in fields(record)}
    return {name: type(defaults[name])(number) for name, number in numbers.items()}


class _ReplayedSink(Sink):
    """A sink that answers what the trace says. What the host had no callback for is not told."""

    def __init__(self, replay: Replay, format: SinkFormat, callbacks: int) -> None:
        self.format = format
        self._replay = replay
        self._has = {kind for bit, kind in enumerate(_CALLBACKS) if callbacks >> bit & 1}

    def _told(self, effect: Effect, expected: int = 0) -> int:
        return self._replay.told(effect, expected) if type(effect) in self._has else expected

    def write(self, segment: int, pcm: bytes) -> int:
        """Takes as many frames as it took then."""
        frames = len(pcm) // self.format.bytes_per_frame
        return self._told(Write(segment, pcm, frames), expected=frames)

    def may_play(self, segment: int, item_id: str, frames: int) -> int:
        """Plays by itself as many frames as then."""
        return self._told(Write(segment, b"", frames), expected=frames)

    def flush(self, segment: int) -> None:
        """The end of a segment."""
        self._told(Flush(segment))

    def clear(self, segment: int) -> None:
        """Drop what is unheard."""
        self._told(Clear(segment))

    def pause(self) -> None:
        """Stop."""
        self._told(Pause())

    def resume(self) -> None:
        """Go on."""
        self._told(Resume())

    def text(self, item_id: str, text: str) -> None:
        """Text of a message without audio."""
        self._told(TextWrite(item_id, text))


class Replay:
    """One session that is given what a trace holds.

    `now_us` is the session's time, None before it was told any; `format` is that of the sink. With `hears_audio` the
    session hands out what was heard as HeardAudio, also if the traced one did not.
    """

    def __init__(self, trace: Trace, *, hears_audio: bool = False) -> None:
        config = config_of(trace.config)
        #: HeardAudio that the traced session did not hand out must not be counted.
        self._hears_for_us = hears_audio and not config.heard_audio
        self.session = Session(config=replace(config, heard_audio=True) if hears_audio else config)
        self.now_us: int | None = None
        self.format = SinkFormat()
        self._entries = trace.entries
        self._next = 0
        #: Callbacks since the last one that has an entry.
        self._callbacks = 0
        self._is_inside = False
        self._pulls = 0
        self._set_all_handlers()

    # --- for whoever watches ---

    def took(self, effect: Effect) -> None:
        """This came out of the session."""

    def giving(self, entry: Entry) -> None:
        """This is about to be given to the session."""

    def gave(self, entry: Entry, code: str, sentence: str, is_nested: bool) -> None:
        """This was given: the name of its result ("RTMULTI_OK"), and the sentence of a refusal."""

    # --- playing ---

    def play(self) -> None:
        """Gives every entry that is not from inside a callback; those are given there. The session stays open."""
        while (entry := self._peek()) is not None:
            self._next += 1
            if entry.word == "end":
                break
            self._give(entry)

    def _peek(self) -> Entry | None:
        return self._entries[self._next] if self._next < len(self._entries) else None

    def told(self, effect: Effect, expected: int = 0) -> int:
        """A callback: what it said to the session then, and what it returned."""
        self.took(effect)
        if self._hears_for_us and isinstance(effect, HeardAudio):
            return expected
        self._callbacks += 1
        entry = self._peek()
        if entry is None or entry.word != "callback" or entry.numbers[0] != self._callbacks:
            return expected
        self._next += 1
        self._callbacks = 0
        self._is_inside = True
        try:
            while (entry := self._peek()) is not None:
                self._next += 1
                if entry.word == "returned":
                    if entry.numbers[0] < 0:
                        raise CallbackFailed
                    return entry.numbers[0]
                self._give(entry)
        finally:
            self._is_inside = False
        # Where a trace breaks off the call at hand still goes to its end: it may be the one that its program died of.
        return expected

    def _on_effect(self, effect: Any) -> None:
        self.told(effect)

    def _set_all_handlers(self) -> None:
        # They change nothing for a session, and what the host had no handler for may be worth seeing.
        on = self._on_effect
        self.session.set_handlers(on_event=on, on_command=on, on_diagnostic=on, on_heard_audio=on)

    # --- inputs ---

    def _give(self, entry: Entry) -> None:
        if entry.word in ("callback", "returned"):
            raise DifferentError("the session called its host back here when it was traced, and does not now")
        if entry.word == "end":
            raise TraceError("it is damaged: it ends in the middle of a callback")
        self.giving(entry)
        sentence = ""
        try:
            result = self._call(entry)
            code = f"RTMULTI_{Result(Result.OK if result is None else result).name}"
        except RtmultiError as refused:
            code, sentence = refused.code, refused.sentence
        except CallbackFailed:
            code = "RTMULTI_STOPPED"
        except ValueError as refused:
            code, sentence = "RTMULTI_ERROR_INVALID", str(refused)
        self.gave(entry, code, sentence, self._is_inside)

    def _call(self, entry: Entry) -> Result | None:
        own = getattr(self, f"_{entry.word}", None)
        if own is not None:
            answer: Result | None = own(entry)
            return answer
        return CALLS[entry.word](self.session, entry)

    def _set_handlers(self, entry: Entry) -> None:
        """Nothing: there are handlers for everything."""

    def _set_sink(self, entry: Entry) -> None:
        if not entry.numbers:
            self.session.set_sink(None)
            return
        format, before = sink_format_of(entry.numbers), self.format
        self.format = format
        try:
            self.session.set_sink(_ReplayedSink(self, format, entry.numbers[-1]))
        except RtmultiError:
            if self.session.is_closed:
                self.format = before
            raise

    def _advance(self, entry: Entry) -> Result:
        self.now_us = entry.numbers[0]
        return self.session.advance(self.now_us)

    def _poll(self, _: Entry) -> None:
        effect = self.session.poll()
        if effect is not None:
            self.took(effect)

    def pulled(self, pcm: bytes, frames: int) -> None:
        """A device took so much."""

    def _pull(self, entry: Entry) -> None:
        frames, delay_frames = entry.numbers
        if frames > _MOST_FRAMES_PULLED:
            raise TraceError("it is damaged: no device takes so much at once")
        device = self.session.device()
        # In turns as whole numbers and as floating point, which hold the same samples.
        self._pulls += 1
        if self._pulls % 2:
            block = array("h", bytes(2 * device.channels * frames))
            taken = device.pull(block, delay_frames)
        else:
            floats = array("f", bytes(4 * device.channels * frames))
            taken = device.pull_f32(floats, delay_frames)
            block = array("h", (round(sample * 32768) for sample in floats))
        if taken:
            self.pulled(block[: device.channels * taken].tobytes(), taken)

    def _pull_meanwhile(self, entry: Entry) -> None:
        self._pull(entry)

    def _deliver(self, _: Entry) -> Result:
        # Any input that is refused for what it says.
        return self.session.playback_progress(0, -1)
