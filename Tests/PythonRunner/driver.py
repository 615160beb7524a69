"""Plays a trace through the binding: the same inputs, by the methods of `rtmulti.Session`, and callbacks written in
Python that answer what the trace says they answered. What comes out becomes the lines of listing.py.

The runner in C does the same with a trace (Tests/Runner/replay.c). Whether both did the same is decided elsewhere.
"""

from __future__ import annotations

from array import array
from ctypes import Structure, c_uint32, c_uint64
from dataclasses import fields
from typing import Any

import calls
import listing
import questions
from trace_file import Entry, Trace, TraceError

import rtmulti
from rtmulti import _abi
from rtmulti.enums import SinkFlag

#: The callbacks of a sink in the order of the bits of a set_sink entry; text_write is the last one.
CALLBACKS_OF_A_SINK = 5
HANDLERS = ("on_event", "on_command", "on_diagnostic", "on_heard_audio")


class CallbackFailed(Exception):
    """What a callback raises that failed when the trace was recorded."""


class DifferentError(Exception):
    """The session does something else than when the trace was recorded."""


def _names(struct: type[Structure]) -> list[str]:
    """The fields of a struct that a host chooses and that are numbers, in its order."""
    numbers = [name for name, kind, *_ in struct._fields_ if kind in (c_uint32, c_uint64)]
    return [name for name in numbers if name not in ("struct_size", "reserved")]


def config_of(numbers: list[int]) -> rtmulti.Config:
    """The Config whose fields a trace's head holds, in the order of rtmulti_config."""
    given = dict(zip(_names(_abi.rtmulti_config), numbers, strict=True))
    return rtmulti.Config(**_typed(rtmulti.Config, given))


def sink_format_of(numbers: list[int]) -> rtmulti.SinkFormat:
    """The SinkFormat whose fields a set_sink entry holds, in the order of rtmulti_sink."""
    *numbers, callbacks = numbers
    given = dict(zip(_names(_abi.rtmulti_sink), numbers, strict=True))
    flags = SinkFlag(given.pop("flags"))
    if callbacks | 1 << CALLBACKS_OF_A_SINK != (2 << CALLBACKS_OF_A_SINK) - 1:
        raise TraceError("a sink without one of its callbacks is none of a scenario")
    return rtmulti.SinkFormat(
        gapless=SinkFlag.GAPLESS in flags,
        can_pause=SinkFlag.CAN_PAUSE in flags,
        can_clear=SinkFlag.CAN_CLEAR in flags,
        starts_at_once=SinkFlag.STARTS_AT_ONCE in flags,
        takes_text=bool(callbacks >> CALLBACKS_OF_A_SINK),
        **_typed(rtmulti.SinkFormat, given),
    )


def _typed(record: Any, numbers: dict[str, int]) -> dict[str, Any]:
    """Each number as the type that its field has: an enum, a bool or an int."""
    defaults: dict[str, Any] = {field.name: field.default for field in fields(record)}
    return {name: type(defaults[name])(number) for name, number in numbers.items()}


class TracedSink(rtmulti.Sink):
    """A sink that lists what it is asked, and answers what the trace says."""

    def __init__(self, driver: Driver, format: rtmulti.SinkFormat) -> None:
        self.format = format
        self._driver = driver

    def write(self, segment: int, pcm: bytes) -> int:
        """Takes as many frames as it took then."""
        frames = len(pcm) // self.format.bytes_per_frame
        return self._driver.told(rtmulti.Write(segment, pcm, frames), expected=frames)

    def flush(self, segment: int) -> None:
        """The end of a segment."""
        self._driver.told(rtmulti.Flush(segment))

    def clear(self, segment: int) -> None:
        """Drop what is unheard."""
        self._driver.told(rtmulti.Clear(segment))

    def pause(self) -> None:
        """Stop."""
        self._driver.told(rtmulti.Pause())

    def resume(self) -> None:
        """Go on."""
        self._driver.told(rtmulti.Resume())

    def text(self, item_id: str, text: str) -> None:
        """Text of a message without audio."""
        self._driver.told(rtmulti.TextWrite(item_id, text))


class Driver:
    """One session that is given what a trace holds. `lines` is what came of it."""

    def __init__(self, trace: Trace) -> None:
        self.lines: list[str] = []
        self.session = rtmulti.Session(config=config_of(trace.config))
        self.asked = questions.Questions(self.session)
        self._entries = trace.entries
        self._next = 0
        #: Callbacks since the last one that has an entry.
        self._callbacks = 0
        self._is_inside = False
        self._pulls = 0

    def play(self) -> None:
        """Gives every entry that is not from inside a callback; those are given there."""
        while (entry := self._peek()) is not None:
            self._next += 1
            if entry.word == "end":
                break
            self._give(entry)
        self.asked.at_the_end()
        self.session.destroy()

    def _peek(self) -> Entry | None:
        return self._entries[self._next] if self._next < len(self._entries) else None

    # --- what comes out ---

    def told(self, effect: rtmulti.Effect, expected: int = 0) -> int:
        """A callback: its line, what it said to the session then, and what it returned."""
        self._list(effect)
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
        raise DifferentError("the trace ends inside a callback")

    def _list(self, effect: rtmulti.Effect) -> None:
        self.lines.append(listing.effect_line(effect))
        self.asked.told(effect)

    def _on_effect(self, effect: Any) -> None:
        self.told(effect)

    # --- inputs ---

    def _give(self, entry: Entry) -> None:
        if entry.word in ("callback", "returned"):
            raise DifferentError(f"the session calls back less often than it did ({entry.word})")
        try:
            result = self._call(entry)
            code = listing.result_name(rtmulti.Result.OK if result is None else result)
        except rtmulti.RtmultiError as refused:
            code = refused.code
        except CallbackFailed:
            code = "RTMULTI_STOPPED"
        if entry.word != "poll":
            self.lines.append(listing.input_line(entry.word, code, is_nested=self._is_inside))
            self.asked.between(entry.word)

    def _call(self, entry: Entry) -> rtmulti.Result | None:
        own = getattr(self, f"_{entry.word}", None)
        if own is not None:
            answer: rtmulti.Result | None = own(entry)
            return answer
        return calls.CALLS[entry.word](self.session, entry)

    def _set_handlers(self, entry: Entry) -> None:
        named = {name: self._on_effect for bit, name in enumerate(HANDLERS) if entry.numbers[0] >> bit & 1}
        self.session.set_handlers(on_json=self.asked.told_json if "on_command" in named else None, **named)

    def _set_sink(self, entry: Entry) -> None:
        if not entry.numbers:
            self.session.set_sink(None)
            return
        self.session.set_sink(TracedSink(self, sink_format_of(entry.numbers)))

    def _advance(self, entry: Entry) -> rtmulti.Result:
        return self.session.advance(entry.numbers[0])

    def _poll(self, entry: Entry) -> None:
        effect = self.session.poll()
        if effect is not None:
            self._list(effect)

    def _pull(self, entry: Entry) -> None:
        frames, delay_frames = entry.numbers
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
            self.lines.append(listing.pull_line(block[: device.channels * taken].tobytes(), taken))

    def _pull_meanwhile(self, entry: Entry) -> None:
        self._pull(entry)

    def _deliver(self, _: Entry) -> rtmulti.Result:
        # Any input that is refused for what it says.
        return self.session.playback_progress(0, -1)
