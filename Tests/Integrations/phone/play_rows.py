"""Plays the rows of rows.py over each line, several at a time, and says what came of each.

usage: make/test-integrations.sh phone       or, after `make lib`, make/python.sh Tests/Integrations/phone/play_rows.py
    [--dialect WORD] [--line WORD] [--row WORD] [--repeats N] [--beside N] [--share] [--before]
Without --dialect: all rows with Twilio's telephone, and a share of them over the first line with each other company's.
--share plays that share alone, over the first line.
--before plays them as it was done before there was rtmulti.telephony, for the table of docs/telephony.md.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "bindings" / "python" / "examples"), str(ROOT / "Tests" / "Integrations")]

from call import Call  # noqa: E402 - neither the examples nor the suites are a package
from companies import COMPANIES, Company  # noqa: E402
from judge import Outcome  # noqa: E402
from rows import LINES, ROWS, SHARE, Line, Row  # noqa: E402
from standstill import Standstill  # noqa: E402


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are played at once, with one company over one line."""

    company: Company
    line: Line
    rows: Sequence[Row]

    @property
    def name(self) -> str:
        """What it is called on the screen."""
        return f"{self.company.name}, {self.line.name}"


def batches(options: argparse.Namespace) -> list[Batch]:
    """What is played."""
    share = [row for row in ROWS if row.name.partition(":")[0] in SHARE]
    played = []
    for company in COMPANIES:
        is_whole = (company is COMPANIES[0] or options.dialect) and not options.share
        if options.dialect not in company.name or (options.before and company is not COMPANIES[0]):
            continue
        for line in LINES if is_whole else LINES[:1]:
            rows = [row for row in (ROWS if is_whole else share) if row.name.startswith(options.row)]
            if options.before:
                rows = [row for row in rows if not row.second_stream_ms and not row.hang_up_ms]
            if options.line in line.name and rows:
                played.append(Batch(company, line, rows))
    return played


async def play(
    batch: Batch, row: Row, seed: int, folder: Path, seats: asyncio.Semaphore, standstill: Standstill, before: bool
) -> Outcome | str:
    """One row; in words, why it did not come to its end."""
    line = replace(batch.line, network=replace(batch.line.network, seed=seed))

    async def once() -> Outcome | str:
        try:
            return await Call(row, line, folder, batch.company, before=before).run()
        except Exception as problem:
            return f"{type(problem).__name__}: {problem}"

    async with seats:
        return await standstill.undisturbed(once, lambda result: isinstance(result, Outcome) and result.is_right)


async def main(options: argparse.Namespace) -> int:
    """All rows; the last line says how many were right."""
    folder = ROOT / "build" / "phone"
    folder.mkdir(parents=True, exist_ok=True)
    seats, standstill = asyncio.Semaphore(options.beside), Standstill()
    watching = asyncio.create_task(standstill.watch())
    passed = failed = 0
    for batch in batches(options):
        jobs = [(row, seed) for row in batch.rows for seed in range(options.repeats)]
        playing = [
            play(batch, row, 100 * seed + at, folder, seats, standstill, options.before)
            for at, (row, seed) in enumerate(jobs)
        ]
        unheard_ms, lost_ms, wrong, most_ms = 0.0, 0.0, 0, 0.0
        for (row, seed), outcome in zip(jobs, await asyncio.gather(*playing), strict=True):
            if isinstance(outcome, Outcome) and outcome.is_right:
                passed += 1
                most_ms = max(most_ms, outcome.most_ms)
                if options.verbose:
                    heard = [round(ms) for ms in outcome.heard_ms]
                    print(f"ok    {batch.name}, {row.name}: {heard} ms, {outcome.most_ms:.0f} off")
                continue
            failed += 1
            words = [outcome] if isinstance(outcome, str) else outcome.wrong
            if isinstance(outcome, Outcome):
                unheard_ms += outcome.unheard_ms
                lost_ms += outcome.lost_ms
                wrong += len(outcome.wrong)
            print(f"FAIL  {batch.name}, {row.name}{f' (seed {seed})' if seed else ''}: {'; '.join(words)}")
        sums = f"{unheard_ms:.0f}/{lost_ms:.0f}/{wrong}"
        print(f"{batch.name}: {sums} unheard ms/lost ms/items wrong; the others within {most_ms:.0f} ms", flush=True)
    watching.cancel()
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--dialect", default="")
    parser.add_argument("--line", default="")
    parser.add_argument("--row", default="")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--beside", type=int, default=7)
    parser.add_argument("--share", action="store_true")
    parser.add_argument("--before", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    sys.exit(asyncio.run(main(parser.parse_args())))
