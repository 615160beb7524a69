"""Plays a recorded log through a session, in virtual or in real time, and keeps what came of it. It prints and draws
nothing."""

from __future__ import annotations

import contextlib
import functools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import Config, Diagnostic, Format, Interrupter, Result, RtmultiError, Session, SinkFormat
from ..sinks import ClockedSink, WavSink
from ..timeline import Timeline, TimelineRecorder
from .event_log import Entry
from .problem import Problem

#: How finely the sink plays between two events: what a device would call its block.
_BLOCK_MS = 10.0
_SINK_FORMAT = SinkFormat()


@dataclass(slots=True)
class Plan:
    """What is to be played, and how."""

    entries: Sequence[Entry]
    interrupt_at_ms: Sequence[float] = ()
    heard_path: Path | None = None
    is_real_time: bool = False
    title: str = ""
    on_progress: Callable[[Timeline], None] | None = None  # after each block


@dataclass(slots=True)
class Played:
    """What came of it: the timeline has the messages, the commands and the interruptions."""

    timeline: Timeline
    diagnostics: list[Diagnostic]
    refused: list[str]  # events that the session would not take, in a sentence each
    notes: list[str] = field(default_factory=list)  # what else a person should know, in a sentence each

    def to_json(self) -> dict[str, Any]:
        """Everything for machines."""
        return {
            "messages": [
                {
                    "item_id": track.item_id,
                    "response_id": track.response_id,
                    "outcome": track.outcome,
                    "received_ms": track.received_ms,
                    "heard_ms": track.heard_ms,
                    "heard_text": track.heard_text,
                    "generated_text": track.generated_text,
                }
                for track in self.timeline.tracks
            ],
            "commands": [
                {"at_ms": round(told.at_ms, 3), "command": json.loads(told.json)} for told in self.timeline.told
            ],
            "interruptions": [
                {"at_ms": stop.at_ms, "by": stop.by, "had_effect": stop.had_effect} for stop in self.timeline.interruptions
            ],
            "diagnostics": [{"kind": one.kind.name.lower(), "message": one.message} for one in self.diagnostics],
            "refused": self.refused,
            "notes": self.notes,
        }


def play_log(plan: Plan) -> Played:
    """Plays all of it, to the end of the log and of its audio."""
    return _Run(plan).run()


class _Run:
    """One playing; the clock is `now_ms`, which only `_go_to` moves."""

    def __init__(self, plan: Plan) -> None:
        self.now_ms = 0.0
        self._plan = plan
        self._recorder = TimelineRecorder(lambda: self.now_ms, plan.title)
        self._diagnostics: list[Diagnostic] = []
        self._refused: list[str] = []
        self._sink = _sink(plan.heard_path)
        self._session = _WatchedSession(self._recorder, self._diagnostics.append)
        self._recorder.session = self._session
        self._session.set_sink(self._sink)
        self._began_s = time.monotonic()

    def run(self) -> Played:
        try:
            self._play()
        except OSError as error:
            if isinstance(self._sink, WavSink):
                with contextlib.suppress(OSError):
                    self._sink.close()
                raise Problem(f"{self._plan.heard_path} cannot be written: {error.strerror}.") from error
            raise
        return Played(self._recorder.timeline, self._diagnostics, self._refused)

    def _play(self) -> None:
        with self._session:
            for at_ms, act in self._acts():
                self._go_to(at_ms)
                act()
            self._go_to(None)
        if self._plan.on_progress is not None:
            self._plan.on_progress(self._recorder.timeline)
        self._session.destroy()  # lets the sink go, which completes its file

    def _acts(self) -> list[tuple[float, Callable[[], None]]]:
        """What happens from outside, by time; an interruption comes behind events of the same moment."""
        acts: list[tuple[float, Callable[[], None]]]
        acts = [(entry.at_ms, functools.partial(self._feed, entry)) for entry in self._plan.entries]
        acts += [(at_ms, self._interrupt) for at_ms in self._plan.interrupt_at_ms]
        return sorted(acts, key=lambda act: act[0])

    def _feed(self, entry: Entry) -> None:
        try:
            self._session.receive(json.dumps(entry.event))
        except RtmultiError as error:
            self._refused.append(f"{entry.event.get('type', 'an event')} at {entry.at_ms:g} ms: {error.sentence}")
            return
        self._recorder.fed(entry.event)

    def _interrupt(self) -> None:
        stop = self._recorder.interrupted()
        stop.had_effect = self._session.interrupt(by=Interrupter.LISTENER) is not Result.IGNORED

    def _go_to(self, at_ms: float | None) -> None:
        """Lets time pass up to `at_ms`; None: until nothing is left to play and nothing waits."""
        while True:
            next_ms = self._next_ms(at_ms)
            if next_ms is None:
                return
            if self._plan.is_real_time:
                time.sleep(max(0.0, self._began_s + next_ms / 1000 - time.monotonic()))
            self.now_ms = next_ms
            now_us = round(next_ms * 1000)
            self._session.advance(now_us)
            self._sink.play_until(now_us)
            if self._plan.on_progress is not None:
                self._plan.on_progress(self._recorder.timeline)
            if next_ms == at_ms:
                return

    def _next_ms(self, at_ms: float | None) -> float | None:
        candidates = [] if at_ms is None else [at_ms]
        deadline_us = self._session.next_deadline()
        if deadline_us is not None:
            # What is due already was dealt with at this very moment; more of it comes only when time has passed.
            candidates.append(max(deadline_us / 1000, self.now_ms + 1))
        if self._sink.is_playing:
            candidates.append(self.now_ms + _BLOCK_MS)
        return min(candidates, default=None)


class _WatchedSession(Session):
    """Tells a recorder what the sink reports, as the sink counts it."""

    def __init__(
        self, recorder: TimelineRecorder, on_diagnostic: Callable[[Diagnostic], object]
    ) -> None:
        super().__init__(
            # A log was recorded before anything was told here: it has no answers, and none is waited for.
            config=Config(estimate=False, command_patience_ms=0),
            format=Format(),
            on_event=recorder.on_event,
            on_command=recorder.on_command,
            on_diagnostic=on_diagnostic,
        )
        self._recorder = recorder

    def playback_progress(self, segment: int, frames: int, *, at_us: int | None = None) -> Result:
        """See Session."""
        self._recorder.played(segment, frames, _SINK_FORMAT.sample_rate_hz)
        return super().playback_progress(segment, frames, at_us=at_us)

    def playback_finished(
        self, segment: int, frames: int, interrupted: bool = False, *, at_us: int | None = None
    ) -> Result:
        """See Session."""
        self._recorder.played(segment, frames, _SINK_FORMAT.sample_rate_hz)
        return super().playback_finished(segment, frames, interrupted, at_us=at_us)


def _sink(path: Path | None) -> ClockedSink:
    if path is None:
        return ClockedSink(_SINK_FORMAT)
    try:
        # First without the wave module, which prints a traceback of its own when it cannot open a file.
        path.open("wb").close()
        return WavSink(path, _SINK_FORMAT)
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error
