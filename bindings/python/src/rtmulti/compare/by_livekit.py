"""LiveKit Agents in the comparison: an AgentSession with the OpenAI plugin's own realtime model, or with it in
`rtmulti.livekit.wrap()`. It plays on an AudioOutput that stands for a room or a sound card and reports what it played, without
LiveKit's TranscriptSynchronizer."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any
from urllib.parse import urlsplit

from livekit.agents import Agent, AgentSession, function_tool
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities, TextOutput
from livekit.plugins.openai.realtime import RealtimeModel
from openai.types.realtime.realtime_audio_input_turn_detection import ServerVad

from .client import TOOL_S, Scene
from .device import Device

PACKAGE = "livekit-agents"


class _Output(AudioOutput):
    """An output that plays on the device, one segment after another, and says truthfully what it played."""

    def __init__(self, device: Device) -> None:
        super().__init__(label="device", sample_rate=None, capabilities=AudioOutputCapabilities(pause=False))
        self._device = device
        self._loop = asyncio.get_running_loop()
        self._pushed_s = 0.0  # what the device was given of this segment
        self._ends_s = 0.0
        self._start: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def capture_frame(self, frame: Any) -> None:
        """See AudioOutput."""
        await super().capture_frame(frame)
        length_s = frame.samples_per_channel / frame.sample_rate
        self._ends_s = self._device.push(None, bytes(frame.data))
        if self._pushed_s == 0:
            # At once, or when a device that is slow to begin does so.
            wait_s = self._ends_s - length_s - self._loop.time()
            if wait_s > 0:
                self._start = self._loop.call_later(wait_s, self._begun)
            else:
                self._begun()
        self._pushed_s += length_s

    def _begun(self) -> None:
        self._start = None
        self.on_playback_started(created_at=time.time())

    def flush(self) -> None:
        """See AudioOutput."""
        super().flush()
        if self._pushed_s > 0 and self._timer is None:
            self._timer = self._loop.call_at(self._ends_s, self._report, False)

    def clear_buffer(self) -> None:
        """See AudioOutput."""
        if self._pushed_s > 0:
            self._device.clear()
            self._report(True)

    def _report(self, interrupted: bool) -> None:
        for timer in (self._start, self._timer):
            if timer is not None:
                timer.cancel()
        self._start = self._timer = None
        pushed_s, self._pushed_s = self._pushed_s, 0.0
        # What the device has dropped was pushed and will not be played.
        played_s = pushed_s - max(0.0, self._ends_s - self._device.free_s) if interrupted else pushed_s
        self.on_playback_finished(playback_position=max(0.0, played_s), interrupted=interrupted)


class _Screen(TextOutput):
    """A text output that shows nothing: what was read is not compared here."""

    def __init__(self) -> None:
        super().__init__(label="screen", next_in_chain=None)

    async def capture_text(self, text: str) -> None:
        """See TextOutput."""

    def flush(self) -> None:
        """See TextOutput."""


class LiveKitClient:
    """See Client."""

    def __init__(self, scene: Scene) -> None:
        logging.getLogger("livekit").setLevel(logging.CRITICAL)
        # The native source of a room drops to the sample.
        self.device: Device = scene.make_device(scene.row.latency_ms, block_ms=1)
        url = urlsplit(scene.url)
        detection = ServerVad(type="server_vad", create_response=False, interrupt_response=True)
        model: Any = RealtimeModel(
            api_key="none",
            base_url=f"http://{url.netloc}/v1",
            turn_detection=detection,
            input_audio_transcription=None,
        )
        if scene.is_heard:
            from ..integrations.livekit import wrap

            model = wrap(model)
        self._model = model
        self._session: Any = AgentSession(llm=model)
        self._handle: Any = None

    async def open(self) -> None:
        """See Client."""

        @function_tool
        async def slow_tool() -> str:
            """Takes its time."""
            await asyncio.sleep(TOOL_S)
            return "done"

        self._session.output.audio, self._session.output.transcription = _Output(self.device), _Screen()
        await self._session.start(Agent(instructions="Speak.", tools=[slow_tool]))
        await asyncio.sleep(0.2)

    async def ask(self) -> None:
        """See Client."""
        self._handle = self._session.generate_reply()

    async def interrupt(self) -> None:
        """See Client."""
        self._session.interrupt()

    async def close(self) -> None:
        """See Client."""
        await self._session.aclose()
        await self._model.aclose()
        self.device.end()


def make(scene: Scene) -> LiveKitClient:
    """A client for one conversation."""
    return LiveKitClient(scene)
