"""espeak-ng through ctypes: marked up text becomes samples and the moments of its marks and phonemes. What a word is
and where it ends is not known here.
"""

from __future__ import annotations

import ctypes
from array import array
from dataclasses import dataclass
from enum import Enum

_RETRIEVAL, _PHONEME_EVENTS = 2, 1
_UTF8, _SSML, _END_PAUSE = 1, 0x10, 0x1000
_RATE_PARAMETER = 1
_MARK, _END, _PHONEME = 3, 5, 7


class _Name(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Kind(Enum):
    MARK = "mark"
    PHONEME = "phoneme"
    PAUSE = "pause"
    CLAUSE_END = "clause end"


@dataclass(frozen=True)
class Moment:
    kind: Kind
    name: str
    at_ms: int


class Voice:
    """The synthesizer. There is one a process, for espeak-ng keeps its state in globals."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL("libespeak-ng.so.1")
        except OSError:
            raise SystemExit("The speech is made by espeak-ng. Please run: apt-get install libespeak-ng1") from None
        self.rate_hz = self._library.espeak_Initialize(_RETRIEVAL, 0, None, _PHONEME_EVENTS)
        self._samples = array("h")
        self._moments: list[Moment] = []
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, voice: str, words_a_minute: int, ssml: str) -> tuple[array[int], list[Moment]]:
        """The sound of `ssml` at `rate_hz`, and its marks, phonemes, pauses and ends of clauses in the order of their moments."""
        self._samples, self._moments = array("h"), []
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice {voice}. Please run: apt-get install espeak-ng-data")
        self._library.espeak_SetParameter(_RATE_PARAMETER, words_a_minute, 0)
        text = ssml.encode()
        flags = _UTF8 | _SSML | _END_PAUSE
        if self._library.espeak_Synth(text, len(text) + 1, 0, 1, 0, flags, None, None) != 0:
            raise SystemExit(f"espeak-ng could not say: {ssml}")
        return self._samples, self._moments

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if count > 0:
            self._samples.frombytes(ctypes.string_at(samples, count * 2))
        index = 0
        while (event := events[index]).type != 0:
            index += 1
            if event.type == _MARK:
                self._moments.append(Moment(Kind.MARK, event.id.name.decode(), event.audio_position))
            elif event.type == _END:
                self._moments.append(Moment(Kind.CLAUSE_END, "", event.audio_position))
            elif event.type == _PHONEME:
                name = event.id.string.decode(errors="replace")
                # "(en)" says that another language's rules begin; it sounds like nothing.
                if not name.startswith("("):
                    kind = Kind.PAUSE if name.startswith("_") else Kind.PHONEME
                    self._moments.append(Moment(kind, name, event.audio_position))
        return 0
