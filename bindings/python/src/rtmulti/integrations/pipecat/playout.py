"""The processor behind the output. It sees what the output writes and what it passes on, and there it says what was heard.

Two methods of the output are wrapped, both public and every output's own: `write_audio_frame`, which writes one block, and
`set_transport_ready`, from which on it writes and knows at which rate.
"""

from __future__ import annotations

import asyncio
import logging

from pipecat.frames.frames import CancelFrame, EndFrame, InterruptionFrame, TTSAudioRawFrame, TTSStartedFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from rtmulti.enums import Driver

from .._outbox import Outbox
from .speech import Belongs
from .told import Told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .service import OpenAIRealtimeLLMService
    from .speech import Speech

logger = logging.getLogger("rtmulti.pipecat")


class Playout(FrameProcessor):
    """Made by OpenAIRealtimeLLMService.playout(); its place is directly behind the output."""

    def __init__(
        self, service: OpenAIRealtimeLLMService, output: Any, driver: Driver | None, latency_ms: int
    ) -> None:
        # Directly: what the output passes on is seen in the moment in which it does.
        super().__init__(enable_direct_mode=True)
        self.output = output
        #: Whether the end of a write means heard, or only sent.
        self.driver = driver_of(output) if driver is None else driver
        self.output_latency_ms = latency_ms
        self._service = service
        self._speech: Speech | None = None
        self._outbox = Outbox(self.push_frame)
        self.told = Told(self._outbox.put)
        self._task: asyncio.Task[None] | None = None
        self._wrap(output)

    async def setup(self, setup: Any) -> None:
        """See FrameProcessor. RuntimeError when it does not stand directly behind the output."""
        if self.previous is not self.output:
            raise RuntimeError(
                f"{self} must stand directly behind {self.output}, and {self.previous} stands there: "
                "Pipeline([..., llm, output, llm.playout(output), ...])"
            )
        await super().setup(setup)
        self._task = self.create_task(self._outbox.run())

    async def cleanup(self) -> None:
        """See FrameProcessor."""
        if self._task is not None:
            await self.cancel_task(self._task)
            self._task = None
        await super().cleanup()

    async def process_frame(self, frame: Any, direction: FrameDirection) -> None:
        """Passes everything on, what was heard before an interruption or an end first."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.DOWNSTREAM:
            if isinstance(frame, InterruptionFrame):
                await self._service.on_output_interrupted(frame)
                await self._outbox.flush()
                self.told.interrupted()
            elif isinstance(frame, (EndFrame, CancelFrame)):
                await self._outbox.flush()
            elif isinstance(frame, TTSStartedFrame) and self._speech is not None and self._speech.begins(frame):
                return  # it is told when it is heard
        await self.push_frame(frame, direction)

    def _wrap(self, output: Any) -> None:
        write, be_ready = output.write_audio_frame, output.set_transport_ready

        async def write_seen(frame: Any) -> bool:
            speech = self._speech
            if speech is None or not isinstance(frame, TTSAudioRawFrame):
                return bool(await write(frame))
            belongs = speech.begin_block()
            if belongs is Belongs.CUT:
                return False
            if belongs is Belongs.OTHERS:
                return bool(await write(frame))
            try:
                is_written = bool(await write(frame))
            except asyncio.CancelledError:
                # Older versions break a write off at an interruption; the device has the block, and plays it.
                speech.end_block()
                raise
            except Exception:
                await self._service.on_output_refused(speech)
                raise
            if is_written:
                speech.end_block()
            else:
                await self._service.on_output_refused(speech)
            return is_written

        async def be_ready_seen(frame: Any) -> None:
            await be_ready(frame)
            self._speech = self._service.begin_speech(output.sample_rate, output.audio_chunk_size)

        output.write_audio_frame = write_seen
        output.set_transport_ready = be_ready_seen


def driver_of(output: Any) -> Driver:
    """WebSocket transports write ahead of time and hear nothing of it; with all others a write ends when it was played."""
    is_websocket = any("websocket" in kind.__module__ for kind in type(output).__mro__)
    return Driver.PACED if is_websocket else Driver.REPORTED
