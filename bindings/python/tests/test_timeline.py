"""Timelines: what is counted as never heard, where flags stand, and what the pictures of short, interrupted and long
conversations have on them. What the page does is tried in a browser (make/test-browser.sh timeline)."""

from __future__ import annotations

import json
import random
import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations

import pytest
from scripted_log import FIVE_STOPS_MS, LONG_STOPS_MS, five_interruptions, long_call

from rtmulti.timeline import Interruption, Span, Timeline, Told, Track, draw_html, draw_svg
from rtmulti.timeline.flags import GAP, MOST_LANES, place_flags
from rtmulti.timeline.marks import moment, tick_step_ms
from rtmulti.timeline.model import CommandName

SVG = "{http://www.w3.org/2000/svg}"


def boxes(root: ElementTree.Element, kind: str) -> list[tuple[float, float, float, float]]:
    """The rectangles of a class: left, top, right, bottom."""
    found = [one for one in root.iter(f"{SVG}rect") if one.get("class") == kind]
    sides = [[float(one.get(name, 0)) for name in ("x", "y", "width", "height")] for one in found]
    return [(x, y, x + width, y + height) for x, y, width, height in sides]


def marks(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [one for one in root.iter() if one.get("class") == kind]


def words(root: ElementTree.Element, kind: str) -> list[str]:
    return ["".join(one.itertext()) for one in marks(root, kind)]


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


# --- the model ---


def test_what_was_never_heard_stands_behind_what_is_before_it_in_its_response() -> None:
    tracks = [
        Track("a", "r1", Span(0, 100), [Span(0, 500)], received_ms=2000, heard_ms=500),
        Track("b", "r1", Span(100, 200), received_ms=700),
        Track("c", "r2", Span(600, 700), [Span(600, 900)], received_ms=1000, heard_ms=300),
    ]
    assert Timeline(tracks=tracks).never_heard() == {"a": Span(500, 2000), "b": Span(2000, 2700), "c": Span(900, 1600)}


def test_a_moment_is_said_in_seconds_and_then_in_minutes() -> None:
    assert [moment(ms) for ms in (0, 2400, 59_990, 60_000, 73_500, 3_600_000)] == [
        "0.00 s", "2.40 s", "59.99 s", "1:00.00", "1:13.50", "60:00.00",
    ]  # fmt: skip


@pytest.mark.parametrize("length_ms", [500, 6000, 59_000, 61_000, 1_200_000, 36_000_000, 864_000_000])
def test_an_axis_has_at_most_twelve_steps(length_ms: float) -> None:
    assert 1 < length_ms / tick_step_ms(length_ms) <= 12


# --- flags ---


def test_flags_cover_neither_each_other_nor_the_edge() -> None:
    chance = random.Random(7)
    for _ in range(300):
        stems = sorted(chance.uniform(40, 1120) for _ in range(chance.randrange(1, 14)))
        widths = [chance.uniform(50, 160) for _ in stems]
        places = place_flags(stems, widths, 40, 1120)
        for place, stem, width in zip(places, stems, widths, strict=True):
            assert place.left >= 39.9 and place.left + width <= 1120.1
            assert place.left <= stem <= place.left + width + 1e-6
            assert place.lane is None or 0 <= place.lane < MOST_LANES
        for (a, a_width), (b, b_width) in combinations(zip(places, widths, strict=True), 2):
            if a.lane == b.lane is not None:
                assert a.left + a_width + GAP <= b.left or b.left + b_width + GAP <= a.left


def test_an_earlier_flag_stands_above_the_stems_behind_it() -> None:
    places = place_flags([100, 120, 140, 400], [80] * 4, 40, 1120)
    assert [place.lane for place in places] == [2, 1, 0, 0]


def test_in_a_crowd_the_first_go_without_words() -> None:
    places = place_flags([100 + at for at in range(9)], [80] * 9, 40, 1120)
    assert [place.lane for place in places] == [None, None, None, 5, 4, 3, 2, 1, 0]


# --- pictures ---


def test_five_interruptions_have_a_flag_each_below_the_subtitle() -> None:
    root = ElementTree.fromstring(draw_svg(five_interruptions()))
    flags = boxes(root, "flag")
    assert words(root, "flagtext") == [f"{ms / 1000:.2f} s" for ms in FIVE_STOPS_MS]
    assert len(flags) == len(marks(root, "stop")) == 5
    assert not any(overlap(a, b) for a, b in combinations(flags, 2))
    (subtitle,) = marks(root, "subtitle")
    assert all(top > float(subtitle.get("y", 0)) + 6 for _, top, _, _ in flags)
    assert words(root, "subtitle") == ["6 messages, 3.55 s heard of 10.80 s received, interrupted 5 times"]


def test_as_many_as_come_cover_nothing() -> None:
    crowd = Timeline(tracks=five_interruptions().tracks)
    crowd.interruptions = [Interruption(ms) for ms in (600, 620, 640, 700, 720, 730, 740, 900, 3700, 3750, 3800, 3850)]
    root = ElementTree.fromstring(draw_svg(crowd))
    flags = boxes(root, "flag")
    assert len(marks(root, "stop")) == 12 and 6 < len(flags) < 12
    assert not any(overlap(a, b) for a, b in combinations(flags, 2))
    assert min(top for _, top, _, _ in flags) > 76  # of the subtitle


def test_what_interrupted_nothing_is_no_hit() -> None:
    timeline = Timeline(tracks=five_interruptions().tracks)
    timeline.interruptions = [Interruption(3000, had_effect=False)]
    root = ElementTree.fromstring(draw_svg(timeline))
    assert marks(root, "stop") == marks(root, "flag") == []
    assert len(marks(root, "silent")) == 2  # on the axis, and in the legend
    assert any("when nothing played or waited" in "".join(one.itertext()) for one in marks(root, "silent"))
    assert "interrupted" not in words(root, "subtitle")[0]
    assert len(marks(ElementTree.fromstring(draw_svg(five_interruptions())), "silent")) == 0


def test_a_long_call_has_an_overview_and_a_panel_for_each_response() -> None:
    timeline = long_call()
    assert len(timeline.tracks) == 100 and timeline.end_ms() > 19 * 60_000
    root = ElementTree.fromstring(draw_svg(timeline))
    assert len(marks(root, "axis")) == 1 + len(timeline.response_ids()) == 51
    hits = [stop for stop in timeline.interruptions if stop.had_effect]
    assert 0 < len(hits) < len(LONG_STOPS_MS) == len(timeline.interruptions)
    assert len(marks(root, "stop")) >= 2 * len(hits)  # in the overview, and in the panel of what was cut
    # Each bar of a panel is wide enough to be seen and pointed at.
    assert min(right - left for left, _, right, _ in boxes(root, "heard")[len(timeline.tracks) + 1 :]) > 10


def test_chips_that_have_no_room_go_to_the_next_line() -> None:
    track = Track(
        "item_" + "x" * 60, "r", Span(0, 100), [Span(0, 400)], received_ms=500, heard_ms=400, outcome="partial"
    )
    told = [Told(at_ms, CommandName.CREATE, track.item_id, "r") for at_ms in range(400, 1200, 100)]
    root = ElementTree.fromstring(draw_svg(Timeline(tracks=[track], told=told)))
    chips = boxes(root, "told")
    assert len(chips) == 8 and len({top for _, top, _, _ in chips}) > 1
    assert not any(overlap(a, b) for a, b in combinations(chips, 2))


def test_a_command_of_the_whole_conversation_is_drawn() -> None:
    told = [Told(100, CommandName.SYNC, json="{}")]
    text = draw_svg(Timeline(tracks=five_interruptions().tracks, told=told))
    assert "the whole conversation" in text and "sync  ·  0.10 s" in text


# --- the page ---


def test_the_page_knows_what_the_model_knows_under_its_names() -> None:
    timeline = five_interruptions()
    found = re.search(r'<script id="conversation" type="application/json">(.*?)</script>', draw_html(timeline))
    assert found is not None
    known = json.loads(found[1])
    first = known["messages"][0]
    assert (first["item_id"], first["outcome"], first["heard_ms"], first["received_ms"]) == (
        "item_001",
        "partial",
        580,
        1800,
    )
    assert first["generated_text"] == f"{first['heard_text']} {first['unheard_text']}"
    assert json.loads(first["told"][0]["json"])["audio_end_ms"] == 580
    assert [stop["at_ms"] for stop in known["interruptions"]] == list(FIVE_STOPS_MS)


def test_nothing_that_was_said_ends_the_script_of_the_page() -> None:
    evil = "</script><script>alert(1)</script> $title"
    track = Track(evil, "r", generated_text=evil)
    page = draw_html(Timeline(title=evil, tracks=[track]))
    assert page.count("</script>") == 2 and "<script>alert" not in page
    assert json.loads(page.partition('json">')[2].partition("</script>")[0])["messages"][0]["item_id"] == evil
