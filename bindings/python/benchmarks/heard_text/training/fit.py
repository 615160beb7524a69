"""Fits the constants of the alignment (SpeechTable.swift) to the voices of make_training.py: what each class of sound looks
like in the features of a frame, how long units last, how often they are left out, and where somebody pauses. The features are
those of SoundMeter.swift and SpeechLevels.swift. Nothing is measured here, and no voice of the benchmark is read.

usage: fit.py TRAINING-FOLDER SWIFT-FILE [--leave VOICE,...]       (a Python that has numpy; --leave: voices that are kept apart)
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np

sys.path[:0] = [str(Path(__file__).parent.parent)]

from clips import RATE_HZ, Clip, clips  # noqa: E402
from table import Fitted, write_table  # noqa: E402
from units import CLASSES, SILENCE, UNITS, mark_behind, units_of  # noqa: E402

Numbers: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float64]]"
FRAME_MS = 20
ROUNDS = 4
#: Sharper than frames that were independent of each other would allow, blunter than they are apart: of the sums of logarithms
#: so much counts. Chosen on training voices that were left out (docs/heard-text.md).
SCALE = 0.5
WORD_SKIP = 0.001


def sixteenths(numbers: Numbers) -> Numbers:
    """Logarithms as SoundMeter.swift takes them: straight between octaves."""
    octave = np.floor(np.log2(numbers)).astype(np.int64)
    whole = numbers.astype(np.int64)
    part = np.where(octave >= 4, whole >> np.maximum(octave - 4, 0), whole << np.maximum(4 - octave, 0))
    return (octave * 16 + (part & 15)).astype(np.float64)


def measured(clip: Clip) -> tuple[Numbers, Numbers]:
    """The level and the change of each frame."""
    size = RATE_HZ * FRAME_MS // 1000
    samples = np.frombuffer(clip.pcm, np.int16).astype(np.int64)
    count = len(samples) // size
    samples = samples[: count * size].reshape(count, size)
    level = sixteenths(np.abs(samples).sum(1) * 16 // size + 16) - 64
    changed = (size // 16 - 1) * 16
    changes = np.minimum(np.abs(samples[:, 1 : changed + 1] - samples[:, :changed]), 1 << 15)
    return level, sixteenths(changes.sum(1) * 16 // changed + 16) - 64


def features(level: Numbers, change: Numbers, hiss: tuple[float, float]) -> Numbers:
    """Height, hiss and rise, as SpeechLevels.swift has them of a message that has come whole."""
    count = len(level)
    order = np.sort(level)
    loud = max(order[int(0.95 * (count - 1))], 104.0)
    floor = np.clip(order[int(0.04 * (count - 1))], loud - 160, loud - 40)
    share = count / (count + 50)
    floor = share * floor + (1 - share) * (loud - 112)
    height = (level - (loud + floor) / 2) / ((loud - floor) / 2)
    tilt = change - level
    speech = tilt[height > 0]
    share = len(speech) / (len(speech) + 75)
    mean = share * speech.mean() + (1 - share) * hiss[0]
    deviation = share * (speech.std() + 0.1) + (1 - share) * hiss[1]
    rise = np.zeros(count)
    rise[1:-1] = np.clip((level[2:] - level[:-2]) / 32, -3, 3)
    return np.stack([1.6 * height, np.clip((tilt - mean) / deviation, -4, 4), rise], 1)


class Mixtures:
    """Some Gaussians for each class of sound."""

    def __init__(self, count: int = 4, dimensions: int = 3) -> None:
        self.count = count
        self.means = np.zeros((8, count, dimensions))
        self.variances = np.ones((8, count, dimensions))
        self.weights = np.full((8, count), 1 / count)

    def fit(self, kind: int, frames: Numbers, seed: int) -> None:
        chance = np.random.default_rng(seed)
        if len(frames) > 20_000:
            frames = frames[chance.choice(len(frames), 20_000, replace=False)]
        means = frames[chance.choice(len(frames), self.count, replace=False)]
        variances = np.tile(frames.var(0) + 0.02, (self.count, 1))
        weights = np.full(self.count, 1 / self.count)
        for _ in range(12):
            logs = np.log(weights) - 0.5 * ((frames[:, None] - means) ** 2 / variances + np.log(2 * np.pi * variances)).sum(2)
            shares = np.exp(logs - logs.max(1, keepdims=True))
            shares /= shares.sum(1, keepdims=True)
            total = shares.sum(0) + 1e-6
            means = shares.T @ frames / total[:, None]
            variances = np.maximum(shares.T @ frames**2 / total[:, None] - means**2, 0.03)
            weights = np.maximum(total / total.sum(), 1e-3)
            weights /= weights.sum()
        self.means[kind], self.variances[kind], self.weights[kind] = means, variances, weights

    def logs(self, frames: Numbers) -> Numbers:
        """Of each frame, for each class: the best of its Gaussians, as SpeechAlignment.swift takes it."""
        found = np.empty((len(frames), 8))
        for kind in range(8):
            off = (frames[:, None] - self.means[kind]) ** 2 / self.variances[kind] + np.log(2 * np.pi * self.variances[kind])
            found[:, kind] = (np.log(self.weights[kind]) - 0.5 * off.sum(2)).max(1)
        return found


@dataclass
class Heard:
    """A clip on which it is fitted."""

    clip: Clip
    level: Numbers
    change: Numbers
    units: list[list[int]]
    marks: list[int]
    frames: Numbers = field(default_factory=lambda: np.zeros((0, 3)))
    pace: float = 1.0


def heard(clip: Clip) -> Heard:
    level, change = measured(clip)
    text, words = clip.text, clip.words
    ends = [word.text_start for word in words[1:]] + [len(text)]
    return Heard(
        clip, level, change, [units_of(text[w.text_start : w.text_end]) for w in words],
        [mark_behind(text[w.text_end : end]) for w, end in zip(words, ends, strict=True)],
    )


def best_path(logs: Numbers, kinds: list[int], leave: Numbers, skip: Numbers) -> list[int]:
    """The unit of each frame of a word: each unit is two states, one after the other, or is left out."""
    frames, count = len(logs), len(kinds)
    score = np.full((frames, 2 * count), -1e30)
    back = np.zeros((frames, 2 * count), np.int64)
    skipped = 0.0
    for unit in range(count):
        score[0, 2 * unit] = skipped + np.log(1 - skip[unit]) + logs[0, kinds[unit]]
        skipped += np.log(skip[unit])
    for frame in range(1, frames):
        before = score[frame - 1]
        for unit in range(count):
            best, origin = before[2 * unit] + np.log(1 - leave[unit]), 2 * unit
            way = np.log(1 - skip[unit])
            for other in range(unit - 1, max(-1, unit - 5), -1):
                value = before[2 * other + 1] + np.log(leave[other]) + way
                if value > best:
                    best, origin = value, 2 * other + 1
                way += np.log(skip[other])
            score[frame, 2 * unit], back[frame, 2 * unit] = best + logs[frame, kinds[unit]], origin
            stay, come = before[2 * unit + 1] + np.log(1 - leave[unit]), before[2 * unit] + np.log(leave[unit])
            score[frame, 2 * unit + 1] = max(stay, come) + logs[frame, kinds[unit]]
            back[frame, 2 * unit + 1] = 2 * unit + 1 if stay >= come else 2 * unit
    best, state, skipped = -1e30, 2 * count - 1, 0.0
    for unit in range(count - 1, -1, -1):
        for half, cost in ((1, 0.0), (0, 1.5)):
            if score[-1, 2 * unit + half] + skipped - cost > best:
                best, state = score[-1, 2 * unit + half] + skipped - cost, 2 * unit + half
        skipped += np.log(skip[unit])
    path = [state // 2]
    for frame in range(frames - 1, 0, -1):
        state = int(back[frame, state])
        path.append(state // 2)
    return path[::-1]


def first_guess(frames: Numbers) -> dict[int, Numbers]:
    """Which frames a class might look like, before any was placed."""
    silent = frames[:, 0] < -0.8
    hiss = ~silent & (frames[:, 1] > 0.9)
    vowel = ~silent & (frames[:, 0] > 0.9) & (frames[:, 1] < 0.5)
    weak = ~silent & ~hiss & ~vowel
    masks = {
        "V": vowel, "N": weak & (frames[:, 1] < 0), "S": hiss, "F": weak & (frames[:, 1] > 0.2),
        "T": weak & (frames[:, 0] < 0.4), "A": hiss | weak, "G": ~silent,
    }
    return {SILENCE: frames[silent], **{CLASSES.index(name): frames[mask] for name, mask in masks.items()}}


class Fit:
    def __init__(self, some: list[Heard]) -> None:
        self.some = some
        self.kinds = [CLASSES.index(kind) for _, kind, _, _ in UNITS]
        self.ms = np.array([ms for _, _, ms, _ in UNITS], np.float64)
        self.skip = np.array([skip for _, _, _, skip in UNITS], np.float64)
        self.pauses = [(0.03, 120.0), (0.6, 220.0), (0.93, 420.0)]
        self.hiss = (-38.0, 18.0)
        self.mixtures = Mixtures()

    def run(self) -> None:
        for _ in range(2):
            of_clips: list[tuple[float, float]] = []
            for one in self.some:
                one.frames = features(one.level, one.change, self.hiss)
                tilt = (one.change - one.level)[one.frames[:, 0] > 0]
                of_clips.append((float(tilt.mean()), float(tilt.std())))
            self.hiss = tuple(np.array(of_clips).mean(0))
        guesses = [first_guess(one.frames) for one in self.some]
        for kind in range(8):
            self.mixtures.fit(kind, np.concatenate([guess[kind] for guess in guesses]), 0)
        for number in range(ROUNDS):
            self.place(number)
        self.measure_pauses()

    def place(self, seed: int) -> None:
        """Places the units in the words whose times are known, and fits all to where they came to lie."""
        pools: dict[int, list[Numbers]] = {kind: [] for kind in range(8)}
        lengths: dict[int, list[float]] = {unit: [] for unit in range(len(UNITS))}
        for one in self.some:
            kinds = np.full(len(one.level), SILENCE)
            logs = self.mixtures.logs(one.frames) * 0.5
            lasted: list[tuple[int, int]] = []
            for word, units in zip(one.clip.words, one.units, strict=True):
                first = round(word.start_ms / FRAME_MS)
                past = min(round(word.end_ms / FRAME_MS), len(kinds))
                if past - first < 1:
                    continue
                leave = 1 / np.maximum(self.ms[units] / (2 * FRAME_MS), 1.02)
                path = best_path(logs[first:past], [self.kinds[unit] for unit in units], leave, self.skip[units])
                kinds[first:past] = [self.kinds[units[place]] for place in path]
                lasted += [(unit, path.count(place)) for place, unit in enumerate(units)]
            sounded = sum(count for _, count in lasted) * FRAME_MS
            one.pace = sounded / max(1.0, sum(self.ms[unit] * (1 - self.skip[unit]) for unit, _ in lasted))
            for unit, count in lasted:
                lengths[unit].append(count * FRAME_MS / one.pace)
            for kind in range(8):
                pools[kind].append(one.frames[kinds == kind] if kind != CLASSES.index("G") else one.frames[kinds != SILENCE])
        for kind in range(8):
            frames = np.concatenate(pools[kind])
            if len(frames) > 60:
                self.mixtures.fit(kind, frames, seed)
        for unit, lasted_ms in lengths.items():
            if len(lasted_ms) >= 60:
                spoken = [ms for ms in lasted_ms if ms > 0]
                self.ms[unit] = float(np.mean(spoken))
                self.skip[unit] = float(np.clip(1 - len(spoken) / len(lasted_ms), 0.01, 0.6))
        # The usual pace is the one of the median clip.
        self.ms *= float(np.median([one.pace for one in self.some]))

    def measure_pauses(self) -> None:
        found: dict[int, list[int]] = {0: [], 1: [], 2: []}
        for one in self.some:
            for word, after, mark in zip(one.clip.words, one.clip.words[1:], one.marks):
                found[mark].append(after.start_ms - word.end_ms)
        for mark, lengths in found.items():
            paused = [ms for ms in lengths if ms >= FRAME_MS]
            share = float(np.clip(len(paused) / len(lengths), 0.02, 0.97))
            self.pauses[mark] = (share, max(60.0, float(np.mean(paused))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("swift", type=Path)
    parser.add_argument("--leave", default="")
    options = parser.parse_args()
    apart = set(options.leave.split(","))
    some = [heard(clip) for clip in clips(options.folder) if clip.name.rsplit("-", 1)[0] not in apart]
    fit = Fit(some)
    fit.run()
    voices = sorted({one.clip.name.rsplit("-", 1)[0] for one in some})
    seconds = sum(one.clip.duration_ms for one in some) // 1000
    write_table(
        options.swift,
        Fitted(
            voices=voices, clips=len(some), seconds=seconds, ms=fit.ms.tolist(), skips=fit.skip.tolist(),
            pauses=fit.pauses, hiss=fit.hiss, means=fit.mixtures.means.tolist(),
            variances=fit.mixtures.variances.tolist(), weights=fit.mixtures.weights.tolist(), scale=SCALE,
            word_skip=WORD_SKIP,
        ),
    )
    paces = np.percentile([one.pace for one in some], [5, 50, 95]).round(2)
    print(f"{len(some)} clips of {len(voices)} voices, {seconds} s; paces {paces}; {options.swift}")


if __name__ == "__main__":
    main()
