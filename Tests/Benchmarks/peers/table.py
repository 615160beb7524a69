"""The figures as tables of Markdown, the same on the terminal and in docs/performance.md, and the goals that they are held to.
Nothing is measured here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .sections import Figure

_TITLES = {
    "wire": "Processor time for each 20 ms, from the event of the server to the sink",
    "decoded": "The same, with the audio decoded already: 20 ms a call",
    "interrupt": "From an interruption to the truncate in the hands of the WebSocket library (rtmulti: of `send`): p50 / p95 / p99",
    "sessions": "Sessions that one core holds in real time, no audio more than 20 ms late",
    "memory": "Loading, and memory",
    "opus": "Decoding Opus",
}


def tables(figures: Sequence[Figure], about: dict[str, Any]) -> str:
    """Every section that was measured."""
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    lines = [f"Measured on {about['machine']}; load before the start {about['load_before']}. {versions}."]
    for section, title in _TITLES.items():
        found = [one for one in figures if one.section == section]
        if found:
            lines += ["", f"*{title}.*", "", *_table(found)]
    lines += ["", *_goals(figures)]
    return "\n".join(lines) + "\n"


def _table(figures: Sequence[Figure]) -> Iterator[str]:
    cases = list(dict.fromkeys(one.case for one in figures))
    yield f"| | {' | '.join(f'{case}, {_unit(figures, case)}' for case in cases)} |"
    yield "|---" * (len(cases) + 1) + "|"
    for who in dict.fromkeys(one.who for one in figures):
        cells = []
        for case in cases:
            one = next((one for one in figures if (one.case, one.who) == (case, who)), None)
            cells.append("not asked" if one is None else _cell(one))
        yield f"| {who} | {' | '.join(cells)} |"


def _unit(figures: Sequence[Figure], case: str) -> str:
    return next(one.unit for one in figures if one.case == case)


def _cell(figure: Figure) -> str:
    if figure.median is None or figure.least is None or figure.most is None:
        return f"not measured: {figure.problem}"
    if figure.section == "interrupt" and figure.p95 is not None and figure.p99 is not None:
        words = f"{in_digits(figure.median)} / {in_digits(figure.p95)} / {in_digits(figure.p99)} (of {figure.count:,})"
    else:
        words = f"**{in_digits(figure.median)}** ({in_digits(figure.least)} to {in_digits(figure.most)})"
    if figure.missed:
        words += f"; {figure.missed} without a truncate"
    if figure.problem:
        words += f"; then {figure.problem}"
    return words


def in_digits(value: float) -> str:
    """A number with three digits that mean something."""
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3f}"


def _goals(figures: Sequence[Figure]) -> Iterator[str]:
    def of(section: str, case: str, who: str, part: str = "median") -> float | None:
        found = next((one for one in figures if (one.section, one.case, one.who) == (section, case, who)), None)
        return None if found is None else getattr(found, part)

    wire, alone = "deltas of 100 ms", "alone"
    livekit_us = of("interrupt", alone, "livekit")
    goals = (
        ("wire to sink, livekit over Python's bytes", of("wire", wire, "livekit"), of("wire", wire, "rtmulti, Python, bytes"), 25, True),
        ("wire to sink, livekit over Python on websockets", of("wire", wire, "livekit"), of("wire", wire, "rtmulti, Python, on websockets"), None, True),
        ("wire to sink, C over the floor", of("wire", wire, "rtmulti, C"), of("wire", wire, "the floor"), 1.3, False),
        ("interrupt, livekit's p50 over C's", livekit_us, of("interrupt", alone, "rtmulti, C"), 200, True),
        ("interrupt, livekit's p50 over Python's p99", livekit_us, of("interrupt", alone, "rtmulti, Python", "p99"), 20, True),
        (
            "interrupt, livekit's p50 alone over Python's p99 beside 1,000 others",
            livekit_us,
            of("interrupt", "beside 1,000 others", "rtmulti, Python", "p99"),
            20,
            True,
        ),
        ("sessions a core, Python over livekit", of("sessions", "with text", "rtmulti, Python"), of("sessions", "with text", "livekit, its synchronizer"), 20, True),
        ("sessions a core, C over livekit", of("sessions", "with text", "rtmulti, C"), of("sessions", "with text", "livekit, its synchronizer"), 150, True),
    )
    yield "| goal | measured | aim |"
    yield "|---|---|---|"
    for name, over, under, aim, is_at_least in goals:
        if over is None or under is None:
            continue
        ratio = over / under
        if aim is None:
            yield f"| {name} | {in_digits(ratio)} | |"
            continue
        is_met = ratio >= aim if is_at_least else ratio <= aim
        yield f"| {name} | {in_digits(ratio)} | {'≥' if is_at_least else '≤'} {aim}, {'met' if is_met else '**missed**'} |"
