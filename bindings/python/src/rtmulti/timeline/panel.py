"""A panel of a drawn timeline: a stretch of time with its axis, its interruptions, and the messages of some responses
below, each in a row. What happened is decided by the model, how a mark looks by marks.py; here only its place is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from . import marks
from .flags import Place, place_flags
from .marks import BAR_HEIGHT, LEFT, RIGHT
from .model import FunctionCall, Interruption, Span, Timeline, Told, Track


class Panel:
    """The time from `start_ms` to `end_ms`, drawn from `y` on; `y` is how far down the paper is used.

    `stops` are the interruptions of that time.
    """

    def __init__(self, timeline: Timeline, start_ms: float, end_ms: float, y: float) -> None:
        length_ms = max(end_ms - start_ms, 500.0)
        self._step_ms = marks.tick_step_ms(length_ms)
        self._start_ms = start_ms // self._step_ms * self._step_ms
        self._end_ms = -(-(start_ms + length_ms) // self._step_ms) * self._step_ms
        self._timeline = timeline
        self._rests = timeline.never_heard()
        self._top = y
        self._stops = sorted(
            (stop for stop in timeline.interruptions if self._start_ms <= stop.at_ms <= self._end_ms),
            key=lambda stop: stop.at_ms,
        )
        self._flags = list(self._place_flags())
        lanes = max((place.lane + 1 for *_, place in self._flags if place.lane is not None), default=0)
        self._axis_y = y + lanes * (marks.FLAG_HEIGHT + 2) + 22
        self.y = self._axis_y + 18

    def draw(self, responses: Iterable[str]) -> list[str]:
        """All of it, with the messages of these responses, from behind to before."""
        rows: list[str] = []
        for number, response_id in enumerate(responses):
            if number > 0:
                rows.append(f'<line class="rule" x1="{LEFT}" y1="{self.y:.1f}" x2="{RIGHT}" y2="{self.y:.1f}"/>')
            rows += self._response(response_id)
        return [*self._behind(), *rows, *self._before()]

    # --- the axis and the interruptions, which cross all rows ---

    def _place_flags(self) -> Iterator[tuple[Interruption, str, float, Place]]:
        """The flags with their words: in full where all stand in one line."""
        stops = [stop for stop in self._stops if stop.had_effect]
        stems = [self._x(stop.at_ms) for stop in stops]
        for prefix in ("interrupted ", ""):
            words = [prefix + marks.moment(stop.at_ms) for stop in stops]
            widths = [marks.flag_width(each) for each in words]
            places = place_flags(stems, widths, LEFT, RIGHT)
            if all(place.lane == 0 for place in places):
                break
        yield from zip(stops, words, widths, places, strict=True)

    def _behind(self) -> Iterator[str]:
        yield f'<line class="axis" x1="{LEFT}" y1="{self._axis_y:.1f}" x2="{RIGHT}" y2="{self._axis_y:.1f}"/>'
        ticks = [self._start_ms + i * self._step_ms for i in range(round(self._length_ms / self._step_ms) + 1)]
        for at_ms in ticks:
            x = self._x(at_ms)
            yield f'<line class="grid" x1="{x:.1f}" y1="{self._axis_y:.1f}" x2="{x:.1f}" y2="{self.y:.1f}"/>'
        for stop, _, _, place in self._flags:
            top = self._axis_y - 4 if place.lane is None else self._flag_top(place.lane)
            yield marks.stem(stop, self._x(stop.at_ms), top, self.y)
        for at_ms in ticks:
            x, y = self._x(at_ms), self._axis_y - 6
            yield f'<text class="tick" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{marks.tick_words(at_ms)}</text>'

    def _before(self) -> Iterator[str]:
        for stop in self._stops:
            if not stop.had_effect:
                yield marks.silent(stop, self._x(stop.at_ms), self._axis_y)
        for _, words, width, place in self._flags:
            if place.lane is not None:
                yield marks.flag(words, place.left, self._flag_top(place.lane), width)

    def _flag_top(self, lane: int) -> float:
        return self._axis_y - 22 - (lane + 1) * (marks.FLAG_HEIGHT + 2)

    # --- the rows ---

    def _response(self, response_id: str) -> Iterator[str]:
        words = f"response {response_id}" if response_id else "the whole conversation"
        yield f'<text class="small" x="{LEFT}" y="{self.y + 20:.1f}">{escape(words)}</text>'
        told = [told for told in self._timeline.told if told.response_id == response_id and not told.item_id]
        self.y += 20
        yield from self._chips(told, LEFT + 20 + len(words) * 8)
        self.y += 16
        for number, track in enumerate(self._timeline.tracks, 1):
            if track.response_id == response_id:
                yield from self._track(number, track)
        for call in self._timeline.calls:
            if call.response_id == response_id:
                yield from self._call(call)

    def _track(self, number: int, track: Track) -> Iterator[str]:
        self.y += 14
        yield f'<text class="name" x="{LEFT}" y="{self.y:.1f}">{number}. {escape(track.item_id)}</text>'
        x = LEFT + 20 + (len(track.item_id) + len(f"{number}")) * 8.8
        words = track.outcome.replace("_", " ")
        width = 18 + len(words) * 7.4
        yield marks.pill(track.outcome, words, x, self.y, width)
        numbers = f"{marks.seconds(track.heard_ms)} heard of {marks.seconds(track.received_ms)}"
        yield f'<text class="small" x="{x + width + 12:.1f}" y="{self.y:.1f}">{numbers}</text>'
        told = self._timeline.told_about(track.item_id)
        yield from self._chips(told, x + width + 24 + len(numbers) * 7.6)
        self.y += 14
        yield from self._bars(track, told)
        self.y += 8 + BAR_HEIGHT + 6
        yield from self._words(track)
        self.y += 18

    def _bars(self, track: Track, told: list[Told]) -> Iterator[str]:
        if track.received is not None:
            tip = f"{marks.seconds(track.received_ms)} received {marks.span_words(track.received)}"
            yield self._bar("received", track.received, self.y, 5, tip)
        y = self.y + 8
        rest = self._rests.get(track.item_id)
        if rest is not None:
            yield self._bar("rest", rest, y, BAR_HEIGHT, f"{marks.seconds(track.never_heard_ms)} never heard")
        for span in track.heard:
            yield self._bar("heard", span, y, BAR_HEIGHT, f"heard {marks.span_words(span)}")
        for command in told:
            tip = f"{command.words()}, at {marks.moment(command.at_ms)}"
            yield marks.diamond(self._x(command.at_ms), y + BAR_HEIGHT / 2, tip)

    def _bar(self, kind: str, span: Span, y: float, height: float, tip: str) -> str:
        return marks.bar(kind, self._x(span.start_ms), self._x(span.end_ms), y, height, tip)

    def _words(self, track: Track) -> Iterator[str]:
        """The heard text, and struck through what nobody heard, from the left edge of the bars on."""
        heard, unheard = track.texts()
        words = [(word, "said") for word in heard.split()] + [(word, "unsaid") for word in unheard.split()]
        start = track.heard[0] if track.heard else self._rests.get(track.item_id)
        x = self._x(start.start_ms) if start is not None else float(LEFT)
        wanted = sum(len(word) + 1 for word, _ in words) * marks.CHARACTER_WIDTH
        x = max(float(LEFT), min(x, RIGHT - min(wanted, 520.0)))
        for line in marks.said(words, x, self.y + 12, RIGHT):
            yield line
            self.y += marks.LINE_HEIGHT

    def _call(self, call: FunctionCall) -> Iterator[str]:
        x = self._x(call.at_ms)
        words = f"{call.name}({marks.shortened(call.arguments, 60)})"
        is_left = x + 20 + len(words) * marks.CHARACTER_WIDTH > RIGHT
        anchor, at = ("end", x - 10) if is_left else ("start", x + 10)
        yield f'<circle class="text_only" cx="{x:.1f}" cy="{self.y + 8:.1f}" r="5"/>'
        yield f'<text class="small" x="{at:.1f}" y="{self.y + 13:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
        self.y += 32

    def _chips(self, told: list[Told], from_x: float) -> Iterator[str]:
        """The commands at the right edge of the line at `y`, the newest outermost; below it what has no room."""
        x = float(RIGHT)
        for command in reversed(told):
            width = marks.chip_width(command)
            if x - width < from_x and x < RIGHT:
                x, from_x = float(RIGHT), float(LEFT)
                self.y += 24
            x -= width
            yield marks.chip(command, x, self.y)
            x -= 8

    @property
    def _length_ms(self) -> float:
        return self._end_ms - self._start_ms

    def _x(self, at_ms: float) -> float:
        return LEFT + (RIGHT - LEFT) * (at_ms - self._start_ms) / self._length_ms
