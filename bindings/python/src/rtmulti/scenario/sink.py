"""The sink and the listener's ear. An `auto` sink plays in virtual time what is written to it and reports it
exactly; the far end of a `paced` one plays it and says nothing; a `manual` one only takes it, and the scenario
reports. A `pulled` one is a device that takes its frames itself (device.py). The ear hears what was really played.
Time passes here only one millisecond at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from ..config import SinkFormat
from ..enums import UNLIMITED, Driver
from .configuration import Configuration, SinkKind
from .effects import Effect, Kind
from .reader import NOT_GIVEN

if TYPE_CHECKING:
    from .run import Run


class ReportKind(Enum):
    """What a sink says to the library."""

    STARTED = "started"
    PROGRESS = "progress"
    FINISHED = "finished"


@dataclass
class Report:
    """A report of the sink to the library."""

    kind: ReportKind
    segment: int
    frames: int
    interrupted: bool


class SegmentState(Enum):
    """How far a segment is in its sink."""

    OPEN = auto()
    FLUSHED = auto()  # no more frames will come
    FINISHED = auto()  # played out, or dropped by a clear


@dataclass(eq=False)
class PlayedSegment:
    """A segment in a sink; its item is "?" when the library did not know it any more."""

    id: int
    sink: RunnerSink
    item: str = "?"
    content: int = 0
    state: SegmentState = SegmentState.OPEN
    written_frames: int = 0
    #: What was played, but not at a manual sink; and auto: the last progress reported (NOT_GIVEN before `started`).
    played_frames: int = 0
    reported_frames: int = NOT_GIVEN
    #: Manual: the furthest report that the library took.
    accepted_frames: int = 0
    #: What the ear had heard when the rest was dropped; NOT_GIVEN before.
    cut_at_frames: int = NOT_GIVEN
    #: How far it had been played when, as (ms, frames); kept only for an ear that lags.
    moments: list[tuple[int, int]] = field(default_factory=list)


class SinkState(Enum):
    """Whether the library still uses a sink."""

    IN_USE = auto()
    RELEASED = auto()


_DRIVERS = {SinkKind.PACED: Driver.PACED, SinkKind.PULLED: Driver.PULLED}


def _lead_ms(write_ahead_ms: int) -> int:
    """The lead that is nearest to what a scenario wants: a paced sink gets whole frames, and 5 s at most."""
    if write_ahead_ms == UNLIMITED:
        return SinkFormat().lead_ms
    return min(max(write_ahead_ms, SinkFormat().frame_ms), 5000)


def sink_format(config: Configuration) -> SinkFormat:
    """The sink as the library wants it."""
    return SinkFormat(
        sample_rate_hz=config.rate_hz,
        gapless=config.gapless,
        can_pause=config.can_pause,
        can_clear=config.can_clear,
        takes_text=config.text_sink,
        # A device says its delay with each pull.
        output_latency_ms=0 if config.sink is SinkKind.PULLED else config.latency_ms,
        driver=_DRIVERS.get(config.sink, Driver.REPORTED),
        lead_ms=_lead_ms(config.write_ahead_ms) if config.sink is SinkKind.PACED else SinkFormat().lead_ms,
        # The page knows no prebuffer: a message begins as it comes, however late another one came before.
        max_prebuffer_ms=0 if config.sink is SinkKind.PACED else SinkFormat().max_prebuffer_ms,
    )


def sink_frames(config: Configuration, ms: int) -> int:
    """Milliseconds as frames of the sink, rounded up: then N ms are never less than N ms."""
    return (ms * config.rate_hz + 999) // 1000


class RunnerSink:
    """One sink of a run; what the library asks of it comes from door.py."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.config = run.scenario.config
        self.is_auto = self.config.sink is SinkKind.AUTO
        #: Whether somebody plays what is written to it, in virtual time.
        self._plays_writes = self.config.sink in (SinkKind.AUTO, SinkKind.PACED)
        self.state = SinkState.IN_USE
        self.is_paused = False
        self.is_muted = False
        self.stalled_until_ms = 0
        #: Since the segment that plays began at a whole millisecond, and what that was worth, rounded up.
        self._playing_ms = 0
        self._playing_frames = 0

    def named(self, id: int) -> PlayedSegment:
        """The segment; asks the library whose frames it holds the first time that it is named."""
        for segment in self.run.segments:
            if segment.id == id:
                return segment
        segment = PlayedSegment(id, self)
        known = self.run.session.segment(id)
        if known is not None:
            segment.item, segment.content = known.item_id, known.content_index
        self.run.segments.append(segment)
        return segment

    def _unfinished(self) -> list[PlayedSegment]:
        return [
            segment
            for segment in self.run.segments
            if segment.sink is self and segment.state is not SegmentState.FINISHED
        ]

    # --- reports ---

    def _report(self, kind: ReportKind, segment: PlayedSegment, interrupted: bool = False) -> None:
        if not self.is_muted:
            frames = 0 if kind is ReportKind.STARTED else segment.played_frames
            self.run.door.report(Report(kind, segment.id, frames, interrupted))

    def _report_segment(self, segment: PlayedSegment, is_first: bool) -> bool:
        """Reports one thing about this segment; False if there is nothing to report."""
        if segment.played_frames > 0 and segment.reported_frames == NOT_GIVEN:
            segment.reported_frames = 0
            self._report(ReportKind.STARTED, segment)
            return True
        if segment.played_frames > 0 and segment.played_frames > segment.reported_frames:
            segment.reported_frames = segment.played_frames
            self._report(ReportKind.PROGRESS, segment)
            return True
        is_drained = segment.played_frames == segment.written_frames
        if is_first and segment.state is SegmentState.FLUSHED and is_drained:
            segment.state = SegmentState.FINISHED
            self._report(ReportKind.FINISHED, segment)
            return True
        return False

    def report(self) -> None:
        """An auto sink reports what it has not reported yet."""
        if not self.is_auto:
            return
        has_reported = True
        # A report may change every segment, so the next one is looked for from the beginning.
        while has_reported and self.state is SinkState.IN_USE:
            unfinished = self._unfinished()
            has_reported = any(
                self._report_segment(segment, is_first=segment is unfinished[0]) for segment in unfinished
            )

    # --- what the library asks ---

    def write(self, id: int, frames: int) -> None:
        """Frames were written to a segment."""
        run = self.run
        segment = self.named(id)
        if segment.item == "?":
            run.fail(run.line, "the library wrote frames of a segment that it does not know")
        if segment.state is not SegmentState.OPEN:
            run.fail(run.line, "the library wrote to a segment after its flush or clear")
        segment.written_frames += frames
        run.effects.append(Effect(Kind.WRITE, segment.item, frames=frames))
        if self.is_auto:
            self.report()
            self._report(ReportKind.PROGRESS, segment)

    def flush(self, id: int) -> None:
        """No more frames come for a segment."""
        segment = self.named(id)
        self.run.effects.append(Effect(Kind.FLUSH, segment.item))
        if segment.state is SegmentState.FLUSHED:
            self.run.fail(self.run.line, "the library flushed a segment twice")
        if segment.state is SegmentState.OPEN:
            segment.state = SegmentState.FLUSHED
        self.report()

    def clear(self, id: int) -> None:
        """Everything unheard is dropped; an auto sink answers at once."""
        audible = self.named(id)
        self.run.effects.append(Effect(Kind.CLEAR, audible.item))
        if not self._plays_writes:
            return
        self.stop()
        for segment in self._unfinished():
            if self.is_auto and segment.played_frames > 0 and segment.reported_frames == NOT_GIVEN:
                self._report(ReportKind.STARTED, segment)
            segment.state = SegmentState.FINISHED
            if self.is_auto:
                self._report(ReportKind.FINISHED, segment, interrupted=True)

    def pause(self, is_paused: bool) -> None:
        """Pause or resume."""
        self.is_paused = is_paused
        self.run.effects.append(Effect(Kind.PAUSE if is_paused else Kind.RESUME))

    # --- playing ---

    def _playable(self) -> PlayedSegment | None:
        """The first segment with frames to play: a gapless sink goes on without waiting for a flush."""
        return next((segment for segment in self._unfinished() if segment.played_frames < segment.written_frames), None)

    def play_ms(self) -> None:
        """An auto sink, or the far end of a paced one, plays the millisecond that ends now; it reports later."""
        now_ms = self.run.now_ms
        if not self._plays_writes or self.is_paused or now_ms <= self.stalled_until_ms:
            return
        segment = self._playable()
        if segment is None:
            return
        if segment.played_frames == 0:
            self._playing_ms = 0
            self._playing_frames = 0
        self._playing_ms += 1
        left = sink_frames(self.config, self._playing_ms) - self._playing_frames
        self._playing_frames += left
        while segment is not None and left > 0:
            played = min(segment.written_frames - segment.played_frames, left)
            segment.played_frames += played
            left -= played
            self._remember(segment)
            segment = self._playable()

    def _remember(self, segment: PlayedSegment) -> None:
        if self.config.latency_ms:
            segment.moments.append((self.run.now_ms, segment.played_frames))

    def reported(self, segment: PlayedSegment, kind: ReportKind, frames: int) -> None:
        """The library believed a report that the scenario gave by hand: so it was."""
        if kind is ReportKind.STARTED:
            return
        # No sink plays what it was not given, whatever it says.
        played = min(frames, segment.written_frames)
        if not self._plays_writes:
            segment.accepted_frames = max(segment.accepted_frames, played)
            return
        segment.played_frames = played
        self._remember(segment)
        if kind is ReportKind.FINISHED and segment.state is SegmentState.FLUSHED:
            segment.state = SegmentState.FINISHED

    # --- the ear ---

    def _ear_frames(self, segment: PlayedSegment) -> int:
        # A device has its frames for good when it has taken them (rule C6), and only those.
        if self.config.sink is SinkKind.PULLED:
            return segment.played_frames
        if segment.cut_at_frames != NOT_GIVEN:
            return segment.cut_at_frames
        if not self.config.can_clear and segment.sink.state is SinkState.IN_USE:
            return segment.written_frames
        if self.config.latency_ms == 0:
            return segment.played_frames
        until_ms = self.run.now_ms - self.config.latency_ms
        return next((frames for at_ms, frames in reversed(segment.moments) if at_ms <= until_ms), 0)

    def _counts_as_heard(self, segment: PlayedSegment) -> bool:
        """What cannot be taken back counts as heard from the interrupt on, which settled its response."""
        item = self.run.server.find_item(segment.item)
        is_settled = item is not None and item.response is not None and item.response.is_settled
        return is_settled and not self.config.can_clear

    def stop(self) -> None:
        """Nothing more is heard of what lies in this sink."""
        if not self.config.can_clear and self.state is SinkState.IN_USE:
            return
        for segment in self.run.segments:
            if segment.sink is self:
                all_of_it = self._counts_as_heard(segment)
                segment.cut_at_frames = segment.written_frames if all_of_it else self._ear_frames(segment)

    def ear_heard(self, item: str, content: int) -> tuple[int, int]:
        """What the listener heard of a part on any sink: at least and at most, in us.

        The two differ only where a scenario does not say what its manual sink really did (an estimate, a
        latency, a sink that cannot clear), and where a pulled sink cannot clear: nobody sees how much of it waits
        for its device.
        """
        config = self.config
        least_frames = most_frames = 0
        for segment in self.run.segments:
            if segment.content != content or segment.item != item:
                continue
            if self.config.sink is not SinkKind.MANUAL:
                least_frames += self._ear_frames(segment)
                most_frames += self._ear_frames(segment)
                if self.config.sink is SinkKind.PULLED and not config.can_clear:
                    most_frames += self.run.device.left(segment)
                continue
            lag_frames = sink_frames(config, config.latency_ms)
            may_have_run_on = config.estimate or not config.can_clear
            least_frames += max(segment.accepted_frames - lag_frames, 0)
            most_frames += segment.written_frames if may_have_run_on else segment.accepted_frames
        return least_frames * 1_000_000 // config.rate_hz, most_frames * 1_000_000 // config.rate_hz
