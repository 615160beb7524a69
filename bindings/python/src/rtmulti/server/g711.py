"""G.711 in both laws, and the step between 24 kHz and its 8 kHz, in plain Python: fast enough for a server that speaks
a few sentences. Nothing else about audio lives here."""

from __future__ import annotations

from array import array

_BIAS = 0x84
_CLIP = 32635


def _ulaw_byte(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


def _ulaw_sample(byte: int) -> int:
    byte = ~byte & 0xFF
    magnitude = ((byte & 0x0F) << 3) + _BIAS << (byte >> 4 & 0x07)
    return _BIAS - magnitude if byte & 0x80 else magnitude - _BIAS


def _alaw_byte(sample: int) -> int:
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(sample if sample >= 0 else ~sample, 32767) >> 3
    exponent = max(magnitude.bit_length() - 5, 0)
    mantissa = magnitude >> max(exponent, 1) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


def _alaw_sample(byte: int) -> int:
    byte ^= 0x55
    exponent = byte >> 4 & 0x07
    magnitude = ((byte & 0x0F) << 4) + 8
    if exponent:
        magnitude = magnitude + 0x100 << exponent - 1
    return magnitude if byte & 0x80 else -magnitude


_ULAW_SAMPLES = array("h", (_ulaw_sample(byte) for byte in range(256)))
_ALAW_SAMPLES = array("h", (_alaw_sample(byte) for byte in range(256)))


def third_of(pcm: array[int]) -> array[int]:
    """24 kHz mono to 8 kHz: each frame is the mean of three, which is filter enough for speech."""
    return array("h", ((pcm[at] + pcm[at + 1] + pcm[at + 2]) // 3 for at in range(0, len(pcm) - 2, 3)))


def encode_ulaw(pcm: array[int]) -> bytes:
    """Frames at 8 kHz to G.711 u-law."""
    return bytes(map(_ulaw_byte, pcm))


def encode_alaw(pcm: array[int]) -> bytes:
    """Frames at 8 kHz to G.711 A-law."""
    return bytes(map(_alaw_byte, pcm))


def decode_ulaw(encoded: bytes) -> array[int]:
    """G.711 u-law to frames at 8 kHz."""
    return array("h", (_ULAW_SAMPLES[byte] for byte in encoded))


def decode_alaw(encoded: bytes) -> array[int]:
    """G.711 A-law to frames at 8 kHz."""
    return array("h", (_ALAW_SAMPLES[byte] for byte in encoded))
