"""The figures of the benchmark: answers added up by the ways of delivery, by language and by speed. How an answer comes
about is not here, nor how a figure is shown.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from answers import Answer
from cases import GROUPS, Group


@dataclass(frozen=True)
class Figure:
    """The words in error of one subject."""

    mean: float
    #: The smallest error that 95 of 100 interruptions do not exceed.
    p95: int
    #: The most words that were released before they were heard, and in which part of the clips it was more than one.
    beyond: int
    beyond_one: float


@dataclass(frozen=True)
class Row:
    title: str
    figures: dict[str, Figure]
    interruptions: int
    #: The mean error of somebody who knows each word's time and has only the text that had come.
    not_yet_there: float

    def times(self, other: str, subject: str = "rtmulti") -> float | None:
        """How many times the error of `subject` the error of `other` is; None where one was not measured."""
        if other not in self.figures or subject not in self.figures:
            return None
        mean = self.figures[subject].mean
        return self.figures[other].mean / mean if mean else None


@dataclass(frozen=True)
class Section:
    title: str
    rows: tuple[Row, ...]


def sections(answers: Sequence[Answer]) -> list[Section]:
    """All rows, in the order in which they are shown; the first of the last section is the total."""
    counted = [one for group in GROUPS if group.counts for one in _of(group, answers)]
    languages = dict.fromkeys(one.language for one in counted)
    speeds = sorted({one.speed for one in counted})
    return [
        Section("by delivery", tuple(_row(group.title, _of(group, answers)) for group in GROUPS)),
        Section("by language", tuple(_row(name, [a for a in counted if a.language == name]) for name in languages)),
        Section("by speed", tuple(_row(f"{n} words a minute", [a for a in counted if a.speed == n]) for n in speeds)),
        Section(
            "in all",
            (
                _row("without provider spans", counted),
                _row("where the text had come", [a for a in counted if a.words_known == a.words_heard]),
            ),
        ),
    ]


def subjects(answers: Sequence[Answer]) -> list[str]:
    return list(dict.fromkeys(one.subject for one in answers))


def _of(group: Group, answers: Sequence[Answer]) -> list[Answer]:
    keys = {(case.delivery.value, case.codec, case.starved, case.reports.value) for case in group.cases}
    return [one for one in answers if (one.delivery, one.codec, one.starved, one.reports) in keys]


def _row(title: str, answers: Sequence[Answer]) -> Row:
    by_subject = {name: [one for one in answers if one.subject == name] for name in subjects(answers)}
    figures = {name: _figure(some) for name, some in by_subject.items()}
    unknown = statistics.fmean(one.words_heard - one.words_known for one in answers)
    return Row(title, figures, len(answers) // len(by_subject), unknown)


def _figure(answers: Sequence[Answer]) -> Figure:
    errors = sorted(one.error for one in answers)
    # Of each course that was interrupted in 20 places, the longest tells all that was released.
    courses: dict[tuple[str, str, str, bool, str], int] = {}
    for one in answers:
        course = one.clip, one.delivery, one.codec, one.starved, one.reports
        courses[course] = max(courses.get(course, 0), one.words_beyond)
    return Figure(
        mean=statistics.fmean(errors),
        p95=errors[-(-len(errors) * 95 // 100) - 1],
        beyond=max(courses.values()),
        beyond_one=sum(beyond > 1 for beyond in courses.values()) / len(courses),
    )
