"""What one interruption of a clip brought out of whoever was measured: the words that it said were heard, and those
that really were. One line of JSON each. How they are added up stands in figures.py.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import Enum
from typing import IO

from clips import Clip
from deliveries import Course, Delivery, Interruption


class Reports(Enum):
    """What the sink reports."""

    ALL = "progress"
    START_AND_FINISH = "start and finish only"


@dataclass(frozen=True)
class Case:
    """In which way a clip is sent, encoded and played."""

    delivery: Delivery
    codec: str = "pcm16"
    starved: bool = False
    reports: Reports = Reports.ALL


@dataclass(frozen=True)
class Answer:
    subject: str
    clip: str
    language: str
    speed: int
    delivery: str
    codec: str
    starved: bool
    reports: str
    at_ms: float
    position_ms: float
    words_heard: int
    #: Of those, how many had their text when the listener interrupted: nobody can say more.
    words_known: int
    words_said: int
    #: The most words that were released before they had been heard to their end, while it played.
    words_beyond: int

    @property
    def error(self) -> int:
        return abs(self.words_said - self.words_heard)


def answer(
    subject: str, clip: Clip, case: Case, course: Course, interruption: Interruption, said: str, words_beyond: int
) -> Answer:
    heard = clip.words_heard(interruption.position_ms)
    known = min(heard, clip.words_in(course.received_text(interruption.at_ms)))
    return Answer(
        subject=subject,
        clip=clip.name,
        language=clip.language,
        speed=clip.speed,
        delivery=case.delivery.value,
        codec=case.codec,
        starved=case.starved,
        reports=case.reports.value,
        at_ms=round(interruption.at_ms, 3),
        position_ms=round(interruption.position_ms, 3),
        words_heard=heard,
        words_known=known,
        words_said=clip.words_in(said),
        words_beyond=words_beyond,
    )


def write_answers(file: IO[str], answers: list[Answer]) -> None:
    for one in answers:
        file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")


def read_answers(file: IO[str]) -> list[Answer]:
    return [Answer(**json.loads(line)) for line in file]
