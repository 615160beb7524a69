"""A bot on Pipecat that is interrupted in the first of two messages, once on Pipecat alone and once with rtmulti. A strict
server and an output of our own run beside it, so that it needs no keys and no sound card.

    pip install '.[pipecat]' websockets && python bindings/python/examples/pipecat_agent.py
"""

import asyncio
import os
from typing import Any

os.environ.setdefault("LOGURU_LEVEL", "ERROR")

from pipecat.frames.frames import InterruptionFrame, LLMContextFrame  # noqa: E402 - it reads the environment
from pipecat.pipeline.pipeline import Pipeline  # noqa: E402
from pipecat.pipeline.worker import PipelineWorker  # noqa: E402
from pipecat.processors.aggregators.llm_context import LLMContext  # noqa: E402
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair  # noqa: E402
from pipecat.services.openai.realtime.events import (  # noqa: E402
    AudioConfiguration,
    AudioInput,
    SessionProperties,
)
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService  # noqa: E402
from pipecat.transports.base_output import BaseOutputTransport  # noqa: E402
from pipecat.transports.base_transport import TransportParams  # noqa: E402
from pipecat.workers.runner import WorkerRunner  # noqa: E402

import rtmulti  # noqa: E402
from rtmulti.server import StrictServer, parse_script  # noqa: E402

MESSAGES = [{"message": f"This is message {name}, and it is not short.", "audio_ms": 1000} for name in "AB"]
SCRIPT = {"voice": "tone", "turn_detection": None, "turns": [{"output": MESSAGES, "pace": 0}]}
RATE_HZ = 24_000


class Loudspeaker(BaseOutputTransport):
    """Plays into the air: a write returns when its block has been played."""

    def __init__(self) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_sample_rate=RATE_HZ))
        self.heard_ms = 0.0
        self.due_s = 0.0

    async def start(self, frame: Any) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: Any) -> bool:
        now_s = asyncio.get_running_loop().time()
        block_s = len(frame.audio) / 2 / RATE_HZ
        self.due_s = max(self.due_s, now_s) + block_s
        self.heard_ms += block_s * 1000
        await asyncio.sleep(self.due_s - now_s)
        return True


async def converse(is_heard: bool) -> None:
    async with StrictServer(parse_script(SCRIPT)) as server:
        kind = rtmulti.pipecat.OpenAIRealtimeLLMService if is_heard else OpenAIRealtimeLLMService
        audio = AudioConfiguration(input=AudioInput(turn_detection=False))
        settings = kind.Settings(model="gpt-realtime", session_properties=SessionProperties(audio=audio))
        llm = kind(api_key="none", base_url=server.url, settings=settings)
        output = Loudspeaker()
        context = LLMContext([{"role": "user", "content": "Please begin."}])
        aggregators = LLMContextAggregatorPair(context)
        behind = [llm.playout(output)] if is_heard else []
        pipeline = Pipeline([aggregators.user(), llm, output, *behind, aggregators.assistant()])
        worker = PipelineWorker(pipeline, cancel_on_idle_timeout=False)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        running = asyncio.create_task(runner.run())
        await asyncio.sleep(0.5)
        await worker.queue_frame(LLMContextFrame(context))
        await asyncio.sleep(0.7)  # in the middle of A the listener wants to speak
        await worker.queue_frame(InterruptionFrame())
        await asyncio.sleep(0.3)
        await runner.cancel()
        await running
        print("With rtmulti:" if is_heard else "Pipecat alone:")
        for line, heard_ms in zip((await server.verdict()).lines, (output.heard_ms, 0.0), strict=True):
            print(f"  {heard_ms:4.0f} ms were heard, the server remembers {line.remembered_ms:4} of {line.text!r}")
        said = [message["content"] for message in context.get_messages() if message["role"] == "assistant"]
        print(f"  the context says {said}")


if __name__ == "__main__":
    asyncio.run(converse(is_heard=False))
    asyncio.run(converse(is_heard=True))
