"""The plain proportion: of the text that has come, the part P/R, cut to whole words. What most clients do that do
anything; it is measured so that the others can be compared with it.
"""

from __future__ import annotations

from answers import Answer, Case, answer
from clips import Clip
from deliveries import Course

NAME = "proportion"
STEP_MS = 20


def said(course: Course, at_ms: float) -> str:
    text = course.received_text(at_ms)
    return text[: int(len(text) * course.position_ms(at_ms) / course.received_ms(at_ms))]


def answers(clip: Clip, case: Case) -> list[Answer]:
    course = Course(clip, case.delivery, case.starved)
    found: list[Answer] = []
    beyond = 0
    step_ms = 0
    for interruption in course.interruptions():
        while step_ms < interruption.at_ms:
            heard = clip.words_heard(course.position_ms(step_ms))
            beyond = max(beyond, clip.words_in(said(course, step_ms)) - heard)
            step_ms += STEP_MS
        text = said(course, interruption.at_ms)
        found.append(answer(NAME, clip, case, course, interruption, text, beyond))
    return found
