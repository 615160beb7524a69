"""How many sessions one core holds: doubled until some audio is late, then the middle is tried a few times. Who talks, and how late
it was, is the asker's affair."""

from __future__ import annotations

import sys

#: Audio may be so late.
MOST_MS = 20.0
#: The answer is good to a quarter.
_HALVINGS = 2


class Search:
    """The next number to try is `count`, until `is_over`; `best` was held."""

    def __init__(self, first: int, most: int) -> None:
        self.count = first
        self.best = 0
        self._most = most
        self._failed: int | None = None
        self._left = _HALVINGS

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to try."""
        return self.best >= self._most or (self._failed is not None and (not self._left or self._failed - self.best <= 1))

    def tell(self, latest_ms: float) -> None:
        """How late the latest audio of so many sessions was."""
        print(f"{self.count} sessions: the latest was {latest_ms:.1f} ms late", file=sys.stderr, flush=True)
        if latest_ms <= MOST_MS:
            self.best = self.count
        else:
            self._failed = self.count
        if self._failed is None:
            self.count = min(self._most, 2 * self.count)
            return
        if self.best:
            self._left -= 1
            self.count = (self.best + self._failed) // 2
        else:
            self.count = max(1, self._failed // 4)
            self._left -= 1
