"""The command line: what it prints, writes and answers with, for good and for bad arguments. It plays the recorded
conversation tests/sessions/weather.jsonl in virtual time."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import os
import socket
import struct
import subprocess
import sys
import time
import wave
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from rtmulti import Message
from rtmulti.cli import main
from rtmulti.cli.table import Table
from rtmulti.server import StrictServer, load_script, parse_script
from rtmulti.timeline import Span, Timeline, Track

HERE = Path(__file__).resolve().parent
WEATHER = str(HERE / "sessions" / "weather.jsonl")


def _output(capsys: pytest.CaptureFixture[str], *arguments: str, expect: int = 0) -> str:
    """What a command prints; it must end with the exit code `expect`, and say nothing on stderr if that is 0."""
    code = main(arguments)
    printed = capsys.readouterr()
    assert code == expect, printed.err
    assert bool(printed.err) == (code != 0)
    return printed.out if code == 0 else printed.err


def test_play_to_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    played = json.loads(_output(capsys, "play", WEATHER, "--json"))
    assert [(message["outcome"], message["heard_ms"]) for message in played["messages"]] == [
        ("full", 1157),
        ("full", 2973),
        ("full", 1519),
    ]
    assert played["messages"][1]["heard_text"] == "It is sunny in Paris, with a light west wind."
    assert played["commands"] == played["diagnostics"] == played["refused"] == []


def test_the_names_in_json_are_those_of_the_record(capsys: pytest.CaptureFixture[str]) -> None:
    played = json.loads(_output(capsys, "play", WEATHER, "--interrupt-at", "2.4", "--interrupt-at", "9", "--json"))
    texts = [(message["heard_text"], message["generated_text"]) for message in played["messages"]]
    assert texts == [
        ("Let me check.", "Let me check."),
        ("It is sunny in Paris, ", "It is sunny in Paris, with a light west wind."),
        ("", "Tomorrow it will rain."),
    ]
    of_record = {field.name for field in dataclasses.fields(Message)}
    assert all(set(message) <= of_record for message in played["messages"])
    assert [(stop["at_ms"], stop["had_effect"]) for stop in played["interruptions"]] == [(2400, True), (9000, False)]


def test_play_with_an_interruption(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wav, svg = tmp_path / "heard.wav", tmp_path / "t.svg"
    options = ("--interrupt-at", "2.4", "--out", str(wav), "--timeline", str(svg))
    output = _output(capsys, "play", WEATHER, *options)
    rows = {line.split()[0]: line for line in output.splitlines() if line.startswith(" item_")}
    assert "1157 ms   1157 ms  full" in rows["item_001"]
    assert "1202 ms   2973 ms  partial    It is sunny in" in rows["item_003"]
    assert "0 ms   1519 ms  skipped    -" in rows["item_004"]
    assert "  2.400 s  item_003: truncate at 1202 ms\n    2.400 s  item_004: delete\n" in output
    assert f"Saved what was heard: {wav}\nSaved the timeline: {svg}\n" in output
    # A log cannot answer what is told to nobody, and that is no news.
    assert "Note" not in output
    with wave.open(str(wav)) as file:
        # From 40 ms, when the first audio came, to the interruption at 2400 ms, without a gap.
        assert file.getnframes() == 2360 * 24


def test_an_interruption_while_the_server_still_speaks(capsys: pytest.CaptureFixture[str]) -> None:
    played = json.loads(_output(capsys, "play", WEATHER, "--interrupt-at", "0.5", "--json"))
    sent = [command["command"] for command in played["commands"]]
    # No cancel: the session says that its server interrupts by itself (rules D13 and D14).
    assert [command["type"] for command in sent] == [
        "conversation.item.truncate",
        "conversation.item.delete",
        "conversation.item.delete",
    ]
    assert sent[0]["audio_end_ms"] == 460
    assert played["commands"][2]["at_ms"] > 700  # the item that was announced after the interruption


def test_an_interruption_of_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    output = _output(capsys, "play", WEATHER, "--interrupt-at", "9")
    assert "At 9 s nothing was playing, so there was nothing to interrupt." in output


def test_real_time_takes_its_time(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "short.jsonl"
    lines = Path(WEATHER).read_text(encoding="utf-8").splitlines(keepends=True)
    log.write_text("".join(line for line in lines if "item_003" not in line and "item_004" not in line))
    began_s = time.monotonic()
    output = _output(capsys, "play", str(log), "--realtime")
    assert time.monotonic() - began_s > 1.15
    assert "1157 ms   1157 ms  full" in output


def test_real_time_ends_with_the_interruption(capsys: pytest.CaptureFixture[str]) -> None:
    began_s = time.monotonic()
    _output(capsys, "play", WEATHER, "--realtime", "--interrupt-at", "1")
    assert time.monotonic() - began_s < 8, "it waited for the answers of a server that is not there"


def test_timeline_draws_what_was_heard_and_what_was_not(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    svg = tmp_path / "t.svg"
    _output(capsys, "timeline", WEATHER, "--interrupt-at", "2.4", "--out", str(svg), "--title", "A <weather> call")
    root = ElementTree.parse(svg).getroot()
    texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "A <weather> call" in texts
    assert "3 messages, 2.36 s heard of 5.65 s received, interrupted at 2.40 s" in texts
    assert "truncate at 1202 ms  ·  2.40 s" in texts
    assert "delete  ·  2.40 s" in texts
    assert 'get_weather({"city": "Paris"})' in texts
    bars = [element for element in root.iter("{http://www.w3.org/2000/svg}rect") if list(element)]
    widths = {
        kind: [float(bar.get("width", 0)) for bar in bars if bar.get("class") == kind] for kind in ("heard", "rest")
    }
    assert len(widths["heard"]) == 2  # without a gap: one bar for each message that was heard
    assert len(widths["rest"]) == 2
    # 6 s are 1080 wide.
    assert widths["heard"] == [pytest.approx(1157 * 0.18, abs=0.3), pytest.approx(1202 * 0.18, abs=0.3)]
    assert widths["rest"] == [pytest.approx(1771 * 0.18, abs=0.3), pytest.approx(1519 * 0.18, abs=0.3)]


def test_an_underrun_is_a_gap(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log, svg = tmp_path / "log.jsonl", tmp_path / "t.svg"
    entries = [json.loads(line) for line in Path(WEATHER).read_text(encoding="utf-8").splitlines()]
    deltas = [entry for entry in entries if entry["event"]["type"] == "response.output_audio.delta"]
    late = entries[entries.index(deltas[8]) :]  # from the third delta of the second message on
    for entry in late:
        entry["at_ms"] += 3000
    log.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    played = json.loads(_output(capsys, "play", str(log), "--timeline", str(svg), "--json"))
    assert [message["heard_ms"] for message in played["messages"]] == [1157, 2973, 1519]
    assert svg.read_text(encoding="utf-8").count('<rect class="heard"') == 4 + 1  # with that of the legend
    # Interrupted while nothing plays: what was heard before the gap counts, and no more (rule C2).
    starved = json.loads(_output(capsys, "play", str(log), "--interrupt-at", "2.5", "--json"))
    assert starved["messages"][1]["heard_ms"] == 400


def test_the_live_table_draws_over_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    track = Track("item_001", "resp_001", received_ms=1000, generated_text="It is sunny.")
    out = Terminal()
    table = Table(out)
    table.update(Timeline(tracks=[track]))
    table.update(Timeline(tracks=[track]))  # too soon: nobody could see it
    first = out.getvalue()
    assert first.count("item_001") == 1
    track.heard.append(Span(0, 500))
    table.show(Timeline(tracks=[track]))
    again = out.getvalue()[len(first) :]
    assert again.startswith("\x1b[2F\x1b[J")
    assert "500 ms   1000 ms  pending" in again
    assert again.count("█") == again.count("░") > 0


def test_timeline_as_a_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "t.html"
    _output(capsys, "timeline", WEATHER, "--out", str(page))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    # Nothing is loaded, and nothing may be; what the page does is tried in a browser (make/test-browser.sh timeline).
    assert "://" not in text and "default-src 'none'" in text


def test_timeline_as_a_picture_of_pixels(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    png = tmp_path / "t.png"
    output = _output(capsys, "play", WEATHER, "--interrupt-at", "2.4", "--timeline", str(png))
    assert f"Saved the timeline: {png}\n" in output
    data = png.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR"
    assert struct.unpack(">II", data[16:24])[0] == 2 * 1160


def test_a_picture_that_cannot_be_drawn_is_refused_before_anything_is_played(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(name: str) -> str:
        heard = tmp_path / "heard.wav"
        with pytest.raises(SystemExit) as ended:
            main(["play", WEATHER, "--out", str(heard), "--timeline", str(tmp_path / name)])
        assert ended.value.code == 2 and not heard.exists()
        return capsys.readouterr().err

    assert "t.pdf' must end with what it is to be: .svg, .png or .html" in refused("t.pdf")
    assert "timeline' must end with" in refused("timeline")
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    monkeypatch.setattr(sys, "path", [])
    error = refused("t.png")
    assert "pip install 'rtmulti[png]'" in error and "name the file .svg or .html" in error


def test_rules_are_printed_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    printed = _output(capsys, "rules", "c1", "B3")
    assert printed.startswith("- C1  `audio_end_ms` is an integer") and "\n- B3  Never heard (P = 0)" in printed
    assert "<a id" not in printed and printed.count("\n- ") == 1


def test_all_rules_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    printed = _output(capsys, "rules")
    assert printed.startswith("# What a correct engine does") and "\n- H6  " in printed


def test_a_rule_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    printed = _output(capsys, "rules", "greeting", expect=2)
    assert printed == "rtmulti: there is no rule greeting; rules are named A1 to H6, and `rules` alone prints all\n"


@pytest.mark.parametrize(
    ("log", "complaint"),
    [
        ("{", "log.jsonl:1: this is not JSON"),
        ("", "log.jsonl holds no events"),
        ('{"type": "session.created"}', "log.jsonl:1: 'at_ms' must be a number"),
        ('{"at_ms": -1, "event": {}}', "log.jsonl:1: 'at_ms' must be a number"),
        ('{"at_ms": 2, "event": {}}\n\n{"at_ms": 1, "event": {}}', "log.jsonl:3: at_ms 1 is before the line above it"),
        ("\xff", "log.jsonl is not UTF-8 text"),
    ],
)
def test_a_log_that_is_none_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, log: str, complaint: str
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(log.encode("latin-1"))
    assert complaint in _output(capsys, "play", str(path), expect=2)


def test_events_that_make_no_sense_are_told_and_passed_over(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    broken = json.dumps({"at_ms": 0, "event": {"type": "response.output_audio.delta", "delta": 5}})
    log.write_text(broken + "\n" + Path(WEATHER).read_text(encoding="utf-8"))
    output = _output(capsys, "play", str(log))
    assert "Not understood: response.output_audio.delta at 0 ms:" in output
    assert "2973 ms   2973 ms  full" in output


def test_files_that_cannot_be_used_are_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no" / "where")
    assert "cannot be read: No such file" in _output(capsys, "play", nowhere, expect=2)
    assert "cannot be written: No such file" in _output(capsys, "play", WEATHER, "--out", nowhere, expect=2)
    assert "cannot be written: No such file" in _output(capsys, "timeline", WEATHER, "--out", nowhere + ".svg", expect=2)
    assert "cannot be read: No such file" in _output(capsys, "serve", nowhere, expect=2)
    assert "--url must begin with ws://" in _output(capsys, "record", "--url", "http://x", expect=2)


def test_serve_says_what_it_cannot_use(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def script(text: str) -> str:
        path = tmp_path / "script.json"
        path.write_text(text)
        return str(path)

    good = script('{"turns": [{"output": [{"message": "Hi.", "audio_ms": 100}]}]}')
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        error = _output(capsys, "serve", good, "--port", port, expect=2)
    assert f"port {port} cannot be used" in error and "Leave --port out for a free one." in error
    error = _output(capsys, "serve", good, "--port", "99999", expect=2)
    assert "--port must be between 0 and 65535" in error
    assert "script.json is not JSON" in _output(capsys, "serve", script("{"), expect=2)
    unknown = script('{"turns": [{"output": [{"message": "Hi.", "audio": 100}]}]}')
    assert "turns[0].output[0]: 'audio' is not known here." in _output(capsys, "serve", unknown, expect=2)
    silent = script('{"turns": [{"output": [{"message": "Hi.", "audio_file": "none.opus"}]}]}')
    assert "none.opus cannot be read" in _output(capsys, "serve", silent, expect=2)


def test_serve_lists_its_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    listed = [line.split(maxsplit=1) for line in _output(capsys, "serve", "--list").splitlines()]
    assert {name: about for name, about in listed} == {
        name: load_script(name).about for name in ("function-call", "hasty-server", "rough-road", "server-vad",
        "server-vad-without-interrupt", "sideband", "weather")
    }  # fmt: skip
    as_json = [json.loads(line) for line in _output(capsys, "serve", "--list", "--json").splitlines()]
    assert [[one["name"], one["about"]] for one in as_json] == listed


def test_serve_says_what_there_is_to_serve(capsys: pytest.CaptureFixture[str]) -> None:
    error = _output(capsys, "serve", expect=2)
    assert error.startswith("rtmulti: say what is to be served: function-call, ") and "--list" in error
    error = _output(capsys, "serve", "wether", expect=2)
    assert error.startswith("rtmulti: there is no script wether; there are function-call, ")


def test_a_missing_library_is_one_sentence_with_the_fix() -> None:
    environment = {**os.environ, "RTMULTI_LIBRARY": "/nowhere/librtmulti.so.0"}
    command = [sys.executable, "-m", "rtmulti", "play", WEATHER]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rtmulti: librtmulti.so.0 was not found. Run `make lib`")
    assert "Traceback" not in done.stderr


def test_a_file_of_asks_that_cannot_be_used_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asks = tmp_path / "ask.jsonl"
    arguments = ("record", "--url", "ws://127.0.0.1:9/v1/realtime", "--send", str(asks))
    assert "ask.jsonl cannot be read: No such file or directory." in _output(capsys, *arguments, expect=2)
    asks.write_text('{"type": "response.create"}\nplease speak\n')
    assert "ask.jsonl:2: this is not JSON" in _output(capsys, *arguments, expect=2)


@pytest.mark.parametrize("arguments", [[], ["play"], ["explode"], ["play", WEATHER, "--interrupt-at", "nan"]])
def test_wrong_arguments_end_with_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m rtmulti" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["play", "timeline", "record", "serve"])
def test_help_has_examples(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"examples:\n  python -m rtmulti {command} " in capsys.readouterr().out


def test_a_recording_of_a_live_connection_can_be_played(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    output = [{"message": "Let me check.", "audio_ms": 300}, {"message": "It is sunny.", "audio_ms": 400}]
    script = parse_script({"voice": "tone", "turns": [{"output": output, "pace": 0}]})

    async def record() -> int:
        async with StrictServer(script) as server:
            arguments = ["record", "--url", server.url, "--out", str(log)]
            code = await asyncio.get_running_loop().run_in_executor(None, main, arguments)
            # A recorder plays nothing, so that nobody knows what a listener heard.
            verdict = str(await server.verdict())
            assert "NO VERDICT: the client never said what its sink played" in verdict
            assert "`python -m rtmulti record` plays nothing" in verdict and "DIFFERS" not in verdict
            return code

    assert asyncio.run(record()) == 0
    assert "(1 response came to an end)" in capsys.readouterr().out
    played = json.loads(_output(capsys, "play", str(log), "--json"))
    assert [message["heard_ms"] for message in played["messages"]] == [300, 400]


def test_a_server_that_is_not_there_costs_no_recording(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("precious")
    error = _output(capsys, "record", "--url", "ws://127.0.0.1:9/v1/realtime", "--out", str(log), expect=1)
    assert "ws://127.0.0.1:9/v1/realtime cannot be recorded" in error
    assert log.read_text() == "precious"


@pytest.mark.parametrize(("heard_ms", "code"), [(300, 0), (200, 1)])
def test_serve_once_ends_with_its_verdict(tmp_path: Path, heard_ms: int, code: int) -> None:
    script = tmp_path / "script.json"
    turn = {"output": [{"message": "Let me check.", "audio_ms": 300}], "pace": 0}
    script.write_text(json.dumps({"voice": "tone", "turns": [turn]}))
    command = [sys.executable, "-m", "rtmulti", "serve", str(script), "--once"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().removeprefix("Listening on ").strip()
        report = {"type": "rtmulti.heard", "item_id": "item_001", "content_index": 0, "heard_ms": heard_ms}
        asyncio.run(_talk(url, report))
        output, _ = server.communicate(timeout=20)
    assert server.returncode == code
    assert f"300 ms  {heard_ms:6} ms      300 ms  nothing   {'DIFFERS' if code else 'same'}" in output
    assert output.rstrip().splitlines()[-1].startswith("VERDICT: the server " + ("does NOT" if code else "remembers"))


async def _talk(url: str, report: dict[str, object]) -> None:
    from websockets.asyncio.client import connect

    async with connect(url) as websocket:
        await websocket.send('{"type": "response.create"}')
        while json.loads(await websocket.recv())["type"] != "response.done":
            pass
        await websocket.send(json.dumps(report))


def test_a_pipe_that_closes_early_is_no_failure() -> None:
    command = f"{sys.executable} -m rtmulti play {WEATHER} --json | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "")
