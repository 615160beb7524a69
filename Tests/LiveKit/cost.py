"""What the wrapper costs, alone and with the wrapper in turn, in one process: the processor time of one long response that
an output plays at once (the strict server is in it both times, so that only the difference means something), how long
after an interruption the truncate leaves, and the silence between two messages. A machine that does other things makes any
of them long, so that of the silence it also says how much of it this process worked.

usage: make/test-livekit.sh cost [--chunk-ms N...] [--pairs N] [--cuts N]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import time
from typing import Any

import stage
from ear import Ear
from livekit.agents import Agent
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities
from livekit.plugins.openai.realtime import RealtimeModel
from scripts import message, turns

import rtmulti
from rtmulti.server import StrictServer, parse_script

AUDIO_MS = 60_000


class AtOnce(AudioOutput):
    """An output that has played what it is given as soon as it is told that there is no more."""

    def __init__(self) -> None:
        super().__init__(label="AtOnce", capabilities=AudioOutputCapabilities(pause=False))
        self._given_s = 0.0

    async def capture_frame(self, frame: Any) -> None:
        """Takes a frame."""
        await super().capture_frame(frame)
        if not self._given_s:
            self.on_playback_started(created_at=time.time())
        self._given_s += frame.duration

    def flush(self) -> None:
        """Has played it."""
        super().flush()
        if self._given_s:
            position_s, self._given_s = self._given_s, 0.0
            self.on_playback_finished(playback_position=position_s, interrupted=False)

    def clear_buffer(self) -> None:
        """Has played it before."""


async def processor_s(chunk_ms: int, *, is_wrapped: bool) -> float:
    """The processor time of one response, from its request to its end."""
    said = message(1, AUDIO_MS, text=" ".join(f"word{number}" for number in range(AUDIO_MS // 400)))
    script = parse_script(turns([said], chunk_ms=chunk_ms))
    async with StrictServer(script) as server:
        model = RealtimeModel(api_key="none", base_url=f"http://127.0.0.1:{server.port}/v1", turn_detection=None)
        session: Any = stage.AgentSession(llm=rtmulti.livekit.wrap(model) if is_wrapped else model)
        session.output.audio = AtOnce()
        await session.start(Agent(instructions="test"))
        await asyncio.sleep(0.2)
        begin = time.process_time()
        await session.generate_reply()
        spent_s = time.process_time() - begin
        await session.aclose()
        await model.aclose()
        return spent_s


class Timed(Ear):
    """A listener that knows how long this process worked between two messages."""

    def __init__(self) -> None:
        super().__init__()
        self.worked_ms: list[float] = []
        self._worked_at: float | None = None

    def _start(self) -> None:
        if self._worked_at is not None:
            self.worked_ms.append((time.process_time() - self._worked_at) * 1000)
        super()._start()

    def _end(self) -> None:
        self._worked_at = time.process_time()
        super()._end()


async def promptness_ms(*, is_wrapped: bool) -> tuple[float, float, float]:
    """From an interruption to the truncate on the wire, the silence between two messages, and the work in it."""
    ears: list[Timed] = []
    cut_at, truncated_at = [0.0], [0.0]

    async def act(on: stage.Stage) -> None:
        def cut() -> None:
            cut_at[0] = time.perf_counter()
            on.interrupt()

        def note(event: dict[str, Any]) -> None:
            if event["type"] == "conversation.item.truncate":
                truncated_at[0] = time.perf_counter()

        on.plugin.on("openai_client_event_queued", note)
        on.at(2, 80, cut)
        on.reply()
        await on.done()

    def make_ear() -> Timed:
        ears.append(Timed())
        return ears[0]

    script = turns([message(1, 100), message(2, 300)])
    row = stage.Row("promptness", script, act, make_ear=make_ear)
    played = await stage.play(row, is_wrapped=is_wrapped, is_synchronized=False)
    return (truncated_at[0] - cut_at[0]) * 1000, played.gaps_ms[0], ears[0].worked_ms[0]


async def main() -> None:
    """Measures pairs, and prints medians and the p95."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chunk-ms", type=int, nargs="*", default=[100, 20])
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--cuts", type=int, default=40)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    blocks = AUDIO_MS / 20
    for chunk_ms in arguments.chunk_ms:
        pairs = []
        for _ in range(arguments.pairs + 1):
            alone_s = await processor_s(chunk_ms, is_wrapped=False)
            pairs.append((alone_s, await processor_s(chunk_ms, is_wrapped=True)))
        alone_us, wrapped_us = (statistics.median(side) / blocks * 1e6 for side in zip(*pairs[1:], strict=True))
        added_us = statistics.median(wrapped - alone for alone, wrapped in pairs[1:]) / blocks * 1e6
        print(
            f"{chunk_ms} ms deltas, per 20 ms of audio: {alone_us:.1f} us alone, {wrapped_us:.1f} with, "
            f"{added_us:.1f} added (median of {arguments.pairs} pairs)",
            flush=True,
        )
    # By turns, for what else the machine does changes.
    seen: dict[bool, list[tuple[float, float, float]]] = {False: [], True: []}
    for turn in range(2 * arguments.cuts):
        seen[turn % 2 == 1].append(await promptness_ms(is_wrapped=turn % 2 == 1))
    names = ("interrupt to truncate", "silence between messages", "work in that silence")
    for is_wrapped, measured in seen.items():
        for what, times in zip(names, zip(*measured, strict=True), strict=True):
            worst = sorted(times)[round(len(times) * 0.95) - 1]
            print(f"{what}, {'with' if is_wrapped else 'alone'}: median {statistics.median(times):.2f} ms, p95 {worst:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
