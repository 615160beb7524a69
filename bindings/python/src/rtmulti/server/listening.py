"""The server's ear: the input audio buffer, and a voice activity detector by loudness. It says when the user began and
stopped to speak; what follows from that is the connection's affair."""

from __future__ import annotations

import enum
import math
from array import array
from collections.abc import Iterator, Mapping
from operator import mul
from typing import Any

from .voice import SAMPLE_RATE_HZ, Format

_WINDOW_MS = 20
_LOUD = 32767 * 0.04  # the loudness (root mean square) that a threshold of 0.5 stands for


class Heard(enum.Enum):
    """What the detector noticed."""

    SPEECH_STARTED = "started"
    SPEECH_STOPPED = "stopped"


class InputBuffer:
    """The audio that the client appended and nobody committed yet."""

    def __init__(self) -> None:
        self.total_ms = 0.0  # since the session began, what was committed or cleared included
        self.buffered_ms = 0.0
        self._speaking = False
        self._quiet_ms = 0
        self._window: array[int] = array("h")

    def append(
        self, encoded: bytes, form: Format, vad: Mapping[str, Any] | None
    ) -> Iterator[tuple[Heard, int]]:
        """Takes audio and yields what was noticed in it, with its time since the session began, in milliseconds."""
        began_ms = self.total_ms
        added_ms = len(encoded) * 1000 / form.bytes_per_second
        self.total_ms += added_ms
        self.buffered_ms += added_ms
        if vad is None:
            return
        self._window.extend(form.decode(encoded))
        frames = (SAMPLE_RATE_HZ if form is Format.PCM else 8000) * _WINDOW_MS // 1000
        count = len(self._window) // frames
        for index in range(count):
            window = self._window[index * frames : (index + 1) * frames]
            loudness = math.sqrt(sum(map(mul, window, window)) / frames)
            noticed = self._notice(loudness >= _LOUD * 2 * float(vad.get("threshold", 0.5)), vad)
            if noticed is not None:
                yield noticed, int(began_ms) + index * _WINDOW_MS
        del self._window[: count * frames]

    def clear(self) -> None:
        """Forgets what is in the buffer."""
        self.buffered_ms = 0.0

    def _notice(self, is_loud: bool, vad: Mapping[str, Any]) -> Heard | None:
        self._quiet_ms = 0 if is_loud else self._quiet_ms + _WINDOW_MS
        if is_loud and not self._speaking:
            self._speaking = True
            return Heard.SPEECH_STARTED
        if self._speaking and self._quiet_ms >= int(vad.get("silence_duration_ms", 500)):
            self._speaking = False
            return Heard.SPEECH_STOPPED
        return None
