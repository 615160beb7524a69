"""In what a session speaks, by the names that docs/wire.md has for it. The relay sends the client what the server would have
sent, so it must know the format; the audio itself is the library's business."""

from __future__ import annotations

import re
from typing import Any, Final

from ..enums import Codec

_CODECS: Final = {
    **dict.fromkeys(("audio/pcm", "pcm16", "pcm", "pcm24"), Codec.PCM16),
    **dict.fromkeys(("audio/pcmu", "g711_ulaw", "pcmu", "ulaw", "mulaw"), Codec.ULAW),
    **dict.fromkeys(("audio/pcma", "g711_alaw", "pcma", "alaw"), Codec.ALAW),
}
#: "pcm16_8000hz", "audio/pcm;rate=16000"
_WITH_RATE: Final = re.compile(r"(?:pcm16_(\d+)hz|audio/pcm;\s*rate=(\d+))")
_RATES_HZ: Final = (8000, 16_000, 24_000, 32_000, 48_000)
_USUAL_HZ: Final = 24_000
_G711_HZ: Final = 8000
#: A codec and its rate; a server that never says how it speaks is believed to speak as most do.
Form = tuple[Codec, int]
USUAL: Final[Form] = (Codec.PCM16, _USUAL_HZ)


def output_format(session: object, before: Form) -> Form | None:
    """In what a session speaks: as before if it does not say, None if it says what nobody knows."""
    form = _at(session, "audio", "output", "format") or _at(session, "audio", "format")
    flat = _at(session, "output_audio_format")
    names = [form if isinstance(form, str) else _at(form, "type"), flat if isinstance(flat, str) else _at(flat, "type")]
    said = [name for name in names if isinstance(name, str)]
    if not said:
        return before
    # A known name counts beside an unknown one.
    for name in said:
        with_rate = _WITH_RATE.fullmatch(name)
        codec = Codec.PCM16 if with_rate else _CODECS.get(name)
        if codec is None:
            continue
        if codec is not Codec.PCM16:
            return codec, _G711_HZ
        rate_hz = int(with_rate.group(1) or with_rate.group(2)) if with_rate else _at(form, "rate")
        if rate_hz is None:
            return codec, _USUAL_HZ
        # 24000.0 is 24000.
        return (codec, int(rate_hz)) if rate_hz in _RATES_HZ else None
    return None


def _at(table: object, *path: str) -> Any:
    for key in path:
        table = table.get(key) if isinstance(table, dict) else None
    return table
