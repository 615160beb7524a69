"""Plays the rows, with the wrapper and without, with LiveKit's TranscriptSynchronizer and without, and says which of them
hold. A row alone is a measurement and no check; with the wrapper it is one. The last line is "N passed, N failed".

usage: run.py [--jobs N] [--verbose] [--share] [--conversations N [--seed N]] [--no-rows | ROW...]
       ROW: a word that the names of the rows contain; --conversations: so many random ones (conversations.py), from a seed on
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import logging
import re
import sys
import time
from collections.abc import Coroutine
from importlib.metadata import version
from pathlib import Path
from typing import Any

import changes  # noqa: F401  it adds its rows
import conversations
import interruptions  # noqa: F401  it adds its rows
import models  # noqa: F401  it adds its rows
import outputs  # noqa: F401  it adds its rows
from judge import complaints, differences, lost_ms, server_is_wrong, steps_not_aside, unheard_ms
from played import Played
from rows import ROWS
from stage import Row, play

# Which versions of LiveKit Agents are played with google's plugin is make/test-livekit.sh's to say.
has_google = importlib.util.find_spec("livekit.plugins.google") is not None
if has_google:
    from gemini import play_google

EXAMPLE = Path(__file__).parents[2] / "bindings" / "python" / "examples" / "livekit_agent.py"
WORKER = Path(__file__).with_name("worker.py")
#: A row, or a conversation, that takes longer than this hangs.
TIMEOUT_S = 60
CONVERSATION_TIMEOUT_S = 240


class Tally:
    """What was seen so far."""

    def __init__(self, is_verbose: bool) -> None:
        self.is_verbose = is_verbose
        self.passed = self.failed = 0
        self.alone_played = self.alone_wrong = 0
        self.unheard_alone = self.unheard = self.lost = 0.0

    def add(self, name: str, found: list[str], played: Played | None, *, is_judged: bool = True) -> None:
        """One row with the wrapper."""
        if played is not None and is_judged:
            self.unheard += unheard_ms(played)
            self.lost += lost_ms(played)
        if not found:
            self.passed += 1
            if self.is_verbose:
                print(f"ok    {name}", flush=True)
            return
        self.failed += 1
        print(f"FAIL  {name}", flush=True)
        for sentence in found:
            print(f"      {sentence}")
        if self.is_verbose and played is not None:
            print(f"      {played}")

    def add_alone(self, row: Row, played: Played) -> None:
        """One row without the wrapper."""
        self.alone_played += 1
        self.alone_wrong += server_is_wrong(row, played)
        self.unheard_alone += unheard_ms(played)


def _is_judged(row: Row) -> bool:
    """Whether the strict server's verdict is about all of a row."""
    return row.has_output and not row.reconnects and "server" in row.judged


async def play_row(tally: Tally, row: Row, *, is_synchronized: bool) -> None:
    """Plays a row without the wrapper and with it."""
    name = f"{row.name}, synchronized" if is_synchronized else row.name
    alone: Played | None = None
    try:
        alone = await asyncio.wait_for(play(row, is_wrapped=False, is_synchronized=is_synchronized), TIMEOUT_S)
        if _is_judged(row):
            tally.add_alone(row, alone)
    except Exception as problem:  # LiveKit alone may do what it wants
        print(f"alone {name}: {type(problem).__name__}: {problem}", flush=True)
    try:
        wrapped = await asyncio.wait_for(play(row, is_wrapped=True, is_synchronized=is_synchronized), TIMEOUT_S)
    except Exception as problem:  # any of them is a failed row, and the others are played
        tally.add(name, [f"{type(problem).__name__}: {problem}"], None)
        return
    found = complaints(row, wrapped, is_synchronized=is_synchronized)
    if row.is_never_cut and alone is not None:
        found += differences(alone, wrapped)
    if row.steps_aside and alone is not None:
        found += steps_not_aside(alone, wrapped)
    tally.add(name, found, wrapped, is_judged=_is_judged(row))


async def play_conversation(tally: Tally, seed: int) -> None:
    """Plays a random conversation with the wrapper."""
    row, is_synchronized = conversations.conversation(seed)
    name = f"conversation {seed}"
    try:
        played = await asyncio.wait_for(
            play(row, is_wrapped=True, is_synchronized=is_synchronized), CONVERSATION_TIMEOUT_S
        )
    except Exception as problem:
        tally.add(name, [f"{type(problem).__name__}: {problem}"], None)
        return
    tally.add(name, complaints(row, played, is_synchronized=is_synchronized), played)


async def play_example(tally: Tally) -> None:
    """Runs the example, which says what the server remembers of two messages, alone and with the wrapper."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLE), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said = (await process.communicate())[0].decode()
    remembered = [int(ms) for ms in re.findall(r"remembers +(\d+) of 1000 ms", said)]
    is_right = len(remembered) == 4 and remembered[1] == 1000 and 0 < remembered[2] < 1000 and remembered[3] == 0
    tally.add("the example", [] if is_right else [f"it said {said!r}"], None)


async def play_worker(tally: Tally, sessions: int) -> None:
    """Runs LiveKit's worker with a job of so many sessions."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(WORKER), str(sessions), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = [text.decode().strip().splitlines() for text in await process.communicate()]
    tally.add("worker", [] if said and said[-1] == "ok" else said or complained[-1:] or ["it said nothing"], None)


def _complain_of_unraisable(problem: Any) -> None:
    # LiveKit leaves a task of each closed session that catches the GeneratorExit, a traceback each.
    if str(problem.exc_value) != "coroutine ignored GeneratorExit":
        sys.__unraisablehook__(problem)


async def main() -> int:
    """Plays what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--jobs", type=int, default=8)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--share", action="store_true", help="without the TranscriptSynchronizer, and without most hops")
    parser.add_argument("--no-rows", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--conversations", type=int, default=0)
    arguments = parser.parse_args()
    # LiveKit logs a traceback for each command of its own that is refused.
    logging.basicConfig(level=logging.CRITICAL)
    sys.unraisablehook = _complain_of_unraisable
    tally, gate, begin = Tally(arguments.verbose), asyncio.Semaphore(arguments.jobs), time.monotonic()

    async def gated(work: Coroutine[Any, Any, None]) -> None:
        async with gate:
            await work

    chosen = [
        row
        for name, row in ROWS.items()
        if not arguments.no_rows and (not arguments.rows or any(word in name for word in arguments.rows))
    ]
    if arguments.share:
        chosen = [row for row in chosen if not row.name.endswith("_hops") or row.name.endswith(("_0_hops", "_4_hops"))]
    work: list[Coroutine[Any, Any, None]] = [
        play_row(tally, row, is_synchronized=is_synchronized)
        for is_synchronized in ((False,) if arguments.share else (False, True))
        for row in chosen
        if row.has_output or not is_synchronized
    ]
    if not arguments.no_rows and not arguments.rows:
        work.append(play_example(tally))
    if not arguments.no_rows and (not arguments.rows or "worker" in arguments.rows):
        work.insert(0, play_worker(tally, 20 if arguments.share else 200))
    if has_google and not arguments.no_rows and (not arguments.rows or "google" in arguments.rows):
        work.append(play_google(tally))
    seeds = range(arguments.seed, arguments.seed + arguments.conversations)
    work += [play_conversation(tally, seed) for seed in seeds]
    await asyncio.gather(*map(gated, work))
    print(
        f"livekit-agents {version('livekit-agents')}, {time.monotonic() - begin:.0f} s. With the wrapper: "
        f"{tally.unheard:.0f} ms unheard on the server, {tally.lost:.0f} ms lost."
    )
    if tally.alone_played:
        print(
            f"LiveKit alone: the server was wrong in {tally.alone_wrong} of {tally.alone_played}, "
            f"{tally.unheard_alone:.0f} ms unheard on it."
        )
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
