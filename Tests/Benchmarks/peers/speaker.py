"""What every framework plays on while it is measured: a device that keeps what it was given until it would have been played, and
does nothing else, so that what is measured is the framework. Whose audio it is, is judged elsewhere (rtmulti.compare)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

BYTES_A_S = 48_000
BLOCK_BYTES = BYTES_A_S // 50


class Speaker:
    """Has the face of rtmulti.compare's Device. Belongs to one event loop.

    is_instant: it has played what it is given in the moment in which it gets it; else it plays in real time.
    expected_bytes: `done` is set when so much has come.
    """

    def __init__(
        self,
        *,
        is_instant: bool,
        expected_bytes: int = 0,
        played: Callable[[Any, bytes], object] | None = None,
    ) -> None:
        self._is_instant, self._expected_bytes, self._played = is_instant, expected_bytes, played
        self._loop = asyncio.get_running_loop()
        self._held: deque[tuple[float, Any, bytes]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False
        self.free_s = 0.0
        self.bytes = 0
        self.done_cpu_s = 0.0
        self.began, self.done = asyncio.Event(), asyncio.Event()

    def push(self, token: Any, audio: bytes) -> float:
        """Takes audio. Returns when it will have been played, on the clock of the event loop."""
        now_s = self._loop.time()
        if not self.bytes:
            self.began.set()
        self.bytes += len(audio)
        if self.bytes >= self._expected_bytes and not self.done.is_set():
            self.done_cpu_s = time.process_time()
            self.done.set()
        if self._is_instant:
            self.free_s = now_s
            if self._played is not None:
                self._played(token, audio)
            return now_s
        self.free_s = max(self.free_s, now_s)
        # In blocks, as a device asks for them, where somebody is told of each.
        block_bytes = len(audio) if self._played is None else BLOCK_BYTES
        for at in range(0, len(audio), block_bytes):
            block = audio[at : at + block_bytes]
            self.free_s += len(block) / BYTES_A_S
            self._held.append((self.free_s, token, block))
        self._arm()
        return self.free_s

    def clear(self) -> None:
        """Drops what it has."""
        self._held.clear()
        self.free_s = self._loop.time()

    def again(self) -> None:
        """Counts from nothing: another response is asked for."""
        self.clear()
        self.bytes = 0
        self.began.clear()

    def end(self) -> None:
        """Stops it."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self) -> None:
        if self._timer is None and self._held and not self._is_over:
            self._timer = self._loop.call_at(self._held[0][0], self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now_s = self._loop.time()
        while self._held and self._held[0][0] <= now_s + 0.001:
            _, token, audio = self._held.popleft()
            if self._played is not None:
                self._played(token, audio)
        self._arm()


class StampedSpeaker(Speaker):
    """Has played what it gets at once, and reads in it when the metronome has sent it.

    latest_ms: how late the latest was since it was last set; stamps: how many were read.
    """

    def __init__(self, played: Callable[[Any, bytes], object] | None = None) -> None:
        super().__init__(is_instant=True, played=played)
        self.latest_ms = 0.0
        self.stamps = 0

    def push(self, token: Any, audio: bytes) -> float:
        """See Speaker."""
        # Only the first block of what was sent together bears a stamp; the rest is silence.
        sent_ns = int.from_bytes(audio[:8], "little")
        if sent_ns:
            self.stamps += 1
            self.latest_ms = max(self.latest_ms, (time.monotonic_ns() - sent_ns) / 1e6)
        return super().push(token, audio)
