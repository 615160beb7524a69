"""Scripts and voices: what a script may say, how its mistakes are named, and that speech has the length it should."""

from __future__ import annotations

import json
import math
import re
import sys
from array import array
from pathlib import Path
from typing import Any

import pytest

from rtmulti.server import ScriptError, load_script, parse_script, shipped_scripts
from rtmulti.server.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw
from rtmulti.server.ogg_opus import UnreadableAudio, decode_file
from rtmulti.server.script import Call, Message
from rtmulti.server.voice import Format, Voice

PACKAGE = Path(__file__).resolve().parent.parent
SPEECH = PACKAGE.parent.parent / "Tests" / "Fixtures" / "speech-b.opus"


@pytest.mark.parametrize("name", shipped_scripts())
def test_the_scripts_of_the_package_are_found_by_name_from_anywhere(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = load_script(name)
    assert script.turns and script == load_script(shipped_scripts()[name])
    assert re.fullmatch(r"[A-Z].{20,64}\.", script.about)
    # A file that happens to be called so is found by its path.
    tmp_path.joinpath(name).write_text('{"turns": [{"output": [{"pause_ms": 1}]}]}')
    assert load_script(name) == script and len(load_script(f"./{name}").turns) == 1


def test_a_name_that_is_none_is_answered_with_those_that_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScriptError, match="there is no script wether; there are function-call, .*, weather, and the path"):
        load_script("wether")
    for path in ("wether.json", "scripts/wether"):
        with pytest.raises(ScriptError, match=f"{path} cannot be read: No such file"):
            load_script(path)


def test_a_script_says_all_that_its_page_promises() -> None:
    output = [
        {"message": "Hello", "audio_ms": 10, "phase": "commentary"},
        {"call": "f", "arguments": {"a": 1}},
        {"pause_ms": 5},
        {"error": {"code": "c", "message": "m"}},
    ]
    script = parse_script(
        {"voice": "espeak", "format": "audio/pcmu", "turn_detection": None, "turns": [{"output": output}]}
    )
    assert script.voice is Voice.ESPEAK
    assert script.format is Format.PCMU
    assert script.turn_detection is None
    assert script.turns[0].output[0] == Message("Hello", 10, None, "audio", "commentary")
    assert script.turns[0].output[1] == Call("f", '{"a": 1}')


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ([], "the script must be a JSON object."),
        ({"turns": []}, "the script has no turns"),
        ({"turns": [{"otput": []}]}, "turns[0]: 'otput' is not known here."),
        ({"turns": [{"output": [{"text": "x"}]}]}, "turns[0].output[0]: an output is one of"),
        ({"turns": [{"output": [{"message": 5}]}]}, "turns[0].output[0]: 'message' must be a text."),
        ({"turns": [{"pace": -1}]}, "turns[0]: 'pace' must be a number from 0 to 1000."),
        ({"turns": [{"chunk_ms": 0.5}]}, "turns[0]: 'chunk_ms' must be a whole number from 10 to 3600000."),
        ({"turns": [{"late_output": [{"pause_ms": "1"}]}]}, "turns[0].late_output[0]: 'pause_ms' must be"),
        ({"turns": [{}], "voice": "me"}, "the script: 'voice' must be one of auto, espeak, tone."),
        ({"turns": [{}], "turn_detection": {"threshold": "x"}}, "turn_detection: 'threshold' must be a number"),
        ({"turns": [{}], "turn_detection": {"interrupt": True}}, "turn_detection: 'interrupt' is not known here."),
        ({"turns": [{}], "refuse": {"session.update": {}}}, "refuse: 'session.update' cannot be refused on demand"),
    ],
)
def test_mistakes_are_named_with_their_place(script: Any, complaint: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_script(script)
    assert complaint in str(caught.value)


def test_a_file_that_is_no_script_is_named(tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    with pytest.raises(ScriptError, match="cannot be read: No such file"):
        load_script(path)
    path.write_text("{")
    with pytest.raises(ScriptError, match="is not JSON"):
        load_script(path)
    path.write_text(json.dumps({"turns": 3}))
    with pytest.raises(ScriptError, match=r"script.json: the script: 'turns' must be a list"):
        load_script(path)


def test_a_tone_is_as_long_as_it_is_told_to_be() -> None:
    assert len(Voice.TONE.say("Hello", None, 123)) == 123 * 24
    assert len(Voice.TONE.say("Hello", None, 0)) == 0
    assert len(Voice.TONE.say("Hello", None, None)) == 325 * 24


def test_recorded_speech_is_decoded_to_its_end() -> None:
    pcm = decode_file(SPEECH)
    # The file says 71367 frames at 24 kHz (2973.6 ms), as opusdec has it.
    assert abs(len(pcm) - 71367) <= 1
    assert max(pcm) > 10000
    shorter = Voice.AUTO.say("It is sunny.", SPEECH, 1000)
    assert shorter == pcm[:24000]
    assert len(Voice.AUTO.say("It is sunny.", SPEECH, 4000)) == 96000


@pytest.mark.parametrize("size", [0, 10, 200, 5000])
def test_broken_recordings_are_named(tmp_path: Path, size: int) -> None:
    path = tmp_path / "broken.opus"
    path.write_bytes(SPEECH.read_bytes()[:size])
    with pytest.raises(UnreadableAudio, match=r"broken\.opus"):
        decode_file(path)


@pytest.mark.parametrize(("encode", "decode"), [(encode_ulaw, decode_ulaw), (encode_alaw, decode_alaw)])
def test_g711_keeps_the_sound(encode: Any, decode: Any) -> None:
    pcm = array("h", (int(12000 * math.sin(at / 7)) for at in range(8000)))
    encoded = encode(pcm)
    error = sum((a - b) ** 2 for a, b in zip(decode(encoded), pcm, strict=True)) / sum(a * a for a in pcm)
    assert 10 * math.log10(1 / error) > 35  # G.711 has about 38 dB of signal to noise
    everything = bytes(range(256))
    # Each of the 256 codes survives, except that u-law has two codes for zero.
    assert sum(a != b for a, b in zip(encode(decode(everything)), everything, strict=True)) <= 1


def test_g711_is_that_of_the_standard_library_where_there_is_one() -> None:
    if sys.version_info >= (3, 13):
        pytest.skip("audioop left the standard library with Python 3.13")
    audioop = pytest.importorskip("audioop")
    everything = bytes(range(256))
    assert decode_ulaw(everything).tobytes() == audioop.ulaw2lin(everything, 2)
    assert decode_alaw(everything).tobytes() == audioop.alaw2lin(everything, 2)
