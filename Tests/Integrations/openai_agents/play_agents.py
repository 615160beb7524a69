"""Plays the rows of ../interruptions.py and agent_rows.py with openai-agents, several at a time, and says what came of each.

usage: make/test-integrations.sh openai-agents       or, after `make lib`, make/test-openai-agents.sh
    [--row NAME] [--how api,apioff,vad,vadoff] [--repeats N] [--beside N] [--model rtmulti|alone|tracker] [--uvloop] [--verbose]
With another model than rtmulti it says only the sums: how the framework does without.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from dataclasses import replace

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")

from agent_conversation import Conversation, Way  # noqa: E402 - the framework reads the environment when it is imported
from agent_rows import SPECIAL  # noqa: E402
from heard_judge import Outcome  # noqa: E402
from interruptions import HOWS, ROWS, Row  # noqa: E402
from row_runner import Job, play_all, report  # noqa: E402

#: How the rows of agent_rows.SPECIAL are played.
WAYS = {
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


def _job(name: str, row: Row, way: Way, kind: str) -> Job:
    async def run() -> Outcome:
        return await Conversation(row, way).run()

    return Job(name, kind, run)


def jobs(options: argparse.Namespace) -> list[Job]:
    """What is played."""
    way = Way(model=options.model)
    played = [
        _job(f"{row.name} ({how})", row, replace(way, how=how), how)
        for how in HOWS
        if how in options.how.split(",")
        for row in ROWS
        if options.row in ("", row.name)
    ]
    if options.model == "rtmulti":
        special = [(name, row) for name, row in SPECIAL.items() if options.row in ("", row.name)]
        played += [_job(name, row, WAYS[row.name], "others") for name, row in special]
    return played * int(options.repeats)


async def main(options: argparse.Namespace) -> int:
    """All rows; the last line says how many were right."""
    played = jobs(options)
    outcomes = await play_all(played, options.beside)
    is_judged = options.model == "rtmulti"
    return report(options.model, played, outcomes, shows_failures=is_judged, verbose=options.verbose)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="rtmulti", choices=["rtmulti", "alone", "tracker"])
    parser.add_argument("--how", default=",".join(HOWS))
    parser.add_argument("--row", default="")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--beside", type=int, default=6)
    parser.add_argument("--uvloop", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    logging.disable(logging.WARNING)
    arguments = parser.parse_args()
    if arguments.uvloop:
        import uvloop

        sys.exit(uvloop.run(main(arguments)))
    sys.exit(asyncio.run(main(arguments)))
