"""A clip: the speech of one utterance, how it is sent, and the truth about its words. What anybody says about it is
not here.
"""

from __future__ import annotations

import json
import wave
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

RATE_HZ = 24_000
BYTES_PER_MS = RATE_HZ // 1000 * 2
PACKET_MS = 20


@dataclass(frozen=True)
class ClipWord:
    text_start: int
    text_end: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class Clip:
    name: str
    text: str
    language: str
    speed: int
    duration_ms: int
    words: tuple[ClipWord, ...]
    folder: Path

    @cached_property
    def pcm(self) -> bytes:
        with wave.open(str(self.folder / f"{self.name}.wav"), "rb") as file:
            return file.readframes(file.getnframes())

    @cached_property
    def packets(self) -> tuple[bytes, ...]:
        """The same sound in Opus packets of PACKET_MS."""
        data = (self.folder / f"{self.name}.packets").read_bytes()
        found: list[bytes] = []
        at = 0
        while at < len(data):
            size = int.from_bytes(data[at : at + 2], "little")
            found.append(data[at + 2 : at + 2 + size])
            at += 2 + size
        return tuple(found)

    @cached_property
    def _ends_ms(self) -> list[int]:
        return [word.end_ms for word in self.words]

    @cached_property
    def _ends_in_letters(self) -> list[int]:
        """How many letters (anything but space) of the text have come when each word is complete."""
        return [letters(self.text[: word.text_end]) for word in self.words]

    def words_heard(self, position_ms: float) -> int:
        """How many words have been heard to their end when the listener has heard this much."""
        return bisect_right(self._ends_ms, position_ms)

    def words_in(self, beginning: str) -> int:
        """How many whole words a beginning of the text holds. Spaces do not count: some join their words anew."""
        return bisect_right(self._ends_in_letters, letters(beginning))


def letters(text: str) -> int:
    return sum(1 for character in text if not character.isspace())


def clips(folder: Path) -> list[Clip]:
    """What make_speech.py made, in the order of the names."""
    found: list[Clip] = []
    for path in sorted(folder.glob("*-[0-9][0-9].json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        words = tuple(ClipWord(**word) for word in told.pop("words"))
        found.append(Clip(path.stem, words=words, folder=folder, **told))
    if not found:
        raise SystemExit(f"There is no speech in {folder}. Please run make_speech.py {folder} first.")
    return found
