"""The programs of docs/loudspeaker.md, as they stand there, on the null sinks: what sounded is held to what the server
was told, and a voice at the microphone interrupts."""

from __future__ import annotations

import asyncio
import math
import re
import signal
import subprocess
import sys
from array import array
from pathlib import Path

import pytest
from monitor import RATE_HZ, Recording
from stumbles import again_after_a_stumble

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Guides"))

from answers import says_the_same  # noqa: E402
from pages import Block, read_page  # noqa: E402

from rtmulti.server import StrictServer, Verdict, parse_script  # noqa: E402

PAGE = Path(__file__).resolve().parents[2] / "docs/loudspeaker.md"
PATIENCE_S = 30
MS = RATE_HZ // 1000
BLOCK_MS, FADE_MS = 10, 3
#: Silence that is no zero crossing of a wave.
GAP_FRAMES = 2 * MS
SCRIPT = {
    "voice": "tone",
    "turn_detection": {"interrupt_response": True, "create_response": False},
    "turns": [{"output": [{"message": "First.", "audio_ms": 500}, {"message": "Second, and long.", "audio_ms": 3000}]}],
}


def programs() -> dict[str, Block]:
    """The programs of the page, by the name in their first line."""
    marked = (block for block in read_page(PAGE).blocks if block.language == "python")
    return {block.text.split()[1]: block for block in marked}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what the page has one write down."""
    for name, block in programs().items():
        (tmp_path / name).write_text(block.text, encoding="utf-8")
    return tmp_path


def sounding_ms(pcm: array[int]) -> float:
    """How long something sounded, without the silence before, behind and between."""
    heard = [at for at, sample in enumerate(pcm) if abs(sample) > 1]
    steps = (after - before for before, after in zip(heard, heard[1:]))
    return sum(step for step in steps if step <= GAP_FRAMES) / MS


@again_after_a_stumble
def test_what_sounds_is_what_the_server_is_told(folder: Path) -> None:
    with Recording() as recording:
        command = [sys.executable, "loudspeaker.py"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S)
        recording.wait_for(RATE_HZ // 2)
    assert done.returncode == 0 and not done.stderr, done.stderr
    told = re.findall(r"^([ABC]) ([A-Z]+) (\d+)$", done.stdout, re.MULTILINE)
    assert [(item, outcome) for item, outcome, _ in told] == [("A", "FULL"), ("B", "PARTIAL"), ("C", "SKIPPED")]
    assert says_the_same(programs()["loudspeaker.py"].expected, done.stdout), done.stdout
    heard_ms = sum(int(ms) for _, _, ms in told)
    assert -2 <= sounding_ms(recording.pcm()) - heard_ms <= FADE_MS + 2


def _speak(seconds: float) -> None:
    """Somebody speaks into the microphone."""
    wave = array("h", (round(20_000 * math.sin(at / 20)) for at in range(int(seconds * RATE_HZ))))
    form = ["--raw", "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=20"]
    subprocess.run(
        ["pacat", "--playback", "--device=voice", *form], input=wave.tobytes(), timeout=PATIENCE_S, check=True
    )


@again_after_a_stumble
def test_a_conversation_is_interrupted_by_a_voice_at_the_microphone(folder: Path) -> None:
    async def converse() -> tuple[str, Verdict]:
        async with StrictServer(parse_script(SCRIPT)) as server:
            talking = await asyncio.create_subprocess_exec(
                sys.executable, "talk.py", server.url, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            assert talking.stdout is not None
            first = await asyncio.wait_for(talking.stdout.readline(), PATIENCE_S)
            await asyncio.sleep(0.8)
            await asyncio.to_thread(_speak, 0.5)
            second = await asyncio.wait_for(talking.stdout.readline(), PATIENCE_S)
            talking.send_signal(signal.SIGINT)
            rest = await asyncio.wait_for(talking.stdout.read(), PATIENCE_S)
            return (first + second + rest).decode(), await server.verdict()

    with Recording() as recording:
        printed, verdict = asyncio.run(converse())
        recording.wait_for(RATE_HZ // 2)
    print(printed)
    assert len(printed.splitlines()) == 3
    first, second, goodbye = printed.splitlines()
    assert first == "500 of 500 ms were heard: First." and goodbye == "Goodbye."
    heard = re.match(r"(\d+) of \d+ ms were heard: (.*)", second)
    assert heard is not None and 500 <= int(heard[1]) < 3000
    assert [line.told for line in verdict.lines] == ["nothing", "truncate"]
    assert verdict.lines[1].remembered_ms == int(heard[1])
    assert -2 <= sounding_ms(recording.pcm()) - 500 - int(heard[1]) <= FADE_MS + 2
