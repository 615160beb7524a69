"""The figures as tables, for a screen and for docs/heard-text.md. Nothing is added up here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from figures import Row, Section

BEGIN, END = "<!-- figures: written by `make bench-text` -->", "<!-- end of figures -->"


def for_screen(found: Sequence[Section]) -> str:
    """Mean, 95th percentile, words beyond, and the part of the clips in which that was more than one."""
    names = list(found[-1].rows[0].figures)
    lines = [
        " " * 32 + "".join(f"{name:^26}" for name in names) + "text not",
        " " * 32 + " mean   p95 beyond   >1   " * len(names) + "yet there",
    ]
    for section in found:
        lines.append(section.title)
        for row in section.rows:
            cells = ""
            for name in names:
                figure = row.figures.get(name)
                cells += (
                    f"{figure.mean:5.2f} {figure.p95:5d} {figure.beyond:6d} {figure.beyond_one:5.0%}   "
                    if figure
                    else " " * 26
                )
            lines.append(f"  {row.title:30}{cells}{row.not_yet_there:6.2f}")
    return "\n".join(lines)


def for_page(found: Sequence[Section]) -> str:
    """The same in Markdown: errors as mean and 95th percentile, and how many times smaller ours is."""
    names = list(found[-1].rows[0].figures)
    others = [name for name in names if name != "rtmulti"]
    lines: list[str] = []
    for section in found:
        heads = [section.title, *names, "text not yet there", *(f"{name} / rtmulti" for name in others)]
        lines += [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
        lines += [f"| {' | '.join(_cells(row, names, others))} |" for row in section.rows]
        lines.append("")
    total = found[-1].rows[0]
    beyond = ", ".join(
        f"{name} {figure.beyond} (more than one in {figure.beyond_one:.0%} of the clips)"
        for name, figure in total.figures.items()
    )
    lines.append(f"Words released before they were heard, at most: {beyond}. {total.interruptions} interruptions each.")
    return "\n".join(lines)


def write_page(page: Path, found: Sequence[Section]) -> None:
    """Puts the tables between their marks on the page."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{for_page(found)}\n{END}{after}", encoding="utf-8")


def _cells(row: Row, names: list[str], others: list[str]) -> list[str]:
    figures = [f"{row.figures[name].mean:.2f}, {row.figures[name].p95}" for name in names]
    times = [row.times(name) for name in others]
    return [row.title, *figures, f"{row.not_yet_there:.2f}", *("–" if t is None else f"{t:.1f}" for t in times)]
