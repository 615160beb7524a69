"""For outputs that say only how much they have played in all: which segment that is, and where in it.

An output of that kind knows no segments: it is written to, and now and then says how many frames it has played since it
began. What a session wants to know is how far each segment came (rule E1). The ledger between the two stands here; no
audio does.
"""

from __future__ import annotations

from collections import deque

from ._arguments import INT64, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .playout import Sink


class _Stretch:
    """A segment on the output's line of frames."""

    __slots__ = ("frames", "is_flushed", "is_started", "segment", "start")

    def __init__(self, segment: int, start: int) -> None:
        self.segment = segment
        #: Where on that line its first frame lies.
        self.start = start
        self.frames = 0
        self.is_flushed = False
        self.is_started = False


class TotalPosition:
    """Reports segments out of one running total, for the sink that owns it.

        class Output(rtmulti.Sink):
            def __init__(self) -> None:
                self.total = rtmulti.TotalPosition(self)

            def write(self, segment, pcm):
                self.total.wrote(segment, len(pcm) // self.format.bytes_per_frame)

            def flush(self, segment):
                self.total.flushed(segment)

            def clear(self, segment):
                self.total.cleared(device.stop())  # the total at which it fell silent

    and `total.played(frames)` whenever the output says its total. Frames are those of the sink, counted from the moment
    at which this was made. A total that goes back changes nothing, one beyond what was written counts as that.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._stretches: deque[_Stretch] = deque()
        self._end = 0
        self._position = 0

    @property
    def frames_waiting(self) -> int:
        """How many frames were written and not played."""
        return self._end - self._position

    def wrote(self, segment: int, frames: int) -> None:
        """The output took `frames` frames of this segment."""
        frames = whole("frames", frames, INT64)
        if not self._stretches or self._stretches[-1].segment != segment:
            self._stretches.append(_Stretch(segment, self._end))
        self._stretches[-1].frames += frames
        self._end += frames

    def flushed(self, segment: int) -> None:
        """No more frames come for this segment: it is finished where it has been played out."""
        if not any(stretch.segment == segment for stretch in self._stretches):
            self._stretches.append(_Stretch(segment, self._end))
        for stretch in self._stretches:
            if stretch.segment == segment:
                stretch.is_flushed = True
        self._report()

    def played(self, total_frames: int, *, at_us: int | None = None) -> None:
        """The output has played `total_frames` frames since it began; `at_us` says when that was so, as in Playback."""
        self._move(total_frames)
        self._report(at_us)

    def cleared(self, total_frames: int | None = None) -> None:
        """The output has dropped what it had not played: answers for every unfinished segment.

        `total_frames` is its total when it fell silent; None where it does not say it: the last one counts.
        """
        if total_frames is not None:
            self._move(total_frames)
        unfinished, self._stretches = list(self._stretches), deque()
        # What was dropped is never played: the next segment follows where the output stands.
        self._end = self._position
        for stretch in unfinished:
            self._start(stretch)
            if self._sink.playback is not None:
                self._sink.playback.playback_finished(stretch.segment, self._frames_of(stretch), True)

    def _move(self, total_frames: int) -> None:
        total_frames = whole("total_frames", total_frames, INT64)
        self._position = max(self._position, min(total_frames, self._end))

    def _frames_of(self, stretch: _Stretch) -> int:
        return max(0, min(self._position - stretch.start, stretch.frames))

    def _start(self, stretch: _Stretch) -> None:
        if stretch.is_started or self._frames_of(stretch) == 0:
            return
        stretch.is_started = True
        if self._sink.playback is not None:
            self._sink.playback.playback_started(stretch.segment)

    def _report(self, at_us: int | None = None) -> None:
        """Says what is new, oldest first. A report may bring more audio, or clear what there is."""
        while self._stretches:
            stretch = self._stretches[0]
            frames = self._frames_of(stretch)
            self._start(stretch)
            if not self._stretches or self._stretches[0] is not stretch:
                continue
            playback = self._sink.playback
            if stretch.is_flushed and frames == stretch.frames:
                self._stretches.popleft()
                if playback is not None:
                    playback.playback_finished(stretch.segment, frames, False, at_us=at_us)
                continue
            if frames > 0 and playback is not None:
                playback.playback_progress(stretch.segment, frames, at_us=at_us)
            return
