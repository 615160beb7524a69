"""The scenario runner of the binding (Tests/PythonRunner): what it says of files that cannot be read or that fail, and
whether a binding that is wrong makes it fail. (The whole corpus is run by `make test`.)"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import c_header
import driver
import pytest
from command import main

import rtmulti
from rtmulti import _callbacks, _core, events
from rtmulti.trace import calls, layout, replay

BUILD = c_header.REPOSITORY / "build"
HARNESS = BUILD / "rtmulti-harness"
PROGRAM = BUILD / "rtmulti-scenario-python"
CORPUS = c_header.REPOSITORY / "Tests" / "Scenarios"

pytestmark = pytest.mark.skipif(
    not PROGRAM.exists(), reason="the runner is not built; `make scenario-python` does that"
)

#: A line that breaks the grammar, and what is said about it.
BROKEN = [
    (b"nonsense", "a line begins with config, >, < or #, and a space behind it"),
    (b'"quoted" first', "a line begins with config, >, < or #"),
    (b">response r1", "a line begins with config, >, < or #, and a space behind it"),
    (b"> dance", 'there is no input "dance"'),
    (b"> ", "an input behind the > is missing"),
    (b"< cancle r1", 'there is no expectation "cancle"'),
    (b"< no noise", "a family is one of command, record, state, call, sink, text, diagnostic, not"),
    (b"> response", "the id of the response is missing"),
    (b'> response "r1"', "the id of the response is a word without quotes"),
    (b"> response r1 r2", '"r2" has no place here'),
    (b"> response r1 modality=text modality=text", "modality= has no place here, or stands here twice"),
    (b"> response r1 modality=voice", 'modality is one of text, not "voice"'),
    (b"> advance soon", 'the time in ms is a whole number from 0 to 86400000, not "soon"'),
    (b"> advance 86400001", "the time in ms is a whole number"),
    (b"> advance \xd9\xa1", "the time in ms is a whole number"),
    (b'> text A "open', "a quote is opened and never closed"),
    (b'> text A "\\q"', "the escapes are"),
    (b'> text A "\\u{D800}"', "there is no such character"),
    (b'> text A "\\u{}"', "hexadecimal number in braces"),
    (b'> text A "\\u{12345678}"', "hexadecimal number in braces"),
    (b'> text A "a"b', "a space is missing behind a quoted value"),
    (b'> text A b"a"', "a quote stands only around a whole value"),
    (b'> text A "a" start=5', "a span needs both start=MS and end=MS"),
    (b"> item r1 A index=", "a value is missing behind the ="),
    (b"> item r1 A =5", "a key is missing before the ="),
    (b"> item r1 A#5", "a # inside a word"),
    (b"> item r1\tA", "a control character (a tab?)"),
    (b"> item r1 \xff", "this line is not UTF-8"),
    (b"> item r1 \xed\xa0\x80", "this line is not UTF-8"),
    (b"> part A content=0", "a part needs content=N and type=audio or type=text"),
    (b"> part A content=65536 type=audio", "content is a whole number from 0 to 65535"),
    (b"> reject delete A", 'a reject needs code="..."'),
    (b"> reject create A code=x", "a refused command is one of cancel, truncate, delete"),
    (b"> lost A 1", "only codec=opus has packets"),
    (b"< truncate A ms=5", "a truncate needs content=N and ms=MS"),
    (b"< message A whole", "an outcome is one of full, partial, text_only"),
    (b"< message A full ms=5~x", "what stands behind ~ is a whole number"),
    (b"< diagnostic sadness", "a diagnostic is one of late_audio"),
    (b"config rate=7", "rate is one of 8000, 16000, 24000, 44100, 48000"),
    (b"config sink=mine", "sink is one of auto, manual, paced, pulled, host"),
    (b"config server=none,delete", "none stands alone"),
    (b"config server=fly", "a capability of the server is one of"),
    (b"config write_ahead=much", "write_ahead is a whole number of ms, or none"),
    (b"config gapless=maybe", "gapless is one of no, yes"),
    (b"config codec=opus source_rate=44100", "with codec=opus the source_rate is"),
    (b"config codec=opus\n> audio A 15", "a multiple of 10"),
    (b"> pause\nconfig rate=8000", "config stands only before the first >"),
    (b"< cancel r1\n< no command", "this block shows command and says that it was silent"),
    (b"< nothing\n< settled r1", "this block shows state and says that it was silent"),
]

#: A scenario that fails, and what is said about it.
FAILING = [
    ("> response r1\n< cancel r1", "2: `cancel r1` was expected, came no further command"),
    (
        "> response r1\n> message A audio=100\n> advance 50\n> interrupt\n< truncate A content=0 ms=51",
        "came `cancel r1`",
    ),
    ("> response r1\n> interrupt\n< no command", "no command was expected, came `cancel r1`"),
    ("> response r1\n> interrupt\n< nothing", "no command was expected, came `cancel r1`"),
    (
        '> response r1\n> message A audio=100 text="Say \\"a\\"."\n> response_done r1\n> advance 200\n'
        '< message A full ms=100 text="x"',
        'came `message A full ms=100 text="Say \\"a\\"." status=completed`',
    ),
    (
        "config sink=pulled\n> response r1\n> item r1 A\n> audio A 100\n> advance 50\n< write A 100",
        "6: `write A 100` was expected, came none: nothing is written to a pulled sink",
    ),
    (
        "config sink=paced\n> response r1\n> message A audio=100\n> advance 50\n< write A 90",
        "5: `write A 90` was expected, came `write A 100`",
    ),
    (
        # The far end stood still and never said so: what the library believes was heard, was not.
        "config sink=paced\n> response r1\n> message A audio=500\n> stall 300\n> advance 300\n> interrupt\n"
        "> response_done r1",
        "7: in the end the server was expected to hold 0 ms of A (content 0), as heard; it holds 300 ms",
    ),
    ("> reject delete A code=x", "a command `delete A` was expected, for the server to refuse, came none"),
    ("config sink=manual\n> response r1\n> message A audio=100\n> started A\n< write A 99", "came `write A 100`"),
    (
        "> response r1\n> message A audio=100\n> advance 50\n< settled r1\n> advance 100",
        "4: `settled r1` was expected, came `speaking_started r1`",
    ),
]


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """What the runner answers and prints."""
    status = main(list(arguments))
    return status, capsys.readouterr().out


def harness(*arguments: str) -> tuple[int, str]:
    """What the C runner answers and prints."""
    done = subprocess.run([str(HARNESS), *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("text", "sentence"), BROKEN)
def test_a_broken_file_is_named_with_its_line(
    text: bytes, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.scenario"
    path.write_bytes(b"# A comment\n" + text + b"\n")
    status, output = printed(capsys, str(path))
    assert status == 2
    line = 3 if b"\n" in text else 2
    assert output.startswith(f"FAIL {path}:{line}: ") and sentence in output, output
    assert output.endswith("0 passed, 1 failed\n")
    assert (status, output) == harness(str(path))


@pytest.mark.parametrize(("text", "sentence"), FAILING)
def test_a_failing_file_says_what_was_expected_and_what_came(
    text: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "failing.scenario"
    path.write_text(text + "\n", encoding="utf-8")
    status, output = printed(capsys, str(path))
    assert status == 1
    assert sentence in output, output
    assert (status, output) == harness(str(path))


def test_a_lie_about_what_was_heard_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "lie.scenario"
    # The sink goes silent about what it played, and the verdict is left out; with reports it is not.
    path.write_text("> response r1\n> message A audio=400\n> advance 100\n> interrupt\n> response_done r1\n")
    assert printed(capsys, str(path)) == (0, f"PASS {path}\n1 passed, 0 failed\n")


def test_comments_quotes_and_escapes_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "written.scenario"
    path.write_text(
        "# All that the grammar allows\r\n"
        "config   rate=24000 turn_patience=100   # behind a space\n"
        "\n"
        "   > response r1\n"
        '> message A audio=100 text="a \\"b\\" \\\\ # \\u{E9}\\u{1F600}\\n"   # comment\n'
        "> response_done r1\n"
        "> advance 150\n"
        '< message A full ms=100~1 text="a \\"b\\" \\\\ # é😀"\n'
        "< no diagnostic"
    )
    assert printed(capsys, str(path))[0] == 0


def test_several_files_are_summed_up_and_the_worst_decides(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.scenario", tmp_path / "bad.scenario"
    good.write_text("> response r1\n")
    bad.write_text("> response r1\n< cancel r1\n")
    missing = str(tmp_path / "missing.scenario")
    assert printed(capsys, str(good), str(bad))[0] == 1
    status, output = printed(capsys, str(good), str(bad), missing)
    assert status == 2
    assert f"FAIL {missing}:0: the file cannot be opened: No such file or directory\n" in output
    assert output.endswith("1 passed, 2 failed\n")
    folder, output = printed(capsys, str(tmp_path))
    assert folder == 2 and "cannot be read: Is a directory" in output


def test_the_command_line_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: ")
    for wrong in ([], ["--wrong"], ["--poll"]):
        assert main(wrong) == 2
        assert capsys.readouterr().err.startswith("usage: ")


def test_the_program_runs_from_any_folder_with_nothing_set(tmp_path: Path) -> None:
    (tmp_path / "good.scenario").write_text("> response r1\n")
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [str(PROGRAM), "--poll", "good.scenario"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "PASS good.scenario\n1 passed, 0 failed\n"), done.stderr


def test_the_entries_of_a_trace_are_those_of_the_runner_in_c() -> None:
    table = (c_header.REPOSITORY / "Tests" / "Runner" / "trace_entries.h").read_text(encoding="utf-8")
    rows = re.findall(r'^  (?:INPUT|NOTE)\((\d+), \w+, "(\w+)", "(\w*)"', table, re.MULTILINE)
    assert {int(number): (word, fields) for number, word, fields in rows} == layout.ENTRIES


def test_every_entry_of_a_trace_is_an_input_of_the_binding() -> None:
    words = {word for word, _ in layout.ENTRIES.values()}
    own = {name.removeprefix("_") for name in [*vars(driver.Driver), *vars(replay.Replay)]}
    assert len(words) > 35
    assert words - own - calls.CALLS.keys() == {"callback", "returned", "end"}


# --- bindings that are wrong ---

Planted = Callable[[pytest.MonkeyPatch], None]


def call(name: str, wrong: Callable[..., Any], of: type = rtmulti.Session) -> Planted:
    """A method of Session, or of another class, that calls the right one wrongly: `wrong(right, session, ...)`."""
    right = getattr(of, name)
    return lambda patch: patch.setattr(of, name, lambda *given, **named: wrong(right, *given, **named))


def value(name: str, wrong: Callable[[list[Any]], list[Any]]) -> Planted:
    """A value of events.py that is made of the wrong fields."""
    kind: Any = getattr(events, name)
    right = kind.__init__
    return lambda patch: patch.setattr(kind, "__init__", lambda self, *fields: right(self, *wrong(list(fields))))


def swapped(first: int, second: int) -> Callable[[list[Any]], list[Any]]:
    """Two fields that were taken for each other."""

    def swap(fields: list[Any]) -> list[Any]:
        fields[first], fields[second] = fields[second], fields[first]
        return fields

    return swap


def softened(block: Any, taken: int) -> int:
    """Samples that are not those of the message."""
    for place in range(len(block)):
        block[place] /= 2
    return taken


def deaf_to_latency(patch: pytest.MonkeyPatch) -> None:
    """A sink struct that lacks a field."""
    right = _callbacks.sink_struct

    def wrong(*given: Any) -> Any:
        struct = right(*given)
        struct.output_latency_ms = 0
        return struct

    patch.setattr(_callbacks, "sink_struct", wrong)


#: Each with a scenario that must see it.
WRONG: dict[str, tuple[Planted, str]] = {
    "progress with its arguments swapped": (
        call(
            "playback_progress",
            lambda right, session, segment, frames, *, at_us: right(session, frames, segment, at_us=at_us),
        ),
        "B8-progress-without-started",
    ),
    "finished that says the contrary": (
        call(
            "playback_finished",
            lambda right, session, segment, frames, cut, *, at_us: right(session, segment, frames, not cut, at_us=at_us),
        ),
        "B9-all-heard-but-called-interrupted",
    ),
    "every interrupter is the listener": (
        call("interrupt", lambda right, session, response, *, by: right(session, response)),
        "D13-host-at-a-server-that-interrupts",
    ),
    "an interrupt without its name": (
        call("interrupt", lambda right, session, response, *, by: right(session, None, by=by)),
        "D9-names-the-queued-one",
    ),
    "an item without its index": (
        call(
            "item_added", lambda right, session, response, item, index, kind: right(session, response, item, -1, kind)
        ),
        "A1-output-index-beats-announcement",
    ),
    "every item a message": (
        call("item_added", lambda right, session, response, item, index, kind: right(session, response, item, index)),
        "D5-late-call-and-other-items",
    ),
    "every response completed": (
        call("response_done", lambda right, session, response, status, reason: right(session, response)),
        "F7-incomplete",
    ),
    "a response without its flags": (
        call(
            "response_created", lambda right, session, response, flags, *, token: right(session, response, token=token)
        ),
        "A10-listener-is-ignored",
    ),
    "a response without its token": (
        call("response_created", lambda right, session, response, flags, *, token: right(session, response, flags)),
        "D12-a-token-came-back-once",
    ),
    "text with its span turned round": (
        call(
            "text",
            lambda right, session, *place, start_ms, end_ms: right(session, *place, start_ms=end_ms, end_ms=start_ms),
        ),
        "G2-a-piece-is-heard-when-its-span-is",
    ),
    "audio of the wrong part": (
        call("audio", lambda right, session, response, item, data, content: right(session, response, item, data, 0)),
        "C5-audio-at-3",
    ),
    "a packet whose number and time are swapped": (
        call(
            "packet",
            lambda right, session, *place, sequence, timestamp: right(
                session, *place, sequence=timestamp, timestamp=sequence
            ),
        ),
        "H2-lost-packets-count",
    ),
    "heard and received swapped in a record": (value("Message", swapped(5, 6)), "B2-partial"),
    "the heard text for the generated one": (value("Message", swapped(4, 14)), "B2-partial"),
    "ms and content swapped in a truncate": (value("Truncate", swapped(3, 4)), "B2-partial"),
    "the wrong id in a settled": (value("Settled", lambda fields: ["r2", *fields[1:]]), "B2-partial"),
    "a segment for its part": (value("PlaybackStarted", swapped(2, 3)), "B2-partial"),
    "the item of a delete forgotten": (
        value("Delete", lambda fields: [*fields[:2], "", *fields[3:]]),
        "B3-empty-message-last",
    ),
    "one more kept than there is": (
        value("Sync", lambda fields: [fields[0], (*fields[1], events.KeptItem("C", None)), *fields[2:]]),
        "F1-sync-only",
    ),
    "kept for dropped": (value("Sync", lambda fields: [fields[0], (), fields[2], fields[3]]), "F1-sync-only"),
    "a sentence for a kind": (value("Diagnostic", swapped(1, 2)), "A4-late-audio-told-at-part-done"),
    "a config without a field": (
        lambda patch: patch.setattr(
            _core, "CONFIG_FIELDS", tuple(name for name in _core.CONFIG_FIELDS if name != "clear_timeout_ms")
        ),
        "E2-clear-timeout-configured",
    ),
    "a sink without its latency": (deaf_to_latency, "C6-ear-lags-the-sink"),
    "a device that took less": (
        call("pull", lambda right, device, block, delay: right(device, block, delay) - 1, of=rtmulti.Device),
        "B2-pulled-partial",
    ),
    "a device in floating point that is too soft": (
        call("pull_f32", lambda right, device, *given: softened(given[0], right(device, *given)), of=rtmulti.Device),
        "B2-pulled-partial",
    ),
    "a device without delay": (
        call("pull", lambda right, device, block, delay: right(device, block), of=rtmulti.Device),
        "C6-pulled-settles-when-the-ear-has-drained",
    ),
    "the list of what was heard turned round": (
        call("history", lambda right, session: right(session)[::-1]),
        "A1-two-messages-in-order",
    ),
    "the position of another message": (
        call("position", lambda right, session, item, content=-1: right(session, "A", content)),
        "A1-two-messages-in-order",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_binding_fails(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    plant, scenario = WRONG[name]
    path = str(CORPUS / f"{scenario}.scenario")
    assert main([path]) == 0, capsys.readouterr().out
    plant(monkeypatch)
    assert main([path]) == 1
    assert f"FAIL {path}:" in capsys.readouterr().out
