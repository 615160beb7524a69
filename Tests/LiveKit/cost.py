"""What the wrapper costs: the processor time of one long response, alone and with the wrapper in turn, in one process. The
strict server is in it both times, so that only the difference means something. The output plays at once.

usage: cost.py [--chunk-ms N] [--pairs N]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import time
from typing import Any

import stage
from livekit.agents import Agent
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities
from livekit.plugins.openai.realtime import RealtimeModel

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
    said = stage.message(1, AUDIO_MS, text=" ".join(f"word{number}" for number in range(AUDIO_MS // 400)))
    script = parse_script(stage.turns([said], chunk_ms=chunk_ms))
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


async def main() -> None:
    """Measures pairs, and prints the median of their differences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chunk-ms", type=int, default=100)
    parser.add_argument("--pairs", type=int, default=7)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    pairs = []
    for _ in range(arguments.pairs + 1):
        alone_s = await processor_s(arguments.chunk_ms, is_wrapped=False)
        pairs.append((alone_s, await processor_s(arguments.chunk_ms, is_wrapped=True)))
    blocks = AUDIO_MS / 20
    alone_us, wrapped_us = (statistics.median(side) / blocks * 1e6 for side in zip(*pairs[1:], strict=True))
    added_us = statistics.median(wrapped - alone for alone, wrapped in pairs[1:]) / blocks * 1e6
    print(
        f"{arguments.chunk_ms} ms deltas, per 20 ms of audio: {alone_us:.1f} us alone, {wrapped_us:.1f} with, "
        f"{added_us:.1f} added (median of {arguments.pairs} pairs)"
    )


if __name__ == "__main__":
    asyncio.run(main())
