"""The comparison without any framework: its conversations, its device, its judge and its table; and whole conversations with a
client of this test's own, one that tells the truth and one that does not. The command lines of docs/compare.md are among
them."""

from __future__ import annotations

import asyncio
import json
import xml.etree.ElementTree as ElementTree
from array import array
from typing import Any

import pytest

websockets = pytest.importorskip("websockets")

from plain_client import PlainClient, Says  # noqa: E402

from rtmulti.cli import main  # noqa: E402
from rtmulti.compare import FRAMEWORKS, ROWS, Cell, Row, Way, random_row, report  # noqa: E402
from rtmulti.compare.client import Scene  # noqa: E402
from rtmulti.compare.device import MARK, Device, Recordings, number_of  # noqa: E402
from rtmulti.compare.rows import Cut, says  # noqa: E402
from rtmulti.compare.score import Score, score  # noqa: E402
from rtmulti.compare.talk import Talk, describe  # noqa: E402
from rtmulti.server import Line, Verdict  # noqa: E402

BLOCK = array("h", [MARK + 1] * 480).tobytes()


def test_there_are_sixteen_rows_and_a_seed_is_one_more() -> None:
    assert len({row.name for row in ROWS}) == 16
    assert random_row(3) == random_row(3)
    assert len({describe(random_row(seed))["output"][0]["audio_ms"] for seed in range(30)}) > 5
    for seed in range(200):
        row = random_row(seed)
        spoken = [one for one in row.output if "audio_ms" in one]
        assert row.cut is None or 1 <= row.cut.message <= len(spoken)


def test_the_device_plays_in_time_and_finishes_the_block_that_it_has_begun() -> None:
    async def run() -> tuple[float, float, list[int]]:
        device = Device()
        device.push(None, BLOCK * 10)
        await asyncio.sleep(0.05)
        playing_ms = device.heard_ms()[1]
        device.clear()
        await asyncio.sleep(0.1)
        return playing_ms, device.heard_ms()[1], device.order

    playing_ms, heard_ms, order = asyncio.run(run())
    assert 60 <= playing_ms <= 180
    assert heard_ms == playing_ms
    assert order == [1]


def test_the_device_begins_late_and_tells_of_each_block_when_it_was_played() -> None:
    told: list[Any] = []

    async def run() -> float:
        device = Device(latency_ms=200, played=lambda token, audio: told.append(token))
        device.push("a", BLOCK * 2)
        await asyncio.sleep(0.05)
        early_ms = device.heard_ms().get(1, 0)
        await asyncio.sleep(0.3)
        device.end()
        return early_ms

    assert asyncio.run(run()) == 0
    assert told == ["a", "a"]


def test_a_message_is_known_by_its_first_word() -> None:
    assert number_of(says(7)["message"]) == 7
    assert number_of("7: ") == 7
    assert number_of("And this is only written.") is None


def line(number: int, sent: int, remembered: int, told: str) -> Line:
    return Line(f"item_{number}", f"{number}: text", sent, None, remembered, told)


@pytest.mark.parametrize(
    ("lines", "heard", "sums"),
    [
        ([line(1, 500, 500, "nothing")], {1: 500.0}, (0, 0, 0)),
        ([line(1, 500, 500, "nothing")], {1: 200.0}, (300, 0, 1)),
        ([line(1, 500, 100, "truncate")], {1: 200.0}, (0, 100, 1)),
        ([line(1, 500, 500, "truncate")], {1: 500.0}, (0, 0, 1)),
        ([line(1, 500, 0, "delete"), line(2, 500, 500, "nothing")], {}, (500, 0, 1)),
        ([line(1, 0, 0, "nothing")], {}, (0, 0, 1)),
        ([line(1, 0, 0, "delete")], {}, (0, 0, 0)),
    ],
)
def test_the_score_is_the_difference(lines: list[Line], heard: dict[int, float], sums: tuple[int, int, int]) -> None:
    result = score(Verdict(tuple(lines), ()), heard, shown=())
    assert (result.unheard_ms, result.lost_ms, len(result.wrong)) == sums


def cells() -> list[Cell]:
    framework = FRAMEWORKS[2]
    off = Score(unheard_ms=20, wrong=["message 1: off"], after_ms=20)
    scores = {"b": Score(after_ms=20, reply_ms=300), "e": off}
    return [Cell(framework, way, "vad", dict(scores)) for way in Way]


def test_only_what_has_a_reason_may_be_other_than_0() -> None:
    alone, heard, relay = cells()
    assert alone.faults() == []
    assert heard.faults() == ["e: message 1: off"]
    assert relay.faults() == []
    relay.scores["e"].unheard_ms = 23
    assert len(relay.faults()) == 1
    assert all(relay.reasons().values())


def test_the_table_names_its_reasons_and_what_is_wrong() -> None:
    drawn = report.table(cells(), 2)
    assert "40 + 300" in drawn
    assert "(a) a tool's result is answered" in drawn
    assert "WRONG  openai-agents with rtmulti: e: message 1: off" in drawn
    made = json.loads(json.dumps(report.to_json(cells(), [describe(ROWS[0])], ["x is left out"])))
    assert made["is_as_it_must_be"] is False
    assert made["cells"][2]["sum"]["unheard_ms"] == 20
    assert "e: 20/0/1 +20" in report.by_row(cells())


def test_the_picture_is_a_picture() -> None:
    root = ElementTree.fromstring(report.picture(cells(), 2))
    bars = [float(one.attrib["x"]) for one in root if one.tag.endswith("rect") and "x" in one.attrib]
    names = [one.text or "" for one in root if one.attrib.get("x") == "16" and one.attrib.get("fill") == "#1c2833"]
    assert min(bars) >= 16 + 7 * max(len(name) for name in names[1:]), "a name reaches into the bars"
    assert root.tag.endswith("svg")
    assert len([one for one in root.iter() if one.tag.endswith("rect")]) == 1 + 3 * 3


@pytest.mark.parametrize("is_honest", [True, False])
def test_a_whole_conversation_is_judged(is_honest: bool) -> None:
    recordings = Recordings()
    row = Row("two", (says(1, 400), says(2, 400)), Cut("began", 150))

    async def run() -> Score:
        return await Talk(row, lambda scene: PlainClient(scene, Says.PLACE if is_honest else Says.NOTHING), recordings, how="vad", is_heard=False).play()

    try:
        result = asyncio.run(run())
    finally:
        recordings.close()
    assert result.problem == ""
    if is_honest:
        assert (result.unheard_ms, result.lost_ms, result.wrong) == (0, 0, [])
    else:
        assert result.unheard_ms >= 400
        assert len(result.wrong) == 2


def test_what_cannot_be_played_is_a_problem_and_no_success() -> None:
    def make(scene: Scene) -> PlainClient:
        raise RuntimeError("it does not want to")

    recordings = Recordings()
    try:
        result = asyncio.run(Talk(ROWS[0], make, recordings, how="vad", is_heard=True).play())
    finally:
        recordings.close()
    assert result.problem == "RuntimeError: it does not want to"
    assert Cell(FRAMEWORKS[0], Way.RTMULTI, "vad", {"a": result}).faults() == ["a: RuntimeError: it does not want to"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "nobody"], "there is no 'nobody'"),
        (["--row", "z9"], "there is no row 'z9'"),
        (["--count", "-1"], "--count must be from 0"),
        (["--picture", "/nowhere/compare.svg"], "/nowhere/compare.svg cannot be written"),
    ],
)
def test_arguments_that_are_none_are_named(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_frameworks_that_are_not_installed_are_left_out_with_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    if any(framework.version is not None for framework in FRAMEWORKS):
        pytest.skip("a framework is installed here")
    assert main(["compare"]) == 2
    said = capsys.readouterr().err
    assert "pipecat is left out: the package pipecat-ai is not installed." in said
    assert "no framework is installed" in said
