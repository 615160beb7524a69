"""Plays the rows of interruptions.py and the checks of bot_checks.py with Pipecat, several at a time, and says what
came of each.

usage: make/test-integrations.sh pipecat       or, after `make lib`, make/test-pipecat.sh
    [--row NAME] [--how api,apioff,vad,vadoff,local] [--repeats N] [--beside N] [--alone] [--share] [--uvloop] [--verbose]
With --alone it says only the sums: how the framework does without. --share plays the rows at 24 kHz, interrupted by the server's
VAD, and the checks.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import warnings
from dataclasses import replace
from functools import partial

os.environ.setdefault("LOGURU_LEVEL", "CRITICAL")

from bot_checks import CHECKS  # noqa: E402 - loguru reads the environment
from bot_conversation import HOWS, Conversation, How, Way  # noqa: E402
from heard_judge import Outcome  # noqa: E402
from interruptions import ROWS, Row  # noqa: E402
from row_runner import Job, play_all, report  # noqa: E402


async def play(row: Row, way: Way) -> Outcome:
    """One row in one way, from its beginning to the verdict."""
    return await Conversation(row, way).run()


async def play_row(name: str, *, with_rtmulti: bool, how: How = "vad") -> Outcome:
    """One of the 16 rows by its name, at 24 kHz; KeyError when there is none of that name."""
    row = {row.name: row for row in ROWS}[name]
    return await play(row, Way(is_heard=with_rtmulti, how=how))


def jobs(options: argparse.Namespace) -> list[Job]:
    """What is played."""
    way = Way(is_heard=not options.alone)
    ways: list[tuple[str, Way]] = [(how, replace(way, how=how)) for how in HOWS if how in options.how.split(",")]
    if options.share:
        ways = [("vad", replace(way, how="vad"))]
    elif not options.alone:
        ways += [(f"{rate_hz} Hz", replace(way, how="vad", sample_rate_hz=rate_hz)) for rate_hz in (16_000, 48_000)]
        ways.append(("a write blocked", replace(way, stall=(160, 400))))
    rows = [row for row in ROWS if options.row in ("", row.name)]
    played = [Job(f"{row.name} ({kind})", kind, partial(play, row, its_way)) for kind, its_way in ways for row in rows]
    if not options.alone:
        played += [Job(name, "others", check) for name, check in CHECKS.items() if options.row in ("", name)]
    return played * int(options.repeats)


async def main(options: argparse.Namespace) -> int:
    """All rows; the last line says how many were right."""
    played = jobs(options)
    outcomes = await play_all(played, options.beside)
    title = "alone" if options.alone else "rtmulti"
    return report(title, played, outcomes, shows_failures=not options.alone, verbose=options.verbose)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--how", default=",".join(HOWS))
    parser.add_argument("--row", default="")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--beside", type=int, default=6)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--share", action="store_true")
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    from loguru import logger

    logger.remove()
    arguments = parser.parse_args()

    async def play_and_leave() -> None:
        code = await main(arguments)
        sys.stdout.flush()
        # A pipeline whose conversation failed is not ended, and keeps those waiting that would end it.
        os._exit(code)

    if arguments.uvloop:
        import uvloop

        uvloop.run(play_and_leave())
    asyncio.run(play_and_leave())
