"""An asyncio loop in which time passes only while everybody sleeps, and a process whose clocks show that time. So a
player that paces itself by the clock can be measured in milliseconds. What runs in it is not known here.
"""

from __future__ import annotations

import asyncio
import selectors
import time

#: Some moment; nobody may depend on which.
EPOCH_S = 1_700_000_000.0


class _Selector(selectors.DefaultSelector):
    """Waits by moving the clock. Nothing in such a loop waits for the world outside."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody in the loop waits, and for nothing that time brings")
        self.now_s += max(0.0, timeout)
        return super().select(0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now_s


_current: VirtualTimeLoop | None = None


def new_loop() -> VirtualTimeLoop:
    """A loop whose time begins at 0, and which the clocks of this process show from now on."""
    global _current
    _current = VirtualTimeLoop()

    def now() -> float:
        assert _current is not None
        return EPOCH_S + _current.time()

    time.time = time.perf_counter = time.monotonic = now
    return _current
