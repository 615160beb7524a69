"""What lies at the far end of a media stream, and what of it was heard when it was cleared (rules C1, C2, E6). Marks go
and come back here, and there is no message, no socket and no session: time is an argument.

A place is a number of frames on the stream's line, its segments one behind the other. A far end plays its line in order
and returns a mark when all before it has been played, at once where nothing is left. It may begin late, and it runs dry
where the network stalls: between two messages of ours, but inside none. So there is a mark behind every message, and
the first 20 ms behind each place where it may have run dry are a message of their own, whose mark tells when it went on.
"""

from __future__ import annotations

from collections import deque
from copy import deepcopy
from dataclasses import dataclass, field
from typing import NamedTuple

from ..session import mark_name
from .far_clock import Span

_UNKNOWN = float("inf")
#: How much earlier than by the clock a mark may come: far ends play in steps of their own.
_SLACK_MS = 12.0
#: The same for one that comes later. Where that is wrong the last mark counts alone, which costs little.
_LATE_MS = 3.0
#: How many marks say that it began no later: a gap too short to be noticed is forgotten with them.
_RECENT_MARKS = 6
#: The first message behind a place where the far end may have run dry has at most so much.
FIRST_MS = 20
#: Where in such a message the far end was, if nothing tells: a stall ends with the clear right behind the audio.
_BARELY_BEGUN = 0.6
#: The same where its mark came at the moment of the clear, played or not.
_NEARLY_OVER = 0.8
#: So many clears may travel; one that waits behind so many was given up by the session long since.
_MOST_CLEARS = 8


class Heard(NamedTuple):
    """How many frames of a segment were heard."""

    segment: int
    frames: int


@dataclass(slots=True)
class _Segment:
    id: int
    begin: int
    frames: int = 0
    is_flushed: bool = False

    @property
    def end(self) -> int:
        return self.begin + self.frames


class _Run:
    """A time in which the far end plays without a gap: when, by its own clock, it would have been at place 0."""

    __slots__ = ("_frames_per_ms", "_highs", "high", "low")

    def __init__(self, began_ms: float, place: int, frames_per_ms: int) -> None:
        self._frames_per_ms = frames_per_ms
        self.low = began_ms - place / frames_per_ms
        self.high = _UNKNOWN
        self._highs: deque[float] = deque(maxlen=_RECENT_MARKS)

    def is_early(self, place: int, span: Span) -> bool:
        """Whether a mark at this place came back faster than anybody can play."""
        return span.high < self.low + place / self._frames_per_ms - _SLACK_MS

    def is_late(self, place: int, span: Span) -> bool:
        """Whether it came so late that the far end must have stood still before."""
        return span.low > self.high + place / self._frames_per_ms + _LATE_MS

    def take(self, place: int, span: Span) -> None:
        """What lies before this place was played by then. What fits no run any more begins another."""
        low, high = span.low - place / self._frames_per_ms, span.high - place / self._frames_per_ms
        if self.is_late(place, span) or self.is_early(place, span):
            self.low = low
            self._highs.clear()
        self.low = max(self.low, low)
        self._highs.append(high)
        self.high = max(self.low, min(self._highs))

    def place(self, span: Span) -> float:
        """Where the far end is then, in the middle of what both leave open."""
        return (span.low + span.high - self.low - self.high) / 2 * self._frames_per_ms


@dataclass(slots=True, eq=False)
class Mark:
    """A mark behind `length` frames, which left together."""

    name: str
    segment: int
    place: int
    length: int


@dataclass(slots=True, eq=False)
class Clear:
    """A clear on its way. The mark of this name leaves behind it and comes back when it was obeyed."""

    name: str
    segments: list[_Segment]
    run: _Run
    #: All before the first was played for certain when it left, and nothing lies behind the other.
    low: int
    high: int
    #: The marks that came back since.
    late: list[tuple[Mark, Span]] = field(default_factory=list)


class Account:
    """The segments, marks and clears of one stream. `returns_cleared_marks`: its far end returns, when it obeys a
    clear, the marks that it had not reached."""

    def __init__(self, sample_rate_hz: int, returns_cleared_marks: bool) -> None:
        self._frames_per_ms = sample_rate_hz // 1000
        self._returns_cleared_marks = returns_cleared_marks
        self._segments: dict[int, _Segment] = {}
        #: What comes back, in the order in which it left.
        self._travelling: deque[Mark | Clear] = deque()
        self._run = _Run(0, 0, self._frames_per_ms)
        self._end = 0
        #: What lies before was played, or a clear is on its way behind it.
        self._passed = 0
        self._clears = 0

    @property
    def outstanding(self) -> int:
        """How many frames have left, and may not have been heard."""
        return self._end - self._passed

    # --- what leaves ---

    def put(self, segment: int, frames: int, far_ms: float) -> Mark:
        """`frames` more of a segment leave, when the far clock shows `far_ms` or more, and behind them this mark."""
        known = self._segments.get(segment)
        if known is None:
            known = self._segments[segment] = _Segment(segment, self._end)
        if self.outstanding == 0:
            # Nothing plays there: it goes on when this arrives, or later.
            self._run = _Run(far_ms, self._end, self._frames_per_ms)
        self._end += frames
        known.frames += frames
        mark = Mark(mark_name(segment, known.frames), segment, self._end, frames)
        self._travelling.append(mark)
        return mark

    def take_back(self, mark: Mark) -> None:
        """The newest mark there is, and what is before it, has not left after all."""
        self._travelling.remove(mark)
        self._end -= mark.length
        self._segments[mark.segment].frames -= mark.length

    def flush(self, segment: int) -> Heard | None:
        """No more of a segment comes. What was heard of it, if all of it was; else its last mark says so."""
        known = self._segments.get(segment)
        if known is None:
            clears = (waiting for waiting in self._travelling if isinstance(waiting, Clear))
            is_being_cleared = any(stopped.id == segment for clear in clears for stopped in clear.segments)
            return None if is_being_cleared else Heard(segment, 0)
        known.is_flushed = True
        return Heard(segment, self._segments.pop(segment).frames) if known.end <= self._passed else None

    def clear(self) -> Clear | list[Heard]:
        """All shall stop. The clear to send; where nothing is left at the far end, what was heard of each segment."""
        segments, self._segments = list(self._segments.values()), {}
        if self.outstanding == 0:
            return _heard(segments, self._end)
        self._clears += 1
        clear = Clear(f"cleared-{self._clears}", segments, self._run, self._passed, self._end)
        self._travelling.append(clear)
        self._passed = self._end
        while sum(isinstance(each, Clear) for each in self._travelling) > _MOST_CLEARS:
            while not isinstance(self._travelling.popleft(), Clear):
                pass
        return clear

    # --- what comes back ---

    def back(self, name: str, span: Span) -> Mark | list[Heard] | None:
        """A mark came back: one that was played; or a clear's, and what was heard of each segment that it stopped. None
        for one that tells nothing yet, and for one that is none of ours."""
        at = next((index for index, known in enumerate(self._travelling) if known.name == name), None)
        if at is None:
            return None
        passed_by = [self._travelling.popleft() for _ in range(at)]
        known = self._travelling.popleft()
        if isinstance(known, Clear):
            return self._obeyed(known, passed_by, span)
        clear = next((waiting for waiting in self._travelling if isinstance(waiting, Clear)), None)
        if clear is not None:
            clear.late.append((known, span))
            return None
        self._run.take(known.place, span)
        self._passed = known.place
        self._segments = {
            each.id: each for each in self._segments.values() if not each.is_flushed or each.end > self._passed
        }
        return known

    def cleared(self, span: Span) -> list[Heard] | None:
        """The far end says that it has obeyed: what was heard of what the oldest clear stopped; None if none waits."""
        if not any(isinstance(waiting, Clear) for waiting in self._travelling):
            return None
        passed_by: list[Mark | Clear] = []
        while not isinstance(known := self._travelling.popleft(), Clear):
            passed_by.append(known)
        return self._obeyed(known, passed_by, span)

    def heard_now(self, span: Span) -> list[Heard]:
        """What was heard of each segment, if the far end has played on until then."""
        place = self._passed if self._run.high == _UNKNOWN else self._run.place(span)
        following = next((mark.place for mark in self._travelling if isinstance(mark, Mark)), self._end)
        return _heard(list(self._segments.values()), max(self._passed, min(int(place), following)))

    def _obeyed(self, clear: Clear, passed_by: list[Mark | Clear], span: Span) -> list[Heard]:
        stayed = next((mark.place for mark in passed_by if isinstance(mark, Mark)), clear.high)
        return _heard(clear.segments, self._place_at(clear, stayed, span))

    def _moment_of(self, clear: Clear, answered: Span) -> Span:
        """When a clear was obeyed: when it brought marks back, which is faster than anybody plays, else when its own came
        back. That may have been on its way for longer than the clear."""
        late = clear.late if self._returns_cleared_marks else []
        run = deepcopy(clear.run)
        for mark, came in late:
            if run.is_early(mark.place, came):
                return came
            run.take(mark.place, came)
        last = [(mark.place, came) for mark, came in late if came.low == late[-1][1].low]
        if last and last[-1][0] - last[0][0] >= FIRST_MS * self._frames_per_ms:
            # Between two ticks of its clock nobody plays as much as lies between two ticks.
            return last[-1][1]
        return answered

    def _place_at(self, clear: Clear, stayed: int, span: Span) -> int:
        """Where the far end was when it obeyed a clear; `stayed` is the first mark that has not come back.

        The marks that came back since the clear left were played, or the clear returned them. Those come at one moment,
        that of the clear, and faster than anybody can play; where the far end had run dry before, the first of them looks
        late instead.
        """
        run, low, high = clear.run, clear.low, stayed
        span = self._moment_of(clear, span)
        doubtful, has_run_dry = None, False
        for mark, came in clear.late:
            if not self._returns_cleared_marks:
                run.take(mark.place, came)
                low = mark.place
            elif run.is_early(mark.place, came):
                high = mark.place
                break
            elif run.is_late(mark.place, came) and came.low >= span.low:
                high, has_run_dry = mark.place, True
                break
            elif came.low < span.low:
                run.take(mark.place, came)
                low = mark.place
            elif run.high == _UNKNOWN:
                # Played and then cleared, or cleared: it tells only that those behind it were not played.
                run.take(mark.place, came)
                doubtful = mark.place
        if doubtful is not None:
            return low + int((doubtful - low) * _NEARLY_OVER)
        place = 0.0 if run.high == _UNKNOWN else run.place(span)
        if has_run_dry or run.high == _UNKNOWN or place > high + _SLACK_MS * self._frames_per_ms:
            # Rule C2: the clock went on there, and nothing played.
            return low + int(min(high - low, FIRST_MS * self._frames_per_ms) * _BARELY_BEGUN)
        return max(low, min(int(place), high))


def _heard(segments: list[_Segment], place: int) -> list[Heard]:
    return [Heard(each.id, min(max(0, place - each.begin), each.frames)) for each in segments]
