"""How the words of one line are taken: in their order, by key, or as a flag. What a line means is in inputs.py,
expectation_lines.py and configuration.py."""

from __future__ import annotations

from collections.abc import Sequence

from .words import GrammarError, Shape, Word, printed

# Bounds that keep a mistyped number from running for days.
MAXIMUM_MS = 86_400_000
MAXIMUM_BYTES = 134_217_728
MAXIMUM_INDEX = 1_000_000
MAXIMUM_CONTENT = 65_535

#: For a number that was not written; also what rtmulti means by "not given".
NOT_GIVEN = -1


def parse_number(text: str, maximum: int) -> int | None:
    """A whole number of ASCII digits up to `maximum`, or None."""
    if not text or not text.isascii() or not text.isdigit():
        return None
    number = int(text) if len(text.lstrip("0")) <= len(str(maximum)) else maximum + 1
    return number if number <= maximum else None


def _number(what: str, text: str, maximum: int) -> int:
    number = parse_number(text, maximum)
    if number is None:
        raise GrammarError(f'{what} is a whole number from 0 to {maximum}, not "{printed(text)}"')
    return number


def _measure(what: str, text: str) -> tuple[int, int]:
    """NUMBER or NUMBER~TOLERANCE, as (number, tolerance)."""
    number, tilde, around = text.partition("~")
    tolerance = _number("what stands behind ~", around, MAXIMUM_MS) if tilde else 0
    return _number(what, number, MAXIMUM_MS), tolerance


def choose(what: str, word: str, choices: Sequence[str]) -> int:
    """The place of `word` among `choices`; refuses it if it is none of them."""
    for place, choice in enumerate(choices):
        if choice == word:
            return place
    raise GrammarError(f'{what} is one of {", ".join(choices)}, not "{printed(word)}"')


class Reader:
    """The words of a line and which of them nobody took yet."""

    def __init__(self, words: list[Word]) -> None:
        self._untaken = list(words)

    def end(self) -> None:
        """Ends a line: refuses words that nobody took."""
        for word in self._untaken:
            if word.shape is Shape.PAIR:
                raise GrammarError(f"{printed(word.key)}= has no place here, or stands here twice")
            raise GrammarError(f'"{printed(word.value)}" has no place here')

    def _next(self) -> Word | None:
        for word in self._untaken:
            if word.shape is not Shape.PAIR:
                self._untaken.remove(word)
                return word
        return None

    def text(self, what: str) -> str:
        """The next word without a key, in quotes or not; `what` names it for people."""
        word = self._next()
        if word is None:
            raise GrammarError(f"{what} is missing")
        return word.value

    def id(self, what: str) -> str:
        """The next word without a key and without quotes."""
        word = self._next()
        if word is None:
            raise GrammarError(f"{what} is missing")
        if word.shape is Shape.QUOTED:
            raise GrammarError(f"{what} is a word without quotes")
        return word.value

    def optional_id(self) -> str | None:
        """The same, but it may be missing."""
        word = self._next()
        if word is not None and word.shape is Shape.QUOTED:
            raise GrammarError("an id is a word without quotes")
        return None if word is None else word.value

    def number(self, what: str, maximum: int) -> int:
        """The next word without a key, as a number."""
        return _number(what, self.id(what), maximum)

    def measure(self, what: str) -> tuple[int, int]:
        """The next word without a key, as (number, tolerance)."""
        return _measure(what, self.id(what))

    def flag(self, name: str) -> bool:
        """Whether this bare word stands somewhere in the line."""
        for word in self._untaken:
            if word.shape is Shape.BARE and word.value == name:
                self._untaken.remove(word)
                return True
        return False

    def key(self, key: str) -> str | None:
        """The value of a key, None if it was not written."""
        for word in self._untaken:
            if word.shape is Shape.PAIR and word.key == key:
                self._untaken.remove(word)
                return word.value
        return None

    def key_number(self, key: str, maximum: int) -> int:
        """The value of a key as a number, or NOT_GIVEN."""
        text = self.key(key)
        return NOT_GIVEN if text is None else _number(key, text, maximum)

    def key_measure(self, key: str) -> tuple[int, int]:
        """The value of a key as (number, tolerance); the number is NOT_GIVEN if it was not written."""
        text = self.key(key)
        return (NOT_GIVEN, 0) if text is None else _measure(key, text)

    def key_choice(self, key: str, choices: Sequence[str]) -> int | None:
        """The place of a key's value among `choices`, or None."""
        text = self.key(key)
        return None if text is None else choose(key, text, choices)
