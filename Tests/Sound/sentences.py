"""What the three sentences of Tests/Fixtures sound like, decoded by libopus alone, and how far a recording follows
them. Nothing of rtmulti's engine is used here."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from monitor import RATE_HZ

from rtmulti.server.ogg_opus import decode_file

FIXTURES = Path(__file__).resolve().parent.parent / "Fixtures"
IDS = ("A", "B", "C")
#: The sound server counts in floating point and rounds to 16 bits on the way out, so the last bit may differ.
LAST_BIT = 1


def sentence(item_id: str) -> array[int]:
    """One sentence at 48 kHz, mono."""
    return decode_file(FIXTURES / f"speech-{item_id.lower()}.opus", RATE_HZ)


#: So many frames that follow on tell where a recording goes on.
CLEAR_FRAMES = 240


class Stumbled(Exception):
    """The sound server itself lost sound, or stood still: what was recorded says nothing about the player."""


@dataclass(frozen=True)
class Following:
    """How far a recording is the expected sound, frame for frame but for its last bit."""

    #: How many of the expected frames were played, in order and from the first one on.
    played: int
    #: Silence between them that nobody sent: before which of them it was noticed, and how long it was.
    pauses: dict[int, int]
    #: Where in the recording the first expected frame stands, and the first one after the last that was played.
    begin: int
    end: int
    #: What the recording holds from there on, without the silence at its end.
    rest: array[int]


def first_sound(pcm: array[int], begin: int) -> int:
    """The first frame from `begin` on that is no silence: there a gap before it is noticed."""
    return next(at for at in range(begin, len(pcm)) if abs(pcm[at]) > LAST_BIT)


def last_sound(pcm: array[int]) -> int:
    """The last frame that is no silence, -1 where all of it is."""
    return max((at for at in range(len(pcm)) if abs(pcm[at]) > LAST_BIT), default=-1)


def is_same(recorded: array[int], expected: array[int]) -> bool:
    return len(recorded) == len(expected) and all(
        abs(one - other) <= LAST_BIT for one, other in zip(recorded, expected, strict=True)
    )


def follow(recorded: array[int], expected: array[int]) -> Following:
    """Lays `expected` along `recorded`, each beginning with its first sound. Raises Stumbled where silence stands in the
    place of exactly as much sound: the sound server, when a stream comes late to one of its rounds, plays silence and
    drops what the stream then brings for that round. (A player that is late delays its sound, and loses none of it.)"""
    sounds = [at for at, sample in enumerate(recorded) if abs(sample) > LAST_BIT]
    if not sounds:
        return Following(0, {}, len(recorded), len(recorded), array("h"))
    begin = at = sounds[0] - first_sound(expected, 0)
    played, pauses = 0, Counter[int]()
    #: How far the recording lay behind the sound before each pause.
    lags: list[int] = []
    while played < len(expected) and at < len(recorded):
        if abs(recorded[at] - expected[played]) <= LAST_BIT:
            played, at = played + 1, at + 1
        elif recorded[at] == 0 and at < sounds[-1]:
            if played not in pauses:
                lags.append(at - played)
            pauses[played] += 1
            at += 1
        else:
            break
    ahead = recorded[at : at + CLEAR_FRAMES]
    for lag in lags:
        if len(ahead) == CLEAR_FRAMES and is_same(ahead, expected[at - lag : at - lag + CLEAR_FRAMES]):
            raise Stumbled(f"silence stands in the place of the sound that ends at frame {at - lag}")
    return Following(played, pauses, begin, at, recorded[at : sounds[-1] + 1])
