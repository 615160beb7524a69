"""What a conversation came to, held against what the device played: how much the server keeps that nobody heard, how much it
lost that somebody did, and which messages are wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .device import number_of

if TYPE_CHECKING:
    from ..server import Verdict

#: All sides round to whole milliseconds, one after another.
TOLERANCE_MS = 2


@dataclass(slots=True)
class Score:
    """Sums over the messages of one conversation, or of several.

    after_ms: what still played after the interruption, of the response that was interrupted.
    reply_ms: what was said after it because a tool had returned.
    wrong: each message that is wrong, in words.
    problem: why it could not be played to its end, or "".
    """

    unheard_ms: float = 0
    lost_ms: float = 0
    after_ms: float = 0
    reply_ms: float = 0
    wrong: list[str] = field(default_factory=list)
    refusals: int = 0
    problem: str = ""

    @property
    def is_true(self) -> bool:
        """Whether the server remembers what was heard."""
        return not self.wrong and not self.problem

    def to_json(self) -> dict[str, Any]:
        """The score for machines."""
        return {
            "unheard_ms": round(self.unheard_ms),
            "lost_ms": round(self.lost_ms),
            "items_wrong": len(self.wrong),
            "after_ms": round(self.after_ms),
            "reply_ms": round(self.reply_ms),
            "refusals": self.refusals,
            "wrong": self.wrong,
            "problem": self.problem,
        }


def score(verdict: Verdict, heard_ms: dict[int, float], shown: Iterable[str]) -> Score:
    """The score of a conversation; `shown` are the ids of the messages whose text the application was shown."""
    result = Score()
    seen = set(shown)
    for line in verdict.lines:
        number = number_of(line.text)
        heard = 0.0 if number is None else heard_ms.get(number, 0.0)
        by_ms = line.remembered_ms - heard
        is_off = abs(by_ms) > TOLERANCE_MS
        is_spoilt = line.sent_ms > 0 and heard >= line.sent_ms - TOLERANCE_MS and line.told != "nothing"
        is_unseen = line.sent_ms == 0 and line.told == "nothing" and line.text != "" and line.item_id not in seen
        if is_off:
            result.unheard_ms += max(0.0, by_ms)
            result.lost_ms += max(0.0, -by_ms)
        if is_off or is_spoilt or is_unseen:
            words = f"heard {heard:.0f} of {line.sent_ms} ms, remembered {line.remembered_ms} ms, told {line.told}"
            result.wrong.append(f"message {number or 'in writing'}: {words}")
    result.refusals = len(verdict.refusals)
    return result


def total(scores: Iterable[Score]) -> Score:
    """Several conversations as one."""
    result = Score()
    for one in scores:
        result.unheard_ms += one.unheard_ms
        result.lost_ms += one.lost_ms
        result.after_ms += one.after_ms
        result.reply_ms += one.reply_ms
        result.wrong += one.wrong
        result.refusals += one.refusals
        result.problem = result.problem or one.problem
    return result
