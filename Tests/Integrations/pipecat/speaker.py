"""An output of Pipecat that plays in real time, as a sound card does, and keeps what was heard: a write returns when its
block has been played. It knows messages by their sound, for nobody tells it what it plays."""

from __future__ import annotations

import asyncio
import time
import wave
from array import array
from pathlib import Path
from typing import Any

from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

#: How loud message number 1 is; number 2 is twice as loud, and so on. All samples of a message are alike.
LEVEL = 900
_SAMPLE_RATE_HZ = 24_000
_LONGEST_MS = 2_000


def sound_of(number: int, folder: Path) -> Path:
    """The recording of a message, for the server to speak."""
    path = folder / f"message-{number}.wav"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(_SAMPLE_RATE_HZ)
            file.writeframes(array("h", [LEVEL * number]).tobytes() * (_SAMPLE_RATE_HZ * _LONGEST_MS // 1000))
    return path


class Speaker(BaseOutputTransport):
    """Plays what it is given.

    latency_ms: how long it takes to begin.
    stall: after so many ms of speech a write takes so many ms longer: (400, 400).

    A block that it has been handed counts as heard: it is played to its end, whatever becomes of the write.
    """

    def __init__(self, sample_rate_hz: int, latency_ms: int = 0, stall: tuple[int, int] | None = None) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_sample_rate=sample_rate_hz))
        self._rate_hz = sample_rate_hz
        self._latency_s = latency_ms / 1000
        self._stall = stall
        self._frames: dict[int, int] = {}
        #: Messages in the order in which they began.
        self.order: list[int] = []
        #: When what the device has is over, on the monotonic clock.
        self.plays_until_s = 0.0

    def heard_ms(self, number: int) -> float:
        """How much of a message was heard."""
        return self._frames.get(number, 0) * 1000 / self._rate_hz

    async def start(self, frame: Any) -> None:
        """See BaseOutputTransport."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: Any) -> bool:
        """Plays a block, and returns when it has been played."""
        now_s = time.monotonic()
        if self._latency_s:
            now_s, self._latency_s = now_s + self._latency_s, 0.0
        self.plays_until_s = max(self.plays_until_s, now_s) if self.plays_until_s > now_s - 0.05 else now_s
        samples = array("h", frame.audio)
        self._hear(samples)
        self.plays_until_s += len(samples) / self._rate_hz
        if self._stall is not None and sum(self._frames.values()) * 1000 >= self._stall[0] * self._rate_hz:
            self.plays_until_s += self._stall[1] / 1000
            self._stall = None
        await asyncio.sleep(max(0.0, self.plays_until_s - time.monotonic()))
        return True

    def _hear(self, samples: array[int]) -> None:
        for sample in samples:
            number = (sample + LEVEL // 2) // LEVEL
            if number > 0:
                if number not in self._frames:
                    self.order.append(number)
                self._frames[number] = self._frames.get(number, 0) + 1
