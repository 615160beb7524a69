"""What rtmulti costs a bot on Pipecat, alone and with it by turns in one run: processor time for speech in deltas of 100 ms
that plays in real time, and the time from an interruption to the first command. It judges the quotient and the difference.

usage: make/test-pipecat.sh cost [SECONDS OF AUDIO]
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import statistics
import sys
import time
import warnings
from array import array
from typing import Any

os.environ.setdefault("LOGURU_LEVEL", "CRITICAL")

from command_clock import CommandClock, WatchedSocket  # noqa: E402
from loguru import logger  # noqa: E402 - it reads the environment when it is imported
from pipecat.frames.frames import InterruptionFrame  # noqa: E402
from pipecat.services.openai.realtime.events import TurnDetection  # noqa: E402
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService as PipecatService  # noqa: E402
from pipeline import Bot, make_service  # noqa: E402
from served import served  # noqa: E402
from speaker import Speaker  # noqa: E402

from rtmulti.integrations.pipecat import OpenAIRealtimeLLMService  # noqa: E402

ROUNDS = 5
MOST_TIMES, MOST_MS = 1.5, 2.0
_RATE_HZ = 24_000
#: 20 ms of noise that a VAD hears.
_SPEECH = array("h", [9000, -9000] * 240).tobytes()
#: An interruption comes so long after the speech began.
_CUT_S = 0.7


class Quiet(Speaker):
    """A speaker that does not listen, which would cost more than all the rest."""

    def _hear(self, samples: Any) -> None:
        pass


async def _nothing() -> str:
    return ""


async def cpu_s(is_heard: bool, url: str, seconds: int) -> float:
    """Processor time for each second of an answer of so many seconds."""
    bot = _bot(is_heard, url, TurnDetection(create_response=False))
    await bot.begin()
    before_s = time.process_time()
    await bot.ask()
    await asyncio.sleep(seconds + 0.3)
    spent_s = time.process_time() - before_s
    await bot.end()
    return spent_s / seconds


async def command_ms(is_heard: bool, url: str, who: str) -> float:
    """How long after an interruption the first command leaves: by the user's speech ("vad"), or by the application where the
    server hears no turns ("local"), so that alone and with rtmulti the response is cancelled."""
    clock = CommandClock()
    module: Any = sys.modules[PipecatService.__module__]
    connect = module.websocket_connect

    async def watched(*arguments: Any, **more: Any) -> WatchedSocket:
        return WatchedSocket(await connect(*arguments, **more), clock)

    module.websocket_connect = watched
    bot = _bot(is_heard, url, TurnDetection(create_response=False) if who == "vad" else False)
    process = bot.service.process_frame

    async def process_noted(frame: Any, direction: Any) -> None:
        if isinstance(frame, InterruptionFrame):
            clock.interrupted()
        await process(frame, direction)

    bot.service.process_frame = process_noted
    await bot.begin()
    module.websocket_connect = connect
    await bot.ask()
    await asyncio.sleep(_CUT_S)
    if who == "vad":
        for block in [_SPEECH] * 5:
            await bot.hear(block)
            await asyncio.sleep(0.02)
    else:
        await bot.interrupt()
    await asyncio.sleep(0.3)
    await bot.end()
    return math.inf if clock.ms is None else clock.ms


def _bot(is_heard: bool, url: str, detection: Any) -> Bot:
    kind: Any = OpenAIRealtimeLLMService if is_heard else PipecatService
    service = make_service(kind, url, detection)
    speaker = Quiet(_RATE_HZ)
    return Bot(service, speaker, [service.playout(speaker)] if is_heard else [], _RATE_HZ, _nothing)


async def main(url: str, local_url: str, seconds: int) -> int:
    """The best of some rounds of each for processor time, for a busy machine only adds, and the median for the command."""
    failed = 0
    spent: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for is_heard in (False, True):
            spent[is_heard].append(await cpu_s(is_heard, url, seconds))
    alone, heard = min(spent[False]), min(spent[True])
    print(f"alone {alone * 1e6:.0f} us, with rtmulti {heard * 1e6:.0f} us a second of audio: {heard / alone:.2f}")
    failed += heard / alone > MOST_TIMES
    for who in ("vad", "local"):
        waited: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(ROUNDS):
            for is_heard in (False, True):
                waited[is_heard].append(await command_ms(is_heard, url if who == "vad" else local_url, who))
        alone, heard = statistics.median(waited[False]), statistics.median(waited[True])
        print(f"{who}: first command {alone:.1f} ms behind the interruption alone, {heard:.1f} ms with rtmulti")
        failed += not heard <= alone + MOST_MS
    print(f"{3 - failed} passed, {failed} failed")
    return int(failed > 0)


def scripts(seconds: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """One answer of so many seconds, from a server that hears turns and from one that does not."""
    output = [{"message": "This is a long message, and it is long. " * (seconds // 4 + 1), "audio_ms": seconds * 1000}]
    turns = [{"output": output, "pace": 1.5, "chunk_ms": 100}]
    hears = {"voice": "tone", "turn_detection": {"create_response": False}, "turns": turns}
    return hears, {"voice": "tone", "turn_detection": None, "turns": turns}


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    logger.remove()
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with served(*scripts(length)) as (hearing_url, deaf_url):
        sys.exit(asyncio.run(main(hearing_url, deaf_url, length)))
