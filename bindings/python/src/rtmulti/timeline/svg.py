"""Draws a timeline as one self-contained SVG, or as an HTML page around it. What happened is decided by the model; here
only its place on the paper is."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .model import FunctionCall, Interruption, Span, Timeline, Told, Track

_WIDTH = 1160
_LEFT = 40
_RIGHT = _WIDTH - 40
_AXIS_Y = 128
_BAR_HEIGHT = 24
_LINE_HEIGHT = 20
_CHARACTER_WIDTH = 7.3  # of the text under the bars, on average; only line breaks depend on it

_STYLE = """
text{font-family:Inter,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;fill:#1d2733}
.paper{fill:#ffffff}.title{font-size:22px;font-weight:600}.subtitle{font-size:14px;fill:#5d6b7a}
.tick{font-size:12px;fill:#8492a2}.grid{stroke:#e9edf2}.name{font-size:14px;font-weight:600}
.small{font-size:13px;fill:#5d6b7a}.said{font-size:14px}.unsaid{font-size:14px;fill:#9aa6b3;text-decoration:line-through}
.heard{fill:#12907f}.rest{fill:url(#hatch);stroke:#b9c3ce}.received{fill:#8fb0e8}.rule{stroke:#d9dfe6}
.stop{stroke:#d6336c;stroke-width:1.5;stroke-dasharray:5 4}.flag{fill:#d6336c}
.told{fill:#fdf1de;stroke:#e0a040}.toldtext{fill:#8a5200}.point{fill:#e08a1a;stroke:#ffffff}
.pill,.flagtext,.toldtext{font-size:12px;font-weight:600}.pill,.flagtext{fill:#ffffff}.full{fill:#12907f}.partial{fill:#d6336c}.skipped{fill:#8492a2}
.text_only{fill:#5b7fc7}.pending{fill:#b08900}.hatch{stroke:#c6ced8;stroke-width:3}.hatchpaper{fill:#f3f5f8}
"""


def draw_svg(timeline: Timeline) -> str:
    """The timeline as SVG text."""
    drawing = _Drawing(timeline)
    body = list(drawing.draw())
    height = drawing.y + 56
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(drawing.summary(), quote=True)}">'
    )
    hatch = (
        '<defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="hatchpaper" width="8" height="8"/><line class="hatch" x1="0" y1="0" x2="0" y2="8"/>'
        "</pattern></defs>"
    )
    paper = f'<rect class="paper" width="{_WIDTH}" height="{height:.0f}"/>'
    parts = [head, f"<style>{_STYLE}</style>", hatch, paper, *drawing.behind(), *body, *drawing.legend(), "</svg>"]
    return "\n".join(parts) + "\n"


def draw_html(timeline: Timeline) -> str:
    """The timeline as an HTML page that needs nothing else."""
    title = escape(timeline.title or "rtmulti timeline")
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>\n'
        "<style>body{margin:24px;background:#f3f5f8}svg{display:block;margin:auto;max-width:100%;height:auto;"
        "border-radius:12px;box-shadow:0 1px 4px #0002}</style>\n"
        f"{draw_svg(timeline)}</html>\n"
    )


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.2f} s"


class _Drawing:
    """The pen: `y` is how far down the paper is used."""

    def __init__(self, timeline: Timeline) -> None:
        self.y = float(_AXIS_Y + 18)
        self._timeline = timeline
        self._rests = timeline.never_heard()
        self._step_ms = _tick_step_ms(max(timeline.end_ms(), 500.0))
        self._end_ms = self._step_ms * -(-max(timeline.end_ms(), 500.0) // self._step_ms)

    def summary(self) -> str:
        """The picture in one sentence."""
        tracks = self._timeline.tracks
        heard_ms = sum(track.heard_ms for track in tracks)
        received_ms = sum(track.received_ms for track in tracks)
        count = f"{len(tracks)} message{'' if len(tracks) == 1 else 's'}"
        stops = ", ".join(f"interrupted at {_seconds(stop.at_ms)}" for stop in self._timeline.interruptions)
        return f"{count}, {_seconds(heard_ms)} heard of {_seconds(received_ms)} received" + (
            f", {stops}" if stops else ""
        )

    def draw(self) -> Iterator[str]:
        """Everything that moves `y`, from the top to the bottom."""
        title = escape(self._timeline.title or "What the listener heard")
        yield f'<text class="title" x="{_LEFT}" y="46">{title}</text>'
        yield f'<text class="subtitle" x="{_LEFT}" y="72">{escape(self.summary())}</text>'
        for number, response_id in enumerate(self._responses()):
            yield from self._response(response_id, is_first=number == 0)

    def behind(self) -> Iterator[str]:
        """The grid and the interruptions, which cross all rows."""
        for index in range(round(self._end_ms / self._step_ms) + 1):
            at_ms = index * self._step_ms
            x = self._x(at_ms)
            yield f'<line class="grid" x1="{x:.1f}" y1="{_AXIS_Y}" x2="{x:.1f}" y2="{self.y:.1f}"/>'
            if any(abs(self._x(stop.at_ms) - x) < 24 for stop in self._timeline.interruptions):
                continue  # the line of an interruption would run through the number
            label = f"{at_ms / 1000:g} s"
            yield f'<text class="tick" x="{x:.1f}" y="{_AXIS_Y - 6}" text-anchor="middle">{label}</text>'
        last_x = float("-inf")
        for stop in self._timeline.interruptions:
            x = self._x(stop.at_ms)
            is_raised = x - last_x < 170
            yield from self._interruption(stop, x, _AXIS_Y - (44 if is_raised else 22))
            last_x = x

    def legend(self) -> Iterator[str]:
        """What the colours mean."""
        y = self.y + 30
        x = float(_LEFT)
        for kind, words in (
            ("received", "received"),
            ("heard", "heard"),
            ("rest", "never heard"),
            ("point", "told to the server"),
        ):
            if kind == "point":
                yield _diamond(x + 9, y - 4)
            else:
                height = 5 if kind == "received" else 12
                top = y - 4 - height / 2
                yield f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="18" height="{height}" rx="2"/>'
            yield f'<text class="small" x="{x + 26:.1f}" y="{y:.1f}">{words}</text>'
            x += 50 + len(words) * _CHARACTER_WIDTH

    def _responses(self) -> list[str]:
        of_tracks = [track.response_id for track in self._timeline.tracks]
        return list(dict.fromkeys([*of_tracks, *(call.response_id for call in self._timeline.calls)]))

    def _response(self, response_id: str, is_first: bool) -> Iterator[str]:
        if not is_first:
            yield f'<line class="rule" x1="{_LEFT}" y1="{self.y:.1f}" x2="{_RIGHT}" y2="{self.y:.1f}"/>'
        yield f'<text class="small" x="{_LEFT}" y="{self.y + 20:.1f}">response {escape(response_id)}</text>'
        told = [told for told in self._timeline.told if told.response_id == response_id and not told.item_id]
        yield from self._told(told, self.y + 20)
        self.y += 36
        for index, track in enumerate(self._timeline.tracks):
            if track.response_id == response_id:
                yield from self._track(index + 1, track)
        for call in self._timeline.calls:
            if call.response_id == response_id:
                yield from self._call(call)

    def _track(self, number: int, track: Track) -> Iterator[str]:
        yield f'<text class="name" x="{_LEFT}" y="{self.y + 14:.1f}">{number}. {escape(track.item_id)}</text>'
        x = _LEFT + 34 + len(track.item_id) * 8.8
        words = track.outcome.replace("_", " ")
        width = 18 + len(words) * 7.4
        yield f'<rect class="{track.outcome}" x="{x:.1f}" y="{self.y:.1f}" width="{width:.1f}" height="19" rx="9.5"/>'
        yield f'<text class="pill" x="{x + width / 2:.1f}" y="{self.y + 14:.1f}" text-anchor="middle">{words}</text>'
        numbers = f"{_seconds(track.heard_ms)} heard of {_seconds(track.received_ms)}"
        yield f'<text class="small" x="{x + width + 12:.1f}" y="{self.y + 14:.1f}">{numbers}</text>'
        told = self._timeline.told_about(track.item_id)
        yield from self._told(told, self.y + 14)
        self.y += 28
        yield from self._bars(track, told)
        self.y += 8 + _BAR_HEIGHT + 6
        yield from self._words(track)
        self.y += 18

    def _bars(self, track: Track, told: list[Told]) -> Iterator[str]:
        if track.received is not None:
            when = f"from {_seconds(track.received.start_ms)} to {_seconds(track.received.end_ms)}"
            tip = f"{_seconds(track.received_ms)} received {when}"
            yield self._bar("received", track.received, self.y, 5, tip)
        y = self.y + 8
        rest = self._rests.get(track.item_id)
        if rest is not None:
            yield self._bar("rest", rest, y, _BAR_HEIGHT, f"{_seconds(track.never_heard_ms)} never heard")
        for span in track.heard:
            tip = f"heard from {_seconds(span.start_ms)} to {_seconds(span.end_ms)}"
            yield self._bar("heard", span, y, _BAR_HEIGHT, tip)
        for command in told:
            yield _diamond(
                self._x(command.at_ms), y + _BAR_HEIGHT / 2, f"{command.words()}, at {_seconds(command.at_ms)}"
            )

    def _bar(self, kind: str, span: Span, y: float, height: float, tip: str) -> str:
        x = self._x(span.start_ms)
        width = max(self._x(span.end_ms) - x, 2.0)
        return (
            f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:g}" rx="3">'
            f"<title>{escape(tip)}</title></rect>"
        )

    def _words(self, track: Track) -> Iterator[str]:
        """The heard text, and struck through what nobody heard, from the left edge of the bars on."""
        heard = track.heard_text.strip()
        generated = track.generated_text.strip()
        rest = generated[len(heard) :].strip() if generated.startswith(heard) else ""
        words = [(word, "said") for word in heard.split()] + [(word, "unsaid") for word in rest.split()]
        start = track.heard[0] if track.heard else self._rests.get(track.item_id)
        x = self._x(start.start_ms) if start is not None else float(_LEFT)
        wanted = sum(len(word) + 1 for word, _ in words) * _CHARACTER_WIDTH
        x = max(float(_LEFT), min(x, _RIGHT - min(wanted, 520.0)))
        for line in _lines(words, (_RIGHT - x) / _CHARACTER_WIDTH):
            runs = "".join(f'<tspan class="{kind}">{escape(run)}</tspan>' for run, kind in _runs(line))
            yield f'<text class="said" x="{x:.1f}" y="{self.y + 12:.1f}" xml:space="preserve">{runs}</text>'
            self.y += _LINE_HEIGHT

    def _call(self, call: FunctionCall) -> Iterator[str]:
        x = self._x(call.at_ms)
        words = f"{call.name}({_shortened(call.arguments, 60)})"
        is_left = x + 20 + len(words) * _CHARACTER_WIDTH > _RIGHT
        anchor, at = ("end", x - 10) if is_left else ("start", x + 10)
        yield f'<circle class="text_only" cx="{x:.1f}" cy="{self.y + 8:.1f}" r="5"/>'
        yield f'<text class="small" x="{at:.1f}" y="{self.y + 13:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
        self.y += 32

    def _told(self, told: list[Told], y: float) -> Iterator[str]:
        """The commands as chips at the right edge, the newest outermost."""
        x = float(_RIGHT)
        for command in reversed(told):
            words = f"{command.words()}  ·  {_seconds(command.at_ms)}"
            width = 20 + len(words) * 6.9
            x -= width
            yield f'<rect class="told" x="{x:.1f}" y="{y - 14:.1f}" width="{width:.1f}" height="20" rx="4"/>'
            middle = x + width / 2
            yield f'<text class="toldtext" x="{middle:.1f}" y="{y:.1f}" text-anchor="middle">{escape(words)}</text>'
            x -= 8

    def _interruption(self, stop: Interruption, x: float, y: float) -> Iterator[str]:
        words = f"interrupted {_seconds(stop.at_ms)}"
        width = 16 + len(words) * 7.0
        left = min(max(x - width / 2, _LEFT), _RIGHT - width)
        yield f'<line class="stop" x1="{x:.1f}" y1="{y:.1f}" x2="{x:.1f}" y2="{self.y:.1f}"/>'
        yield f'<rect class="flag" x="{left:.1f}" y="{y - 18:.1f}" width="{width:.1f}" height="20" rx="4"/>'
        yield f'<text class="flagtext" x="{left + width / 2:.1f}" y="{y - 4:.1f}" text-anchor="middle">{words}</text>'

    def _x(self, at_ms: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * at_ms / self._end_ms


def _tick_step_ms(end_ms: float) -> float:
    """The finest round step that leaves at most twelve ticks."""
    steps = [step * 10**power for power in range(2, 9) for step in (1, 2, 5)]
    return float(next(step for step in steps if end_ms / step <= 12))


def _diamond(x: float, y: float, tip: str = "") -> str:
    points = f"{x:.1f},{y - 7:.1f} {x + 7:.1f},{y:.1f} {x:.1f},{y + 7:.1f} {x - 7:.1f},{y:.1f}"
    return f'<polygon class="point" points="{points}"><title>{escape(tip)}</title></polygon>'


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


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
