"""What a page says, in words, and what is sent to it: the protocol between BrowserSink and rtmulti.js. A page may send
anything; what follows from it is decided in sink.py.

A text is a JSON array that begins with its kind, or a JSON object, which is the application's own and not looked at.
What is binary is audio: from the page the listener's voice, to the page a segment's id, the place of its first frame in
that segment (both as a double, for JavaScript's sake) and the frames. Audio is signed 16 bit, little endian, mono, at the
page's rate.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._complaints import Unreadable

#: The version of this protocol, which a page says first.
VERSION = 1
#: A text longer than this is not read. An answer to a clear has some 20 bytes for each segment.
LARGEST_TEXT = 1 << 16
#: No number is greater; JavaScript has no greater whole numbers either.
_LARGEST_NUMBER = 2**53 - 1
_PLACE = struct.Struct("<dd")


@dataclass(frozen=True, slots=True)
class Hello:
    """A page is there, with a loudspeaker of this rate."""

    version: int
    sample_rate_hz: int


@dataclass(frozen=True, slots=True)
class Heard:
    """So many frames of a segment were heard until now."""

    segment: int
    frames: int


@dataclass(frozen=True, slots=True)
class Cleared:
    """The clear of this number was obeyed. Of each segment of which the page has not reported all that it played, so many
    frames cannot be taken back."""

    number: int
    frames: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Left:
    """The page has fallen silent for good; of segments the same."""

    frames: Mapping[int, int]


Report = Hello | Heard | Cleared | Left


def read(text: str) -> Report | dict[str, Any]:
    """What a page says; an object is the application's own. Raises Unreadable."""
    if len(text) > LARGEST_TEXT:
        raise Unreadable(f"a text of more than {LARGEST_TEXT} characters came from the page")
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("a text that is no JSON came from the page") from None
    match report:
        case dict():
            return report
        case ["hello", version, rate]:
            return Hello(_whole(version), _whole(rate))
        case ["heard", segment, frames]:
            return Heard(_whole(segment), _whole(frames))
        case ["cleared", number, [*segments]]:
            # No clear has the number 0.
            frames = dict(_pair(each) for each in segments)
            return Cleared(number, frames) if _whole(number) else Left(frames)
    raise Unreadable("a text that is none of rtmulti.js came from the page")


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_NUMBER:
        raise Unreadable("a report of the page has a number that counts nothing")
    return value


def _pair(value: Any) -> tuple[int, int]:
    match value:
        case [segment, frames]:
            return _whole(segment), _whole(frames)
    raise Unreadable("an answer of the page to a clear has no pairs of segment and frames")


def audio(segment: int, first_frame: int, pcm: bytes) -> bytes:
    """Plays these frames behind all that was sent."""
    return _PLACE.pack(segment, first_frame) + pcm


def clear(number: int) -> str:
    """Drops what was not played, and answers with this number."""
    return f'["clear",{number}]'


def pause(is_paused: bool) -> str:
    """Stops playing, or goes on."""
    return '["pause",true]' if is_paused else '["pause",false]'


def over() -> str:
    """Nothing more comes: the page has lost the voice, or the conversation is over."""
    return '["over"]'
