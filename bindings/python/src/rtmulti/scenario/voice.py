"""The model's voice: bytes of audio in every codec of the page, that are not silent and cost little. How they are
cut into deltas and what they are worth to the server is traffic.py's business."""

from __future__ import annotations

import ctypes
from array import array
from typing import Any

from ..config import Format
from ..enums import Codec
from .configuration import Configuration

#: Enough for the largest Opus packet.
PACKET_BYTES = 4096

OPUS_APPLICATION_VOIP = 2048
OPUS_SET_BITRATE = 4002
OPUS_SET_COMPLEXITY = 4010

#: The sawtooth takes each of these steps once before it comes round.
_PERIOD = 16_001

#: A packet that cannot be parsed: framing code 3 says that a count of frames follows, and it must not be 0.
DAMAGED_PACKET = b"\x03\x00"


class VoiceError(Exception):
    """The voice cannot speak, for a reason outside of the scenario."""


def _sawtooth() -> bytes:
    """A sawtooth that never rests at zero: one step for each frame, twice round so that no read wraps."""
    phase = 0
    samples = array("h")
    for _ in range(_PERIOD):
        phase = (phase + 211) % _PERIOD
        samples.append(phase - 8000)
    return samples.tobytes() * 2


def fill(size: int) -> bytes:
    """A pattern of `size` bytes: the `bytes=N` of an audio line."""
    pattern = bytes(16 + i * 7 % 96 for i in range(96))
    return (pattern * (size // 96 + 1))[:size]


def _libopus() -> Any:
    try:
        library = ctypes.CDLL("libopus.so.0")
    except OSError as problem:
        raise VoiceError(f"libopus is needed to speak codec=opus: {problem}") from None
    library.opus_encoder_create.restype = ctypes.c_void_p
    library.opus_encoder_create.argtypes = (ctypes.c_int32, ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
    library.opus_encoder_destroy.argtypes = (ctypes.c_void_p,)
    library.opus_encode.restype = ctypes.c_int32
    library.opus_encode.argtypes = (
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int32,
    )
    library.opus_packet_parse.argtypes = (ctypes.c_char_p, ctypes.c_int32, *(ctypes.c_void_p,) * 4)
    library.opus_packet_get_nb_samples.argtypes = (ctypes.c_char_p, ctypes.c_int32, ctypes.c_int32)
    return library


class Voice:
    """Speaks in the codec of the scenario."""

    def __init__(self, config: Configuration) -> None:
        self.codec = config.codec
        is_g711 = config.codec in (Codec.ULAW, Codec.ALAW)
        self.rate_hz = 8_000 if is_g711 else config.source_rate_hz
        self._samples = b""
        self._at = 0
        self._opus: Any = None
        self._encoder: Any = None

    def end(self) -> None:
        """Gives the encoder back."""
        if self._encoder is not None:
            self._opus.opus_encoder_destroy(self._encoder)
            self._encoder = None

    @property
    def format(self) -> Format:
        """The format as the library wants it."""
        return Format(self.codec, 48_000 if self.codec is Codec.OPUS else self.rate_hz, 1)

    def frames(self, ms: int) -> int:
        """Frames of `ms` milliseconds, rounded down."""
        return ms * self.rate_hz // 1000

    def speak(self, frames: int) -> bytes:
        """`frames` frames (at most 20 ms), encoded."""
        if self.codec is Codec.OPUS:
            return self._encode(self._next_samples(frames), frames)
        return self._next_samples(frames) if self.codec is Codec.PCM16 else fill(frames)

    def _next_samples(self, frames: int) -> bytes:
        if not self._samples:
            self._samples = _sawtooth()
        at = self._at
        self._at = (at + frames) % _PERIOD
        return self._samples[2 * at : 2 * (at + frames)]

    def _encode(self, samples: bytes, frames: int) -> bytes:
        if self._encoder is None:
            self._opus = _libopus()
            self._encoder = self._opus.opus_encoder_create(self.rate_hz, 1, OPUS_APPLICATION_VOIP, None)
            if self._encoder is None:
                raise VoiceError("libopus could not make an encoder")
            # Nobody listens: the cheapest encoding will do.
            encoder = ctypes.c_void_p(self._encoder)
            self._opus.opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY, 0)
            self._opus.opus_encoder_ctl(encoder, OPUS_SET_BITRATE, 24_000)
        packet = ctypes.create_string_buffer(PACKET_BYTES)
        size = self._opus.opus_encode(self._encoder, samples, frames, packet, PACKET_BYTES)
        if size <= 0:
            raise VoiceError("libopus could not encode a packet")
        return packet.raw[:size]

    def packet_frames(self, packet: bytes, otherwise: int) -> int:
        """The length of an Opus packet in frames at 48 kHz, or `otherwise` if it cannot be parsed."""
        if not packet:
            return otherwise
        if self._opus is None:
            self._opus = _libopus()
        frames = (ctypes.c_void_p * 48)()
        sizes = (ctypes.c_int16 * 48)()
        if self._opus.opus_packet_parse(packet, len(packet), None, frames, sizes, None) <= 0:
            return otherwise
        samples: int = self._opus.opus_packet_get_nb_samples(packet, len(packet), 48_000)
        return otherwise if samples <= 0 else samples
