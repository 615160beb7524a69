"""Plays the 16 rows with clients that know nothing of the relay before them, openai-agents and Pipecat as they are, against the
strict server. The conversations, the device and the judge are those of `python -m rtmulti compare`.

usage: make/test-integrations.sh relay       or make/test-relay.sh [--how vad,api] [--beside N] [--repeats N] [--verbose]
What each may be stands in rtmulti/compare/cells.py.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import warnings

from rtmulti.compare import FRAMEWORKS, ROWS, Way, play, report
from rtmulti.compare.clock import FairLoop

#: Those for which a bound is named; LiveKit plays message by message, and is compared but not judged here.
NAMES = ("openai-agents", "pipecat")


async def main(options: argparse.Namespace) -> int:
    """All cells; the last line says how many are within their bounds."""
    chosen = [(framework, [Way.RELAY]) for framework in FRAMEWORKS if framework.name in NAMES]
    failed = played = 0
    for _ in range(options.repeats):
        for how in options.how.split(","):
            cells = await play(chosen, ROWS, how, options.beside, lambda words: None)
            if options.verbose:
                print(report.by_row(cells))
            for cell in cells:
                played += 1
                score, faults = cell.sum, cell.faults()
                sums = f"{score.unheard_ms:.0f}/{score.lost_ms:.0f}/{len(score.wrong)}"
                print(f"{'FAIL' if faults else 'ok  '}  {cell.framework.name}, {how}: {sums} unheard ms/lost ms/items wrong")
                for fault in faults:
                    print(f"      {fault}")
                failed += bool(faults)
    print(f"{played - failed} passed, {failed} failed")
    return 1 if failed or not played else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--how", default="vad,api")
    parser.add_argument("--beside", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    loop = FairLoop()
    asyncio.set_event_loop(loop)
    code = loop.run_until_complete(main(parser.parse_args()))
    sys.stdout.flush()
    # Some frameworks leave threads behind that nobody can end.
    os._exit(code)
