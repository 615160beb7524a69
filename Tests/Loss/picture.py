"""Draws the figures of the loss study as one self-contained SVG, in the look of the other pictures of the guides. What
the figures say is written in docs/loss.md.

usage: python3 Tests/Loss/picture.py docs/loss.csv >docs/loss.svg"""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from results import LOSSES_PERCENT, PATTERNS, Results

_WIDTH, _HEIGHT = 1160, 640
_LEFT, _TOP, _BOTTOM = 84, 150, 520
_PANEL_WIDTH, _PANEL_STEP = 350, 548
_HIGHEST_DB, _STEP_DB = 30, 5
_LABEL_HEIGHT = 17

_STYLE = """
text{font-family:Inter,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;fill:#1d2733}
.paper{fill:#ffffff}.title{font-size:22px;font-weight:600}.subtitle{font-size:14px;fill:#5d6b7a}
.panel{font-size:15px;font-weight:600}.tick{font-size:12px;fill:#5d6b7a}.axis{font-size:13px;fill:#5d6b7a}
.grid{stroke:#e9edf2}.base{stroke:#b9c3ce}.small{font-size:13px;fill:#5d6b7a}.label{font-size:13px;font-weight:600}
.line{fill:none;stroke-width:2.5}.spread{stroke-width:5;stroke-opacity:0.28}.free{stroke-dasharray:7 4}
.wideband{stroke:#12907f}.fec{stroke:#d97706}.none{stroke:#4a6fc0}.silence{stroke:#8492a2}
.dot.wideband,.label.wideband{fill:#12907f}.dot.fec,.label.fec{fill:#b45f06}.dot.none,.label.none{fill:#4a6fc0}
.dot.silence,.label.silence{fill:#6b7989}.dot{stroke:#ffffff;stroke-width:1.5}.label{stroke:none}
.note{font-size:12px;fill:#b45f06}.pointer{stroke:#b45f06;stroke-width:1}
"""

_PANELS = {"random": "Lost one by one", "bursty": "Lost in bursts, 3 packets (60 ms) in the mean"}


@dataclass(frozen=True)
class _Curve:
    style: str
    protection: str
    listener: str
    words: str  # in the legend
    label: str  # at the line's end
    shift: float  # to the side, lest the spreads hide each other


_CURVES = (
    _Curve("wideband", "wideband_fec", "rtmulti", "FEC, wideband at most", "FEC, wideband", -4),
    _Curve("fec free", "fec", "rtmulti", "FEC, bandwidth left to libopus", "FEC, any bandwidth", 4),
    _Curve("none", "none", "rtmulti", "no FEC: concealed", "no FEC", 0),
    _Curve("silence", "none", "silence", "silence in place of lost packets", "silence", 0),
)


def draw(results: Results) -> str:
    """The picture as SVG text."""
    summary = _summary(results)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-label="{escape(summary, quote=True)}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}"/>',
        '<text class="title" x="40" y="46">What lost packets cost, and what in-band FEC saves</text>',
        f'<text class="subtitle" x="40" y="72">{escape(summary)}</text>',
    ]
    for number, pattern in enumerate(PATTERNS):
        parts += _panel(results, pattern, _LEFT + number * _PANEL_STEP, has_note=number == 0)
    parts += [*_legend(), "</svg>"]
    return "\n".join(parts) + "\n"


def _summary(results: Results) -> str:
    with_fec = results.of("random", 10, "wideband_fec", "rtmulti").snr_db.median
    without = results.of("random", 10, "none", "rtmulti").snr_db.median
    return (
        f"Speech at 24 kbit/s in packets of 20 ms, heard through rtmulti; higher is better. With 10 % lost one by one, "
        f"FEC lifts {without:.0f} dB to {with_fec:.0f} dB; in bursts it can do less."
    )


def _x(left: float, loss_percent: float) -> float:
    return left + _PANEL_WIDTH * loss_percent / 21


def _y(level_db: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * level_db / _HIGHEST_DB


def _panel(results: Results, pattern: str, left: float, has_note: bool) -> Iterator[str]:
    right = left + _PANEL_WIDTH
    yield f'<text class="panel" x="{left}" y="{_TOP - 32}">{_PANELS[pattern]}</text>'
    for level_db in range(0, _HIGHEST_DB + 1, _STEP_DB):
        y = _y(level_db)
        kind = "grid" if level_db else "base"
        yield f'<line class="{kind}" x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{level_db}</text>'
    yield f'<text class="axis" x="{left - 30}" y="{_TOP - 12}">signal to noise, dB</text>'
    for loss_percent in LOSSES_PERCENT:
        x = _x(left, loss_percent)
        yield f'<line class="base" x1="{x:.1f}" y1="{_BOTTOM}" x2="{x:.1f}" y2="{_BOTTOM + 5}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{_BOTTOM + 20}" text-anchor="middle">{loss_percent} %</text>'
    middle = left + _PANEL_WIDTH / 2
    yield f'<text class="axis" x="{middle}" y="{_BOTTOM + 42}" text-anchor="middle">packets lost</text>'
    for curve in reversed(_CURVES):
        yield from _curve(results, pattern, left, curve)
    yield from _labels(results, pattern, right)
    if has_note and results.of(pattern, 5, "fec", "rtmulti").fec_percent == 0:
        yield from _note(results, pattern, left)


def _curve(results: Results, pattern: str, left: float, curve: _Curve) -> Iterator[str]:
    points: list[tuple[float, float]] = []
    for loss_percent in LOSSES_PERCENT:
        spread = results.of(pattern, loss_percent, curve.protection, curve.listener).snr_db
        x = _x(left, loss_percent) + curve.shift
        points.append((x, _y(spread.median)))
        tip = f"{curve.words}: {spread.median:.1f} dB, half of the draws from {spread.low:.1f} to {spread.high:.1f}"
        yield (
            f'<line class="spread {curve.style.split()[0]}" x1="{x:.1f}" y1="{_y(spread.low):.1f}" x2="{x:.1f}" '
            f'y2="{_y(spread.high):.1f}"><title>{escape(tip)}</title></line>'
        )
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline class="line {curve.style}" points="{way}"/>'
    for x, y in points:
        yield f'<circle class="dot {curve.style.split()[0]}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>'


def _labels(results: Results, pattern: str, right: float) -> Iterator[str]:
    """The name of each line at its end, moved apart where two lines end together."""
    ends = sorted(
        (_y(results.of(pattern, LOSSES_PERCENT[-1], curve.protection, curve.listener).snr_db.median), number)
        for number, curve in enumerate(_CURVES)
    )
    lowest = float("-inf")
    for y, number in ends:
        lowest = max(y + 4 - (5 if number < 2 else 0), lowest + _LABEL_HEIGHT)
        curve = _CURVES[number]
        name = curve.style.split()[0]
        yield f'<text class="label {name}" x="{right + 4}" y="{lowest:.1f}">{curve.label}</text>'


def _note(results: Results, pattern: str, left: float) -> Iterator[str]:
    """Why one of the lines jumps."""
    x, y = _x(left, 5) + 4, _y(results.of(pattern, 5, "fec", "rtmulti").snr_db.median)
    at_x, at_y = _x(left, 10) + 4, _y(9)
    yield f'<line class="pointer" x1="{x + 7:.1f}" y1="{y + 2:.1f}" x2="{at_x - 5:.1f}" y2="{at_y - 4:.1f}"/>'
    for line, words in enumerate(("told to expect 5 % or less,", "libopus sends no FEC here")):
        yield f'<text class="note" x="{at_x:.1f}" y="{at_y + line * 16:.1f}">{words}</text>'


def _legend() -> Iterator[str]:
    x, y = 40.0, _HEIGHT - 30
    for curve in _CURVES:
        yield f'<line class="line {curve.style}" x1="{x:.1f}" y1="{y - 4}" x2="{x + 28:.1f}" y2="{y - 4}"/>'
        yield f'<circle class="dot {curve.style.split()[0]}" cx="{x + 14:.1f}" cy="{y - 4}" r="4.5"/>'
        yield f'<text class="small" x="{x + 36:.1f}" y="{y}">{escape(curve.words)}</text>'
        x += 62 + len(curve.words) * 6.9
    yield f'<line class="spread silence" x1="{x + 4:.1f}" y1="{y - 13}" x2="{x + 4:.1f}" y2="{y + 4}"/>'
    yield f'<text class="small" x="{x + 14:.1f}" y="{y}">half of the draws</text>'


if __name__ == "__main__":
    sys.stdout.write(draw(Results(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))))
