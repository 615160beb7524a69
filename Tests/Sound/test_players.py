"""The examples that play on a device, on PipeWire's null sink: what its monitor recorded is compared with the fixtures,
frame for frame, and with what rtmulti says was heard. First the rig itself is held to account, without rtmulti."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from array import array
from dataclasses import dataclass

import pytest
import sounddevice
from monitor import PIECE_MS, RATE_HZ, Recording
from sentences import FIXTURES, IDS, Stumbled, first_sound, follow, last_sound, sentence
from stumbles import again_after_a_stumble

ROOT = FIXTURES.parent.parent
PLAYERS = {
    "portaudio": [str(ROOT / "build" / "portaudio_player")],
    "sounddevice": [sys.executable, str(ROOT / "bindings" / "python" / "examples" / "sounddevice_player.py")],
}
PATIENCE_S = 30
A_MS = RATE_HZ // 1000
#: How long a device may run dry on a busy machine, in all of a test. It must not be between two messages.
DRY_MS = 500
#: How long the last sample of a cut decays (the default of rtmulti_sink.fade_us).
FADE_MS = 3
BLOCK_MS = 10
#: The players ask for 60 ms; the sound server's own queue comes on top of them.
LATE_MS = 150


@dataclass(frozen=True)
class Told:
    """What a player printed."""

    heard_ms: dict[str, int]
    outcomes: dict[str, str]
    commands: list[str]
    interrupted_us: int | None
    latency_ms: int | None


def run(player: str, *arguments: str) -> tuple[Told, array[int], Recording]:
    """What the player told, and what the null sink played meanwhile."""
    with Recording() as recording:
        command = [*PLAYERS[player], str(FIXTURES), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
        assert done.returncode == 0, done.stderr
        recording.wait_for(RATE_HZ // 2)
    print(done.stdout)
    rows = re.findall(r"^ (\w) +(\d+) ms +(\w+)$", done.stdout, re.MULTILINE)
    cut = re.search(r"^interrupted at (\d+) us; the device is (\d+) ms late$", done.stdout, re.MULTILINE)
    told = Told(
        {item_id: int(ms) for item_id, ms, _ in rows},
        {item_id: outcome for item_id, _, outcome in rows},
        re.findall(r'"type":"([a-z.]+)"', done.stdout),
        int(cut[1]) if cut else None,
        int(cut[2]) if cut else None,
    )
    assert list(told.outcomes) == list(IDS), done.stdout
    return told, recording.pcm(), recording


def test_a_lost_round_of_the_sound_server_is_told_from_a_late_player() -> None:
    sound = sentence("A")
    round_frames, lost_at = 512, 24_000
    lost = sound[:lost_at] + array("h", bytes(2 * round_frames)) + sound[lost_at + round_frames :]
    with pytest.raises(Stumbled, match="silence stands in the place"):
        follow(lost, sound)
    late = sound[:lost_at] + array("h", bytes(2 * round_frames)) + sound[lost_at:]
    assert follow(late, sound).played == len(sound)
    skipped = sound[:lost_at] + sound[lost_at + round_frames :]
    assert follow(skipped, sound).played < len(sound)
    silenced = sound[:lost_at] + array("h", bytes(2 * round_frames)) + sound[lost_at + 2 * round_frames :]
    assert follow(silenced, sound).played < len(sound)


@again_after_a_stumble
def test_the_null_sink_plays_frame_for_frame_and_keeps_time() -> None:
    sound = sum((sentence(item_id) for item_id in IDS), array("h"))
    with Recording() as recording:
        began_s, began_frames = time.monotonic(), recording.frames
        with sounddevice.RawOutputStream(RATE_HZ, RATE_HZ * BLOCK_MS // 1000, None, 1, "int16", 0.1) as device:
            # PortAudio drops what lies in the device when it is stopped, so let that be silence.
            device.write(sound.tobytes() + bytes(2 * RATE_HZ))
        recording.wait_for(RATE_HZ // 2)
        took_s, played_s = time.monotonic() - began_s, (recording.frames - began_frames) / RATE_HZ
    following = follow(recording.pcm(), sound)
    assert following.played == len(sound), f"{following.played} frames, then other sound"
    assert not following.rest
    assert sum(following.pauses.values()) <= DRY_MS * A_MS
    assert abs(played_s - took_s) < 0.02 * took_s + 0.1, f"it played {played_s:.2f} s in {took_s:.2f} s"


@pytest.mark.parametrize("player", PLAYERS)
@again_after_a_stumble
def test_a_whole_response_is_heard_without_a_gap(player: str) -> None:
    told, recorded, _ = run(player)
    sentences = {item_id: sentence(item_id) for item_id in IDS}
    assert told.outcomes == dict.fromkeys(IDS, "full")
    assert told.heard_ms == {item_id: len(frames) // A_MS for item_id, frames in sentences.items()}
    assert told.commands == []
    whole = sum(sentences.values(), array("h"))
    following = follow(recorded, whole)
    assert following.played == len(whole), f"{following.played} frames, then other sound"
    assert not following.rest
    assert sum(following.pauses.values()) <= DRY_MS * A_MS
    second = len(sentences["A"])
    for begin in (second, second + len(sentences["B"])):
        assert first_sound(whole, begin) not in following.pauses, "there is silence between two messages"


@pytest.mark.parametrize("player", PLAYERS)
@again_after_a_stumble
def test_an_interrupted_response_ends_where_the_server_is_told(player: str) -> None:
    told, recorded, recording = run(player, "0.6")
    first, second = sentence("A"), sentence("B")
    assert told.outcomes == {"A": "full", "B": "partial", "C": "skipped"}
    assert told.commands == ["conversation.item.truncate", "conversation.item.delete"]
    assert told.heard_ms["A"] == len(first) // A_MS
    assert told.heard_ms["C"] == 0
    following = follow(recorded, first + second)
    heard = following.played - len(first)
    assert told.heard_ms["B"] * A_MS <= heard
    assert sum(following.pauses.values()) <= DRY_MS * A_MS
    # Where the sentence is quiet, the decay and the silence behind it may happen to be its next samples.
    beyond = max(0, heard - (told.heard_ms["B"] + 1) * A_MS)
    tail = recorded[following.end - beyond : following.end] + following.rest
    decay = [abs(sample) for sample in tail[: last_sound(tail) + 1]]
    assert len(decay) <= FADE_MS * A_MS and decay == sorted(decay, reverse=True)
    # The sound ends when what the device had claimed has been played: as late as the device is, give or take a block.
    assert told.interrupted_us is not None and told.latency_ms is not None
    ended_ms = (recording.moment_us(following.end) - told.interrupted_us) / 1000
    assert told.latency_ms < LATE_MS
    assert abs(ended_ms - told.latency_ms) <= BLOCK_MS + PIECE_MS, f"{ended_ms:.1f} ms"
