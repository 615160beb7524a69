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
sys.path.insert(0, str(ROOT / "bindings" / "python" / "examples"))

from call import Call  # noqa: E402 - the examples are no package
from judge import Outcome  # noqa: E402
from rows import LINES, ROWS, Line, Row  # noqa: E402


#: A row that fails while this process stood still for so long says nothing, and is played again, at most so often.
STANDSTILL_MS, TRIES = 300, 3


class Standstill:
    """Notes for how long the event loop got no time from the machine."""

    def __init__(self) -> None:
        self._marks: dict[int, float] = {}

    async def watch(self) -> None:
        """Looks every 20 ms."""
        loop = asyncio.get_running_loop()
        while True:
            before_s = loop.time()
            await asyncio.sleep(0.02)
            late_ms = (loop.time() - before_s) * 1000 - 20
            self._marks = {key: max(worst_ms, late_ms) for key, worst_ms in self._marks.items()}

    def begin(self, key: int) -> None:
        """From now on."""
        self._marks[key] = 0.0

    def end(self, key: int) -> float:
        """The longest since begin(), in ms."""
        return self._marks.pop(key)


async def play(
    line: Line, row: Row, folder: Path, seats: asyncio.Semaphore, standstill: Standstill, before: bool
) -> Outcome | str:
    """One row; in words, why it did not come to its end."""
    result: Outcome | str = ""
    async with seats:
        for _ in range(TRIES):
            key = id(asyncio.current_task())
            standstill.begin(key)
            try:
                result = await Call(row, line, folder, before=before).run()
            except Exception as problem:
                result = f"{type(problem).__name__}: {problem}"
            stood_ms = standstill.end(key)
            if stood_ms < STANDSTILL_MS or (isinstance(result, Outcome) and result.is_right):
                break
            print(f"again {line.name}, {row.name}: the machine stood still for {stood_ms:.0f} ms")
    return result


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
