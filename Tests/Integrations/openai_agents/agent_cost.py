"""What HeardModel costs: processor time for answers in deltas of 100 ms, alone and with it. Both are measured at the same time, in
a process each, for what an instruction costs hangs on what else a machine does. It judges nothing but the quotients.

usage: make/test-openai-agents.sh cost [ROUNDS]
"""

from __future__ import annotations

import asyncio
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")

from agent_speaker import Talk, make_runner  # noqa: E402 - the framework reads the environment when it is imported
from served import served  # noqa: E402

ROUNDS = 5
MOST = 1.5
#: On a busy machine quotients of the same are between 1.0 and 1.6: too large a median gets more rounds, so often in all.
TRIES = 3
#: Words as a voice has them, so that the transcript comes along.
_WORDS_OF_FOUR_SECONDS = "This is a long message, and it is long. "


async def at_once_s(is_heard: bool, url: str, seconds: int) -> float:
    """The deltas come as fast as they can, and each event counts as played when it is there."""
    best_s = float("inf")
    # The first conversation of a process is another matter.
    for _ in range(6):
        best_s = min(best_s, await _one_at_once_s(is_heard, url, seconds))
    return best_s / seconds


async def _one_at_once_s(is_heard: bool, url: str, seconds: int) -> float:
    runner, options = make_runner(is_heard, url)
    tracker = options["playback_tracker"]
    got_bytes = 0
    async with await runner.run(model_config=options) as session:
        await asyncio.sleep(0.2)
        before_s = time.process_time()
        await session.send_message("Please speak.")
        async for event in session:
            if event.type == "audio":
                data = event.audio.data
                got_bytes += len(data)
                tracker.on_play_bytes(event.item_id, event.content_index, data)
                if got_bytes >= seconds * 48_000:
                    break
        return time.process_time() - before_s


def in_real_time(block_ms: int, *, conversations: int, is_thread: bool = False) -> Measured:
    """So many conversations at a time; the deltas come half as fast again as they play, on a speaker of such blocks."""

    async def spent_s(is_heard: bool, url: str, seconds: int) -> float:
        talks = [Talk(is_heard, url, {"block_ms": block_ms, "is_thread": is_thread}) for _ in range(conversations)]
        for talk in talks:
            await talk.__aenter__()
        before_s = time.process_time()
        await asyncio.gather(*(_play(talk, seconds) for talk in talks))
        spent_s = time.process_time() - before_s
        for talk in talks:
            await talk.__aexit__(None, None, None)
        return spent_s / conversations / seconds

    return spent_s


async def _play(talk: Talk, seconds: int) -> None:
    await talk.session.send_message("Please speak.")
    await talk.until_played(seconds * 1000)


#: Processor time for each second of audio: with rtmulti or without, the server's URL, how many seconds each answer takes.
Measured = Callable[[bool, str, int], Coroutine[Any, Any, float]]


@dataclass(frozen=True, slots=True)
class Case:
    """What is measured: how fast the deltas come, times real time (0: as fast as they can), and for how long."""

    name: str
    spent_s: Measured
    pace: float = 1.5
    seconds: int = 6

    @property
    def script(self) -> dict[str, Any]:
        """What the server says."""
        words = _WORDS_OF_FOUR_SECONDS * (self.seconds // 4 + 1)
        turn = {"output": [{"message": words, "audio_ms": self.seconds * 1000}], "pace": self.pace, "chunk_ms": 100}
        return {"voice": "tone", "turns": [turn]}


CASES = (
    Case("at once", at_once_s, pace=0, seconds=60),
    Case("in real time, 100 ms blocks", in_real_time(100, conversations=4)),
    Case("in real time, 20 ms blocks", in_real_time(20, conversations=4)),
    Case("told by a thread, 20 ms blocks", in_real_time(20, conversations=1, is_thread=True)),
)


def both_s(number: int, url: str) -> tuple[float, float]:
    """Alone, and with rtmulti, at the same time."""
    commands = [[sys.executable, __file__, "measure", str(number), str(is_heard), url] for is_heard in (0, 1)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    alone, heard = (float(process.communicate()[0]) for process in processes)
    return alone, heard


def main(rounds: int) -> int:
    """Prints a table; its last line says how many quotients are what they should be."""
    print("us of processor time for a second of audio, medians: alone, with rtmulti; and the median of the quotients")
    failed = 0
    for number, case in enumerate(CASES):
        with served(case.script) as (url,):
            spent = []
            for _ in range(TRIES):
                spent += [both_s(number, url) for _ in range(rounds)]
                quotient = statistics.median(heard / alone for alone, heard in spent)
                if quotient <= MOST:
                    break
        alone_us, heard_us = (statistics.median(each) * 1e6 for each in zip(*spent, strict=True))
        print(f"{case.name:<32} {alone_us:6.0f} {heard_us:6.0f} {quotient:5.2f}", flush=True)
        failed += quotient > MOST
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    if sys.argv[1:2] == ["measure"]:
        case = CASES[int(sys.argv[2])]
        print(asyncio.run(case.spent_s(sys.argv[3] == "1", sys.argv[4], case.seconds)))
        sys.exit(0)
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
