"""What livekit's orchestration costs when the audio is decoded already: `AgentSession.say()` with frames of 20 ms and their text,
on an instant output. No model and no wire is in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities, TextOutput
from livekit.agents.voice.transcription.synchronizer import TranscriptSynchronizer

from .servers import WIRE_MS

_RATE_HZ, _FRAME_MS, _WORD_MS = 24_000, 20, 400


class _AtOnce(AudioOutput):
    """Has played what it is given when it is told that there is no more."""

    def __init__(self) -> None:
        super().__init__(label="at once", capabilities=AudioOutputCapabilities(pause=False))
        self.given_s = 0.0
        self._segment_s = 0.0

    async def capture_frame(self, frame: Any) -> None:
        """See AudioOutput."""
        await super().capture_frame(frame)
        if not self._segment_s:
            self.on_playback_started(created_at=time.time())
        self._segment_s += frame.duration
        self.given_s += frame.duration

    def flush(self) -> None:
        """See AudioOutput."""
        super().flush()
        if self._segment_s:
            played_s, self._segment_s = self._segment_s, 0.0
            self.on_playback_finished(playback_position=played_s, interrupted=False)

    def clear_buffer(self) -> None:
        """See AudioOutput: nothing waits."""


class _Screen(TextOutput):
    """Shows nothing."""

    def __init__(self) -> None:
        super().__init__(label="screen", next_in_chain=None)

    async def capture_text(self, text: str) -> None:
        """See TextOutput."""

    def flush(self) -> None:
        """See TextOutput."""


async def _frames() -> AsyncIterator[Any]:
    samples = _RATE_HZ * _FRAME_MS // 1000
    data = bytes(2 * samples)
    for _ in range(WIRE_MS // _FRAME_MS):
        yield rtc.AudioFrame(data=data, sample_rate=_RATE_HZ, num_channels=1, samples_per_channel=samples)


async def _words() -> AsyncIterator[str]:
    for number in range(WIRE_MS // _WORD_MS):
        yield f"word{number} "


class Subject:
    """livekit without a model."""

    async def say(self, way: str) -> dict[str, Any]:
        """Processor time for each 20 ms; `way` "synchronised": behind its TranscriptSynchronizer."""
        session: Any = AgentSession()
        output, screen = _AtOnce(), _Screen()
        session.output.audio, session.output.transcription = output, screen
        if way == "synchronised":
            both = TranscriptSynchronizer(next_in_chain_audio=output, next_in_chain_text=screen)
            session.output.audio, session.output.transcription = both.audio_output, both.text_output
        await session.start(Agent(instructions="Speak."))
        await asyncio.sleep(0.2)
        begin_s = time.process_time()
        await asyncio.wait_for(session.say(_words(), audio=_frames()).wait_for_playout(), 30)
        us = (time.process_time() - begin_s) * 1e6 / (WIRE_MS / _FRAME_MS)
        await session.aclose()
        if abs(output.given_s - WIRE_MS / 1000) > 0.05:
            raise RuntimeError(f"{WIRE_MS / 1000:.0f} s were to be said, and {output.given_s:.1f} s were")
        return {"us": us}
