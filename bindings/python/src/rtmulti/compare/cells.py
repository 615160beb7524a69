"""The cells of the table: a framework in one way, over all rows, and what each must be. What is not 0 with rtmulti in it has a
reason that is named here, or it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from .frameworks import Framework, Way
from .score import TOLERANCE_MS, Score, total

_RELAY: Final = "the client's own view ends at the socket: what its player had taken is known to a block of it"
_SILENT: Final = "nothing was heard yet, so the client tells nobody of its interrupt, and a relay cannot see it"
_REPLY: Final = "a tool's result is answered, as the application wants it"


@dataclass(slots=True)
class Cell:
    """A framework, played in one way; `scores` by the names of the rows."""

    framework: Framework
    way: Way
    how: str
    scores: dict[str, Score] = field(default_factory=dict)

    @property
    def sum(self) -> Score:
        """All rows together."""
        return total(self.scores.values())

    def reasons(self) -> dict[str, list[str]]:
        """Why rows are not 0, where there is a reason for it; the rows of each."""
        found: dict[str, list[str]] = {}
        for name, score in self.scores.items():
            if score.reply_ms > 0:
                found.setdefault(_REPLY, []).append(name)
            reason = self._reason(name) if score.wrong or score.after_ms > 400 else None
            if reason is not None:
                found.setdefault(reason, []).append(name)
        return found

    def _reason(self, row: str) -> str | None:
        if self.way is not Way.RELAY:
            return None
        if self.how == "api" and row in ("d1", "d2", "d3"):
            return _SILENT
        return _RELAY

    def faults(self) -> list[str]:
        """What is not as it must be; nothing is asked of a framework alone."""
        if self.way is Way.ALONE:
            return []
        said = [f"{name}: {score.problem}" for name, score in self.scores.items() if score.problem]
        if self.way is Way.RTMULTI:
            return said + [f"{name}: {words}" for name, score in self.scores.items() for words in score.wrong]
        block_ms = self.framework.block_ms
        for name, score in self.scores.items():
            if max(score.unheard_ms, score.lost_ms) > block_ms + TOLERANCE_MS:
                said.append(f"{name}: off by more than a block of {block_ms} ms: {'; '.join(score.wrong)}")
        return said

    def to_json(self) -> dict[str, Any]:
        """The cell for machines."""
        return {
            "framework": self.framework.name,
            "version": self.framework.version,
            "way": self.way.value,
            "how": self.how,
            "sum": self.sum.to_json(),
            "rows": {name: score.to_json() for name, score in self.scores.items()},
            "reasons": self.reasons(),
            "faults": self.faults(),
        }
