"""Plays the 16 rows with clients that know nothing of the relay before them, the frameworks as they are, against the strict
server. The conversations, the device and the judge are those of `python -m rtmulti compare`.

usage: make/test-integrations.sh relay       or make/test-relay.sh [--how vad,api] [--beside N] [--repeats N] [--verbose]
                                                                   [--far-ms N] [--alone]
Every row may be what rtmulti/compare/cells.py says, and all of them together what stands here. --alone plays them without the
relay, and judges nothing.
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

#: What 16 rows may come to, of a client that is beside the relay: ms unheard, ms lost, messages wrong.
MOST = (60, 60, 6)


async def main(options: argparse.Namespace) -> int:
    """All cells; the last line says how many are within their bounds."""
    chosen = [(framework, [Way.ALONE if options.alone else Way.RELAY]) for framework in FRAMEWORKS]
    failed = played = 0
    for _ in range(options.repeats):
        for how in options.how.split(","):
            cells = await play(chosen, ROWS, how, options.beside, lambda words: None, options.far_ms)
            if options.verbose:
                print(report.by_row(cells))
            for cell in cells:
                played += 1
                faults = cell.faults()
                sums = [round(cell.sum.unheard_ms), round(cell.sum.lost_ms), len(cell.sum.wrong)]
                if not options.alone and options.far_ms == 0 and any(one > most for one, most in zip(sums, MOST, strict=True)):
                    faults.append(f"all rows together come to more than {MOST}")
                name = f"{cell.framework.name} {cell.framework.version} {cell.way.value}, {how}"
                said = "/".join(map(str, sums))
                print(f"{'FAIL' if faults else 'ok  '}  {name}: {said} unheard ms/lost ms/items wrong")
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
    parser.add_argument("--far-ms", type=int, default=0)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    loop = FairLoop()
    asyncio.set_event_loop(loop)
    code = loop.run_until_complete(main(parser.parse_args()))
    sys.stdout.flush()
    # Some frameworks leave threads behind that nobody can end.
    os._exit(code)
