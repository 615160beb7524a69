"""Plays the rows of ../interruptions.py and of browser_rows.py in a real headless Chromium, and says what came of each.

usage: make/test-integrations.sh browser       or, after `make lib`, make/test-browser.sh
    [--page WORD] [--row NAME] [--how api,apioff,vad,vadoff] [--repeats N] [--beside N] [--share] [--before] [--verbose]
Without --how the rows take turns at who interrupts, so that each is played in each way on some page.
--share plays a few of them on the first page, and the example.
--before plays the sixteen by the session's clock, without the page's reports, for the table of docs/browser.md.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "bindings" / "python" / "examples"), str(ROOT / "Tests" / "Integrations")]

from browser_conversation import Conversation  # noqa: E402 - neither the suites nor the examples are a package
from browser_example import play_example  # noqa: E402
from browser_judge import Outcome  # noqa: E402
from browser_rows import CHANGES, PAGES, SHARE, Change, Page  # noqa: E402
from chromium import Chromium, NoChromium  # noqa: E402
from interruptions import HOWS, ROWS, How, Row  # noqa: E402
from standstill import TRIES, Standstill  # noqa: E402

Job = tuple[str, Row, How, Page, Change | None]


def jobs(options: argparse.Namespace) -> list[Job]:
    """What is played, with its name."""
    played: list[Job] = []
    for at, page in enumerate(PAGES[:1] if options.share else PAGES):
        if options.page not in page.name:
            continue
        for number, row in enumerate(ROWS):
            hows = options.how.split(",") if options.how else [HOWS[(number + at) % len(HOWS)]]
            played += [(f"{row.name} ({how})", row, how, page, None) for how in hows if options.row in ("", row.name)]
        played += [
            (change.row.name, change.row, "api", page, change)
            for change in CHANGES
            if options.row in ("", change.row.name) and not options.before
        ]
    if options.share:
        played = [job for job in played if job[1].name in SHARE]
    return played * int(options.repeats)


async def play(
    job: Job,
    chromium: Chromium,
    folder: Path,
    seats: asyncio.Semaphore,
    standstill: Standstill,
    options: argparse.Namespace,
) -> Outcome:
    """One row; what kept it from coming to its end counts as wrong."""
    name, row, how, page, change = job

    async def once() -> Outcome:
        try:
            return await Conversation(row, how, page, chromium, folder, change, before=options.before).run()
        except Exception as problem:
            return Outcome(wrong=[f"{type(problem).__name__}: {problem}"])

    async with seats:
        for _ in range(TRIES):
            outcome = await standstill.undisturbed(once, lambda outcome: not outcome.wrong)
            if not outcome.is_missed:
                break
    if outcome.wrong:
        print(f"FAIL  {page.name}, {name}: {'; '.join(outcome.wrong)}", flush=True)
    elif options.verbose:
        told = "" if outcome.told_ms is None else f", told after {outcome.told_ms:.0f} ms"
        print(f"ok    {page.name}, {name}: {outcome.most_ms:.2f} ms off{told}, {outcome.twice_ms:.0f} ms twice", flush=True)
    return outcome


EXAMPLES = {"the example, spoken over": True, "the example, without a microphone": False}


async def play_examples(options: argparse.Namespace, folder: Path, standstill: Standstill) -> list[bool]:
    """examples/browser_agent.py in browsers of its own, one behind the other, because it has one port; which were right."""
    right = []
    for name, speaks in EXAMPLES.items():
        if options.row not in ("", name) or options.page or options.before or (options.share and speaks):
            continue

        async def once(speaks: bool = speaks) -> Outcome:
            try:
                return await play_example(folder, speaks=speaks)
            except Exception as problem:
                return Outcome(wrong=[f"{type(problem).__name__}: {problem}"])

        outcome = await standstill.undisturbed(once, lambda outcome: not outcome.wrong)
        right.append(not outcome.wrong)
        print(f"{'FAIL' if outcome.wrong else 'ok  '}  {name}: {'; '.join(outcome.wrong) or f'{outcome.most_ms:.2f} ms off'}")
    return right


async def main(options: argparse.Namespace) -> int:
    """All rows; the last line says how many were right."""
    folder = ROOT / "build" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    seats, standstill = asyncio.Semaphore(options.beside), Standstill()
    watching = asyncio.create_task(standstill.watch())
    played = jobs(options)
    async with Chromium(["--autoplay-policy=no-user-gesture-required"]) as chromium:
        playing = [play(job, chromium, folder, seats, standstill, options) for job in played]
        outcomes = await asyncio.gather(*playing)
    right = await play_examples(options, folder, standstill) + [not outcome.wrong for outcome in outcomes]
    watching.cancel()
    for page in PAGES:
        of_page = [(job, outcome) for job, outcome in zip(played, outcomes, strict=True) if job[3] is page]
        if of_page:
            sums = [sum(getattr(outcome, word) for _, outcome in of_page) for word in ("unheard_ms", "lost_ms", "items_wrong")]
            most_ms = max(outcome.most_ms for _, outcome in of_page)
            print(
                f"{page.name}: {sums[0]:.0f}/{sums[1]:.0f}/{sums[2]} unheard ms/lost ms/items wrong; ear and record at most"
                f" {most_ms:.1f} ms apart (a render quantum is {page.quantum_ms:.1f})"
            )
    print(f"{sum(right)} passed, {len(right) - sum(right)} failed")
    return 0 if right and all(right) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", default="")
    parser.add_argument("--row", default="")
    parser.add_argument("--how", default="")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--beside", type=int, default=2)
    parser.add_argument("--share", action="store_true")
    parser.add_argument("--before", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    try:
        sys.exit(asyncio.run(main(parser.parse_args())))
    except NoChromium as problem:
        print(problem)
        sys.exit(77)
