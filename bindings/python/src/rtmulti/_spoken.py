"""What a host gives Player.say to be heard: audio in pieces. Text and whole files are told apart from it here, before
they would be heard as noise."""

from __future__ import annotations

from ._arguments import shown
from .config import Format
from .enums import Codec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_WAV = (
    "this is a whole WAV file: give its samples, as wave.open(path).readframes(-1) has them, and their rate, for "
    "example format=Format(sample_rate_hz=16_000)"
)
_OGG = "this is an Ogg file: say so with format=Format(Codec.OGG_OPUS)"
_MP3 = "this is an MP3 file: decode it first, and give its samples as PCM16"
#: How files begin that are no samples.
_FILES = ((b"RIFF", _WAV), (b"OggS", _OGG), (b"ID3", _MP3))


def spoken(audio: bytes | Iterable[bytes], format: Format | None) -> Iterable[bytes]:
    """The pieces of what is to be heard. Raises TypeError or ValueError for what is none."""
    if isinstance(audio, str):
        raise TypeError(
            f"say plays audio, and text is no audio: give what a voice made of it, and text={audio!r} for the record"
        )
    if not isinstance(audio, (bytes, bytearray, memoryview)):
        if not hasattr(audio, "__iter__"):
            raise TypeError(f"audio must be bytes, or packets as an iterable of bytes, not {shown(audio)}")
        return audio
    for beginning, sentence in _FILES:
        if bytes(audio[: len(beginning)]) == beginning and (format is None or format.codec is not Codec.OGG_OPUS):
            raise ValueError(f"audio is no samples: {sentence}")
    return [bytes(audio)]
