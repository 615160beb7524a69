"""Pipecat in the comparison: a pipeline with the framework's own OpenAI realtime service, or with rtmulti's in its place
and `llm.playout(output)` behind the output. The output writes to a device and returns when it was played."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
from typing import Any

os.environ.setdefault("LOGURU_LEVEL", "ERROR")

from loguru import logger
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import InterruptionFrame, LLMContextFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.workers.runner import WorkerRunner

from .client import TOOL_S, Scene
from .device import RATE_HZ, Device

PACKAGE = "pipecat-ai"


def _be_quiet() -> None:
    logger.remove()
    logging.getLogger("pipecat").setLevel(logging.CRITICAL)


class _Output(BaseOutputTransport):
    """A write ends when its block was played; one that is broken off is played all the same, for the device has it."""

    def __init__(self, device: Device) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_sample_rate=RATE_HZ))
        self._device = device

    async def start(self, frame: Any) -> None:
        """See BaseOutputTransport."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: Any) -> bool:
        """See BaseOutputTransport."""
        ends_s = self._device.push(None, bytes(frame.audio))
        await asyncio.sleep(ends_s - asyncio.get_running_loop().time())
        return True


class PipecatClient:
    """See Client."""

    def __init__(self, scene: Scene) -> None:
        _be_quiet()
        self.device: Device = scene.make_device(scene.row.latency_ms, buffer_ms=100)
        self._output = _Output(self.device)
        properties = events.SessionProperties(audio=events.AudioConfiguration(input=events.AudioInput()))
        settings = OpenAIRealtimeLLMService.Settings(model="gpt-realtime", session_properties=properties)
        arguments: Any = {"api_key": "none", "base_url": scene.url, "settings": settings}
        llm: Any
        behind: list[Any] = []
        if scene.is_heard:
            llm = importlib.import_module("rtmulti.integrations.pipecat").OpenAIRealtimeLLMService(**arguments)
            behind = [llm.playout(self._output)]
        else:
            llm = OpenAIRealtimeLLMService(**arguments)
        llm.register_function("slow_tool", self._slow_tool)
        schema = FunctionSchema(name="slow_tool", description="Takes its time.", properties={}, required=[])
        tools = ToolsSchema(standard_tools=[schema])
        self._context = LLMContext([{"role": "user", "content": "Please begin."}], tools=tools)
        pair = LLMContextAggregatorPair(self._context)
        self._worker: Any = PipelineWorker(
            Pipeline([pair.user(), llm, self._output, *behind, pair.assistant()]),
            params=PipelineParams(audio_out_sample_rate=RATE_HZ, audio_in_sample_rate=RATE_HZ),
            cancel_on_idle_timeout=False,
            enable_rtvi=False,
        )
        self._runner: Any = WorkerRunner(handle_sigint=False)
        self._running: asyncio.Task[Any] | None = None

    async def _slow_tool(self, call: Any) -> None:
        await asyncio.sleep(TOOL_S)
        await call.result_callback("done")

    async def open(self) -> None:
        """See Client."""
        await self._runner.add_workers(self._worker)
        self._running = asyncio.create_task(self._runner.run())
        await asyncio.sleep(0.5)

    async def ask(self) -> None:
        """See Client."""
        await self._worker.queue_frame(LLMContextFrame(self._context))

    async def interrupt(self) -> None:
        """See Client."""
        await self._worker.queue_frame(InterruptionFrame())

    async def close(self) -> None:
        """See Client."""
        await self._runner.cancel()
        if self._running is not None:
            await asyncio.wait([self._running], timeout=3)
        self.device.end()


def make(scene: Scene) -> PipecatClient:
    """A client for one conversation."""
    return PipecatClient(scene)
