"""openai-agents in the comparison: RealtimeRunner and RealtimeSession with the framework's own model and playback tracker, or
with rtmulti's in their place. The loop is that of the framework's examples."""

from __future__ import annotations

import asyncio
import os
from typing import Any

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")

from agents import function_tool
from agents.realtime import OpenAIRealtimeWebSocketModel, RealtimeAgent, RealtimePlaybackTracker, RealtimeRunner

from .client import TOOL_S, Scene
from .device import Device

PACKAGE = "openai-agents"
_TURN_DETECTION = {"type": "server_vad", "create_response": False, "interrupt_response": True}


class AgentsClient:
    """See Client."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._model: Any
        self._tracker: Any
        if scene.is_heard:
            from ..integrations.openai_agents import HeardModel

            self._model = HeardModel()
            self._tracker = self._model.tracker
        else:
            self._model = OpenAIRealtimeWebSocketModel()
            self._tracker = RealtimePlaybackTracker()
        self.device: Device = scene.make_device(scene.row.latency_ms, played=self._on_block)
        self._session: Any = None
        self._listening: asyncio.Task[None] | None = None

    def _on_block(self, place: Any, audio: bytes) -> None:
        self._tracker.on_play_bytes(*place, audio)

    async def open(self) -> None:
        """See Client."""

        @function_tool
        async def slow_tool() -> str:
            """Takes its time."""
            await asyncio.sleep(TOOL_S)
            return "done"

        agent = RealtimeAgent(name="agent", instructions="Speak.", tools=[slow_tool])
        config: Any = {"tracing_disabled": True, "model_settings": {"turn_detection": dict(_TURN_DETECTION)}}
        runner = RealtimeRunner(agent, model=self._model, config=config)
        options: Any = {"api_key": "none", "url": self._scene.url, "playback_tracker": self._tracker}
        self._session = await runner.run(model_config=options)
        await self._session.__aenter__()
        self._listening = asyncio.create_task(self._listen())
        await asyncio.sleep(0.2)

    async def _listen(self) -> None:
        async for event in self._session:
            if event.type == "audio":
                self.device.push((event.item_id, event.content_index), event.audio.data)
            elif event.type == "audio_interrupted":
                self.device.clear()

    async def ask(self) -> None:
        """See Client."""
        await self._session.send_message("Please begin.")

    async def interrupt(self) -> None:
        """See Client."""
        await self._session.interrupt()

    async def close(self) -> None:
        """See Client."""
        if self._listening is not None:
            self._listening.cancel()
        if self._session is not None:
            await self._session.close()
        self.device.end()


def make(scene: Scene) -> AgentsClient:
    """A client for one conversation."""
    return AgentsClient(scene)
