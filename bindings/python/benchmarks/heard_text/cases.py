"""Which cases are measured on which clips. The figures of a run are only comparable with another run's when this file
is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from answers import Case, Reports
from clips import Clip
from deliveries import MAIN_DELIVERIES, Delivery


@dataclass(frozen=True)
class Group:
    """Cases that stand in the tables together."""

    title: str
    cases: tuple[Case, ...]
    #: Every how manieth clip: two leaves each language at each speed.
    every: int = 1
    #: Whether it counts into the totals.
    counts: bool = True


GROUPS = (
    *(Group(delivery.value, (Case(delivery),)) for delivery in MAIN_DELIVERIES),
    Group("Opus", tuple(Case(delivery, codec="opus") for delivery in MAIN_DELIVERIES), every=2),
    Group("underrun of 700 ms", tuple(Case(delivery, starved=True) for delivery in MAIN_DELIVERIES), every=2),
    Group(
        "sink reports start and finish",
        tuple(Case(delivery, reports=Reports.START_AND_FINISH) for delivery in MAIN_DELIVERIES),
        every=2,
    ),
    Group(
        "those with an underrun",
        tuple(Case(delivery, starved=True, reports=Reports.START_AND_FINISH) for delivery in MAIN_DELIVERIES),
        every=2,
    ),
    Group("as gpt-realtime sends", (Case(Delivery.REALTIME),), counts=False),
    Group("the same with an underrun", (Case(Delivery.REALTIME, starved=True),), every=2, counts=False),
    Group("audio as fast as it plays", (Case(Delivery.LIVE),), counts=False),
    Group("each word with its audio", (Case(Delivery.IN_STEP),), counts=False),
    Group("provider spans", (Case(Delivery.SPANS),), counts=False),
)


def chosen(clips: list[Clip], every: int) -> list[Clip]:
    """Every so manieth clip. Raises ValueError for a multiple of 3: those clips have all the same speed."""
    if every > 1 and every % 3 == 0:
        raise ValueError("every third clip has the same speed; please take a number that 3 does not divide")
    return clips[::every]


def work(clips: list[Clip], groups: tuple[Group, ...] = GROUPS) -> list[tuple[Clip, Case]]:
    """All that is to be measured, clip by clip."""
    return [
        (clip, case)
        for index, clip in enumerate(clips)
        for group in groups
        if index % group.every == 0
        for case in group.cases
    ]
