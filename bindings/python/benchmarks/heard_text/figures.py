"""The figures of the benchmark: answers added up to means, 95th percentiles and how far beyond the position anybody
went; and their tables. How an answer comes about is not here.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from answers import Answer
from cases import GROUPS

ROW = Callable[[Answer], bool]


@dataclass(frozen=True)
class Figure:
    count: int
    mean: float
    p95: int
    #: The most words beyond the position, and in which part of the interruptions there was more than one.
    beyond: int
    beyond_one: float

    @staticmethod
    def of(answers: Sequence[Answer]) -> Figure:
        errors = sorted(one.error for one in answers)
        return Figure(
            count=len(errors),
            mean=statistics.fmean(errors),
            # The smallest error that 95 of 100 do not exceed.
            p95=errors[-(-len(errors) * 95 // 100) - 1],
            beyond=max(one.words_beyond for one in answers),
            beyond_one=sum(one.words_beyond > 1 for one in answers) / len(answers),
        )

    def __str__(self) -> str:
        return f"{self.mean:5.2f} {self.p95:4d} {self.beyond:6d} {self.beyond_one:5.0%}"


def unknowable(answers: Sequence[Answer]) -> float:
    """The mean error of somebody who knows every word's time and has only the text that had come."""
    return statistics.fmean(one.words_heard - one.words_known for one in answers)


def rows(answers: Sequence[Answer]) -> list[tuple[str, ROW]]:
    """What the tables show, in order: the ways of delivery and the sinks, then languages, then speeds, then all."""
    keys: set[tuple[str, str, bool, str]] = set()

    def key(one: Answer) -> tuple[str, str, bool, str]:
        return one.delivery, one.codec, one.starved, one.reports

    found: list[tuple[str, ROW]] = []
    counted: set[tuple[str, str, bool, str]] = set()
    for group in GROUPS:
        keys = {(c.delivery.value, c.codec, c.starved, c.reports.value) for c in group.cases}
        if group.counts:
            counted |= keys
        found.append((group.title, lambda one, keys=keys: key(one) in keys))  # type: ignore[misc]
    for language in dict.fromkeys(one.language for one in answers):
        found.append((language, lambda one, language=language: one.language == language and key(one) in counted))  # type: ignore[misc]
    for speed in sorted({one.speed for one in answers}):
        found.append(
            (f"{speed} words a minute", lambda one, speed=speed: one.speed == speed and key(one) in counted)  # type: ignore[misc]
        )
    found.append(("all three ways", lambda one: key(one) in counted))
    return found


def table(answers: Sequence[Answer]) -> str:
    """Mean and 95th percentile of the words in error, and the words beyond, by subject."""
    subjects = list(dict.fromkeys(one.subject for one in answers))
    lines = [
        " " * 32 + "".join(f"{subject:^25}" for subject in subjects) + "text not",
        " " * 32 + "  mean  p95 beyond    >1 " * len(subjects) + " yet there",
    ]
    for title, is_in in rows(answers):
        chosen = [one for one in answers if is_in(one)]
        if not chosen:
            continue
        cells = [[one for one in chosen if one.subject == subject] for subject in subjects]
        figures = "".join(f" {Figure.of(cell)}  " if cell else " " * 25 for cell in cells)
        lines.append(f"{title:32}{figures}{unknowable(chosen):9.2f}")
    return "\n".join(lines)
