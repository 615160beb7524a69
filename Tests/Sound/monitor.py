"""Records the monitor of the null sink that session.sh made: what a listener would have heard, and when. What it should
have been is sentences.py's."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from array import array
from typing import ClassVar

RATE_HZ = 48_000
#: The length of the pieces in which the sound server hands the recording out.
PIECE_MS = 20
PATIENCE_S = 20.0


class Recording:
    """`with Recording() as recording:` everything that the null sink played, from before the block began."""

    #: The one that was made last.
    newest: ClassVar[Recording]

    def __init__(self) -> None:
        Recording.newest = self
        self._bytes = bytearray()
        #: When frame 0 was played, on the monotonic clock, as the promptest piece so far tells it.
        self._origin_us: float | None = None
        self._last_us: float | None = None
        #: The longest that the recorder has waited for a piece, which should come every PIECE_MS.
        self.longest_wait_ms = 0.0
        self._grew = threading.Condition()

    def __enter__(self) -> Recording:
        form = ["--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", f"--latency-msec={PIECE_MS}"]
        self._recorder = subprocess.Popen(["parec", "--device=rtmulti.monitor", *form], stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.wait_for(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._recorder.terminate()
        self._recorder.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)

    def _read(self) -> None:
        assert self._recorder.stdout is not None
        descriptor = self._recorder.stdout.fileno()
        while piece := os.read(descriptor, 1 << 16):
            now_us = time.monotonic_ns() / 1000
            with self._grew:
                self._bytes += piece
                if self._last_us is not None:
                    self.longest_wait_ms = max(self.longest_wait_ms, (now_us - self._last_us) / 1000)
                self._last_us = now_us
                # A busy machine can only make a piece arrive later, so the earliest of all is nearest to the truth.
                origin_us = now_us - self.frames * 1_000_000 / RATE_HZ
                self._origin_us = origin_us if self._origin_us is None else min(self._origin_us, origin_us)
                self._grew.notify_all()

    @property
    def frames(self) -> int:
        """How much has been recorded so far."""
        return len(self._bytes) // 2

    def wait_for(self, more_frames: int) -> None:
        """Waits until so many more frames have been recorded."""
        with self._grew:
            wanted = self.frames + more_frames
            if not self._grew.wait_for(lambda: self.frames >= wanted, PATIENCE_S):
                raise TimeoutError(f"the null sink played nothing for {PATIENCE_S} s, not even silence")

    def pcm(self) -> array[int]:
        """What was recorded so far."""
        with self._grew:
            return array("h", bytes(self._bytes[: self.frames * 2]))

    def moment_us(self, frame: int) -> float:
        """When a frame was played, on the monotonic clock; late by PIECE_MS at most."""
        assert self._origin_us is not None
        return self._origin_us + frame * 1_000_000 / RATE_HZ
