"""The figures as tables of Markdown, the same on the terminal and in docs/performance.md, and the goals that they are held to.
Nothing is measured here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .sections import Figure

_TITLES = {
    "wire": "Processor time for each 20 ms, from the event of the server to the sink",
    "decoded": "The same, with the audio decoded already: 20 ms a call",
    "interrupt": "From an interruption to the truncate: p50 / p95 / p99",
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

    wire, now = "deltas of 100 ms", "in real time"
    livekit_us, livekit_p50_us = of("wire", wire, "livekit"), of("interrupt", "alone", "livekit")
    shown_us, shown = (of(section, case, "livekit, its synchronizer") for section, case in (("wire", wire), ("sessions", now)))
    by_bytes_us, by_socket_us, by_c_us = (
        of("wire", wire, f"rtmulti, {way}") for way in ("Python, bytes", "Python, on websockets", "C")
    )
    p99_us, crowded_p99_us = (
        of("interrupt", case, "rtmulti, Python", "p99") for case in ("alone", "beside 1,000 others")
    )
    goals: tuple[tuple[str, float | None, float | None, str, float], ...] = (
        ("wire to sink, livekit over Python's bytes", livekit_us, by_bytes_us, "≥", 25),
        ("the same, livekit with its synchronizer", shown_us, by_bytes_us, "≥", 25),
        ("the same, over Python on websockets", shown_us, by_socket_us, "", 0),
        ("wire to sink, C over the floor", by_c_us, of("wire", wire, "the floor"), "≤", 1.3),
        ("interrupt, livekit's p50 over C's", livekit_p50_us, of("interrupt", "alone", "rtmulti, C"), "≥", 200),
        ("interrupt, livekit's p50 over Python's p99", livekit_p50_us, p99_us, "≥", 20),
        ("the same, Python beside 1,000 others", livekit_p50_us, crowded_p99_us, "≥", 20),
        ("sessions a core, Python's bytes over livekit with text", of("sessions", now, "rtmulti, Python, bytes"), shown, "≥", 20),
        ("sessions a core, C over livekit with text", of("sessions", now, "rtmulti, C"), shown, "≥", 150),
    )
    yield "| goal | measured | aim |"
    yield "|---|---|---|"
    for name, over, under, way, aim in goals:
        if over is None or not under:
            continue
        ratio = over / under
        is_met = ratio >= aim if way == "≥" else ratio <= aim
        verdict = f"{way} {aim:g}, {'met' if is_met else '**missed**'}" if way else ""
        yield f"| {name} | {in_digits(ratio)} | {verdict} |"
