"""How soon after an interruption the server is told, alone and with HeardModel by turns in one run: the first command, the
truncation, and by how much that is off what was played. It judges the first command, where one can be right at once, and each
truncation with HeardModel.

usage: make/test-openai-agents.sh latency [ROUNDS]
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import statistics
import sys
from array import array
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")

from agent_speaker import Talk  # noqa: E402 - the framework reads the environment when it is imported
from agents.realtime import OpenAIRealtimeWebSocketModel  # noqa: E402
from command_clock import CommandClock, WatchedSocket  # noqa: E402
from served import served  # noqa: E402

ROUNDS = 11
#: How much later than alone the first command may leave, and how far a truncation may be off.
MOST_MS, MOST_OFF_MS = 2.0, 1.0
_BLOCK_MS = 20
#: An interruption comes when so much was played, and some of the next block.
_CUT_MS = 700
_QUIET_S = 0.4
#: 20 ms of noise that a VAD hears.
_SPEECH = array("h", [9000, -9000] * 240).tobytes()


class WatchedModel(OpenAIRealtimeWebSocketModel):
    """The framework's model on a connection that looks on."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = CommandClock()

    async def _create_websocket_connection(self, *arguments: Any, **more: Any) -> Any:
        return WatchedSocket(await super()._create_websocket_connection(*arguments, **more), self.clock)


@dataclass(frozen=True, slots=True)
class Case:
    """Who interrupts, and whether the server then cancels by itself, as far as the session says."""

    name: str
    is_speech: bool
    is_cancelled: bool

    @property
    def has_nothing_to_cancel(self) -> bool:
        """The truncation is the only command."""
        return self.is_speech and self.is_cancelled


CASES = (
    Case("session.interrupt(), interrupt_response true", False, True),
    Case("session.interrupt(), interrupt_response false", False, False),
    Case("speech, interrupt_response true", True, True),
    Case("speech, interrupt_response false", True, False),
)


@dataclass(frozen=True, slots=True)
class Who:
    """The model, and whether the player can stop in the middle of a block and says that it has."""

    name: str
    is_heard: bool
    says_cleared: bool = False


ALONE = Who("alone, with its tracker", False)
WHO = (ALONE, Who("HeardModel", True), Who("HeardModel, cleared()", True, says_cleared=True))

#: The ms until the first command, until the truncation, and by how much it was off what was played.
Waited = tuple[float, float, float]


async def interrupt_once(url: str, case: Case, who: Who) -> Waited:
    """One conversation with one interruption."""
    model = WatchedModel()
    speaker = {"block_ms": _BLOCK_MS, "says_cleared": who.says_cleared}
    detection = {"type": "server_vad", "create_response": False, "interrupt_response": case.is_cancelled}
    async with Talk(who.is_heard, url, speaker, inner=model, detection=detection) as talk:
        await talk.session.send_message("Please speak.")
        await talk.until_played(_CUT_MS)
        if case.is_speech:
            for block in [_SPEECH] * 5:
                await talk.session.send_audio(block)
                await asyncio.sleep(0.02)
        else:
            model.clock.interrupted()
            await talk.session.interrupt()
        await asyncio.sleep(_QUIET_S)
        played_ms = talk.speaker.played_ms
    truncation = model.clock.last("conversation.item.truncate")
    if model.clock.ms is None or truncation is None:
        return math.inf, math.inf, math.inf
    ms, command = truncation
    return model.clock.ms, ms, abs(played_ms - command["audio_end_ms"])


def is_right(case: Case, who: Who, waited: Waited, alone: Waited) -> bool:
    """Whether the first command left in time, and the truncation is true. Where the truncation is the only command and the
    player does not say when it is silent, nothing true can leave at once."""
    first_ms, _, off_ms = waited
    is_early = first_ms <= alone[0] + MOST_MS or (case.has_nothing_to_cancel and not who.says_cleared)
    return not who.is_heard or (is_early and off_ms <= MOST_OFF_MS)


async def main(url: str, rounds: int) -> int:
    """Prints a table; its last line says how many lines of it are right."""
    print(f"medians of {rounds}, in ms: until the first command, until the truncation, and by how much that was off")
    failed = 0
    for case in CASES:
        waited: dict[Who, list[Waited]] = {who: [] for who in WHO}
        for _ in range(rounds):
            for who in WHO:
                waited[who].append(await interrupt_once(url, case, who))
        medians: dict[Who, Waited] = {}
        for who in WHO:
            first, truncation, off = zip(*waited[who], strict=True)
            # Each truncation with HeardModel must be true, not most of them.
            is_off = max(off) if who.is_heard else statistics.median(off)
            medians[who] = statistics.median(first), statistics.median(truncation), is_off
            is_bad = not is_right(case, who, medians[who], medians[ALONE])
            failed += is_bad
            words = "".join(f"{ms:8.1f}" for ms in medians[who])
            print(f"{'FAIL' if is_bad else 'ok  '}  {case.name:<46} {who.name:<24} {words}", flush=True)
    print(f"{len(CASES) * len(WHO) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    words = "This is a long message, and it is long. " * 2
    turns = [{"output": [{"message": words, "audio_ms": 6000}], "pace": 1.5, "chunk_ms": 100}]
    script = {"voice": "tone", "turn_detection": {"create_response": False}, "turns": turns}
    with served(script) as (served_url,):
        sys.exit(asyncio.run(main(served_url, int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)))
