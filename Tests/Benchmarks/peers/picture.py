"""Draws the figures as one self-contained SVG: a panel of bars for each case, the axis logarithmic, in the look of docs/growth.svg.
What is measured stands in sections.py."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from .sections import Figure

#: The cases that are drawn, with what stands above each.
_PANELS = (
    ("wire", "deltas of 100 ms", "Event of 100 ms to sink", "µs of processor time for 20 ms"),
    ("interrupt", "alone", "Interruption to truncate", "µs, the median"),
    ("sessions", "in real time", "Sessions that one core holds", "sessions, none later than 20 ms"),
    ("opus", "a packet of 20 ms", "An Opus packet of 20 ms", "µs of processor time"),
)
_COLUMNS = 2
_NAME_WIDTH, _BAR_WIDTH, _LINE = 206, 250, 23
_STEP_X = _NAME_WIDTH + _BAR_WIDTH + 110
_LEFT, _TOP = 40, 128

_STYLE = """
text{font-family:Inter,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;fill:#1d2733}
.paper{fill:#ffffff}.title{font-size:22px;font-weight:600}.subtitle{font-size:14px;fill:#5d6b7a}
.panel{font-size:14px;font-weight:600}.tick{font-size:11px;fill:#5d6b7a}.axis{font-size:12px;fill:#5d6b7a}
.name,.value{font-size:12px}.grid{stroke:#e9edf2}.ours{fill:#12907f}.both{fill:#8ccbc2}.theirs{fill:#b9c3ce}
.span{stroke:#1d2733;stroke-width:1.2}
"""


def draw(figures: Sequence[Figure]) -> str:
    """The picture as SVG text."""
    panels = []
    for section, case, title, unit in _PANELS:
        found = [one for one in figures if (one.section, one.case) == (section, case) and one.median]
        if found:
            panels.append((title, unit, found))
    rows = [panels[at : at + _COLUMNS] for at in range(0, len(panels), _COLUMNS)]
    heights = [max(len(found) for _, _, found in row) * _LINE + 78 for row in rows]
    width, height = _LEFT + _COLUMNS * _STEP_X, _TOP + sum(heights)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="rtmulti side by side with its peers">',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        '<text class="title" x="40" y="46">Side by side</text>',
        '<text class="subtitle" x="40" y="72">Medians, with the least and the most; each axis is logarithmic. Green is rtmulti, '
        "light green a framework with it.</text>",
    ]
    top = _TOP
    for row, row_height in zip(rows, heights, strict=True):
        for column, panel in enumerate(row):
            parts += _panel(*panel, _LEFT + column * _STEP_X, top)
        top += row_height
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(title: str, unit: str, figures: Sequence[Figure], left: int, top: int) -> list[str]:
    medians = [one.median or 0.0 for one in figures]
    first = floor(log10(min(medians)) - 0.1)
    last = max(ceil(log10(max(medians))), first + 2)
    begin, bottom = left + _NAME_WIDTH, top + len(figures) * _LINE

    def x(value: float) -> float:
        return begin + max(0.0, min(1.0, (log10(max(value, 1e-9)) - first) / (last - first))) * _BAR_WIDTH

    parts = [f'<text class="panel" x="{left}" y="{top - 14}">{escape(title)}</text>']
    for decade in range(first, last + 1):
        at = x(10.0**decade)
        parts.append(f'<line class="grid" x1="{at:.1f}" y1="{top}" x2="{at:.1f}" y2="{bottom}"/>')
        parts.append(f'<text class="tick" x="{at:.1f}" y="{bottom + 15}" text-anchor="middle">{10.0**decade:,g}</text>')
    for number, one in enumerate(figures):
        median, y = medians[number], top + number * _LINE
        kind = "ours" if one.who.startswith("rtmulti") else "both" if "with rtmulti" in one.who else "theirs"
        parts.append(f'<text class="name" x="{left}" y="{y + 16}">{escape(one.who)}</text>')
        parts.append(f'<rect class="{kind}" x="{begin}" y="{y + 4}" width="{x(median) - begin:.1f}" height="15" rx="2"/>')
        end = x(median)
        if one.least is not None and one.most is not None and one.most > one.least:
            end = max(end, x(one.most))
            parts.append(f'<line class="span" x1="{x(one.least):.1f}" y1="{y + 11.5}" x2="{x(one.most):.1f}" y2="{y + 11.5}"/>')
        parts.append(f'<text class="value" x="{end + 8:.1f}" y="{y + 16}">{_short(median)}</text>')
    parts.append(f'<text class="axis" x="{begin}" y="{bottom + 33}">{escape(unit)}</text>')
    return parts


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
