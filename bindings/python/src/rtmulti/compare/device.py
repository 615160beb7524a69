"""The listener's device: it plays what it is given in blocks, in real time, and knows to the sample which message was heard,
for the samples of message n all have the value MARK + n. It is the truth that everything is compared with, and knows of no
framework."""

from __future__ import annotations

import asyncio
import re
import tempfile
import wave
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

RATE_HZ: Final = 24_000
#: The samples of message n have this value and n.
MARK: Final = 1000
_NUMBER: Final = re.compile(r"(\d+):")


def number_of(text: str) -> int | None:
    """Which message this is, by its words."""
    found = _NUMBER.match(text)
    return None if found is None else int(found.group(1))


class Recordings:
    """Sound files for a script's messages, in a folder that goes when this is closed."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rtmulti-compare-")

    def recorded(self, output: dict[str, Any]) -> dict[str, Any]:
        """An output of a script, with a file whose samples say which message it is."""
        number = number_of(output.get("message", ""))
        if number is None or "audio_ms" not in output:
            return output
        length_ms = int(output["audio_ms"])
        path = Path(self._folder.name) / f"{number}-{length_ms}.wav"
        if not path.exists():
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE_HZ)
                file.writeframes(array("h", [MARK + number] * (RATE_HZ * length_ms // 1000)).tobytes())
        return output | {"audio_file": str(path)}

    def close(self) -> None:
        """Deletes the files."""
        self._folder.cleanup()


@dataclass(slots=True)
class _Block:
    token: Any
    audio: bytes
    begins_s: float
    ends_s: float


class Device:
    """Plays block behind block from the moment in which they are pushed, and has no time of its own to lose: what it has played
    follows from the clock, so a busy machine makes it neither faster nor slower. Belongs to one event loop.

    latency_ms: how long it takes to begin, once. block_ms: what it takes at a time, and finishes when it is told to drop the
    rest. buffer_ms: a gap in what comes that it covers, for those who give it one block at a time. `played` is told of each
    block when it was played, with the token that it was pushed with.
    """

    def __init__(
        self,
        latency_ms: int = 0,
        block_ms: int = 20,
        buffer_ms: int = 0,
        played: Callable[[Any, bytes], object] | None = None,
    ) -> None:
        self._buffer_s = buffer_ms / 1000
        self._latency_s = latency_ms / 1000
        self._block_bytes = 2 * RATE_HZ * block_ms // 1000
        self._played = played
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[_Block] = deque()
        self._begun: deque[_Block] = deque()
        self._free_s = 0.0  # when it can begin another block
        self._heard: dict[int, int] = {}  # samples of each message
        self._order: list[int] = []
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    def push(self, token: Any, audio: bytes) -> float:
        """Takes audio, PCM16 mono at 24 kHz. Returns when all of it will have been played, on the clock of the event loop."""
        now_s = self._now_s()
        if not self._order and not self._waiting:
            self._free_s = now_s + self._latency_s
        for at in range(0, len(audio), self._block_bytes):
            block = audio[at : at + self._block_bytes]
            begins_s = self._free_s if now_s - self._free_s <= self._buffer_s else now_s
            self._free_s = begins_s + len(block) / (2 * RATE_HZ)
            self._waiting.append(_Block(token, block, begins_s, self._free_s))
        self._arm()
        return self._free_s

    def clear(self) -> None:
        """Drops all that has not begun to play."""
        self._now_s()
        if self._waiting:
            self._free_s = self._waiting[0].begins_s
            self._waiting.clear()

    @property
    def order(self) -> list[int]:
        """The messages in the order in which they began to be heard."""
        self._now_s()
        return self._order

    @property
    def free_s(self) -> float:
        """When it will have played what it has, on the clock of the event loop."""
        return self._free_s

    @property
    def quiet_s(self) -> float:
        """For how long it has played nothing; less than 0 while it plays."""
        return self._now_s() - self._free_s

    def heard_ms(self) -> dict[int, float]:
        """How much of each message was heard, by its number; a block that is begun is heard."""
        self._now_s()
        return {number: samples * 1000 / RATE_HZ for number, samples in self._heard.items()}

    def end(self) -> None:
        """Stops it."""
        self._is_over = True
        if self._timer is not None:
            self._timer.cancel()

    def _now_s(self) -> float:
        now_s = self._loop.time()
        while self._waiting and self._waiting[0].begins_s <= now_s and not self._is_over:
            block = self._waiting.popleft()
            self._begun.append(block)
            samples = array("h", block.audio[: len(block.audio) & ~1])
            for value in set(samples) - {0}:
                number = value - MARK
                if number not in self._heard:
                    self._order.append(number)
                self._heard[number] = self._heard.get(number, 0) + samples.count(value)
        return now_s

    def _arm(self) -> None:
        first = self._begun[0] if self._begun else self._waiting[0] if self._waiting else None
        if first is not None and self._timer is None and not self._is_over:
            self._timer = self._loop.call_at(first.ends_s, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now_s = self._now_s()
        while self._begun and self._begun[0].ends_s <= now_s + 0.0005:
            block = self._begun.popleft()
            if self._played is not None:
                self._played(block.token, block.audio)
        self._arm()
