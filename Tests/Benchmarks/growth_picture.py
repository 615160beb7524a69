"""Draws curves of growth as one self-contained SVG of small panels with logarithmic axes, in the look of the other pictures
of the guides. What is measured is growth.py's."""

from html import escape
from math import ceil, floor, log10

#: A curve: its title, what its sizes are, what its values are for, and the points.
Curve = tuple[str, str, str, list[tuple[int, float]]]

_COLUMNS = 4
_PANEL_WIDTH, _PANEL_HEIGHT = 214, 132
_STEP_X, _STEP_Y = 284, 222
_LEFT, _TOP = 74, 128

_STYLE = """
text{font-family:Inter,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;fill:#1d2733}
.paper{fill:#ffffff}.title{font-size:22px;font-weight:600}.subtitle{font-size:14px;fill:#5d6b7a}
.panel{font-size:14px;font-weight:600}.tick{font-size:11px;fill:#5d6b7a}.axis{font-size:12px;fill:#5d6b7a}
.grid{stroke:#e9edf2}.base{stroke:#b9c3ce}.line{fill:none;stroke:#12907f;stroke-width:2.5}
.dot{fill:#12907f;stroke:#ffffff;stroke-width:1.5}
"""


def draw(curves: list[Curve]) -> str:
    """The picture as SVG text."""
    rows = ceil(len(curves) / _COLUMNS)
    width, height = _LEFT + _COLUMNS * _STEP_X - 20, _TOP + rows * _STEP_Y - 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="What one call costs in instructions, by how large the session or the call is">',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        '<text class="title" x="40" y="46">What one call costs as a session grows</text>',
        '<text class="subtitle" x="40" y="72">Instructions, both axes logarithmic: a flat line costs the same however '
        "large the session or the call is.</text>",
    ]
    for number, curve in enumerate(curves):
        parts += _panel(curve, _LEFT + number % _COLUMNS * _STEP_X, _TOP + number // _COLUMNS * _STEP_Y)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(curve: Curve, left: float, top: float) -> list[str]:
    title, size, unit, points = curve
    first, last = floor(log10(points[0][0])), ceil(log10(points[-1][0]))
    # Three decades at least, so that a wave of a few in a hundred does not look like a mountain.
    lowest = floor(log10(min(value for _, value in points)))
    highest = max(ceil(log10(max(value for _, value in points))), lowest + 3)
    bottom = top + _PANEL_HEIGHT

    def x(value: float) -> float:
        return left + (log10(value) - first) / (last - first) * _PANEL_WIDTH

    def y(value: float) -> float:
        return bottom - (log10(value) - lowest) / (highest - lowest) * _PANEL_HEIGHT

    parts = [f'<text class="panel" x="{left}" y="{top - 14}">{escape(title)}</text>']
    for decade in range(lowest, highest + 1):
        at = y(10.0**decade)
        style = "base" if decade == lowest else "grid"
        parts.append(f'<line class="{style}" x1="{left}" y1="{at:.1f}" x2="{left + _PANEL_WIDTH}" y2="{at:.1f}"/>')
        parts.append(f'<text class="tick" x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{_short(10**decade)}</text>')
    for decade in range(first, last + 1):
        at = x(10.0**decade)
        parts.append(f'<text class="tick" x="{at:.1f}" y="{bottom + 17}" text-anchor="middle">{_short(10**decade)}</text>')
    path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)
    parts.append(f'<polyline class="line" points="{path}"/>')
    parts += [f'<circle class="dot" cx="{x(at):.1f}" cy="{y(value):.1f}" r="4"><title>{at:,}: {value:,.0f}</title></circle>'
              for at, value in points]
    parts.append(f'<text class="axis" x="{left}" y="{bottom + 35}">{escape(size)}; for {escape(unit)}</text>')
    return parts


def _short(number: float) -> str:
    """A power of ten as it is written on an axis."""
    return f"{number / 1_000_000:g}M" if number >= 1_000_000 else f"{number / 1_000:g}k" if number >= 1_000 else f"{number:g}"
