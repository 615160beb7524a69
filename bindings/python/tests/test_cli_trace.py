"""`python -m rtmulti trace`, and traces given to `play` and `timeline`: what is printed, written and drawn of a Player's
trace, of one of typed calls, and of files that are damaged or none."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import wave
from pathlib import Path

import pytest
from conversation import HandSink, created, done, message, pcm, two_messages

import rtmulti
from rtmulti.cli import main
from rtmulti.trace import Trace, TraceError, layout


@pytest.fixture
def traced(tmp_path: Path) -> Path:
    """A player's trace: A heard, B interrupted at 200 ms, 250 ms after the beginning of a greeting."""
    path = tmp_path / "call.trace"

    async def talk() -> None:
        sink = HandSink()
        async with rtmulti.Player(sink, lambda _: None, trace=path) as player:
            greeting = player.say(pcm(100), "Hello.")
            sink.finish(1)
            await player.settled(greeting)
            for event in two_messages():
                player.feed(event)
            sink.finish(2)
            sink.play(3, 4_800)
            await player.interrupt()

    asyncio.run(talk())
    return path


def output(capsys: pytest.CaptureFixture[str], *arguments: str | Path, expect: int = 0) -> str:
    code = main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    assert code == expect, printed.err
    return printed.out if code == 0 else printed.err


def said(printed: str) -> list[str]:
    """The lines without their times, and without how often."""
    lines = [line.split(" s  ", 1)[1] for line in printed.splitlines() if " s  " in line[:14]]
    return [" ".join(line.split("  (")[0].split()) for line in lines]


def test_it_is_printed_for_people(capsys: pytest.CaptureFixture[str], traced: Path) -> None:
    printed = output(capsys, "trace", traced)
    lines = said(printed)
    for line in (
        "host set_sink reported, 24000 Hz, mono",
        'host text rtmulti_local_1_message "Hello."',
        "host audio rtmulti_local_1_message 100 ms",
        '> host record rtmulti_local_1_message full, heard 100 of 100 ms "Hello."',
        "server response.created r1",
        "server response.output_audio.delta A 1000 ms",
        'server response.output_audio_transcript.delta B "It is sunny in Paris."',
        "> sink write segment 2 800 ms",
        "sink playback_finished segment 2 to 1000 ms",
        "host interrupt by the listener",
        "> sink clear segment 3",
        "> server truncate B at 200 ms",
    ):
        assert line in lines, f"{line}\n{printed}"
    assert lines.index("host interrupt by the listener") < lines.index("> server truncate B at 200 ms")
    assert len(lines) < 70
    # The table at its end is that of `play`.
    assert "B" in printed.splitlines()[-1] and "200 ms   1000 ms  partial" in printed.splitlines()[-1]


def test_deltas_that_a_host_had_read_are_lines_of_audio(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "read.trace"
    delta = base64.b64encode(pcm(100)).decode()
    with rtmulti.Session(rtmulti.ClockedSink()) as session:
        session.trace(path)
        session.response_created("r1")
        session.item_added("r1", "A")
        for _ in range(3):
            session.receive({"type": "response.output_audio.delta", "response_id": "r1", "item_id": "A", "delta": delta})
    printed = output(capsys, "trace", path)
    assert "server audio_base64 A 300 ms" in said(printed)
    assert delta[:20] not in printed


def test_what_a_host_changes_is_its_own_and_an_end_that_is_none_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "changed.trace"
    with rtmulti.Session(rtmulti.ClockedSink()) as session:
        session.trace(path)
        session.receive(created("r1"))
        session.cancel("r1")
        session.set_audio_enabled(False)
        session.set_server(rtmulti.Server.TRUNCATES)
        over = {"id": "r1", "status": "incomplete", "status_details": {"reason": "max_output_tokens"}}
        session.receive({"type": "response.done", "response": over})
    lines = said(output(capsys, "trace", path))
    for line in (
        "host cancel r1",
        "host set_audio_enabled off",
        "host set_server",
        'server response.done r1 incomplete: "max_output_tokens"',
    ):
        assert line in lines, lines


def test_all_of_it_has_a_line_for_each_piece(capsys: pytest.CaptureFixture[str], traced: Path) -> None:
    short, long = output(capsys, "trace", traced), output(capsys, "trace", traced, "--all")
    assert len(said(long)) > len(said(short)) and "times" not in long


def test_it_is_printed_for_machines(capsys: pytest.CaptureFixture[str], traced: Path) -> None:
    lines = [json.loads(line) for line in output(capsys, "trace", traced, "--json").splitlines()]
    assert {line["who"] for line in lines} == {"host", "server", "sink", "> host", "> server", "> sink"}
    assert [line["what"] for line in lines if line["who"] == "> server"] == ["truncate  B at 200 ms"]
    assert all(line["at_ms"] >= 0 for line in lines)


def test_it_becomes_a_log_and_a_picture(capsys: pytest.CaptureFixture[str], traced: Path, tmp_path: Path) -> None:
    log, svg = tmp_path / "SESSION.jsonl", tmp_path / "t.svg"
    printed = output(capsys, "trace", traced, "--out", log, "--timeline", svg)
    count = len(two_messages())
    assert f"Saved the timeline: {svg}\nSaved {count} events of the server: {log}\n" in printed
    assert f"python -m rtmulti play {log} --interrupt-at 0." in printed
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == [json.loads(event) for event in two_messages()]
    assert "truncate at 200 ms" in svg.read_text(encoding="utf-8")
    played = json.loads(output(capsys, "play", log, "--json"))
    assert [(one["item_id"], one["outcome"]) for one in played["messages"]] == [("A", "full"), ("B", "full")]


def test_play_and_timeline_take_it_as_it_happened(
    capsys: pytest.CaptureFixture[str], traced: Path, tmp_path: Path
) -> None:
    wav, svg = tmp_path / "heard.wav", tmp_path / "t.svg"
    played = json.loads(output(capsys, "play", traced, "--json", "--out", wav))
    assert [(one["item_id"], one["outcome"], one["heard_ms"]) for one in played["messages"]] == [
        ("rtmulti_local_1_message", "full", 100),
        ("A", "full", 1000),
        ("B", "partial", 200),
    ]
    assert [one["command"]["type"] for one in played["commands"]] == ["conversation.item.truncate"]
    assert [one["by"] for one in played["interruptions"]] == ["listener"]
    assert played["notes"] == played["refused"] == []
    with wave.open(str(wav)) as file:
        assert file.getnframes() == 1300 * 24
        assert file.readframes(2400) == pcm(100)
    assert output(capsys, "timeline", traced, "--out", svg) == f"Saved the timeline: {svg}\n"
    assert "truncate at 200 ms" in svg.read_text(encoding="utf-8")


def test_with_an_interruption_it_is_played_anew(capsys: pytest.CaptureFixture[str], traced: Path) -> None:
    played = json.loads(output(capsys, "play", traced, "--interrupt-at", "0.5", "--json"))
    assert [one["outcome"] for one in played["messages"]] == ["partial", "skipped"]
    assert 200 < played["messages"][0]["heard_ms"] <= 500


def test_typed_calls_become_the_events_that_say_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, log = tmp_path / "typed.trace", tmp_path / "SESSION.jsonl"
    sink = HandSink()
    session = rtmulti.Session(sink, format=rtmulti.Format(rtmulti.Codec.ULAW, 8000))
    session.trace(path)
    session.advance(5_000_000)
    session.response_created("r1")
    session.item_added("r1", "A", 0)
    session.part_added("r1", "A", 0)
    for _ in range(3):
        session.audio("r1", "A", b"\x7f" * 1600, 0)
    session.text("r1", "A", "Hello.", 0, start_ms=0, end_ms=500)
    session.part_done("A", 0)
    session.item_done("A")
    session.function_call("r1", "F", "call_1", "get_weather", '{"city": "Paris"}')
    session.set_phase("A", "commentary")
    session.response_done("r1", rtmulti.Status.INCOMPLETE, "max_output_tokens")
    session.advance(5_100_000)
    sink.finish(1)
    session.close()
    session.destroy()
    printed = output(capsys, "trace", path, "--out", log)
    assert "server audio A 600 ms" in said(printed)
    assert '> host function call F get_weather({"city": "Paris"})' in said(printed)
    assert "0.100 s  > host    record  A full, heard 600 of 600 ms" in printed
    assert "No event says the same as these, so they are not in it: set_phase (1)." in printed
    played = json.loads(output(capsys, "play", log, "--json"))
    assert [(one["outcome"], one["heard_ms"], one["heard_text"]) for one in played["messages"]] == [
        ("full", 600, "Hello.")
    ]
    assert played["refused"] == []


def test_a_sink_that_reports_nothing_is_drawn_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, svg = tmp_path / "paced.trace", tmp_path / "t.svg"
    session = rtmulti.Session(HandSink(rtmulti.SinkFormat(driver=rtmulti.Driver.PACED)))
    session.trace(path)
    session.advance(0)
    for event in two_messages():
        session.receive(event)
    for now_us in range(0, 1_500_000, 10_000):
        session.advance(now_us)
    session.interrupt()
    session.close()
    session.destroy()
    assert "B partial, heard" in output(capsys, "trace", path)
    output(capsys, "timeline", path, "--out", svg)
    assert svg.read_text(encoding="utf-8").count('<rect class="heard"') == 2 + 1  # with that of the legend


def test_what_was_refused_and_what_failed_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.trace"

    def fail(_: object) -> None:
        raise OSError("no route")

    sink = HandSink()
    session = rtmulti.Session(sink, config=rtmulti.Config(max_event_bytes=100_000), on_command=fail)
    session.trace(path)
    for event in (*two_messages(), "{broken", json.dumps({"type": "x", "pad": "x" * 200_000})):
        try:
            session.receive(event)
        except rtmulti.RtmultiError:
            pass
    for event in (created("r2"), *message("r2", "C", 0, 20, "Hi."), done("r2")):
        session.receive(event)
    sink.play(1, 480)
    while True:
        try:
            session.interrupt()
            break
        except OSError:
            pass
    session.destroy()
    printed = output(capsys, "trace", path)
    assert "refused  receive_json: " in printed
    assert re.search(r"server +an event of 2000\d\d bytes, which is too long to be read", printed)
    assert "a callback failed here, and the rest waited for the next call" in printed


def test_a_trace_that_breaks_off_is_shown_as_far_as_it_goes(
    capsys: pytest.CaptureFixture[str], traced: Path, tmp_path: Path
) -> None:
    whole, cut = traced.read_bytes(), tmp_path / "cut.trace"
    cut.write_bytes(whole[:-1])
    printed = output(capsys, "trace", cut)
    assert "> server truncate B at 200 ms" in said(printed)
    assert "This is all that can be read of the trace: it breaks off in the middle" in printed
    cut.write_bytes(whole[:-7])
    assert "it has no end: its session was not destroyed" in output(capsys, "play", cut)
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    cut.write_bytes(damaged)
    assert "a seal is broken" in output(capsys, "trace", cut)


def test_any_beginning_of_a_trace_is_read(traced: Path) -> None:
    whole = traced.read_bytes()
    entries = [len(Trace(whole[:size]).entries) for size in range(100, len(whole), len(whole) // 50)]
    assert entries == sorted(entries) and entries[0] >= 0
    for size in range(0, 60):
        try:
            Trace(whole[:size])
        except TraceError as error:
            assert str(error)


def test_what_is_no_trace_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path, traced: Path) -> None:
    other = tmp_path / "other"
    assert "cannot be read: No such file or directory." in output(capsys, "trace", other, expect=2)
    other.write_bytes(b"\x00\x01nothing")
    assert "this is no trace of rtmulti." in output(capsys, "trace", other, expect=2)
    other.write_text('{"at_ms": 0, "event": {"type": "x"}}\n')
    assert f"It looks like a log: python -m rtmulti play {other}" in output(capsys, "trace", other, expect=2)
    newer = traced.read_bytes().replace(layout.MAGIC + bytes([layout.FORMAT]), layout.MAGIC + b"\x63", 1)
    body = newer[newer.index(layout.MAGIC) - 1 :]
    size = newer[0] & 0x7F if newer[0] < 0x80 else (newer[0] & 0x7F) | newer[1] << 7
    head = newer[: newer.index(layout.MAGIC) - 1 - layout.SEAL_BYTES]
    other.write_bytes(head + layout._seal(body[:size]).to_bytes(4, "little") + body)
    assert "written by a newer rtmulti" in output(capsys, "trace", other, expect=2)


def test_help_says_where_traces_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["trace", "--help"])
    printed = capsys.readouterr().out
    assert "examples:\n  python -m rtmulti trace call.trace\n" in printed
    assert 'Player(..., trace="call.trace")' in printed
