"""What is right: of each message the server remembers, and the record says, what the ear heard, within one render quantum;
and the server had nothing to refuse. What the ear heard is told by the sound itself: each ms of it has a value of its own."""

from __future__ import annotations

import wave
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from pathlib import Path

import rtmulti
from rtmulti.server import Verdict

QUANTUM_FRAMES = 128
#: How far the values of two ms are apart, and what the reply is made of, which is not counted.
STEP, REPLY_VALUE = 10, -20_000
_SOURCE_HZ = 24_000
#: At another rate the library's resampler begins a message with so many frames of silence, and counts them.
_HELD_FRAMES = 80


def write_sound(path: Path, first_ms: int, ms: int) -> None:
    """A message whose first ms is this one of its response."""
    samples = array("h")
    for at in range(first_ms, first_ms + ms):
        samples.extend([STEP * (at + 1)] * (_SOURCE_HZ // 1000))
    _write(path, samples)


def write_reply(path: Path, ms: int) -> None:
    """What the model answers after it was interrupted."""
    _write(path, array("h", [REPLY_VALUE] * (ms * _SOURCE_HZ // 1000)))


def _write(path: Path, samples: array[int]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, _SOURCE_HZ, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


class Ear:
    """What was heard on all pages of a conversation, by the ms of its response. What was heard twice counts once."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._frames_per_ms = sample_rate_hz // 1000
        self._held = 0 if sample_rate_hz == _SOURCE_HZ else _HELD_FRAMES
        self._tapes: list[array[int]] = []
        self._frames: Counter[int] = Counter()

    def new_page(self) -> array[int]:
        """The tape for what is heard on one page; its quanta that are not silent belong onto it."""
        self._tapes.append(array("h"))
        return self._tapes[-1]

    def judge(self) -> None:
        """Nothing more is heard: counts what is on the tapes."""
        for tape in self._tapes:
            self._frames.update(self._places(tape) if self._held else map(_place, tape))
        del self._frames[-1]

    def heard_ms(self, first_ms: int, ms: int) -> float:
        """How much of a message was heard."""
        most = self._frames_per_ms
        frames = sum(min(self._frames[at], most) for at in range(first_ms, first_ms + ms))
        return min(ms, (frames + self._held) / most) if frames > most // 2 else 0.0

    def all_ms(self) -> float:
        """How much was heard in all, twice or not; the fade behind a cut is in it."""
        return self._frames.total() / self._frames_per_ms

    def _places(self, tape: array[int]) -> Iterator[int]:
        """The same for what was resampled: there the edges of a message are slopes with waves on them, whose samples have the
        values of other places. The upper half of a slope belongs to its message, and lies before its first even stretch, or
        behind its last one."""
        per_ms = self._frames_per_ms
        slope: list[int] = []
        last = -1
        steps = zip(tape, tape[:1] + tape, strict=False)
        for is_even, stretch in groupby(steps, lambda step: step[0] >= STEP // 2 > abs(step[0] - step[1])):
            samples = [sample for sample, _ in stretch]
            if not is_even or len(samples) < per_ms // 2:
                slope += samples
                continue
            first = _place(samples[0])
            rising = _count(reversed(slope), samples[0] // 2) if first != last else 0
            falling = _count(slope[: len(slope) - rising], STEP * (last + 1) // 2)
            yield from (last + 1 + at // per_ms for at in range(falling))
            yield from (first - 1 - at // per_ms for at in range(rising))
            yield from map(_place, samples)
            slope, last = [], _place(samples[-1])
        yield from (last + 1 + at // per_ms for at in range(_count(slope, STEP * (last + 1) // 2)))


def _count(samples: Iterable[int], least: int) -> int:
    """How many of them, from the first on, are not below."""
    return sum(1 for _ in takewhile(lambda sample: sample >= least, samples))


def _place(sample: int) -> int:
    """Which ms of its response a sample is of; -1 where it is of none."""
    return (sample + STEP // 2) // STEP - 1 if sample >= STEP // 2 else -1


@dataclass(slots=True)
class Outcome:
    """What one conversation came to: sums over its messages in ms, and each thing that is wrong in words."""

    unheard_ms: float = 0
    lost_ms: float = 0
    items_wrong: int = 0
    wrong: list[str] = field(default_factory=list)
    #: The largest difference between the ear and a record.
    most_ms: float = 0
    #: From an interrupt to the first truncation.
    told_ms: float | None = None
    #: How much was heard twice, where a page was followed by another.
    twice_ms: float = 0
    #: A cut that came when all was over: that says nothing of the cut.
    is_missed: bool = False

    def add(
        self,
        verdict: Verdict,
        records: dict[str, rtmulti.Message],
        heard_ms: dict[str, float],
        tolerance_ms: float,
    ) -> None:
        """What the strict server says of it, what the records say, and what the ear heard of each message."""
        for line in verdict.lines:
            if line.item_id not in heard_ms:
                continue
            heard = heard_ms[line.item_id]
            by_ms = line.remembered_ms - heard
            is_whole = line.sent_ms > 0 and heard >= line.sent_ms - 0.1
            is_spoilt = is_whole and line.told != "nothing"
            is_unseen_text = line.sent_ms == 0 and line.told == "nothing"
            if abs(by_ms) > tolerance_ms:
                self.unheard_ms += max(0, by_ms)
                self.lost_ms += max(0, -by_ms)
            record = records.get(line.item_id)
            recorded_ms = 0 if record is None else record.heard_ms
            self.most_ms = max(self.most_ms, abs(recorded_ms - heard))
            if abs(by_ms) > tolerance_ms or abs(recorded_ms - heard) > tolerance_ms or is_spoilt or is_unseen_text:
                self.items_wrong += 1
                ms = f"heard {heard:.1f} of {line.sent_ms} ms, recorded {recorded_ms}, remembered {line.remembered_ms}"
                self.wrong.append(f"{line.item_id}: {ms}, told {line.told}")
        self.wrong += [f"refused: {words}" for words in verdict.refusals]
