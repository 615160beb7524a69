"""The marks that a drawn timeline is made of, each as a piece of SVG: bars, flags, chips, words, and how wide they are.
Where they stand is decided in panel.py and overview.py."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .model import Interruption, Span, Told

WIDTH = 1160
LEFT = 40
RIGHT = WIDTH - 40
BAR_HEIGHT = 24
LINE_HEIGHT = 20
FLAG_HEIGHT = 20
CHARACTER_WIDTH = 7.3  # of the text under the bars, on average; only line breaks depend on it

#: A picture of pixels is drawn with the first that is there; only a browser has another one for the last.
FONTS = 'Inter,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans","Noto Sans","Liberation Sans",sans-serif'
STYLE = (
    f"text{{font-family:{FONTS};fill:#1d2733}}"
    + """
.paper{fill:#ffffff}.title{font-size:22px;font-weight:600}.subtitle{font-size:14px;fill:#5d6b7a}
.tick{font-size:12px;fill:#66758a}.tick,.small,.said{stroke:#ffffff;stroke-width:4;paint-order:stroke}.unsaid{stroke:none}
.grid{stroke:#e9edf2}.axis{stroke:#c6ced8}.name{font-size:14px;font-weight:600}
.small{font-size:13px;fill:#5d6b7a}.said{font-size:14px}.unsaid{font-size:14px;fill:#66758a;text-decoration:line-through}
.heard{fill:#0f7f70}.rest{fill:url(#hatch);stroke:#b9c3ce}.received{fill:#8fb0e8}.rule{stroke:#d9dfe6}
.stop{stroke:#d6336c;stroke-width:1.5;stroke-dasharray:5 4}.flag{fill:#d6336c}
.silent{fill:#ffffff;stroke:#66758a;stroke-width:1.5}
.told{fill:#fdf1de;stroke:#e0a040}.toldtext{fill:#8a5200}.point{fill:#e08a1a;stroke:#ffffff}
.pill,.flagtext,.toldtext{font-size:12px;font-weight:600}.pill,.flagtext{fill:#ffffff}
.full{fill:#0f7f70}.partial{fill:#d6336c}.skipped{fill:#66758a}.text_only{fill:#4c6fbd}.pending{fill:#8a6a00}
.hatch{stroke:#c6ced8;stroke-width:3}.hatchpaper{fill:#f3f5f8}
"""
)
HATCH = (
    '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatchpaper" width="8" height="8"/><line class="hatch" x1="0" y1="0" x2="0" y2="8"/>'
    "</pattern></defs>"
)


# --- words ---


def seconds(ms: float) -> str:
    """A length of time, and a moment within the first minute."""
    return f"{ms / 1000:.2f} s"


def moment(ms: float) -> str:
    """A moment: 2.40 s, and from the first minute on 1:13.50."""
    if ms < 60_000:
        return seconds(ms)
    minutes, rest_s = divmod(round(ms / 1000, 2), 60)
    return f"{minutes:.0f}:{rest_s:05.2f}"


def tick_words(ms: float) -> str:
    """A number on an axis, as short as it can be."""
    if ms < 60_000:
        return f"{ms / 1000:g} s"
    minutes, rest_s = divmod(round(ms / 1000, 2), 60)
    return f"{minutes:.0f}:{rest_s:02.0f}" if rest_s == int(rest_s) else f"{minutes:.0f}:{rest_s:04.1f}"


def tick_step_ms(length_ms: float) -> float:
    """The finest step that leaves at most twelve ticks: round in seconds, and beyond a minute in minutes and hours."""
    steps = [100.0, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000]
    steps += [minutes * 60_000.0 * 60**power for power in range(4) for minutes in (1, 2, 5, 10, 15, 30)]
    return next(step for step in steps if length_ms / step <= 12)


def shortened(text: str, length: int) -> str:
    """At most so many characters of a text."""
    return text if len(text) <= length else text[: length - 1] + "…"


def interruption_words(stop: Interruption) -> str:
    """What a person reads of an interruption."""
    if not stop.had_effect:
        return f"the {stop.by} interrupted at {moment(stop.at_ms)}, when nothing played or waited"
    return f"interrupted by the {stop.by} at {moment(stop.at_ms)}"


# --- marks ---


def bar(kind: str, x: float, to_x: float, y: float, height: float, tip: str) -> str:
    """A stretch of time, wide enough to be seen."""
    width = max(to_x - x, 2.0)
    rounded = min(3, width / 2)
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:g}" rx="{rounded:g}">'
        f"<title>{escape(tip)}</title></rect>"
    )


def diamond(x: float, y: float, tip: str = "") -> str:
    """The moment of a command."""
    points = f"{x:.1f},{y - 7:.1f} {x + 7:.1f},{y:.1f} {x:.1f},{y + 7:.1f} {x - 7:.1f},{y:.1f}"
    return f'<polygon class="point" points="{points}"><title>{escape(tip)}</title></polygon>'


def stem(stop: Interruption, x: float, y: float, to_y: float) -> str:
    """The line of an interruption through the rows that it cut."""
    tip = f"<title>{escape(interruption_words(stop))}</title>"
    return f'<line class="stop" x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{to_y:.1f}">{tip}</line>'


def silent(stop: Interruption, x: float, y: float) -> str:
    """An interruption of nothing: a ring on the axis, and no line."""
    tip = f"<title>{escape(interruption_words(stop))}</title>"
    return f'<circle class="silent" cx="{x:.1f}" cy="{y:.1f}" r="4">{tip}</circle>'


def flag(words: str, left: float, top: float, width: float) -> str:
    """The words of an interruption, at the top of its stem."""
    middle = left + width / 2
    return (
        f'<rect class="flag" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{FLAG_HEIGHT}" rx="4"/>'
        f'<text class="flagtext" x="{middle:.1f}" y="{top + 14:.1f}" text-anchor="middle">{escape(words)}</text>'
    )


def flag_width(words: str) -> float:
    """How wide the flag with these words is."""
    return 16 + len(words) * 7.2


def pill(kind: str, words: str, x: float, y: float, width: float) -> str:
    """The outcome of a message on the line of text at `y`."""
    middle = x + width / 2
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y - 14:.1f}" width="{width:.1f}" height="19" rx="9.5"/>'
        f'<text class="pill" x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{words}</text>'
    )


def chip_words(command: Told) -> str:
    """A command and its moment."""
    return f"{command.words()}  ·  {moment(command.at_ms)}"


def chip_width(command: Told) -> float:
    """How wide the chip of a command is."""
    return 20 + len(chip_words(command)) * 6.9


def chip(command: Told, left: float, y: float) -> str:
    """A command as a chip on the line of text at `y`."""
    width = chip_width(command)
    middle = left + width / 2
    return (
        f'<rect class="told" x="{left:.1f}" y="{y - 14:.1f}" width="{width:.1f}" height="20" rx="4"/>'
        f'<text class="toldtext" x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{escape(chip_words(command))}</text>'
    )


def said(words: list[tuple[str, str]], x: float, y: float, right: float) -> Iterator[str]:
    """Words, each with its kind, in as many lines as they need."""
    for number, line in enumerate(_lines(words, (right - x) / CHARACTER_WIDTH)):
        runs = "".join(f'<tspan class="{kind}">{escape(run)}</tspan>' for run, kind in _runs(line))
        yield f'<text class="said" x="{x:.1f}" y="{y + number * LINE_HEIGHT:.1f}" xml:space="preserve">{runs}</text>'


def span_words(span: Span) -> str:
    """From when to when."""
    return f"from {moment(span.start_ms)} to {moment(span.end_ms)}"


def _lines(words: list[tuple[str, str]], width: float) -> Iterator[list[tuple[str, str]]]:
    line: list[tuple[str, str]] = []
    used = 0
    for word, kind in words:
        if line and used + len(word) > width:
            yield line
            line, used = [], 0
        line.append((word, kind))
        used += len(word) + 1
    if line:
        yield line


def _runs(line: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Neighbours of one kind together, with the space between two kinds at the end of the first."""
    run, run_kind = "", line[0][1]
    for word, kind in line:
        if kind != run_kind:
            yield run + " ", run_kind
            run, run_kind = "", kind
        run = f"{run} {word}" if run else word
    yield run, run_kind
