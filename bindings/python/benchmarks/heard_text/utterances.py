"""The utterances of the benchmark: sentences.txt, read into words with their places in the text. How they sound and
when each word is heard is none of this file's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

SENTENCES = Path(__file__).with_name("sentences.txt")
#: Signs that are read out, and so are words, when they stand alone.
SPOKEN_SIGNS = frozenset("%&+=€$£")
#: What espeak-ng's Latin voice understands in place of the wide marks.
NARROW = str.maketrans({"，": ", ", "。": ". ", "；": "; ", "：": ": ", "！": "! ", "？": "? ", "…": ".", "、": ", "})
_HEADING = re.compile(r"## (\S+) (\S+)")
_PAUSE = re.compile(r"\s?\[(\d+)\]")
_APART = re.compile(r"\S+")
#: A run of digits is a word as it is written; everything else is one word a character.
_TOGETHER = re.compile(r"[0-9]+(?:[.,:][0-9]+)*|\w")


@dataclass(frozen=True)
class Word:
    """Where a word stands in the text, in characters, without the marks around it."""

    text_start: int
    text_end: int
    #: What the voice is given for it.
    spoken: str


@dataclass(frozen=True)
class Utterance:
    name: str
    language: str
    voice: str
    words_a_minute: int
    text: str
    words: tuple[Word, ...]
    #: What the voice is given: marked up, with a mark named after each word's number before it.
    ssml: str


def utterances() -> list[Utterance]:
    """All of sentences.txt, in its order. Raises ValueError for a line that it cannot read."""
    found: list[Utterance] = []
    language = voice = ""
    number = 0
    lines = iter(SENTENCES.read_text(encoding="utf-8").splitlines())
    written: tuple[int, str] | None = None
    for line in lines:
        if heading := _HEADING.fullmatch(line):
            language, voice, number = heading[1], heading[2], 0
        elif line.startswith("= ") and written is not None:
            found.append(utterance(language, voice, number, *written, line[2:].split()))
            written = None
        elif line and not line.startswith("#"):
            speed, _, text = line.partition(" ")
            number += 1
            if voice.endswith("pinyin"):
                written = int(speed), text
            else:
                found.append(utterance(language, voice, number, int(speed), text))
    return found


def utterance(
    language: str, voice: str, number: int, words_a_minute: int, marked: str, spoken: list[str] | None = None
) -> Utterance:
    text = ""
    ssml: list[str] = []
    words: list[Word] = []
    pieces = _PAUSE.split(marked)
    for index, piece in enumerate(pieces):
        if index % 2:
            ssml.append(f'<break time="{piece}ms"/>')
            continue
        at = 0
        for match in (_APART if spoken is None else _TOGETHER).finditer(piece):
            bare = match[0].strip("¿¡.,;:!?…\"'-")
            if not bare or not (any(map(str.isalnum, bare)) or bare in SPOKEN_SIGNS):
                continue
            start = match.start() + match[0].index(bare)
            said = bare if spoken is None else spoken[len(words)]
            ssml.append(_between(piece[at:start], spoken is not None))
            ssml.append(f'<mark name="{len(words)}"/>{escape(said)}')
            words.append(Word(len(text) + start, len(text) + start + len(bare), said))
            at = start + len(bare)
        ssml.append(_between(piece[at:], spoken is not None))
        text += piece
    if spoken is not None and len(words) != len(spoken):
        raise ValueError(f"{text}: {len(words)} words are written and {len(spoken)} are spoken")
    name = f"{language.lower()}-{number:02}"
    return Utterance(name, language, voice, words_a_minute, text, tuple(words), f"<speak>{''.join(ssml)}</speak>")


def _between(marks: str, apart: bool) -> str:
    """What stands between two words, for the voice."""
    return escape(marks.translate(NARROW) + " " if apart else marks)
