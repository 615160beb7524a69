"""Draws a timeline as one self-contained SVG: a title, a sentence, and one panel with all messages; of a long
conversation an overview, and a panel for each response. How a panel looks is panel.py's business."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from . import marks
from .marks import LEFT, WIDTH
from .model import Timeline
from .overview import HEIGHT, draw_overview
from .panel import Panel

#: A conversation that is longer has a panel for each response: in one, its messages would be narrower than a word.
LONGEST_PANEL_MS = 90_000
_TOP_Y = 84


def draw_svg(timeline: Timeline) -> str:
    """The timeline as SVG text."""
    title = escape(timeline.title or "What the listener heard")
    body = [
        f'<text class="title" x="{LEFT}" y="46">{title}</text>',
        f'<text class="subtitle" x="{LEFT}" y="72">{escape(timeline.summary())}</text>',
    ]
    y = float(_TOP_Y)
    if timeline.end_ms() <= LONGEST_PANEL_MS:
        panel = Panel(timeline, 0, timeline.end_ms(), y)
        body += panel.draw(timeline.response_ids())
        y = panel.y
    else:
        body += draw_overview(timeline, y)
        y += HEIGHT
        for response_id in timeline.response_ids():
            span = timeline.span_of(response_id)
            panel = Panel(timeline, span.start_ms, span.end_ms, y)
            body += panel.draw([response_id])
            y = panel.y + 12
    height = y + 56
    body += _legend(timeline, y + 30)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(timeline.summary(), quote=True)}">'
    )
    paper = f'<rect class="paper" width="{WIDTH}" height="{height:.0f}"/>'
    return "\n".join([head, f"<style>{marks.STYLE}</style>", marks.HATCH, paper, *body, "</svg>"]) + "\n"


def _legend(timeline: Timeline, y: float) -> Iterator[str]:
    """What the colours mean, of what there is."""
    entries = [("received", "received"), ("heard", "heard"), ("rest", "never heard"), ("point", "told to the server")]
    if any(not stop.had_effect for stop in timeline.interruptions):
        entries.append(("silent", "interrupted when nothing played"))
    x = float(LEFT)
    for kind, words in entries:
        if kind == "point":
            yield marks.diamond(x + 9, y - 4)
        elif kind == "silent":
            yield f'<circle class="silent" cx="{x + 9:.1f}" cy="{y - 4:.1f}" r="4"/>'
        else:
            height = 5 if kind == "received" else 12
            top = y - 4 - height / 2
            yield f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="18" height="{height}" rx="2"/>'
        yield f'<text class="small" x="{x + 26:.1f}" y="{y:.1f}">{words}</text>'
        x += 50 + len(words) * marks.CHARACTER_WIDTH
