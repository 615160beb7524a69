"""Makes the speech on which the estimator of heard text is fitted: sentences.txt of this folder, said by the classic voices
of festival and flite, by espeak-ng and by a neural voice, each with the times of its own synthesizer. As make_speech.py
does, but for the packets: WAV (PCM16, mono, 24 kHz) and JSON, named VOICE-NN. Nothing is fitted here, and nothing of it is committed.

usage: make_training.py FLITE_WORDS JOE_ONNX FOLDER [VOICE...]
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import TypeAlias

sys.path[:0] = [str(Path(__file__).parent.parent)]

from clips import RATE_HZ, letters  # noqa: E402
from espeak import Kind, Voice  # noqa: E402
from make_speech import resampled, with_noise  # noqa: E402
from utterances import utterance  # noqa: E402
from word_times import word_times  # noqa: E402

SENTENCES = Path(__file__).with_name("sentences.txt")
#: How long the sounds last, by the number of the text.
STRETCH = (1.0, 0.85, 1.15, 0.95)
#: A voice's own name, the language that it speaks, and who says it: festival with the call that chooses the voice and the
#: encoding of its text, flite, espeak-ng with its voice, or joe.
VOICES: dict[str, tuple[str, ...]] = {
    "flite-rms": ("en", "flite", "rms"),
    "flite-slt": ("en", "flite", "slt"),
    "flite-kal16": ("en", "flite", "kal16"),
    "flite-awb": ("en", "flite", "awb"),
    "kal": ("en", "festival", "(voice_kal_diphone)", "ascii"),
    "ked": ("en", "festival", "(voice_ked_diphone)", "ascii"),
    "slt-hts": ("en", "festival", "(voice_cmu_us_slt_arctic_hts)", "ascii"),
    "dita": ("cs", "festival", "(voice_czech_dita)", "iso-8859-2"),
    "krb": ("cs", "festival", "(voice_czech_krb)", "iso-8859-2"),
    "machac": ("cs", "festival", "(voice_czech_machac)", "iso-8859-2"),
    "czech-ph": ("cs", "festival", "(voice_czech_ph)", "iso-8859-2"),
    "lp": ("it", "festival", "(voice_lp_diphone)", "iso-8859-1"),
    "pc": ("it", "festival", "(voice_pc_diphone)", "iso-8859-1"),
    "lj": ("fi", "festival", "(voice_suo_fi_lj_diphone)", "iso-8859-1"),
    "mv": ("fi", "festival", "(voice_hy_fi_mv_diphone)", "iso-8859-1"),
    "nsh": ("ru", "festival", "(voice_msu_ru_nsh_clunits)", "utf-8"),
    "ona": ("ca", "festival", "(voice_upc_ca_ona_hts)", "iso-8859-15"),
    "espeak-cs": ("cs", "espeak", "cs"),
    "espeak-it": ("it", "espeak", "it"),
    "espeak-fi": ("fi", "espeak", "fi"),
    "espeak-ca": ("ca", "espeak", "ca"),
    "espeak-pl": ("pl", "espeak", "pl"),
    "espeak-pt": ("pt", "espeak", "pt"),
    "espeak-nl": ("nl", "espeak", "nl"),
    "espeak-tr": ("tr", "espeak", "tr"),
    "espeak-sv": ("sv", "espeak", "sv"),
    # Other speakers than those of the benchmark, which are espeak-ng's too.
    "espeak-fr": ("fr", "espeak", "fr-ch+f3"),
    "espeak-de": ("de", "espeak", "de+m4"),
    "espeak-es": ("es", "espeak", "es-419+f2"),
    "espeak-zh": ("zh", "espeak", "cmn-latn-pinyin+f3"),
    "espeak-gb": ("en", "espeak", "en-gb-x-rp"),
    "joe": ("en", "joe"),
}
_HEADING = re.compile(r"## \S+ (\S+)")
_PAUSE = re.compile(r"\s?\[(\d+)\]")


@dataclass(frozen=True)
class Said:
    """A piece of text that was said: by the synthesizer's own tokens, in order."""

    start_ms: float
    end_ms: float
    token: str


Sound: TypeAlias = "tuple[array[int], int, list[Said]]"


def texts(language: str) -> list[str]:
    found: dict[str, list[str]] = {}
    now: list[str] = []
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if heading := _HEADING.fullmatch(line):
            now = found.setdefault(heading[1], [])
        elif line.startswith("= "):
            now[-1] += "\n" + line[2:]
        elif line and not line.startswith("#"):
            now.append(line)
    return found[language]


def words_of(text: str) -> list[tuple[int, int]]:
    """Where the words stand, without the marks around them."""
    found: list[tuple[int, int]] = []
    for match in re.finditer(r"\S+", text):
        bare = match[0].strip("¿¡.,;:!?…\"'-")
        if bare and (any(map(str.isalnum, bare)) or bare in "%&+=€$£"):
            start = match.start() + match[0].index(bare)
            found.append((start, start + len(bare)))
    return found


def read_wave(path: Path) -> tuple[array[int], int]:
    with wave.open(str(path)) as file:
        return array("h", file.readframes(file.getnframes())), file.getframerate()


def by_flite(program: str, voice: str, text: str, stretch: float, folder: Path) -> Sound:
    out = subprocess.run(
        [program, voice, text, folder / "o.wav", str(stretch)], capture_output=True, text=True, check=True
    ).stdout
    said: list[Said] = []
    for line in out.splitlines():
        start, end, _, token = line.split(" ", 3)
        # A token of several words has a line for each.
        if said and said[-1].token == token and abs(said[-1].end_ms - 1000 * float(start)) < 20:
            said[-1] = Said(said[-1].start_ms, 1000 * float(end), token)
        else:
            said.append(Said(1000 * float(start), 1000 * float(end), token))
    return *read_wave(folder / "o.wav"), said


_FESTIVAL = """{choice}
(Parameter.set 'Duration_Stretch {stretch})
(set! u (utt.synth (Utterance Text "{text}")))
(utt.save.wave u "{wav}")
(set! out (fopen "{times}" "w"))
(define (print-token token)
  (let ((word (item.daughter1 token)))
    (while word
      (format out "%s\\t%s\\t%s\\n" (item.feat word "R:Word.word_start") (item.feat word "R:Word.word_end") (item.name token))
      (set! word (item.next word)))
    (format out "end\\n")))
(set! token (utt.relation.first u 'Token))
(while token (print-token token) (set! token (item.next token)))
(fclose out)
"""


def by_festival(choice: str, encoding: str, text: str, stretch: float, folder: Path) -> Sound:
    text = text.translate(str.maketrans("’…“”\"", "'.   "))
    script = _FESTIVAL.format(
        choice=choice, stretch=stretch, text=text, wav=folder / "o.wav", times=folder / "o.times"
    )
    (folder / "o.scm").write_bytes(script.encode(encoding, errors="replace"))
    subprocess.run(["festival", "-b", folder / "o.scm"], check=True, capture_output=True, cwd=folder)
    said: list[Said] = []
    inside: list[tuple[float, float, str]] = []
    for line in (folder / "o.times").read_bytes().decode(encoding, errors="replace").splitlines():
        if line != "end":
            start, end, token = line.split("\t")
            if float(end) > 0:
                inside.append((float(start), float(end), token))
        elif inside:
            said.append(Said(1000 * inside[0][0], 1000 * inside[-1][1], inside[0][2]))
            inside = []
    return *read_wave(folder / "o.wav"), said


def by_joe(model: str, text: str, stretch: float, folder: Path) -> Sound:
    """Piper's model, with the lengths of its phonemes as one more output; the phonemes are espeak-ng's."""
    import numpy as np
    import onnx
    import onnxruntime

    told = json.loads(Path(model + ".json").read_text(encoding="utf-8"))
    graph = onnx.load(model)
    graph.graph.output.append(onnx.helper.make_tensor_value_info("/Ceil_output_0", onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    numbers = told["phoneme_id_map"]

    def phonemes(words: str) -> str:
        out = subprocess.run(["espeak-ng", "-q", "--ipa", "-v", "en-us", "--", words], capture_output=True, text=True)
        return " ".join(out.stdout.split())

    places = words_of(text)
    alone = [phonemes(text[start:end]) for start, end in places]
    together = phonemes(text).split()
    spoken = together if len(together) == len(places) else alone
    ids, owner = [*numbers["^"], *numbers["_"]], [-1, -1]
    for index, (start, end) in enumerate(places):
        until = places[index + 1][0] if index + 1 < len(places) else len(text)
        for number, sounds in ((index, spoken[index]), (-1, text[end:until])):
            for sound in sounds:
                if sound in numbers:
                    more = [*numbers[sound], *numbers["_"]]
                    ids += more
                    owner += [number] * len(more)
    ids += numbers["$"]
    owner += [-1]
    audio, lengths = session.run(
        ["output", "/Ceil_output_0"],
        {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([told["inference"]["noise_scale"], stretch, told["inference"]["noise_w"]], np.float32),
        },
    )
    rate = told["audio"]["sample_rate"]
    ends = np.cumsum(lengths.reshape(-1)) * 256 / rate * 1000
    samples = audio.reshape(-1)
    samples = (samples / max(0.01, np.abs(samples).max()) * 26_000).astype(np.int16)
    said: list[Said] = []
    for index, (start, end) in enumerate(places):
        mine = [i for i, one in enumerate(owner) if one == index]
        said.append(Said(float(ends[mine[0] - 1]), float(ends[mine[-1]]), text[start:end]))
    return array("h", samples.tobytes()), rate, said


def by_espeak(voice: str, text: str, spoken: list[str] | None, stretch: float) -> Sound:
    one = utterance("", voice, 1, round(175 / stretch), text, spoken)
    speaker = Voice()

    def phonemes_alone(word: str) -> list[str]:
        moments = speaker.say(voice, one.words_a_minute, f"<speak>{word}</speak>")[1]
        return [moment.name for moment in moments if moment.kind is Kind.PHONEME]

    samples, moments = speaker.say(voice, one.words_a_minute, one.ssml)
    times = word_times(one, samples, speaker.rate_hz, moments, phonemes_alone)
    said = [Said(t.start_ms, t.end_ms, text[w.text_start : w.text_end]) for w, t in zip(one.words, times, strict=True)]
    return samples, speaker.rate_hz, said


def laid_on(words: list[str], said: list[Said]) -> list[tuple[int, int]]:
    """The tokens in order beside the words, by the letters that they hold: "17:45" may be several of the synthesizer's.
    Raises ValueError where they do not fit."""
    found: list[tuple[int, int]] = []
    at = 0

    def count(text: str) -> int:
        return sum(map(str.isalnum, text)) or letters(text)

    for word in words:
        got, first, last = 0, -1.0, 0.0
        while got < count(word) and at < len(said):
            first = said[at].start_ms if first < 0 else first
            last, got, at = said[at].end_ms, got + count(said[at].token), at + 1
        if first < 0 or got > count(word):
            raise ValueError(f"{word} was not said")
        found.append((round(first), round(last)))
    if at != len(said):
        raise ValueError("more was said than was written")
    return found


def say(way: tuple[str, ...], programs: tuple[str, str], text: str, stretch: float, folder: Path) -> Sound:
    match way[1:]:
        case ("flite", voice):
            return by_flite(programs[0], voice, text, stretch, folder)
        case ("festival", choice, encoding):
            return by_festival(choice, encoding, text, stretch, folder)
        case ("espeak", voice):
            text, _, spoken = text.partition("\n")
            return by_espeak(voice, text, spoken.split() or None, stretch)
        case _:
            return by_joe(programs[1], text, stretch, folder)


def make(job: tuple[str, int, str, tuple[str, str], Path]) -> str | None:
    """Writes one utterance; answers what was wrong with it, if anything was."""
    voice, number, marked, programs, folder = job
    way = VOICES[voice]
    stretch = STRETCH[number % len(STRETCH)]
    name = f"{voice}-{number:02}"
    samples = array("h")
    text = ""
    words: list[tuple[int, int]] = []
    times: list[tuple[int, int]] = []
    for index, piece in enumerate(_PAUSE.split(marked)):
        if index % 2:
            samples.extend([0] * (int(piece) * RATE_HZ // 1000))
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                sound, rate, said = say(way, programs, piece.strip(), stretch, Path(scratch))
            except (subprocess.CalledProcessError, ValueError, SystemExit) as problem:
                return f"{name} was left out: {problem}"
        piece, _, spoken = piece.partition("\n")
        places = [(w.text_start, w.text_end) for w in utterance("", "", 1, 0, piece, spoken.split()).words] if spoken else words_of(piece)
        before_ms = len(samples) * 1000 // RATE_HZ
        try:
            moments = laid_on([piece[start:end] for start, end in places], said)
        except ValueError as problem:
            return f"{name} was left out: {problem}"
        words += [(len(text) + start, len(text) + end) for start, end in places]
        times += [(before_ms + start, before_ms + end) for start, end in moments]
        samples.extend(resampled(sound, rate))
        text += piece
    audio = with_noise(samples, name)
    with wave.open(str(folder / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(audio.tobytes())
    clip = {
        "text": text,
        "language": way[0],
        "speed": round(100 / stretch),
        "duration_ms": len(audio) * 1000 // RATE_HZ,
        "words": [
            {"text_start": start, "text_end": end, "start_ms": first, "end_ms": last}
            for (start, end), (first, last) in zip(words, times, strict=True)
        ],
    }
    (folder / f"{name}.json").write_text(json.dumps(clip, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return None


def jobs(voices: list[str], programs: tuple[str, str], folder: Path) -> Iterator[tuple[str, int, str, tuple[str, str], Path]]:
    for voice in voices:
        for number, text in enumerate(texts(VOICES[voice][0]), 1):
            yield voice, number, text, programs, folder


def main() -> None:
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    voices = sys.argv[4:] or list(VOICES)
    # A process each: espeak-ng speaks a little differently after it has spoken.
    with Pool(os.cpu_count(), maxtasksperchild=1) as pool:
        problems = list(pool.imap(make, jobs(voices, (sys.argv[1], sys.argv[2]), folder), chunksize=1))
    for problem in filter(None, problems):
        print(problem)
    print(f"{sum(problem is None for problem in problems)} utterances of {len(voices)} voices: {folder}")


if __name__ == "__main__":
    main()
