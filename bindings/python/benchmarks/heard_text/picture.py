"""Draws the figures as one self-contained SVG, in the look of the other pictures in docs/. Where a figure comes from is
not known here, only its place on the paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from figures import Figure, Row, Section

_WIDTH = 1160
_LEFT, _RIGHT = 40, _WIDTH - 40
_BARS_X = 290
_TOP = 132
_BAR_HEIGHT, _BAR_STEP, _ROW_GAP = 9, 12, 14
_KINDS = {"proportion": "proportion", "livekit-agents": "livekit", "rtmulti": "heard"}

_STYLE = """
text{font-family:Inter,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;fill:#1d2733}
.paper{fill:#ffffff}.title{font-size:22px;font-weight:600}.subtitle{font-size:14px;fill:#5d6b7a}
.tick{font-size:12px;fill:#8492a2}.grid{stroke:#e9edf2}.name{font-size:14px}.section{font-size:14px;font-weight:600}
.small{font-size:13px;fill:#5d6b7a}.number{font-size:11px;fill:#5d6b7a}.rule{stroke:#d9dfe6}
.heard{fill:#12907f}.livekit{fill:#8fb0e8}.proportion{fill:#c6ced8}
.whisker{stroke:#5d6b7a;stroke-width:1.2;fill:none}.missing{stroke:#1d2733;stroke-width:1.5;stroke-dasharray:2 2}
.aim{stroke:#d6336c;stroke-width:1.5;stroke-dasharray:5 4}.aimtext{font-size:12px;font-weight:600;fill:#d6336c}
"""

#: What the project aims at, in words.
AIM = 0.5


def draw(sections: Sequence[Section]) -> str:
    """The picture as SVG text: a bar is a mean, and its whisker reaches to the 95th percentile."""
    drawing = _Drawing([section for section in sections if section.title != "by speed"])
    body = list(drawing.rows())
    height = drawing.y + 58
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(drawing.summary(), quote=True)}">'
    )
    paper = f'<rect class="paper" width="{_WIDTH}" height="{height:.0f}"/>'
    parts = [head, f"<style>{_STYLE}</style>", paper, *drawing.behind(), *body, *drawing.legend(), "</svg>"]
    return "\n".join(parts) + "\n"


class _Drawing:
    """The pen: `y` is how far down the paper is used."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self.y = float(_TOP)
        self._sections = sections
        self._total = sections[-1].rows[0]
        longest = max(figure.p95 for section in sections for row in section.rows for figure in row.figures.values())
        self._most = max(longest, 2) + 0.6

    def summary(self) -> str:
        """The picture in one sentence."""
        means = ", ".join(f"{name} {figure.mean:.2f}" for name, figure in self._total.figures.items())
        return f"Mean words in error without provider spans: {means}"

    def rows(self) -> Iterator[str]:
        """Everything that moves `y`, from the top to the bottom."""
        for number, section in enumerate(self._sections):
            if number:
                yield f'<line class="rule" x1="{_LEFT}" y1="{self.y:.1f}" x2="{_RIGHT}" y2="{self.y:.1f}"/>'
            self.y += 18
            yield f'<text class="section" x="{_LEFT}" y="{self.y:.1f}">{escape(section.title)}</text>'
            self.y += 10
            for row in section.rows:
                yield from self._row(row)
            self.y += 4

    def behind(self) -> Iterator[str]:
        """The title, the grid and the aim, which cross all rows."""
        yield f'<text class="title" x="{_LEFT}" y="46">By how many words the record of an interrupted message is wrong</text>'
        yield (
            f'<text class="subtitle" x="{_LEFT}" y="72">{escape(self.summary())}. '
            f"{self._total.interruptions} interruptions of known speech.</text>"
        )
        for words in range(int(self._most) + 1):
            x = self._x(words)
            yield f'<line class="grid" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{self.y:.1f}"/>'
            if int(self._most) <= 14 or words % 2 == 0:
                label = f"{words} word{'' if words == 1 else 's'}" if words < 2 else str(words)
                yield f'<text class="tick" x="{x:.1f}" y="{_TOP - 6}" text-anchor="middle">{label}</text>'
        x = self._x(AIM)
        yield f'<line class="aim" x1="{x:.1f}" y1="{_TOP - 20}" x2="{x:.1f}" y2="{self.y:.1f}"/>'
        yield f'<text class="aimtext" x="{x + 5:.1f}" y="{_TOP - 22}">aim for the mean, {AIM:g}</text>'

    def legend(self) -> Iterator[str]:
        """What the colours mean."""
        y, x = self.y + 30, float(_LEFT)
        for name in self._total.figures:
            yield f'<rect class="{_KINDS[name]}" x="{x:.1f}" y="{y - 10:.1f}" width="18" height="12" rx="2"/>'
            yield f'<text class="small" x="{x + 26:.1f}" y="{y:.1f}">{escape(name)}</text>'
            x += 56 + len(name) * 7.3
        yield self._whisker(x, x + 22, y - 4)
        yield f'<text class="small" x="{x + 30:.1f}" y="{y:.1f}">mean to 95th percentile, and both in numbers</text>'
        x += 60 + 44 * 6.6
        yield f'<line class="missing" x1="{x + 4:.1f}" y1="{y - 12:.1f}" x2="{x + 4:.1f}" y2="{y + 4:.1f}"/>'
        yield f'<text class="small" x="{x + 14:.1f}" y="{y:.1f}">what nobody could know: the text had not come</text>'

    def _row(self, row: Row) -> Iterator[str]:
        height = len(row.figures) * _BAR_STEP
        middle = self.y + height / 2 + 4
        yield f'<text class="name" x="{_LEFT + 12}" y="{middle:.1f}">{escape(row.title)}</text>'
        top = self.y
        for name, figure in row.figures.items():
            yield from self._bar(name, figure)
            self.y += _BAR_STEP
        if row.not_yet_there >= 0.05:
            x = self._x(row.not_yet_there)
            yield f'<line class="missing" x1="{x:.1f}" y1="{top - 3:.1f}" x2="{x:.1f}" y2="{self.y:.1f}"/>'
        self.y += _ROW_GAP

    def _bar(self, name: str, figure: Figure) -> Iterator[str]:
        end = max(self._x(figure.mean), _BARS_X + 1.0)
        tip = f"{name}: mean {figure.mean:.2f} words, 95th percentile {figure.p95}"
        yield (
            f'<rect class="{_KINDS[name]}" x="{_BARS_X}" y="{self.y:.1f}" width="{end - _BARS_X:.1f}" '
            f'height="{_BAR_HEIGHT}" rx="2"><title>{escape(tip)}</title></rect>'
        )
        whisker_end = max(self._x(figure.p95), end)
        if figure.p95 > figure.mean:
            yield self._whisker(end, whisker_end, self.y + _BAR_HEIGHT / 2)
        yield f'<text class="number" x="{whisker_end + 6:.1f}" y="{self.y + 8.5:.1f}">{figure.mean:.2f}, {figure.p95}</text>'

    def _whisker(self, start: float, end: float, y: float) -> str:
        return f'<path class="whisker" d="M{start:.1f} {y:.1f}H{end:.1f}M{end:.1f} {y - 3.5:.1f}v7"/>'

    def _x(self, words: float) -> float:
        return _BARS_X + (_RIGHT - 34 - _BARS_X) * words / self._most
