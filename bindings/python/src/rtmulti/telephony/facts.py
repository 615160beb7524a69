"""What a telephone company's messages say, in words that are the same for all of them. How each of them says it stands
in dialects.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StreamStart:
    """A stream begins.

    stream_id: its id.
    call_id: the id of its call, or "".
    encoding: how the caller's voice is encoded, in the company's own words, or "".
    sample_rate_hz: its rate, or 0 where the company does not say.
    parameters: what was given to the stream where it was asked for.
    """

    stream_id: str
    call_id: str = ""
    encoding: str = ""
    sample_rate_hz: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Voice:
    """A piece of the caller's voice, as it came, and the far end's own time in ms, where it says one."""

    audio: bytes
    timestamp: int | None


@dataclass(frozen=True, slots=True)
class MarkBack:
    """A mark came back."""

    name: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """The far end says that it has cleared."""


@dataclass(frozen=True, slots=True)
class Digit:
    """The caller pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The stream is over."""


Fact = StreamStart | Voice | MarkBack | Cleared | Digit | Stopped
