"""What is right: of each message the server remembers what the caller heard, within the tolerance of the line, and it
had nothing to refuse."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rows import Row

from rtmulti.server import Verdict


@dataclass(slots=True)
class Outcome:
    """What one call came to: the sums over its messages in ms, and each message that is wrong in words."""

    heard_ms: list[float]
    unheard_ms: float = 0
    lost_ms: float = 0
    wrong: list[str] = field(default_factory=list)
    #: The largest difference of a message that is right.
    most_ms: float = 0
    dry: int = 0

    @property
    def is_right(self) -> bool:
        """Whether nothing was wrong."""
        return not self.wrong

    def add(self, verdict: Verdict, tolerance_ms: float) -> None:
        """What the strict server says of it."""
        for number, line in enumerate(verdict.lines):
            heard_ms = self.heard_ms[number]
            by_ms = line.remembered_ms - heard_ms
            if abs(by_ms) <= tolerance_ms + 1:  # both sides round to whole ms
                self.most_ms = max(self.most_ms, abs(by_ms))
                if heard_ms >= line.sent_ms > 0 and line.told != "nothing":
                    self.wrong.append(f"{line.item_id}: heard in full, and its text was lost by a {line.told}")
                continue
            self.unheard_ms += max(0, by_ms)
            self.lost_ms += max(0, -by_ms)
            self.wrong.append(f"{line.item_id}: heard {heard_ms:.0f} ms, remembered {line.remembered_ms}")
        self.wrong += [f"refused: {words}" for words in verdict.refusals]


def judge(row: Row, blocks: list[bytes], heard: bytes) -> Outcome:
    """How much of each message was heard, which comes in codes at 8 kHz. What was heard twice counts once."""
    counts = Counter(heard)
    heard_ms = []
    for ms, message in zip(row.messages_ms, blocks, strict=True):
        most = 8 * ms // max(len(message), 1)
        heard_ms.append(sum(min(counts[byte], most) for byte in message) / 8 if ms else 0.0)
    return Outcome(heard_ms)
