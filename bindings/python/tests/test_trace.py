"""Session.trace: where a trace goes, when it may begin, and what a file that fails does. That a trace can be replayed
is shown with the harness, where it was built."""

from __future__ import annotations

import asyncio
import io
import subprocess
from pathlib import Path

import pytest
from conversation import HandSink, two_messages

import rtmulti

HARNESS = Path(__file__).resolve().parents[3] / "build" / "rtmulti-harness"
MAGIC = b"rtmulti trace\n"


def converse(session: rtmulti.Session, sink: HandSink) -> None:
    session.advance(0)
    for event in two_messages():
        session.receive(event)
    sink.finish(1)
    sink.play(2, 9_600)
    session.advance(1_400_000)
    session.interrupt()
    session.close()


def test_a_trace_is_written_to_a_path_and_says_the_same_again(tmp_path: Path) -> None:
    path = tmp_path / "session.trace"
    commands: list[rtmulti.Command] = []
    records: list[rtmulti.Message] = []

    def on_event(event: rtmulti.Event) -> None:
        if isinstance(event, rtmulti.Message):
            records.append(event)

    sink = HandSink()
    session = rtmulti.Session(sink, on_event=on_event, on_command=commands.append)
    session.trace(path)
    converse(session, sink)
    before = path.stat().st_size
    session.trace(None)
    assert path.stat().st_size == before + 7  # the end: a block of two bytes
    assert MAGIC in path.read_bytes()[:24]
    assert records and commands
    if not HARNESS.exists():
        pytest.skip("the harness is not built: make harness")
    replay = subprocess.run([HARNESS, "--replay", path], capture_output=True, text=True, check=True)
    lines = replay.stdout.splitlines()
    assert [line for line in lines if line.startswith("command ")] == [
        line for line in lines if any(f"json={command.json}" in line for command in commands)
    ]
    heard = [f"heard_ms={record.heard_ms} " for record in records]
    messages = [line for line in lines if line.startswith("event 6 ")]
    assert len(messages) == len(heard)
    assert all(wanted in line for wanted, line in zip(heard, messages, strict=True))


def test_a_file_that_is_open_stays_open() -> None:
    file = io.BytesIO()
    sink = HandSink()
    session = rtmulti.Session(sink)
    session.trace(file)
    converse(session, sink)
    session.destroy()
    assert not file.closed
    assert MAGIC in file.getvalue()[:24]
    assert file.getvalue()[-2:] == b"\x26\x00"


def test_it_begins_before_the_first_input(tmp_path: Path) -> None:
    path = tmp_path / "old.trace"
    path.write_bytes(b"an older trace")
    session = rtmulti.Session()
    session.advance(1)
    with pytest.raises(rtmulti.RtmultiError, match="before the first input"):
        session.trace(path)
    assert path.read_bytes() == b"an older trace"
    session.trace(None)


def test_it_is_traced_once() -> None:
    session = rtmulti.Session()
    session.trace(io.BytesIO())
    with pytest.raises(rtmulti.RtmultiError, match="is being traced"):
        session.trace(io.BytesIO())


def test_a_path_that_cannot_be_opened_raises_at_once(tmp_path: Path) -> None:
    session = rtmulti.Session()
    with pytest.raises(FileNotFoundError):
        session.trace(tmp_path / "nowhere" / "session.trace")
    session.trace(tmp_path / "session.trace")


def test_a_player_traces_its_session(tmp_path: Path) -> None:
    path = tmp_path / "player.trace"
    told: list[str] = []

    async def talk() -> None:
        async with rtmulti.Player(HandSink(), told.append, trace=path) as player:
            for event in two_messages():
                player.feed(event)
            await player.interrupt()

    asyncio.run(talk())
    assert told
    trace = path.read_bytes()
    assert MAGIC in trace[:24]
    assert trace[-2:] == b"\x26\x00"


class FullDisk:
    def __init__(self, pieces_left: int) -> None:
        self.pieces_left = pieces_left

    def write(self, piece: bytes, /) -> None:
        self.pieces_left -= 1
        if self.pieces_left < 0:
            raise OSError("No space left on device")


def test_a_full_disk_ends_the_trace_and_not_the_conversation() -> None:
    disk = FullDisk(5)
    records: list[rtmulti.Event] = []
    sink = HandSink()
    session = rtmulti.Session(sink, on_event=records.append)
    session.trace(disk)
    converse(session, sink)
    assert disk.pieces_left == -1
    assert isinstance(records[-1], rtmulti.Settled)
    with pytest.raises(OSError, match="No space left"):
        session.trace(None)
    session.trace(None)


def test_what_the_file_of_a_trace_raised_is_logged_when_nobody_asks(caplog: pytest.LogCaptureFixture) -> None:
    class Full(io.BytesIO):
        def write(self, piece: object, /) -> int:
            if self.tell() > 100:
                raise OSError("no room")
            return super().write(piece)  # type: ignore[arg-type]

    session = rtmulti.Session()
    session.trace(Full())
    for event in two_messages():
        session.receive(event)
    session.destroy()
    assert [record.exc_info[1].args for record in caplog.records if record.exc_info and record.exc_info[1]] == [
        ("no room",)
    ]
