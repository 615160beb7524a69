"""An event loop whose clock stands still while the machine gives it no time, so that a comparison says the same on a busy
machine. Server, relay, framework and device run on this one loop; nothing outside of it is waited for, so nothing is missed."""

from __future__ import annotations

import asyncio
import selectors
import time
from typing import Any, Final

#: How coarse a wait is, and how long one may be believed to have been that ended because something came.
_GRAIN_S: Final = 0.001


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]  # which one it is depends on the machine
    """Counts how long it was meant to wait, and how long this thread has worked between two waits."""

    def __init__(self) -> None:
        super().__init__()
        self._passed_s = time.monotonic()
        self._worked_s = time.thread_time()

    def now_s(self) -> float:
        """The time that has passed, less what the machine has given to others."""
        return self._passed_s + time.thread_time() - self._worked_s

    def select(self, timeout: float | None = None) -> Any:
        """See BaseSelector."""
        self._passed_s = self.now_s()
        began_s = time.monotonic()
        events = super().select(timeout)
        waited_s = time.monotonic() - began_s
        # What is sent on this loop is there before it is waited for.
        most_s = _GRAIN_S if events else waited_s if timeout is None else max(0.0, timeout) + _GRAIN_S
        self._passed_s += min(waited_s, most_s)
        self._worked_s = time.thread_time()
        return events


class FairLoop(asyncio.SelectorEventLoop):
    """See the module's comment. All of it must run in one thread."""

    def __init__(self) -> None:
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Seconds of this loop's own clock."""
        return self._clock.now_s()
