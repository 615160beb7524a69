"""Makes the speech of the benchmark: for each line of sentences.txt a WAV (PCM16, mono, 24 kHz), the same in Opus
packets, each behind its size in two bytes, and a JSON file with the words and when they are heard. Nothing is measured here, and nothing that it makes is committed.

usage: make_speech.py FOLDER
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import sys
import wave
from array import array
from itertools import cycle, repeat
from multiprocessing import Pool
from operator import add
from pathlib import Path

from clips import RATE_HZ
from espeak import Kind, Voice
from opus_encoder import encoded
from utterances import Utterance, utterances
from word_times import word_times

#: A room is never quite still. About -66 dB, so that no pause can be told by its zeros.
NOISE = 16


def resampled(samples: array[int], rate_hz: int) -> array[int]:
    """The same sound at RATE_HZ, by libspeexdsp."""
    library = ctypes.CDLL("libspeexdsp.so.1")
    library.speex_resampler_init.restype = ctypes.c_void_p
    problem = ctypes.c_int()
    resampler = ctypes.c_void_p(library.speex_resampler_init(1, rate_hz, RATE_HZ, 5, ctypes.byref(problem)))
    library.speex_resampler_skip_zeros(resampler)
    tail = array("h", bytes(2 * rate_hz // 10))
    given = (ctypes.c_short * (len(samples) + len(tail))).from_buffer(samples + tail)
    wanted = len(samples) * RATE_HZ // rate_hz
    out = array("h", bytes(2 * (wanted + RATE_HZ // 5)))
    taken, made = ctypes.c_uint32(len(given)), ctypes.c_uint32(len(out))
    library.speex_resampler_process_int(
        resampler, 0, given, ctypes.byref(taken), (ctypes.c_short * len(out)).from_buffer(out), ctypes.byref(made)
    )
    library.speex_resampler_destroy(resampler)
    return out[:wanted]


def with_noise(samples: array[int], name: str) -> array[int]:
    chance = random.Random(name)
    second = [round(chance.gauss(0, NOISE)) for _ in range(RATE_HZ - 7)]
    sums = map(add, samples, cycle(second))
    return array("h", map(min, map(max, sums, repeat(-32768)), repeat(32767)))


def make(job: tuple[Utterance, Path]) -> float:
    """Writes one utterance; answers its seconds."""
    utterance, folder = job
    voice = Voice()

    def phonemes_alone(word: str) -> list[str]:
        moments = voice.say(utterance.voice, utterance.words_a_minute, f"<speak>{word}</speak>")[1]
        return [moment.name for moment in moments if moment.kind is Kind.PHONEME]

    samples, moments = voice.say(utterance.voice, utterance.words_a_minute, utterance.ssml)
    times = word_times(utterance, samples, voice.rate_hz, moments, phonemes_alone)
    audio = with_noise(resampled(samples, voice.rate_hz), utterance.name)
    with wave.open(str(folder / f"{utterance.name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(audio.tobytes())
    packets = b"".join(len(packet).to_bytes(2, "little") + packet for packet in encoded(audio))
    (folder / f"{utterance.name}.packets").write_bytes(packets)
    clip = {
        "text": utterance.text,
        "language": utterance.language,
        "speed": utterance.words_a_minute,
        "duration_ms": len(audio) * 1000 // RATE_HZ,
        "words": [
            {"text_start": word.text_start, "text_end": word.text_end, "start_ms": time.start_ms, "end_ms": time.end_ms}
            for word, time in zip(utterance.words, times, strict=True)
        ],
    }
    (folder / f"{utterance.name}.json").write_text(json.dumps(clip, ensure_ascii=False, indent=1) + "\n")
    return len(audio) / RATE_HZ


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(utterance, folder) for utterance in utterances()]
    # A process each: espeak-ng speaks a little differently after it has spoken, and the order must not matter.
    with Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        seconds = list(pool.imap(make, jobs, chunksize=1))
    print(f"{len(seconds)} utterances of {min(seconds):.1f} to {max(seconds):.1f} s, {sum(seconds):.0f} s in all: {folder}")


if __name__ == "__main__":
    main()
