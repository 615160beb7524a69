"""What the command line says to files that are none, that never end or lie, to scripts that ask for too much, and to outputs
that take nothing: one sentence, exit code 2, no traceback, and no memory beyond the file's."""

from __future__ import annotations

import asyncio
import json
import os
import random
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

websockets = pytest.importorskip("websockets")

import rtmulti  # noqa: E402
from rtmulti import _files  # noqa: E402
from rtmulti.cli import main, record  # noqa: E402
from rtmulti.cli.screen import plain  # noqa: E402
from rtmulti.trace import layout  # noqa: E402
from rtmulti.server import ScriptError, StrictServer, load_script, parse_script  # noqa: E402

HERE = Path(__file__).resolve().parent
WEATHER = str(HERE / "sessions" / "weather.jsonl")
DEEP = "[" * 100_000


def _refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    """The one sentence that a command says."""
    assert main(arguments) == code
    printed = capsys.readouterr()
    assert printed.err.startswith("rtmulti: ") and printed.err.count("\n") == 1
    return printed.err


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Files that nobody should have named."""
    made = {name: tmp_path / name for name in ("garbage", "empty", "nul", "folder", "sparse", "pipe", "deep", "missing")}
    made["garbage"].write_bytes(random.Random(1).randbytes(5_000))
    made["empty"].touch()
    made["nul"].write_bytes(bytes(5_000))
    made["folder"].mkdir()
    with made["sparse"].open("wb") as file:
        file.truncate(1 << 40)
    os.mkfifo(made["pipe"])
    made["deep"].write_text('{"at_ms": 0, "event": ' + DEEP)
    made["too long"] = tmp_path / ("x" * 5_000)
    made["endless"] = Path("/dev/zero")
    made["random"] = Path("/dev/urandom")
    return made


def test_a_file_that_is_none_is_answered_in_a_sentence(
    capsys: pytest.CaptureFixture[str], files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_files, "_PATIENCE_S", 0.05)
    for name, path in files.items():
        for command in (["play"], ["timeline"], ["trace"], ["serve"], ["record", "--url", "ws://127.0.0.1:1/", "--send"]):
            if name in ("empty", "missing") and command[0] == "record":
                continue  # nothing is asked then, and the server is not there
            said = _refused(capsys, *command, str(path))
            assert path.name[:50] in said
    assert "longer than 1024 MiB" in _refused(capsys, "play", str(files["sparse"]))
    assert "a pipe, and nothing came" in _refused(capsys, "play", str(files["pipe"]))
    assert "a device" in _refused(capsys, "trace", "/dev/zero")


def test_a_pipe_that_is_written_to_is_read_to_its_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    script = f"{sys.executable} -m rtmulti play <(sleep 0.3; cat {WEATHER}) --json"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["messages"]) == 3


def test_a_log_may_hold_anything(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    events: list[Any] = [
        {"type": kind} for kind in (None, 5, [], {}, "\x00", True, "\ud800")
    ] + [
        {"type": "response.output_item.added", "item": {"type": "message", "id": [1]}},
        {"type": "response.output_audio.delta", "item_id": {}, "content_index": [], "delta": 5},
        {"type": "response.created", "response": {"id": "r\x1b[2J\u202e"}},
        {"type": "response.output_item.added", "response_id": "r\x1b[2J\u202e", "item": {"type": "message", "id": "A\ud800"}},
        {"type": "response.output_item.added", "response_id": "r\x1b[2J\u202e", "item": {"type": "message", "id": "B\n\x9b1m"}},
        {"type": "response.output_audio.delta", "response_id": "r\x1b[2J\u202e", "item_id": "B\n\x9b1m", "delta": "AAAA" * 900},
        {"type": "response.output_audio_transcript.delta", "item_id": "B\n\x9b1m", "delta": "\x1b]0;mine\x07 hello"},
        {"type": "response.done", "response": {"id": "r\x1b[2J\u202e", "status": "completed"}},
    ]  # fmt: skip
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps({"at_ms": at, "event": event}) + "\n" for at, event in enumerate(events)))
    assert main(["play", str(log), "--timeline", str(tmp_path / "t.html")]) == 0
    printed = capsys.readouterr()
    assert printed.err == "" and "\\x1b]0;mine" in printed.out
    assert not any(char in printed.out for char in "\x1b\x07\x9b\u202e")
    assert main(["play", str(log), "--json"]) == 0


def test_nothing_that_is_printed_for_people_steers_a_terminal() -> None:
    assert plain("a\tb\nc\x1b[2J\x7f\x9b\u202ed\ufeffe") == "a\tb\nc\\x1b[2J\\x7f\\x9b\\u202ed\ufeffe"


def test_addresses_that_are_none_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    for url in ("ws://127.0.0.1:99999/", "ws://[::1", "ws://", "ws://a\nb/", "ws://\x1b[2J/"):
        assert "cannot be recorded" in _refused(capsys, "record", "--url", url, code=1)
    for arguments in (["ws://x:99999999"], ["ws://x", "--host", "\u00e9" * 100], ["ws://x", "--latency-ms", "9" * 5_000]):
        _refused(capsys, "relay", "--upstream", *arguments)


def _wave(rate_hz: int, sound: bytes, size: int | None = None) -> bytes:
    form = struct.pack("<IHHIIHH", 16, 1, 1, rate_hz, 2 * rate_hz, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(sound)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", len(sound) if size is None else size) + sound  # fmt: skip


def _turn(**keys: Any) -> dict[str, Any]:
    return {"voice": "tone", "turns": [{"output": [{"message": "Hello."}], **keys}]}


def _message(**keys: Any) -> dict[str, Any]:
    return {"voice": "tone", "turns": [{"output": [{"message": "Hello.", **keys}]}]}


@pytest.mark.parametrize(
    "script",
    [
        DEEP, '{"turns":' * 100_000, "\xff", "nonsense", '{"turns": 1e400}',
        _turn(pace=float("nan")), _turn(pace=float("inf")), _turn(pace=10**400), _turn(pace=1e-300), _turn(chunk_ms=10**30),
        _turn(speech_at_ms=10**30), _turn(drop_at_ms=10**30), _message(audio_ms=10**12), _message(message="x" * 20_000),
        _message(message="\ud800"), _message(message="a\0b"), _message(phase="a\0b"), _message(audio_file="a\0b"),
        _message(audio_file="\udc80"), {"turns": [{"output": [{"pause_ms": 10**400}]}]},
        {"turns": [{}], "turn_detection": {"threshold": float("nan")}}, {"turns": [{}], "about": "a\0"},
        {"voice": "tone", "turns": [{"output": [{"message": f"{n}", "audio_ms": 300_000} for n in range(7)]}]},
    ],
)  # fmt: skip
def test_a_script_that_asks_for_too_much_is_refused(script: Any, tmp_path: Path) -> None:
    path = tmp_path / "script.json"
    path.write_bytes((script if isinstance(script, str) else json.dumps(script)).encode("latin-1"))

    async def run() -> None:
        async with StrictServer(load_script(path)):
            raise AssertionError("it was served")

    with pytest.raises(ScriptError) as refused:
        asyncio.run(run())
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("name", ["zero.wav", "garbage.wav", "slow.wav", "none.wav", "garbage.opus", "folder.wav", "pipe.opus"])
def test_audio_that_cannot_be_spoken_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_files, "_PATIENCE_S", 0.05)
    (tmp_path / "zero.wav").symlink_to("/dev/zero")
    (tmp_path / "garbage.wav").write_bytes(random.Random(2).randbytes(3_000))
    (tmp_path / "garbage.opus").write_bytes(random.Random(3).randbytes(3_000))
    (tmp_path / "slow.wav").write_bytes(_wave(1, bytes(200_000)))  # a day of sound
    (tmp_path / "none.wav").write_bytes(_wave(0, bytes(200)))
    (tmp_path / "folder.wav").mkdir()
    os.mkfifo(tmp_path / "pipe.opus")

    async def run() -> None:
        async with StrictServer(parse_script(_message(audio_file=name), tmp_path)):
            raise AssertionError("it was served")

    with pytest.raises(ScriptError, match=name.replace(".", r"\.")):
        asyncio.run(run())


def test_a_wave_of_half_a_sample_is_spoken(tmp_path: Path) -> None:
    (tmp_path / "odd.wav").write_bytes(_wave(24_000, bytes(2_001), 0xFFFFFFFF))

    async def run() -> None:
        async with StrictServer(parse_script(_message(audio_file="odd.wav"), tmp_path)):
            pass

    asyncio.run(run())


def test_a_full_disk_is_said_of_the_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("heard.wav", "t.svg", "t.html"):
        (tmp_path / name).symlink_to("/dev/full")
    assert "heard.wav cannot be written: No space left" in _refused(capsys, "play", WEATHER, "--out", str(tmp_path / "heard.wav"))
    for name in ("t.svg", "t.html"):
        assert f"{name} cannot be written: No space left" in _refused(capsys, "timeline", WEATHER, "--out", str(tmp_path / name))

    async def run() -> None:
        async with StrictServer(parse_script(_message(audio_ms=20))) as server:
            options = ["record", "--url", server.url, "--out", str(tmp_path / "t.svg")]
            assert "t.svg cannot be written" in await asyncio.to_thread(_refused, capsys, *options)

    asyncio.run(run())
    assert record.NAME == "record"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (f"play {WEATHER} >/dev/full", 2, "rtmulti: the output cannot be written: No space left on device.\n"),
        ("rules >/dev/full", 2, "rtmulti: the output cannot be written: No space left on device.\n"),
        ("serve weather --once >/dev/full", 2, "rtmulti: the output cannot be written: No space left on device.\n"),
        (f"play {WEATHER} >&-", 0, ""),
        (f"play {WEATHER} >&- 2>&-", 0, ""),
        (f"play {WEATHER} | true", 0, ""),
        ("rules | true", 0, ""),
    ],
)
def test_an_output_that_takes_nothing_is_no_crash(words: str, code: int, said: str) -> None:
    command = f"{sys.executable} -m rtmulti {words}"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", said)


def test_no_locale_and_no_name_is_a_reason_to_end(tmp_path: Path) -> None:
    log = os.fsencode(tmp_path) + b"/\xff\xe4.jsonl"
    Path(os.fsdecode(log)).write_bytes(Path(WEATHER).read_bytes())
    ascii_only = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    picture = log[:-5] + b"svg"
    command = [sys.executable, b"-m", b"rtmulti", b"play", log, b"--timeline", picture]
    done = subprocess.run(command, capture_output=True, timeout=60, env=ascii_only)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b" item_001  #####" in done.stdout and done.stdout.isascii()
    assert Path(os.fsdecode(picture)).exists()


class _Taking(rtmulti.Sink):
    """Takes everything, and answers a clear."""

    def write(self, segment: int, pcm: bytes) -> None:
        pass

    def clear(self, segment: int) -> None:
        self.playback.playback_finished(segment, 100, True)


def _traced(path: Path) -> bytes:
    session = rtmulti.Session(_Taking())
    session.trace(path)
    session.advance(0)
    session.response_created("r1")
    for index, item in enumerate("AB"):
        session.item_added("r1", item, index)
        session.audio("r1", item, bytes(range(200)) * 8)
        session.text("r1", item, "Hello there. ")
    session.playback_progress(1, 300)
    session.interrupt()
    session.close()
    session.destroy()
    return path.read_bytes()


def _sealed(blocks: list[bytearray]) -> bytes:
    """A trace of these blocks, with the seals that belong to them."""
    whole = b""
    for block in blocks:
        size, head = len(block), b""
        while size > 127:
            head, size = head + bytes([size & 127 | 128]), size >> 7
        whole += head + bytes([size]) + layout._seal(bytes(block)).to_bytes(4, "little") + block
    return whole


def test_a_trace_that_was_forged_is_answered_in_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "forged.trace"
    rest, blocks = layout._Bytes(_traced(path)), list[bytes]()
    while not rest.is_at_end:
        begin = rest.number() + layout.SEAL_BYTES
        blocks.append(rest.data[rest.at + layout.SEAL_BYTES : rest.at + begin])
        rest.at += begin
    for seed in range(120):
        chance = random.Random(seed)
        forged = [bytearray(block) for block in blocks]
        for _ in range(chance.randrange(1, 5)):
            block = chance.choice(forged)
            at = chance.randrange(len(block) + 1)
            block[at : at + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        path.write_bytes(_sealed(forged))
        for command in (["trace", str(path)], ["play", str(path), "--json"], ["play", str(path), "--interrupt-at", "0.01"]):
            assert main(command) in (0, 1, 2)
            said = capsys.readouterr().err
            assert said.count("\n") <= 1 and "\x1b" not in said
