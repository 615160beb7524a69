"""Gives a sentence its sound: a recorded file, espeak-ng when it is installed, or a tone; and brings it into the format
that the session asked for. What is said, and when, is not decided here."""

from __future__ import annotations

import enum
import functools
import io
import math
import shutil
import subprocess
import wave
from array import array
from pathlib import Path

from . import g711
from .ogg_opus import UnreadableAudio, decode_file, read_audio

#: Speech is made at this rate, mono; the other formats are made from it.
SAMPLE_RATE_HZ = 24000

_TONE_MS_PER_CHARACTER = 65  # about as fast as people speak
_TONE_AMPLITUDE = 6000
_LOWEST_RATE_HZ, _HIGHEST_RATE_HZ = 4_000, 192_000


class Format(enum.Enum):
    """A format of the wire, by its GA name."""

    PCM = "audio/pcm"
    PCMU = "audio/pcmu"
    PCMA = "audio/pcma"

    @property
    def bytes_per_second(self) -> int:
        """How many bytes one second of mono audio has."""
        return 2 * SAMPLE_RATE_HZ if self is Format.PCM else 8000

    def encode(self, pcm: array[int]) -> bytes:
        """Frames at 24 kHz as bytes of this format."""
        if self is Format.PCM:
            return pcm.tobytes()
        narrow = g711.third_of(pcm)
        return g711.encode_ulaw(narrow) if self is Format.PCMU else g711.encode_alaw(narrow)

    def decode(self, encoded: bytes) -> array[int]:
        """Bytes of this format as frames, at 24 kHz for PCM and at 8 kHz for the others."""
        if self is Format.PCMU:
            return g711.decode_ulaw(encoded)
        if self is Format.PCMA:
            return g711.decode_alaw(encoded)
        return array("h", encoded[: len(encoded) & ~1])


class Voice(enum.Enum):
    """Where the sound of a sentence without a recording comes from."""

    AUTO = "auto"  # espeak-ng when it is installed, else the tone
    ESPEAK = "espeak"
    TONE = "tone"  # the same on every machine, so that lengths can be relied on

    def say(self, text: str, recording: Path | None, audio_ms: int | None) -> array[int]:
        """The sentence as mono frames at 24 kHz, cut or filled with silence to `audio_ms` if that is given.

        `recording` is an Ogg Opus or WAV file and is used before the voice. What was said once is kept. Raises
        UnreadableAudio.
        """
        return _said(self, text, recording, audio_ms)


@functools.lru_cache(maxsize=256)
def _said(voice: Voice, text: str, recording: Path | None, audio_ms: int | None) -> array[int]:
    if recording is not None:
        pcm = _read_wave(read_audio(recording), recording) if recording.suffix == ".wav" else decode_file(recording)
    elif voice is Voice.ESPEAK or (voice is Voice.AUTO and shutil.which("espeak-ng")):
        pcm = _espeak(text)
    else:
        pcm = _tone(text, max(300, _TONE_MS_PER_CHARACTER * len(text)) if audio_ms is None else audio_ms)
    if audio_ms is None:
        return pcm
    frames = audio_ms * SAMPLE_RATE_HZ // 1000
    return pcm[:frames] + array("h", bytes(2 * max(0, frames - len(pcm))))


def _espeak(text: str) -> array[int]:
    try:
        command = ["espeak-ng", "-v", "en-us", "-s", "160", "--stdout", "--", text]
        said = subprocess.run(command, capture_output=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        advice = "apt-get install espeak-ng, or voice 'tone'"
        raise UnreadableAudio(f"espeak-ng could not speak ({advice}): {error}.") from error
    return _read_wave(said.stdout, Path("the speech of espeak-ng"))


def _read_wave(data: bytes, name: Path) -> array[int]:
    """Mono frames at 24 kHz of a WAV file, by linear interpolation: these are sentences to be recognised, not music."""
    try:
        with wave.open(io.BytesIO(data)) as reader:
            if reader.getnchannels() != 1 or reader.getsampwidth() != 2:
                raise UnreadableAudio(f"{name} must be mono with 16 bits; please convert it.")
            rate_hz = reader.getframerate()
            if not _LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ:
                raise UnreadableAudio(f"{name} has {rate_hz} Hz; from {_LOWEST_RATE_HZ} to {_HIGHEST_RATE_HZ} Hz can be spoken.")
            # A stream of unknown length says so with a huge number of frames; what is there counts.
            sound = reader.readframes(min(reader.getnframes(), len(data) // 2))
            source = array("h", sound[: len(sound) & ~1])
    except (wave.Error, EOFError) as error:
        raise UnreadableAudio(f"{name} is not a WAV file that can be read: {error}.") from error
    if rate_hz == SAMPLE_RATE_HZ or len(source) < 2:
        return source
    last = len(source) - 2
    pcm: array[int] = array("h")
    for at in range(len(source) * SAMPLE_RATE_HZ // rate_hz):
        before, part = divmod(at * rate_hz, SAMPLE_RATE_HZ)
        before = min(before, last)
        step = source[before + 1] - source[before]
        pcm.append(source[before] + step * part // SAMPLE_RATE_HZ)
    return pcm


def _tone(text: str, audio_ms: int) -> array[int]:
    """A tone whose pitch depends on the text, so that two messages can be told apart by ear; soft at both ends."""
    pitch_hz = 220 + sum(text.encode()) % 220
    frames = audio_ms * SAMPLE_RATE_HZ // 1000
    ramp = SAMPLE_RATE_HZ // 100
    turn = 2 * math.pi * pitch_hz / SAMPLE_RATE_HZ
    return array(
        "h",
        (
            int(_TONE_AMPLITUDE * min(1.0, at / ramp, (frames - at) / ramp) * math.sin(turn * at))
            for at in range(frames)
        ),
    )
