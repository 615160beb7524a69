"""The page of a timeline in a real headless Chromium: what it shows, says and does under mouse, keys and wheel, of
short and long conversations, in light and in dark, wide and narrow.

usage: make/test-browser.sh timeline [--pictures FOLDER]       (after `make lib`)
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "bindings" / "python" / "tests"))

from chromium import Chromium, NoChromium, Tab  # noqa: E402 - neither the suites nor the tests are a package
from scripted_log import FIVE_STOPS_MS, five_interruptions, long_call  # noqa: E402
from timeline_checks import (  # noqa: E402
    CONTRASTS,
    DRAWING_MS,
    LABEL,
    MISPLACED,
    OVERLAPS,
    PAPER,
    PROBLEMS,
    REPORT_PROBLEMS,
    RINGS,
    ROWS,
    X_OF,
    Tally,
)

from rtmulti.timeline import Interruption, Span, Timeline, Told, Track, draw_html  # noqa: E402
from rtmulti.timeline.model import CommandName  # noqa: E402

HOSTILE = '</script><img src=x onerror="throw 1"> & "quoted" <!--'


class Bench:
    """Opens timelines as files, and counts what is right."""

    def __init__(self, chromium: Chromium, folder: Path, pictures: Path | None, tally: Tally) -> None:
        self.tally = tally
        self._chromium = chromium
        self._folder = folder
        self._pictures = pictures

    @asynccontextmanager
    async def page(
        self, name: str, timeline: Timeline, *, width: int = 1280, height: int = 900, scheme: str = "light"
    ) -> AsyncIterator[Tab]:
        """The page of a timeline; behind the block it must have raised nothing and loaded nothing."""
        path = self._folder / f"{name}.html"
        path.write_text(draw_html(timeline), encoding="utf-8")
        tab = await self._chromium.open("about:blank", before=REPORT_PROBLEMS)
        await tab.resize(width, height)
        await tab.prefer(scheme)
        await tab.go(path.as_uri())
        yield tab
        problems = await tab.ask(PROBLEMS)
        self.tally.check(f"{name}: nothing went wrong, and nothing was loaded", problems == [], problems)
        if self._pictures is not None:
            await tab.picture(self._pictures / f"{name}.png")
        await tab.close()


async def shown(tab: Tab) -> tuple[float, float]:
    """From when to when the page shows the call, in ms, once it has drawn that."""
    await tab.ask("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    start, span = await tab.ask("[view.from, view.span]")
    return start, start + span


async def place_of(tab: Tab, selector: str, at_ms: float) -> tuple[float, float]:
    """Where on the screen a moment is, in the middle of an element."""
    _, y = await tab.middle(selector)
    return await tab.ask(f"{X_OF}({at_ms})"), y


async def tip(tab: Tab) -> str:
    """What the page explains at the moment; "" for nothing."""
    return str(await tab.ask("byId('tip').hidden ? '' : byId('tip').innerText"))


async def are_in_place(bench: Bench, tab: Tab, width: int) -> None:
    """Words stand below their bar, or as near to it as their length lets them."""
    rows = await tab.ask("document.querySelectorAll('#list .message .words').length")
    misplaced = await tab.ask(MISPLACED)
    bench.tally.check(f"words begin where their bar does at {width} pixels", rows > 0 and misplaced == [], misplaced)


async def five_in_a_row(bench: Bench) -> None:
    """Five interruptions within a second and a half, by mouse."""
    check = bench.tally.check
    async with bench.page("five", five_interruptions()) as tab:
        flags = await tab.ask("[...document.querySelectorAll('#ruler button')].map((flag) => flag.innerText)")
        check("each interruption has its flag", flags == [f"{ms / 1000:.2f} s" for ms in FIVE_STOPS_MS], flags)
        overlaps = await tab.ask(OVERLAPS)
        check("no flag covers another, nor what stands above", overlaps == [], overlaps)
        await tab.point(*await place_of(tab, "#list > li:nth-child(2) .lane", 300))
        said = await tip(tab)
        is_so = "1. item_001, partial" in said and "at 0.30 s: 260 ms of it were heard" in said
        check("a bar says its message and how much was heard then", is_so, said)
        check("and its words, heard and not", "“Well, that”" in said and "never heard: “depends on" in said, said)
        await tab.point(*await tab.middle("#list > li:nth-child(2) .point"))
        said = await tip(tab)
        check(
            "a diamond says the command and its JSON",
            "truncate at 580 ms" in said and '"audio_end_ms":580' in said,
            said,
        )
        await tab.point(*await tab.middle("#ruler button:nth-of-type(2)"))
        check("a flag says who interrupted", await tip(tab) == "interrupted by the listener at 0.93 s", await tip(tab))
        await tab.point(*await place_of(tab, "#strip", 700))
        check("the overview says what was heard there", "2. item_002" in await tip(tab), await tip(tab))

        x, y = await place_of(tab, "#list > li:nth-child(2) .lane", 1000)
        await tab.turn_wheel(x, y, -300, control=True)
        start, end = await shown(tab)
        at_ms = await tab.ask(f"momentAt({x})")
        check(
            "control and wheel zoom around the mouse", end - start < 2000 and abs(at_ms - 1000) < 5, (start, end, at_ms)
        )
        await tab.drag(x, y, -200)
        later, _ = await shown(tab)
        check("dragging moves the time under the hand", later > start, (start, later))
        await tab.click("#all")
        check("a button shows the whole call", await shown(tab) == (0, 3895), await shown(tab))
        await tab.click("#in")
        check("a button zooms in", await shown(tab) == (779, 3116), await shown(tab))


async def by_keys(bench: Bench) -> None:
    """Everything without a mouse."""
    check = bench.tally.check
    async with bench.page("keys", five_interruptions()) as tab:
        reached = []
        for _ in range(7):
            await tab.press("Tab")
            reached.append(await tab.ask("document.activeElement.id || document.activeElement.className"))
        wanted = ["out", "in", "all", "help", "window", "message", ""]
        check("Tab reaches the buttons, the overview and one message", reached == wanted, reached)
        await tab.press("+")
        start, end = await shown(tab)
        check("+ zooms in", round(end - start) == round(3895 * 0.6), (start, end))
        await tab.press("ArrowLeft")
        check("the left arrow goes back", (await shown(tab))[0] < start, await shown(tab))
        await tab.press("ArrowRight")
        check("the right arrow goes on", (await shown(tab))[0] == start, await shown(tab))
        await tab.press("0")
        check("0 shows all", await shown(tab) == (0, 3895), await shown(tab))
        for _ in range(3):
            await tab.press("ArrowDown")
        said = await tab.ask(LABEL)
        all_of_it = "Message 3, item_003, partial; 0.25 s heard of 1.80 s; heard: Well,; never heard: that depends"
        check("arrows choose messages, which say all of themselves", str(said).startswith(all_of_it), said)
        check("and explain it", "3. item_003, partial" in await tip(tab), await tip(tab))
        await tab.press("Enter")
        start, end = await shown(tab)
        check("Enter zooms to the message", start < 990 < end < 3000, (start, end))
        await tab.press("Escape")
        check("Escape closes what explains", await tip(tab) == "", await tip(tab))
        await tab.press("n")
        check(
            "n goes to an interruption", (await tip(tab)).startswith("interrupted by the listener at"), await tip(tab)
        )
        before = await tip(tab)
        await tab.press("p")
        check("p goes to the one before", await tip(tab) < before, (before, await tip(tab)))
        await tab.press("?")
        is_shown = await tab.ask("byId('help').ariaExpanded === 'true' && byId('keys').innerText.includes('zoom')")
        check("? shows the keys", is_shown)


async def twenty_minutes(bench: Bench) -> None:
    """A hundred messages: the overview and the zoom."""
    check = bench.tally.check
    async with bench.page("long", long_call()) as tab:
        words = await tab.ask("byId('shown').innerText")
        check(
            "a long call begins with its first minute",
            words == "0.00 s to 1:00.00 of 19:43.94, 6 of 100 messages",
            words,
        )
        rows = await tab.ask(ROWS)
        check("only what is in it has a row", rows == 7, rows)
        await tab.ask("scrollTo(0, 400)")
        top = await tab.ask("byId('top').getBoundingClientRect().top")
        check("the overview stays where the rows are scrolled", top == 0, top)
        await tab.ask("scrollTo(0, 0)")
        x, y = await tab.middle("#overview")
        await tab.drag(x, y)
        start, end = await shown(tab)
        check("a click into the overview goes there", abs((start + end) / 2 - 591_970) < 1000, (start, end))
        await tab.drag(x, y, 100)
        later, _ = await shown(tab)
        check("its window can be dragged", later > start + 60_000, (start, later))
        right_x, right_y = await tab.middle(".edge + .edge")
        await tab.drag(right_x, right_y, 150)
        wide = await shown(tab)
        check("its edge makes it wider", wide[0] == later and wide[1] - wide[0] > 150_000, wide)
        await tab.press("0")
        await shown(tab)
        check("all hundred can be seen", "100 of 100 messages" in await tab.ask("byId('shown').innerText"))
        took_ms = await tab.ask(DRAWING_MS)
        print(f"  a whole call of 100 messages is drawn in {took_ms:.1f} ms")
        overlaps = await tab.ask(OVERLAPS)
        check("no flag covers another in the whole call", overlaps == [], overlaps)
        rings = await tab.ask(RINGS)
        stems = await tab.ask("document.querySelectorAll('#stems .stem').length")
        check("what interrupted nothing is a ring without a line", (rings, stems) == (4, 8), (rings, stems))
        await tab.press("ArrowDown")
        await tab.press("Enter")
        for _ in range(7):
            await tab.press("ArrowDown")
        label = await tab.ask(LABEL)
        start, end = await shown(tab)
        is_there = str(label).startswith("Message 7, ") and start < 72_400 < end
        check("the view follows who goes from message to message", is_there, (label, start, end))


async def looks(bench: Bench) -> None:
    """Light and dark, wide and narrow, nothing at all, and what means harm."""
    check = bench.tally.check
    for scheme, is_dark in (("light", False), ("dark", True)):
        async with bench.page(f"long-{scheme}", long_call(), scheme=scheme) as tab:
            await tab.ask("show(60000, 60000)")
            await shown(tab)
            paper = await tab.ask(PAPER)
            check(f"the paper is {scheme}", (max(paper) < 60) is is_dark, paper)
            await tab.press("?")
            weak = await tab.ask(CONTRASTS)
            check(f"every word can be read in {scheme}", weak == [], weak)
    for width in (400, 1400):
        async with bench.page(f"five-{width}", five_interruptions(), width=width) as tab:
            wide = await tab.ask("document.documentElement.scrollWidth")
            check(f"{width} pixels are enough", wide <= width, wide)
            overlaps = await tab.ask(OVERLAPS)
            check(f"no flag covers another at {width} pixels", overlaps == [], overlaps)
        async with bench.page(f"late-{width}", long_and_late(), width=width) as tab:
            await are_in_place(bench, tab, width)
    async with bench.page("empty", Timeline()) as tab:
        check("a call without a word says so", "Nothing was said" in await tab.ask("document.body.innerText"))
    async with bench.page("hostile", hostile()) as tab:
        text = await tab.ask("document.body.innerText")
        is_text = text.count(HOSTILE) >= 4 and await tab.ask("document.images.length") == 0
        check("what a server says is text, and no HTML", is_text, text[:400])
        check("a command of the whole conversation is there", "the whole conversation" in text and "sync" in text)


def long_and_late() -> Timeline:
    """A message of many words in the middle, and one of two behind it."""
    spans = [Span(0, 1000), Span(1000, 5000), Span(5000, 6000)]
    texts = ["Well.", "It depends on the wind and on the weather. " * 12, "Good bye."]
    tracks = [
        Track("r", f"item_{at}", span, [span], 1000, 1000, "full", text, text)
        for at, (span, text) in enumerate(zip(spans, texts, strict=True))
    ]
    return Timeline("late", tracks, [], [], [])


def hostile() -> Timeline:
    """Names and words that would be HTML where somebody takes them for it."""
    track = Track(HOSTILE, HOSTILE, Span(0, 400), [Span(100, 300)], 400, 200, "partial", HOSTILE, HOSTILE + " more")
    told = [
        Told(300, CommandName.DELETE, HOSTILE, HOSTILE, json=HOSTILE),
        Told(350, CommandName.SYNC, json=json.dumps({})),
    ]
    return Timeline(HOSTILE, [track], [], told, [Interruption(300, HOSTILE)])


async def play(pictures: Path | None) -> int:
    """All of it; the exit code."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="rtmulti-timeline-") as folder:
        async with Chromium() as chromium:
            bench = Bench(chromium, Path(folder), pictures, tally)
            steps: Any
            for steps in (five_in_a_row, by_keys, twenty_minutes, looks):
                await steps(bench)
    print(f"timeline: {tally.passed} passed, {tally.failed} failed")
    return 0 if tally.failed == 0 else 1


def main() -> int:
    """Reads the arguments and plays."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=Path, help="write a PNG of each page into this folder")
    pictures: Path | None = parser.parse_args().pictures
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    try:
        return asyncio.run(play(pictures))
    except NoChromium as error:
        print(error)
        return 77


if __name__ == "__main__":
    sys.exit(main())
