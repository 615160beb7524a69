"""When each word of an utterance begins and ends in its sound, from the marks before the words and the phonemes
between them. Nothing is guessed from the length of a text: what the phonemes leave open, the energy decides.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from espeak import Kind, Moment
from utterances import Utterance

#: A stretch is silent below this part of the loudest one.
SILENT_PART = 0.01
STEP_MS = 5


@dataclass(frozen=True)
class Time:
    start_ms: int
    end_ms: int


def word_times(
    utterance: Utterance,
    samples: array[int],
    rate_hz: int,
    moments: Sequence[Moment],
    phonemes_alone: Callable[[str], list[str]],
) -> list[Time]:
    """One time a word. `phonemes_alone` answers how a word sounds when nothing stands beside it."""
    starts: list[int] = []
    ends: list[int] = []
    for group in _groups(len(utterance.words), moments):
        shares = [(0, len(group.sounds))]
        if len(group.words) > 1:
            alone = [phonemes_alone(utterance.words[word].spoken) for word in group.words]
            shares = _shares(group.sounds, alone)
        after_ms = moments[-1].at_ms if group.after_ms is None else group.after_ms
        for first, past in shares:
            starts.append(group.sounds[first].at_ms)
            ends.append(group.sounds[past].at_ms if past < len(group.sounds) else after_ms)
    return _until_silence(starts, ends, _loudness(samples, rate_hz))


@dataclass
class _Group:
    """Words that espeak-ng says in one breath, mostly one: "of the" is two with five phonemes."""

    words: list[int]
    sounds: list[Moment] = field(default_factory=list)
    #: When what follows the last phoneme begins: the next word, or a pause.
    after_ms: int | None = None


def _groups(count: int, moments: Sequence[Moment]) -> list[_Group]:
    """Every word in a group. The mark of a clause's first word may be missing, and the mark of a word that was said
    with the one before it comes after their phonemes, together with the next word's."""
    groups: list[_Group] = []
    waiting: list[int] = []
    seen = 0
    clause_begins = True
    for moment in moments:
        if moment.kind is Kind.MARK:
            if groups and groups[-1].after_ms is None:
                groups[-1].after_ms = moment.at_ms
            waiting.extend(range(seen, int(moment.name) + 1))
            seen = max(seen, int(moment.name) + 1)
        elif moment.kind is Kind.CLAUSE_END:
            if waiting:
                groups[-1].words.extend(waiting)
                waiting = []
            clause_begins = True
        elif moment.kind is Kind.PAUSE:
            if groups and groups[-1].after_ms is None:
                groups[-1].after_ms = moment.at_ms
        elif clause_begins or waiting:
            if not waiting:
                waiting, seen = [seen], seen + 1
            if not clause_begins:
                groups[-1].words.extend(waiting[:-1])
                waiting = waiting[-1:]
            groups.append(_Group(waiting, [moment]))
            waiting, clause_begins = [], False
        else:
            groups[-1].sounds.append(moment)
            groups[-1].after_ms = None
    groups[-1].words.extend(range(seen, count))
    return groups


def _shares(sounds: Sequence[Moment], alone: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Where each word of a group begins and ends among its phonemes: the partition nearest to the words alone."""
    if len(alone) > len(sounds):
        raise ValueError(f"{len(alone)} words share {len(sounds)} phonemes; please write the sentence another way")

    def strangeness(inner: tuple[int, ...]) -> int:
        bounds = (0, *inner, len(sounds))
        return sum(
            abs(past - first - len(word)) + (sounds[first].name != word[0])
            for first, past, word in zip(bounds, bounds[1:], alone)
        )

    inner = min(combinations(range(1, len(sounds)), len(alone) - 1), key=strangeness)
    return list(zip((0, *inner), (*inner, len(sounds))))


def _loudness(samples: array[int], rate_hz: int) -> list[float]:
    """The mean square of each STEP_MS, as a part of the loudest."""
    step = rate_hz * STEP_MS // 1000
    squares = [
        sum(sample * sample for sample in samples[at : at + step]) / step for at in range(0, len(samples), step)
    ]
    loudest = max(squares)
    return [(square / loudest) ** 0.5 for square in squares]


def _until_silence(starts: list[int], ends: list[int], loudness: list[float]) -> list[Time]:
    """espeak-ng tells a pause some 10 ms before the sound has died away, or after it: a word ends with its sound."""
    times: list[Time] = []
    for word, (start_ms, end_ms) in enumerate(zip(starts, ends)):
        next_ms = starts[word + 1] if word + 1 < len(starts) else len(loudness) * STEP_MS
        while end_ms + STEP_MS <= next_ms and loudness[min(end_ms // STEP_MS, len(loudness) - 1)] > SILENT_PART:
            end_ms += STEP_MS
        while end_ms - STEP_MS > start_ms and loudness[(end_ms - STEP_MS) // STEP_MS] <= SILENT_PART:
            end_ms -= STEP_MS
        times.append(Time(start_ms, end_ms))
    return times
