"""One line of a scenario, cut into words: spaces, quotes, escapes, comments and UTF-8. What the words mean is no
business of this file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

WHITE_SPACE = (
    " \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
    "\u202f\u205f\u3000"
)


class GrammarError(Exception):
    """What is wrong with a line, as a sentence."""


class Shape(Enum):
    """How a word is written."""

    BARE = auto()
    QUOTED = auto()
    PAIR = auto()


@dataclass
class Word:
    """A word; `key` is that of a pair, and the escapes of `value` are resolved."""

    shape: Shape
    key: str
    value: str


def trimmed(text: str) -> str:
    """Without the white space (of Unicode) at its end."""
    return text.rstrip(WHITE_SPACE)


def printed(text: str) -> str:
    """As a sentence shows it: a megabyte of text is cut."""
    encoded = text.encode()
    return text if len(encoded) <= 4096 else encoded[:4096].decode("utf-8", "ignore")


def escaped(text: str) -> str:
    """As it would stand between the quotes of a scenario."""
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    return f"\\u{{{ord(character):x}}}" if character < " " or character == "\x7f" else character


def split(line: bytes) -> list[Word]:
    """The words of a line (without its newline); raises GrammarError."""
    try:
        text = line.removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        raise GrammarError("this line is not UTF-8") from None
    words = []
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
        elif text[at] == "#":
            break
        else:
            word, at = _read_word(text, at)
            words.append(word)
    return words


def _read_word(line: str, at: int) -> tuple[Word, int]:
    """The word at `at`, which is no space and no comment, and where it ends."""
    if line[at] == '"':
        value, end = _read_quoted(line, at)
        word = Word(Shape.QUOTED, "", value)
    else:
        end = _bare_end(line, at, stops_at_equals=True)
        text = line[at:end]
        if end < len(line) and line[end] == "=":
            if not text:
                raise GrammarError("a key is missing before the =")
            value, end = _read_value(line, end + 1)
            word = Word(Shape.PAIR, text, value)
        else:
            word = Word(Shape.BARE, "", text)
    _check_border(line, end)
    return word, end


def _read_value(line: str, at: int) -> tuple[str, int]:
    if at < len(line) and line[at] == '"':
        return _read_quoted(line, at)
    end = _bare_end(line, at, stops_at_equals=False)
    if end == at:
        _check_border(line, end)
        raise GrammarError('a value is missing behind the =; write "" if it is empty')
    return line[at:end], end


def _bare_end(line: str, at: int, stops_at_equals: bool) -> int:
    while at < len(line):
        character = line[at]
        if character <= " " or character in '\x7f"#' or (character == "=" and stops_at_equals):
            break
        at += 1
    return at


def _check_border(line: str, at: int) -> None:
    """A word must be followed by a space or by the end of the line."""
    if at >= len(line) or line[at] == " ":
        return
    if line[at] == "#":
        raise GrammarError("a # inside a word: put the value in quotes, or a space before a comment")
    if line[at] == '"':
        raise GrammarError("a quote stands only around a whole value, with a space behind it")
    if line[at] < " " or line[at] == "\x7f":
        raise GrammarError("a control character (a tab?): words are separated by spaces")
    raise GrammarError("a space is missing behind a quoted value")


def _read_quoted(line: str, at: int) -> tuple[str, int]:
    """The quoted value whose opening quote is at `at`, and where the text behind it begins."""
    end = at + 1
    while end < len(line) and line[end] != '"':
        end += 2 if line[end] == "\\" else 1
    if end >= len(line):
        raise GrammarError("a quote is opened and never closed")
    value = []
    i = at + 1
    while i < end:
        if line[i] != "\\":
            value.append(line[i])
            i += 1
            continue
        escape = line[i + 1]
        if escape == "u":
            character, i = _read_unicode(line, i + 2)
            value.append(character)
        elif escape in '"\\n':
            value.append("\n" if escape == "n" else escape)
            i += 2
        else:
            raise GrammarError('the escapes are \\", \\\\, \\n and \\u{HEX}')
    return "".join(value), end + 1


def _read_unicode(line: str, at: int) -> tuple[str, int]:
    """The character whose {HEX} is at `at`, and where the text behind it begins."""
    end = at + 1
    while end < len(line) and line[end] in "0123456789abcdefABCDEF" and end - at <= 7:
        end += 1
    digits = line[at + 1 : end]
    if line[at : at + 1] != "{" or not digits or line[end : end + 1] != "}":
        raise GrammarError("after \\u comes a hexadecimal number in braces, as in \\u{E9}")
    scalar = int(digits, 16)
    if scalar > 0x10FFFF or 0xD800 <= scalar <= 0xDFFF:
        raise GrammarError("there is no such character as this \\u{...}")
    return chr(scalar), end + 1
