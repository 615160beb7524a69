#!/usr/bin/env python3
"""How does the cost of one call grow with what a session has had? Counts the cases of growth.c under callgrind at sizes that
double by tens, prints a table, and writes docs/growth.svg: a curve that is flat costs the same however large the session is.
How a case is made is growth.c's, and the look of the picture is growth_picture.py's.

usage: Tests/Benchmarks/growth.py            (`make bench-growth` builds the program first; five minutes)
"""

import concurrent.futures
import json
import os
import re
import sys
from typing import NamedTuple

import run
from growth_picture import draw

PICTURE = run.ROOT / "docs" / "growth.svg"
PROGRAM = str(run.BENCH / "growth")
#: A slope, in powers of ten for a size ten times as large, above which a curve is not called flat.
FLAT = 0.1


class Curve(NamedTuple):
    """One case at its sizes, and what stands above and below it."""

    case: str
    title: str
    size: str
    unit: str
    sizes: tuple[int, ...]


CURVES = (
    Curve("seconds", "a delta in a long response", "seconds before it", "a delta", (1, 10, 100, 1000, 3500)),
    Curve("messages", "a delta in a long session", "messages before it", "a delta", (1, 10, 100, 1000, 10000)),
    Curve("items_never_done", "a delta before open items", "items announced behind it", "a delta",
          (1, 10, 100, 1000, 10000)),
    Curve("responses_never_done", "a delta among open responses", "responses without an end", "a delta", (1, 10, 100, 250)),
    Curve("commands_never_answered", "a delta behind commands", "commands without an answer", "a delta", (1, 10, 100, 1000)),
    Curve("waiting_messages", "an interrupt", "messages that wait", "a message", (1, 10, 100, 1000)),
    Curve("items_backwards", "items announced backwards", "items", "an item", (10, 100, 1000, 16000)),
    Curve("delta_ms", "a large delta", "ms in it", "a ms", (1, 10, 100, 1000)),
    Curve("english_bytes", "English text in one call", "bytes", "a byte", (100, 1000, 10000, 100000, 1000000)),
    Curve("chinese_bytes", "Chinese text in one call", "bytes", "a byte", (100, 1000, 10000, 100000, 1000000)),
    Curve("error_bytes", "an error behind 64 commands", "bytes", "a byte", (100, 1000, 10000, 100000, 1000000)),
)
#: Caches make the difference here, so that it is timed.
SESSIONS = Curve("sessions", "a delta among many sessions", "sessions that talk", "a delta, in ns",
                 (1, 10, 100, 1000, 10000, 100000))


def count(case: str, size: int) -> float:
    """Instructions for one unit of a case at a size."""
    done = run.output_of(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no", PROGRAM, case, str(size)],
        env={**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"})
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if collected is None:
        raise run.CannotRun(f"callgrind did not say what it counted in {case}")
    return int(collected[1]) / float(json.loads(done.stdout)["units"])


def time_sessions(size: int) -> float:
    """Nanoseconds for one delta where so many sessions talk in turn."""
    return float(json.loads(run.output_of([PROGRAM, SESSIONS.case, str(size)]).stdout)["ns"])


def slope_at_the_end(curve: Curve, values: list[float]) -> float:
    """By how many powers of ten the last size costs more than the one before it, for a size ten times as large."""
    from math import log10

    return log10(values[-1] / values[-2]) / log10(curve.sizes[-1] / curve.sizes[-2])


def main(arguments: list[str]) -> int:
    """Counts all curves and shows them."""
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    pairs = [(curve, size) for curve in CURVES for size in curve.sizes]
    try:
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            counts = dict(zip(pairs, pool.map(lambda pair: count(pair[0].case, pair[1]), pairs)))
        times = [time_sessions(size) for size in SESSIONS.sizes]
    except run.CannotRun as error:
        print(f"growth.py: {error}", file=sys.stderr)
        return 1
    table = {curve: [counts[curve, size] for size in curve.sizes] for curve in CURVES}
    for curve, values in table.items():
        slope = slope_at_the_end(curve, values)
        verdict = "flat" if slope <= FLAT else f"grows with the power {slope:.2f} of it"
        row = ", ".join(f"{size:,}: {value:,.0f}" for size, value in zip(curve.sizes, values))
        print(f"{curve.title}, instructions for {curve.unit} by {curve.size}: {row}: {verdict}")
    table[SESSIONS] = times
    row = ", ".join(f"{size:,}: {value:,.0f}" for size, value in zip(SESSIONS.sizes, times))
    print(f"{SESSIONS.title}, ns for a delta by {SESSIONS.size}: {row}")
    PICTURE.write_text(draw([(curve.title, curve.size, curve.unit, list(zip(curve.sizes, values)))
                             for curve, values in table.items()]), encoding="utf-8")
    print(f"Drawn in {PICTURE.relative_to(run.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
