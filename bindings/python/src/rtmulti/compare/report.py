"""What the comparison prints: a table for people, JSON for machines, a picture for a README. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

from .cells import Cell
from .frameworks import Way

_HEAD: Final = ("", "ms unheard left", "ms heard lost", "messages wrong", "ms played after")


def table(cells: Sequence[Cell], rows: int) -> str:
    """The table, with the reasons for what is not 0 below it."""
    lines = [_HEAD]
    notes: dict[str, tuple[str, list[str]]] = {}
    for cell in cells:
        marks = ""
        for reason, names in cell.reasons().items() if cell.way is not Way.ALONE else ():
            mark = notes.setdefault(reason, (chr(ord("a") + len(notes)), []))[0]
            notes[reason][1].append(f"{cell.framework.name} {cell.way.value}: {', '.join(names)}")
            marks += mark
        score = cell.sum
        name = f"{cell.framework.name} {cell.framework.version}, {cell.way.value}{f' ({marks})' if marks else ''}"
        after = f"{score.after_ms:.0f}" + (f" + {score.reply_ms:.0f}" if score.reply_ms else "")
        lines.append((name, f"{score.unheard_ms:.0f}", f"{score.lost_ms:.0f}", str(len(score.wrong)), after))
    widths = [max(len(line[at]) for line in lines) for at in range(len(_HEAD))]
    drawn = [
        "  ".join(text.rjust(widths[at]) if at else text.ljust(widths[0]) for at, text in enumerate(line)) for line in lines
    ]
    drawn.insert(1, "-" * len(drawn[0]))
    drawn += ["", f"Sums over {rows} conversation{'' if rows == 1 else 's'}, interrupted as docs/compare.md says."]
    for reason, (mark, where) in notes.items():
        drawn.append(f"({mark}) {reason} ({'; '.join(where)})")
    for cell in cells:
        drawn += [f"WRONG  {cell.framework.name} {cell.way.value}: {fault}" for fault in cell.faults()]
    return "\n".join(line.rstrip() for line in drawn)


def by_row(cells: Sequence[Cell]) -> str:
    """One line for each row of each cell: ms unheard / ms lost / messages wrong, and what played after the interruption."""
    lines = []
    for cell in cells:
        for name, score in cell.scores.items():
            sums = f"{score.unheard_ms:.0f}/{score.lost_ms:.0f}/{len(score.wrong)} +{score.after_ms:.0f}"
            words = "; ".join([*score.wrong, *([score.problem] if score.problem else [])])
            lines.append(f"{cell.framework.name} {cell.way.value}  {name}: {sums}  {words}".rstrip())
    return "\n".join(lines)


def to_json(
    cells: Sequence[Cell], rows: Sequence[dict[str, Any]], left_out: Sequence[str]
) -> dict[str, Any]:
    """Everything, for machines."""
    return {
        "rows": list(rows),
        "cells": [cell.to_json() for cell in cells],
        "left_out": list(left_out),
        "is_as_it_must_be": not any(cell.faults() for cell in cells),
    }


_COLOURS: Final = {Way.ALONE: "#c0392b", Way.RTMULTI: "#1e8449", Way.RELAY: "#2471a3"}
#: A letter of a name at its widest in the mean, and the room around a name.
_LETTER_PX: Final = 7.5
_AROUND_PX: Final = 32
_PANEL_PX: Final = 210
_LINE_PX: Final = 24
_TOP_PX: Final = 64


def picture(cells: Sequence[Cell], rows: int) -> str:
    """The same as bars, as SVG."""
    panels = (
        ("ms remembered, never heard", [cell.sum.unheard_ms for cell in cells]),
        ("ms heard, forgotten", [cell.sum.lost_ms for cell in cells]),
        ("messages wrong", [float(len(cell.sum.wrong)) for cell in cells]),
    )
    names = [f"{cell.framework.name} {cell.framework.version}, {cell.way.value}" for cell in cells]
    begin = _AROUND_PX + round(_LETTER_PX * max(map(len, names)))
    width = begin + len(panels) * _PANEL_PX + 20
    height = _TOP_PX + len(cells) * _LINE_PX + 40
    title = f"What the server remembers after {rows} conversations, against what the listener heard"
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="24" font-size="15" font-weight="bold" fill="#1c2833">{escape(title)}</text>',
    ]
    for at, (name, values) in enumerate(panels):
        left = begin + at * _PANEL_PX
        drawn.append(f'<text x="{left}" y="50" fill="#566573">{escape(name)}</text>')
        most = max(*values, 1.0)
        for line, (cell, value) in enumerate(zip(cells, values, strict=True)):
            top = _TOP_PX + line * _LINE_PX
            bar = max(1.5, value / most * (_PANEL_PX - 70))
            drawn.append(f'<rect x="{left}" y="{top}" width="{bar:.1f}" height="15" fill="{_COLOURS[cell.way]}"/>')
            drawn.append(f'<text x="{left + bar + 6:.1f}" y="{top + 12}" fill="#1c2833">{value:.0f}</text>')
    for line, words in enumerate(names):
        drawn.append(f'<text x="16" y="{_TOP_PX + line * _LINE_PX + 12}" fill="#1c2833">{escape(words)}</text>')
    drawn.append(f'<text x="16" y="{height - 14}" font-size="11" fill="#808b96">python -m rtmulti compare</text></svg>')
    return "\n".join(drawn) + "\n"
