"""Whether a program printed what its page says: word by word, with room for the times of a busy machine. Nothing is run
here."""

from __future__ import annotations

import re

#: Numbers below it are ids and counts; by so many milliseconds a time may be off.
SMALLEST_TIME, JITTER_MS = 21, 100
#: Stands for anything, also for nothing and for several lines.
ANYTHING = "…"
WORD = re.compile(rf"\d+|{ANYTHING}|[^\d\s{ANYTHING}]+")


def says_the_same(expected: str, printed: str, jitter_ms: int = JITTER_MS) -> bool:
    """Whether a program printed what its page says, but for times that are a little off, and what … stands for."""
    words, came = WORD.findall(expected), WORD.findall(printed)
    at = back_to = 0
    anything = -1  # the place of the last … that was passed
    for_words = 0
    while at < len(came):
        if for_words < len(words) and words[for_words] == ANYTHING:
            anything, back_to = for_words, at
            for_words += 1
        elif for_words < len(words) and _is_same(words[for_words], came[at], jitter_ms):
            for_words, at = for_words + 1, at + 1
        elif anything >= 0:
            back_to += 1
            for_words, at = anything + 1, back_to
        else:
            return False
    return all(word == ANYTHING for word in words[for_words:])


def _is_same(word: str, other: str, jitter_ms: int) -> bool:
    if word == other:
        return True
    are_times = word.isdigit() and other.isdigit() and int(word) >= SMALLEST_TIME
    return are_times and abs(int(word) - int(other)) <= jitter_ms
