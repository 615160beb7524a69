"""A trace as the command line uses it: read from a file, turned into a log, and played again into a timeline. What is
printed of it is in trace.py and trace_lines.py."""

from __future__ import annotations

import time
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..enums import Interrupter
from ..events import Clear, Command, Diagnostic, Effect, Event, HeardAudio, Message
from ..timeline import Interruption, Timeline, TimelineRecorder
from ..trace import DifferentError, Replay, Trace, TraceError
from ..trace import Entry as TraceEntry
from ..trace.server_events import ServerEvents
from .event_log import Entry
from .playback import Played
from .problem import Problem
from .trace_lines import Lines

#: Reports of a sink that say how far a segment has been played.
_REPORTS = ("playback_progress", "playback_finished", "playback_mark")
_SPEECH = "input_audio_buffer.speech_started"


def read_trace(path: Path, data: bytes) -> Trace:
    """A trace, of which `data` are the bytes. Raises Problem for what is none."""
    try:
        return Trace(data)
    except TraceError as error:
        remedy = f" It looks like a log: python -m rtmulti play {path}" if data[:1] == b"{" else ""
        raise Problem(f"{path} cannot be shown: {error}.{remedy}") from error


def log_of(trace: Trace) -> tuple[list[Entry], ServerEvents]:
    """The server's events with their times, and what made them, which knows what has no event."""
    events = ServerEvents()
    entries: list[Entry] = []
    now_us = first_us = None
    for traced in trace.entries:
        if traced.word == "advance":
            now_us = traced.numbers[0]
            first_us = now_us if first_us is None else first_us
        event = events.event(traced)
        if event is not None:
            at_ms = 0.0 if now_us is None or first_us is None else (now_us - first_us) / 1000
            # A clock that stepped back changes nothing (rule C7), and a log is sorted.
            entries.append(Entry(max(at_ms, entries[-1].at_ms if entries else 0.0), event))
    return entries, events


@dataclass(slots=True)
class Watch:
    """How a trace is played, and who looks on: `lines` get everything, `progress` the timeline as it grows."""

    lines: Lines | None = None
    progress: Callable[[Timeline], None] | None = None
    is_real_time: bool = False
    heard_path: Path | None = None
    title: str = ""


@dataclass(slots=True)
class _Heard:
    """What was heard, until it is written to a file."""

    pcm: bytearray = field(default_factory=bytearray)
    sample_rate_hz: int = 24_000
    channels: int = 1
    rates: set[tuple[int, int]] = field(default_factory=set)

    def take(self, heard: HeardAudio) -> None:
        self.sample_rate_hz, self.channels = heard.sample_rate_hz, heard.channels
        self.rates.add((heard.sample_rate_hz, heard.channels))
        self.pcm += heard.pcm

    def write(self, path: Path) -> None:
        if len(self.rates) > 1:
            raise Problem(f"{path} is not written: the sinks of this trace had several rates, and a WAV file has one.")
        try:
            # The wave module prints a traceback of its own when it cannot open a file.
            with path.open("wb") as file, wave.open(file, "wb") as sound:
                sound.setnchannels(self.channels)
                sound.setsampwidth(2)
                sound.setframerate(self.sample_rate_hz)
                sound.writeframes(bytes(self.pcm))
        except OSError as error:
            raise Problem(f"{path} cannot be written: {error.strerror}.") from error


def play_trace(trace: Trace, watch: Watch) -> Played:
    """Plays a trace as it happened: the sink's reports, the interruptions, everything."""
    try:
        replay = _Watched(trace, watch)
    except TraceError as error:
        raise Problem(f"this trace cannot be played: {error}.") from error
    try:
        replay.play()
    except (DifferentError, TraceError) as error:
        at = f"at {replay.now_ms() / 1000:.3f} s" if replay.now_us is not None else "at its beginning"
        from .. import version

        raise Problem(
            f"this trace was written by rtmulti {trace.version} and played by {version()}, and {at} they part: {error}.", 1
        ) from error
    finally:
        replay.session.destroy()
    if watch.heard_path is not None:
        replay.heard.write(watch.heard_path)
    notes = [f"This is all that can be read of the trace: {trace.damage}."] if trace.damage else []
    return Played(replay.recorder.timeline, replay.diagnostics, replay.refused, notes)


class _Watched(Replay):
    """A replay whose timeline is drawn up."""

    def __init__(self, trace: Trace, watch: Watch) -> None:
        super().__init__(trace, hears_audio=watch.heard_path is not None)
        self.heard = _Heard()
        self.diagnostics: list[Diagnostic] = []
        self.refused: list[str] = []
        self.recorder = TimelineRecorder(self.now_ms, watch.title)
        self.recorder.session = self.session
        self._watch = watch
        if watch.lines is not None:
            watch.lines.session = self.session
        self._events = ServerEvents()
        self._first_us: int | None = None
        self._began_s = time.monotonic()
        self._stop: Interruption | None = None
        self._was_cut = False

    def now_ms(self) -> float:
        """The time since the beginning of the trace."""
        if self.now_us is None:
            return 0.0
        if self._first_us is None:
            self._first_us = self.recorder.began_us = self.now_us
        return (self.now_us - self._first_us) / 1000

    def took(self, effect: Effect) -> None:
        """Into the timeline, and to whoever watches."""
        if isinstance(effect, Diagnostic):
            self.diagnostics.append(effect)
        elif isinstance(effect, HeardAudio):
            self.heard.take(effect)
        elif isinstance(effect, Command):
            self.recorder.on_command(effect)
        elif isinstance(effect, Event):
            self.recorder.on_event(effect)
        self._was_cut |= isinstance(effect, Clear) or (isinstance(effect, Message) and effect.interrupted)
        if self._watch.lines is not None:
            self._watch.lines.took(self.now_ms(), effect)

    def giving(self, entry: TraceEntry) -> None:
        """What must be known before the session takes it."""
        self._was_cut = False
        if self._watch.lines is not None:
            self._watch.lines.begin(self.now_ms(), entry)
        if entry.word in _REPORTS and entry.numbers[1] < 1 << 62:
            self.recorder.played(entry.numbers[0], entry.numbers[1], max(1, self.format.sample_rate_hz))
        elif entry.word == "interrupt":
            by = Interrupter(entry.numbers[0]).name.lower() if entry.numbers[0] in list(Interrupter) else "host"
            self._stop = self.recorder.interrupted(by)
        if entry.word == "advance" and self._watch.is_real_time and self.now_us is not None:
            due_s = self._began_s + (self.now_ms() + (entry.numbers[0] - self.now_us) / 1000) / 1000
            time.sleep(max(0.0, due_s - time.monotonic()))

    def gave(self, entry: TraceEntry, code: str, sentence: str, is_nested: bool) -> None:
        """What the timeline shows of it."""
        event = self._events.event(entry)
        if entry.word == "interrupt" and self._stop is not None:
            self._stop.had_effect = code == "RTMULTI_OK"
        elif event is not None and sentence == "":
            self.recorder.fed(event)
            if event.get("type") == _SPEECH and self._was_cut:
                self.recorder.interrupted()
        if sentence:
            kind = entry.word if event is None else str(event.get("type", entry.word))
            self.refused.append(f"{kind} at {self.now_ms():g} ms: {sentence}")
        if self._watch.lines is not None:
            self._watch.lines.gave(entry, code, sentence)
        if self._watch.progress is not None:
            self._watch.progress(self.recorder.timeline)
