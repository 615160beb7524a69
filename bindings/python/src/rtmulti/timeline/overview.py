"""The overview of a long conversation: all of it in one strip, for what is below shows a few seconds at a time."""

from __future__ import annotations

from collections.abc import Iterator

from . import marks
from .marks import LEFT, RIGHT
from .model import Timeline

HEIGHT = 74


def draw_overview(timeline: Timeline, y: float) -> Iterator[str]:
    """The strip, HEIGHT high, with its axis at the top."""
    step_ms = marks.tick_step_ms(timeline.end_ms())
    end_ms = step_ms * -(-timeline.end_ms() // step_ms)

    def x_of(at_ms: float) -> float:
        return LEFT + (RIGHT - LEFT) * at_ms / end_ms

    axis_y, bottom = y + 22, y + HEIGHT - 12
    yield f'<line class="axis" x1="{LEFT}" y1="{axis_y:.1f}" x2="{RIGHT}" y2="{axis_y:.1f}"/>'
    for number in range(round(end_ms / step_ms) + 1):
        x = x_of(number * step_ms)
        words = marks.tick_words(number * step_ms)
        yield f'<line class="grid" x1="{x:.1f}" y1="{axis_y:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{axis_y - 6:.1f}" text-anchor="middle">{words}</text>'
    rests = timeline.never_heard()
    for number, track in enumerate(timeline.tracks, 1):
        rest = rests.get(track.item_id)
        if rest is not None:
            tip = f"{number}. {track.item_id}: {marks.seconds(track.never_heard_ms)} never heard"
            yield marks.bar("rest", x_of(rest.start_ms), x_of(rest.end_ms), axis_y + 8, 12, tip)
        for span in track.heard:
            tip = f"{number}. {track.item_id}: heard {marks.span_words(span)}"
            yield marks.bar("heard", x_of(span.start_ms), x_of(span.end_ms), axis_y + 8, 12, tip)
    for stop in timeline.interruptions:
        x = x_of(stop.at_ms)
        yield marks.stem(stop, x, axis_y, bottom) if stop.had_effect else marks.silent(stop, x, axis_y)
