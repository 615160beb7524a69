"""The scenario runner: its grammar, its verdicts, and whether it says word for word what the C runner says. (The whole
corpus is run by `make test` with `python -m rtmulti.scenario`.)"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import c_header
import pytest

import rtmulti
from rtmulti.scenario.__main__ import main

HARNESS = c_header.REPOSITORY / "build" / "rtmulti-harness"
CORPUS = sorted((c_header.REPOSITORY / "Tests" / "Scenarios").glob("*.scenario"))

needs_harness = pytest.mark.skipif(not HARNESS.exists(), reason="the C runner is not built; `make harness` does that")

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
    (b"> text A \"open", "a quote is opened and never closed"),
    (b"> text A \"\\q\"", "the escapes are"),
    (b"> text A \"\\u{D800}\"", "there is no such character"),
    (b"> text A \"\\u{}\"", "hexadecimal number in braces"),
    (b"> text A \"\\u{12345678}\"", "hexadecimal number in braces"),
    (b"> text A \"a\"b", "a space is missing behind a quoted value"),
    (b"> text A b\"a\"", "a quote stands only around a whole value"),
    (b"> text A \"a\" start=5", "a span needs both start=MS and end=MS"),
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
    (b"config sink=mine", "sink is one of auto, manual, paced, pulled"),
    (b"config server=none,delete", "server=none stands alone"),
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
    if HARNESS.exists():
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
    if HARNESS.exists():
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


def test_several_files_are_summed_up_and_the_worst_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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


def test_the_command_line_explains_itself() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(rtmulti.__file__).parents[1])}
    command = [sys.executable, "-m", "rtmulti.scenario"]
    helped = subprocess.run([*command, "--help"], capture_output=True, text=True, env=environment)
    assert helped.returncode == 0 and helped.stdout.startswith("usage: ")
    for wrong in ([], ["--wrong"]):
        refused = subprocess.run([*command, *wrong], capture_output=True, text=True, env=environment)
        assert refused.returncode == 2 and refused.stderr.startswith("usage: ")


@needs_harness
@pytest.mark.parametrize("door", [[], ["--poll"]])
def test_both_runners_see_the_same_effects_to_the_sample(
    door: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    # Every ninth file, so that it takes seconds; each rule's letter is among them.
    files = [str(path) for path in CORPUS[::9]]
    assert len(files) > 30
    in_python = printed(capsys, *door, "--trace", *files)
    in_c = harness(*door, "--trace", *files)
    assert in_python[0] == in_c[0]
    for ours, theirs in zip(in_python[1].splitlines(), in_c[1].splitlines(), strict=True):
        assert ours == theirs
