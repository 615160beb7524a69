"""The listener of the tests: an audio output that plays in real time and knows to the sample whose audio was heard, and a
text output that keeps what it was shown. What they report may come late, or never; what they know is the truth that
judge.py compares everything with. Nothing of rtmulti lives here.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities, TextOutput

RATE_HZ = 24_000
#: The samples of message n all have this value and n.
MARK = 1000


class Ear(AudioOutput):
    """An audio output that somebody listens to.

    start_delay_ms: how long after the first frame something is heard.
    report_delay_ms: how late it says that it has finished; None for never.
    says_started: whether it says that it has begun.
    block_ms: what it plays at a time; a block that it has begun is heard whatever comes.
    """

    def __init__(
        self,
        *,
        start_delay_ms: float = 0,
        report_delay_ms: float | None = 0,
        says_started: bool = True,
        block_ms: int = 0,
    ) -> None:
        super().__init__(label="Ear", sample_rate=None, capabilities=AudioOutputCapabilities(pause=True))
        self._loop = asyncio.get_running_loop()
        self._start_delay_s = start_delay_ms / 1000
        self._report_delay_s = None if report_delay_ms is None else report_delay_ms / 1000
        self._says_started = says_started
        self._block_frames = block_ms * RATE_HZ // 1000
        #: What was heard of each message, by its number.
        self.heard_ms: dict[int, float] = defaultdict(float)
        #: Who wants to know that a message begins or ends, by its number.
        self.at_start: dict[int, list[Callable[[], Any]]] = defaultdict(list)
        self.at_end: dict[int, list[Callable[[], Any]]] = defaultdict(list)
        #: The silence before each message but the first, in ms.
        self.gaps_ms: list[float] = []
        self._ended_at: float | None = None
        self.is_paused = False
        self._timers: list[asyncio.TimerHandle] = []
        self._empty()

    def _empty(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []
        self._queue: list[list[int]] = []  # message, frames left
        self._number = 0
        self._frames_taken = self._frames_played = 0
        self._is_flushed = self._is_started = False
        self._clock: float | None = None  # until when it has played; None while it does not play

    async def start(self) -> None:
        """There is nothing to start; LiveKit's own outputs have."""

    async def aclose(self) -> None:
        """Hears nothing more."""
        self._empty()

    # --- what LiveKit asks ---

    async def capture_frame(self, frame: Any) -> None:
        await super().capture_frame(frame)
        self._play()
        samples = memoryview(frame.data)
        number = samples[len(samples) // 2] - MARK
        if not self._frames_taken:
            self._number = number
            self._later(self._start_delay_s, self._start)
        self._frames_taken += frame.samples_per_channel
        self._queue.append([number, frame.samples_per_channel])
        self._expect_end()

    def flush(self) -> None:
        super().flush()
        if self._frames_taken:
            self._is_flushed = True
            self._play()
            self._expect_end()

    def clear_buffer(self) -> None:
        if self._frames_taken:
            self._play()
            if self._block_frames:
                self._hear(-self._frames_played % self._block_frames)
            position_s = self._frames_played / RATE_HZ
            self._empty()
            self._report(position_s, interrupted=True)

    def pause(self) -> None:
        super().pause()
        self._play()
        self.is_paused, self._clock = True, None

    def resume(self) -> None:
        super().resume()
        self.is_paused = False
        if self._is_started:
            self._clock = time.perf_counter()
        self._expect_end()

    # --- what is heard ---

    def _later(self, delay_s: float, call: Callable[[], Any]) -> None:
        if delay_s:
            self._timers.append(self._loop.call_later(delay_s, call))
        else:
            call()

    def _start(self) -> None:
        now = time.perf_counter()
        self._is_started, self._clock = True, None if self.is_paused else now
        if self._ended_at is not None:
            self.gaps_ms.append((now - self._ended_at) * 1000)
            self._ended_at = None
        if self._says_started:
            self.on_playback_started(created_at=time.time())
        for call in self.at_start[self._number]:
            call()
        self._expect_end()

    def _play(self) -> None:
        """Plays up to now; while nothing is there it is silent (an underrun)."""
        if self._clock is None:
            return
        now = time.perf_counter()
        owed = int((now - self._clock) * RATE_HZ)
        self._clock += owed / RATE_HZ
        if self._hear(owed):
            self._clock = now

    def _hear(self, owed: int) -> int:
        """Plays so many frames; how many there were not."""
        while owed and self._queue:
            head = self._queue[0]
            frames = min(owed, head[1])
            head[1] -= frames
            owed -= frames
            self._frames_played += frames
            self.heard_ms[head[0]] += frames * 1000 / RATE_HZ
            if not head[1]:
                self._queue.pop(0)
        return owed

    def _expect_end(self) -> None:
        if self._clock is not None and self._is_flushed:
            left_s = sum(frames for _, frames in self._queue) / RATE_HZ
            self._timers.append(self._loop.call_later(left_s + 0.0005, self._end))

    def _end(self) -> None:
        self._play()
        if self._queue or not self._is_flushed or self._clock is None:
            self._expect_end()
            return
        number, position_s = self._number, self._frames_played / RATE_HZ
        self._empty()
        self._ended_at = time.perf_counter()
        self._report(position_s, interrupted=False)
        for call in self.at_end[number]:
            call()

    def _report(self, position_s: float, *, interrupted: bool) -> None:
        def report() -> None:
            self.on_playback_finished(playback_position=position_s, interrupted=interrupted)

        if self._report_delay_s:
            self._loop.call_later(self._report_delay_s, report)
        elif self._report_delay_s is not None:
            report()


class Eye(TextOutput):
    """A text output."""

    def __init__(self) -> None:
        super().__init__(label="Eye", next_in_chain=None)
        self._text = ""
        self.shown: list[str] = []

    async def capture_text(self, text: str) -> None:
        self._text += text

    def flush(self) -> None:
        if self._text:
            self.shown.append(self._text)
        self._text = ""
