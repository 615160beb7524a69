"""Plays the rows of ../interruptions.py and agent_rows.py with openai-agents, several at a time, and says what came of each.

usage: make/test-integrations.sh openai-agents       or, after `make lib`, with the environment that it makes,
    python Tests/Integrations/openai_agents/play_agents.py [--row NAME] [--how api,vad,vadoff] [--repeats N] [--beside N]
        [--model rtmulti|alone|tracker] [--verbose]
With another model than rtmulti it says only the sums: how the framework does without.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")

from agent_conversation import Conversation, Way  # noqa: E402 - the framework reads the environment when it is imported
from agent_rows import SPECIAL  # noqa: E402
from heard_judge import Outcome  # noqa: E402
from interruptions import HOWS, ROWS, Row  # noqa: E402
from standstill import Standstill  # noqa: E402


def jobs(options: argparse.Namespace) -> list[tuple[str, Row, Way]]:
    """What is played, with its name."""
    way = Way(model=options.model)
    played = [
        (f"{row.name} ({how})", row, replace(way, how=how))
        for how in options.how.split(",")
        for row in ROWS
        if options.row in ("", row.name)
    ]
    if options.model == "rtmulti":
        ways = {
            "guardrail": Way(has_guardrail=True),
            "thread": Way(is_threaded=True),
            "again": Way(says_again=True),
            "quiet": Way(answers_after_cut=False),
            "blocks": Way(block_ms=100),
            "long": Way(chunk_ms=400),
            "asked": Way(is_threaded=True, asks_player=True),
            "slow": Way(listener="slow session"),
            "second": Way(listener="session and another"),
            "public": Way(is_public=True),
        }
        played += [(name, row, ways[row.name]) for name, row in SPECIAL.items() if options.row in ("", row.name)]
    return played * int(options.repeats)


async def play(row: Row, way: Way, seats: asyncio.Semaphore, standstill: Standstill) -> Outcome:
    """One row; what kept it from coming to its end counts as wrong."""

    async def once() -> Outcome:
        try:
            return await Conversation(row, way).run()
        except Exception as problem:
            return Outcome(wrong=[f"{type(problem).__name__}: {problem}"])

    async with seats:
        return await standstill.undisturbed(once, lambda outcome: not outcome.wrong)


async def main(options: argparse.Namespace) -> int:
    """All rows; the last line says how many were right."""
    seats, standstill = asyncio.Semaphore(options.beside), Standstill()
    watching = asyncio.create_task(standstill.watch())
    played = jobs(options)
    outcomes = await asyncio.gather(*(play(row, way, seats, standstill) for _, row, way in played))
    watching.cancel()
    sums: dict[str, list[int]] = {}
    failed = 0
    for (name, _, way), outcome in zip(played, outcomes, strict=True):
        of_how = sums.setdefault(way.how, [0, 0, 0])
        for at, count in enumerate((outcome.unheard_ms, outcome.lost_ms, outcome.items_wrong)):
            of_how[at] += count
        failed += bool(outcome.wrong)
        if outcome.wrong and (options.model == "rtmulti" or options.verbose):
            print(f"FAIL  {name}: {'; '.join(outcome.wrong)}")
        elif options.verbose:
            print(f"ok    {name}")
    for how, (unheard_ms, lost_ms, wrong) in sums.items():
        print(f"{options.model}, {how}: {unheard_ms}/{lost_ms}/{wrong} unheard ms/lost ms/items wrong")
    print(f"{len(played) - failed} passed, {failed} failed")
    return 1 if failed or not played else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="rtmulti", choices=["rtmulti", "alone", "tracker"])
    parser.add_argument("--how", default=",".join(HOWS))
    parser.add_argument("--row", default="")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--beside", type=int, default=6)
    parser.add_argument("--verbose", action="store_true")
    logging.disable(logging.WARNING)
    sys.exit(asyncio.run(main(parser.parse_args())))
