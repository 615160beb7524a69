"""How a clip comes from the server: what arrives when, what the listener has heard at each moment of it, and when he
interrupts. The same for whoever is measured, in virtual time; nobody is measured here.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum

from clips import PACKET_MS, Clip

#: Audio comes this many times faster than it plays, as from the OpenAI Realtime API.
AHEAD_OF_PLAYING = 4
STARVED_MS = 700
POINTS = 20


class Delivery(Enum):
    #: All of the text behind the first audio delta.
    AHEAD = "text ahead"
    #: Text in proportion to the audio that has come, a few characters at a time.
    WITH_AUDIO = "text with audio"
    #: Text 1 to 2 s after the audio to which it belongs, or all of it after the last audio.
    LATE = "text late"
    #: A word comes with the audio in which it begins.
    IN_STEP = "text in step"
    #: As AHEAD, and the provider says when each word is spoken.
    SPANS = "provider spans"
    #: As a realtime model sends: audio six times faster than it plays, its transcript in tokens, each a little ahead of its sound.
    REALTIME = "gpt-realtime"
    #: The same text, and audio that comes no faster than it plays: WebRTC, a telephone line, speech that is made as it is spoken.
    LIVE = "audio at 1x"


#: The three ways of the totals; the others are shown beside them.
MAIN_DELIVERIES = (Delivery.AHEAD, Delivery.WITH_AUDIO, Delivery.LATE)


@dataclass(frozen=True)
class AudioDelta:
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class TextDelta:
    text: str
    #: When it is spoken, where the provider says so.
    start_ms: int = -1
    end_ms: int = -1


@dataclass(frozen=True)
class Arrival:
    at_ms: float
    delta: AudioDelta | TextDelta


@dataclass(frozen=True)
class Interruption:
    at_ms: float
    position_ms: float


class Course:
    """One clip on its way: its arrivals, in order, and the ear's position at each moment. It plays from 0 on."""

    def __init__(self, clip: Clip, delivery: Delivery, starved: bool = False) -> None:
        chance = random.Random(f"{clip.name} on its way")
        audio = _AUDIO.get(delivery, _audio)(clip, chance, starved)
        texts = _TEXTS[delivery](clip, audio, random.Random(f"{clip.name} {delivery.value}"))
        #: Text stands before audio of the same moment in what follows the first delta.
        self.arrivals = sorted([audio[0], *texts, *audio[1:]], key=lambda arrival: arrival.at_ms)
        self._begins_ms: list[float] = []
        self._deltas: list[AudioDelta] = []
        ends_ms = 0.0
        for arrival in audio:
            assert isinstance(arrival.delta, AudioDelta)
            begins_ms = max(arrival.at_ms, ends_ms)
            self._begins_ms.append(begins_ms)
            self._deltas.append(arrival.delta)
            ends_ms = begins_ms + arrival.delta.end_ms - arrival.delta.start_ms
        self.ends_ms = ends_ms

    def position_ms(self, at_ms: float) -> float:
        """How much the listener has heard by then."""
        index = bisect_right(self._begins_ms, at_ms) - 1
        delta = self._deltas[index]
        return min(delta.start_ms + at_ms - self._begins_ms[index], delta.end_ms)

    def received_ms(self, at_ms: float) -> int:
        return max(a.delta.end_ms for a in self.arrivals if a.at_ms <= at_ms and isinstance(a.delta, AudioDelta))

    def received_text(self, at_ms: float) -> str:
        return "".join(a.delta.text for a in self.arrivals if a.at_ms <= at_ms and isinstance(a.delta, TextDelta))

    def interruptions(self) -> list[Interruption]:
        """POINTS moments, one at random in each of as many equal stretches of the time in which it plays."""
        chance = random.Random(f"interruptions {self._deltas[-1].end_ms}")
        moments = [(point + chance.random()) * self.ends_ms / POINTS for point in range(POINTS)]
        return [Interruption(at_ms, self.position_ms(at_ms)) for at_ms in moments]


def _audio(clip: Clip, chance: random.Random, starved: bool) -> list[Arrival]:
    """Deltas of 100 to 200 ms, whole packets; when starved, those of the second half come STARVED_MS too late."""
    arrivals: list[Arrival] = []
    start_ms, late_ms = 0, 0.0
    while start_ms < clip.duration_ms:
        end_ms = min(start_ms + PACKET_MS * chance.randint(5, 10), clip.duration_ms)
        at_ms = start_ms / AHEAD_OF_PLAYING
        if starved and not late_ms and start_ms >= clip.duration_ms / 2:
            late_ms = start_ms + STARVED_MS - at_ms
        arrivals.append(Arrival(at_ms + late_ms, AudioDelta(start_ms, end_ms)))
        start_ms = end_ms
    return arrivals


def _fast_audio(clip: Clip, chance: random.Random, starved: bool) -> list[Arrival]:
    """Deltas of 100 to 400 ms, six times faster than they play, unevenly."""
    arrivals: list[Arrival] = []
    start_ms, at_ms, late_ms = 0, 0.0, 0.0
    while start_ms < clip.duration_ms:
        end_ms = min(start_ms + PACKET_MS * chance.randint(5, 20), clip.duration_ms)
        if starved and not late_ms and start_ms >= clip.duration_ms / 2:
            late_ms = start_ms + STARVED_MS - at_ms
        arrivals.append(Arrival(at_ms + late_ms, AudioDelta(start_ms, end_ms)))
        at_ms += (end_ms - start_ms) / 6 * chance.uniform(0.6, 1.4)
        start_ms = end_ms
    return arrivals


def _live_audio(clip: Clip, chance: random.Random, starved: bool) -> list[Arrival]:
    """Deltas of 100 to 200 ms, each 300 ms before it is heard."""
    arrivals: list[Arrival] = []
    start_ms = 0
    while start_ms < clip.duration_ms:
        end_ms = min(start_ms + PACKET_MS * chance.randint(5, 10), clip.duration_ms)
        arrivals.append(Arrival(max(0.0, start_ms - 300.0), AudioDelta(start_ms, end_ms)))
        start_ms = end_ms
    return arrivals


def _pieces(text: str, chance: random.Random) -> list[str]:
    """A text in deltas of a few characters, as a model's tokens come."""
    pieces: list[str] = []
    at = 0
    while at < len(text):
        size = chance.randint(2, 6)
        pieces.append(text[at : at + size])
        at += size
    return pieces


def _arrived_ms(audio: list[Arrival], position_ms: float) -> float:
    """When the audio of this place came."""
    for arrival in audio:
        assert isinstance(arrival.delta, AudioDelta)
        if position_ms < arrival.delta.end_ms:
            return arrival.at_ms
    return audio[-1].at_ms


def _ahead(clip: Clip, audio: list[Arrival], chance: random.Random) -> list[Arrival]:
    return [Arrival(audio[0].at_ms, TextDelta(piece)) for piece in _pieces(clip.text, chance)]


def _with_audio(clip: Clip, audio: list[Arrival], chance: random.Random) -> list[Arrival]:
    arrivals: list[Arrival] = []
    at = 0
    for piece in _pieces(clip.text, chance):
        position_ms = at / len(clip.text) * clip.duration_ms
        arrivals.append(Arrival(_arrived_ms(audio, position_ms), TextDelta(piece)))
        at += len(piece)
    return arrivals


def _late(clip: Clip, audio: list[Arrival], chance: random.Random) -> list[Arrival]:
    """Half of the clips have their text late all along, the other half have it at the end."""
    if chance.random() < 0.5:
        at_ms = audio[-1].at_ms + 50
        return [Arrival(at_ms, TextDelta(piece)) for piece in _pieces(clip.text, chance)]
    arrivals: list[Arrival] = []
    latest_ms = 0.0
    at = 0
    for piece in _pieces(clip.text, chance):
        position_ms = at / len(clip.text) * clip.duration_ms
        latest_ms = max(latest_ms, _arrived_ms(audio, position_ms) + chance.uniform(1000, 2000))
        arrivals.append(Arrival(latest_ms, TextDelta(piece)))
        at += len(piece)
    return arrivals


def _words_apart(clip: Clip) -> list[str]:
    """The text in one piece a word: the space before it, the word, and the marks behind it."""
    starts = [0]
    for word, after in zip(clip.words, clip.words[1:]):
        marks = re.match(r"\S*", clip.text[word.text_end : after.text_start])
        starts.append(word.text_end + (len(marks[0]) if marks else 0))
    return [clip.text[start:end] for start, end in zip(starts, [*starts[1:], len(clip.text)])]


def _in_step(clip: Clip, audio: list[Arrival], chance: random.Random) -> list[Arrival]:
    return [
        Arrival(_arrived_ms(audio, word.start_ms), TextDelta(text))
        for word, text in zip(clip.words, _words_apart(clip))
    ]


def _spans(clip: Clip, audio: list[Arrival], chance: random.Random) -> list[Arrival]:
    return [
        Arrival(audio[0].at_ms, TextDelta(text, word.start_ms, word.end_ms))
        for word, text in zip(clip.words, _words_apart(clip))
    ]


def _tokens(piece: str, chance: random.Random) -> list[str]:
    """A word with the space before it, whole when it is short, else in two or three."""
    if len(piece) <= 7 and chance.random() < 0.85:
        return [piece]
    found: list[str] = []
    at = 0
    while at < len(piece):
        size = chance.randint(1, 4) if at else chance.randint(3, 5)
        found.append(piece[at : at + size])
        at += size
    return found


def _realtime(clip: Clip, audio: list[Arrival], chance: random.Random) -> list[Arrival]:
    lead_ms = chance.uniform(0, 800)
    arrivals: list[Arrival] = []
    latest_ms = audio[0].at_ms
    for word, piece in zip(clip.words, _words_apart(clip)):
        at_ms = _arrived_ms(audio, max(0.0, word.start_ms - lead_ms + chance.uniform(-150, 150)))
        latest_ms = max(latest_ms, at_ms)
        arrivals += [Arrival(latest_ms, TextDelta(token)) for token in _tokens(piece, chance)]
    return arrivals


_TEXTS = {
    Delivery.AHEAD: _ahead,
    Delivery.WITH_AUDIO: _with_audio,
    Delivery.LATE: _late,
    Delivery.IN_STEP: _in_step,
    Delivery.SPANS: _spans,
    Delivery.REALTIME: _realtime,
    Delivery.LIVE: _realtime,
}
_AUDIO = {Delivery.REALTIME: _fast_audio, Delivery.LIVE: _live_audio}
