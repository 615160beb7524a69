"""Plays the rows of rows.py over each line, several at a time, and says what came of each.

usage: make/test-integrations.sh phone       or, after `make lib`, make/python.sh Tests/Integrations/phone/play_rows.py
    [--line WORD] [--row WORD] [--repeats N] [--beside N] [--before]
--before plays them as it was done before there was rtmulti.telephony, for the table of docs/telephony.md.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "bindings" / "python" / "examples"), str(ROOT / "Tests" / "Integrations")]

from call import Call  # noqa: E402 - neither the examples nor the suites are a package
from judge import Outcome  # noqa: E402
from rows import LINES, ROWS, Line, Row  # noqa: E402
from standstill import Standstill  # noqa: E402


async def play(
    line: Line, row: Row, folder: Path, seats: asyncio.Semaphore, standstill: Standstill, before: bool
) -> Outcome | str:
    """One row; in words, why it did not come to its end."""

    async def once() -> Outcome | str:
        try:
            return await Call(row, line, folder, before=before).run()
        except Exception as problem:
            return f"{type(problem).__name__}: {problem}"

    async with seats:
        return await standstill.undisturbed(once, lambda result: isinstance(result, Outcome) and result.is_right)


async def main(options: argparse.Namespace) -> int:
    """All rows; the last line says how many were right."""
    folder = ROOT / "build" / "phone"
    folder.mkdir(parents=True, exist_ok=True)
    seats, passed, failed = asyncio.Semaphore(options.beside), 0, 0
    standstill = Standstill()
    watching = asyncio.create_task(standstill.watch())
    for line in (line for line in LINES if options.line in line.name):
        jobs = [(row, seed) for row in ROWS if row.name.startswith(options.row) for seed in range(options.repeats)]
        if options.before:
            jobs = [(row, seed) for row, seed in jobs if not row.second_stream_ms and not row.hang_up_ms]
        networks = [replace(line.network, seed=100 * seed + at) for at, (_, seed) in enumerate(jobs)]
        lines = [replace(line, network=network) for network in networks]
        playing = [
            play(each, row, folder, seats, standstill, options.before) for each, (row, _) in zip(lines, jobs, strict=True)
        ]
        unheard_ms, lost_ms, wrong, most_ms = 0.0, 0.0, 0, 0.0
        for (row, seed), outcome in zip(jobs, await asyncio.gather(*playing), strict=True):
            if isinstance(outcome, Outcome) and outcome.is_right:
                passed += 1
                most_ms = max(most_ms, outcome.most_ms)
                if options.verbose:
                    heard = [round(ms) for ms in outcome.heard_ms]
                    print(f"ok    {line.name}, {row.name}: {heard} ms, {outcome.most_ms:.0f} off")
                continue
            failed += 1
            words = [outcome] if isinstance(outcome, str) else outcome.wrong
            if isinstance(outcome, Outcome):
                unheard_ms += outcome.unheard_ms
                lost_ms += outcome.lost_ms
                wrong += len(outcome.wrong)
            print(f"FAIL  {line.name}, {row.name}{f' (seed {seed})' if seed else ''}: {'; '.join(words)}")
        sums = f"{unheard_ms:.0f}/{lost_ms:.0f}/{wrong}"
        print(f"{line.name}: {sums} unheard ms/lost ms/items wrong; the others within {most_ms:.0f} ms")
    watching.cancel()
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--line", default="")
    parser.add_argument("--row", default="")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--beside", type=int, default=7)
    parser.add_argument("--before", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    sys.exit(asyncio.run(main(parser.parse_args())))
