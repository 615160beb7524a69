"""A bot on the installed Pipecat, whichever version that is: what the versions call by other names stands here, and nothing
of a conversation does."""

from __future__ import annotations

import asyncio
import importlib
import json
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pipecat.frames.frames import ErrorFrame, InputAudioRawFrame, InterruptionFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.services.openai.realtime import events


def _first(*places: str) -> Any:
    """The first of these that there is: "module:name"."""
    for place in places:
        module, _, name = place.partition(":")
        try:
            return getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            continue
    return None


_Worker = _first("pipecat.pipeline.worker:PipelineWorker", "pipecat.pipeline.task:PipelineTask")
_Params = _first("pipecat.pipeline.worker:PipelineParams", "pipecat.pipeline.task:PipelineParams")
_Runner = _first("pipecat.workers.runner:WorkerRunner", "pipecat.pipeline.runner:PipelineRunner")
_Tool = _first(
    "pipecat.adapters.llm.schemas.function_schema:FunctionSchema",
    "pipecat.adapters.schemas.function_schema:FunctionSchema",
)
_Tools = _first(
    "pipecat.adapters.llm.schemas.tools_schema:ToolsSchema",
    "pipecat.adapters.schemas.tools_schema:ToolsSchema",
)
_WebsocketTransport = _first(
    "pipecat.transports.websocket.server:WebsocketServerTransport",
    "pipecat.transports.network.websocket_server:WebsocketServerTransport",
)
_WebsocketParams = _first(
    "pipecat.transports.websocket.server:WebsocketServerParams",
    "pipecat.transports.network.websocket_server:WebsocketServerParams",
)
_OldContext = _first("pipecat.processors.aggregators.openai_llm_context:OpenAILLMContext")
_OldContextFrame = _first("pipecat.processors.aggregators.openai_llm_context:OpenAILLMContextFrame")


def count_tokens() -> None:
    """Versions as late as 1.0.0 stop reading at a response that does not say what it used. OpenAI's server says it, the strict
    one never."""
    parse = events.parse_server_event

    def parse_counted(text: str) -> Any:
        event = json.loads(text)
        if event.get("type") == "response.done" and event["response"].get("usage") is None:
            details = {"cached_tokens": 0, "text_tokens": 0, "audio_tokens": 0}
            usage = dict.fromkeys(("total_tokens", "input_tokens", "output_tokens"), 0)
            event["response"]["usage"] = {**usage, "input_token_details": details, "output_token_details": details}
            text = json.dumps(event)
        return parse(text)

    events.parse_server_event = parse_counted


count_tokens()


class Errors(FrameProcessor):
    """Stands first, and sees each error that an application sees."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    async def process_frame(self, frame: Any, direction: FrameDirection) -> None:
        """See FrameProcessor."""
        await super().process_frame(frame, direction)
        if isinstance(frame, ErrorFrame):
            self.words.append(str(frame))
        await self.push_frame(frame, direction)


def make_service(
    kind: Any, url: str, turn_detection: Any, output_modalities: list[str] | None = None, **more: Any
) -> Any:
    """A realtime service of this class for the strict server.

    turn_detection: as Pipecat has it: False is none, None the server's own.
    """
    audio = events.AudioConfiguration(input=events.AudioInput(turn_detection=turn_detection))
    properties = events.SessionProperties(audio=audio, output_modalities=output_modalities)
    if hasattr(kind, "Settings"):
        settings = kind.Settings(model="gpt-realtime", session_properties=properties)
        return kind(api_key="none", base_url=url, settings=settings, **more)
    return kind(api_key="none", base_url=url, session_properties=properties, **more)


class Bot:
    """A pipeline of a service, an output, and the aggregators of the context.

    behind: what stands directly behind the output.
    first: what stands first.
    before: what stands between the service and the output.
    tool: what the tool "slow_tool" does.
    """

    def __init__(
        self,
        service: Any,
        output: Any,
        behind: Sequence[Any],
        sample_rate_hz: int,
        tool: Callable[[], Awaitable[str]],
        first: Sequence[Any] = (),
        before: Sequence[Any] = (),
    ) -> None:
        self.service = service
        tools = _Tools(standard_tools=[_Tool(name="slow_tool", description="Slow.", properties={}, required=[])])
        messages = [{"role": "user", "content": "Please begin."}]
        if _OldContext is not None and hasattr(service, "create_context_aggregator"):
            self._context = _OldContext(messages, tools)
            pair = service.create_context_aggregator(self._context)
            self._ask = _OldContextFrame(self._context)
        else:
            new = "pipecat.processors.aggregators.llm_context:LLMContext"
            self._context = _first(new)(messages, tools=tools)
            pair = _first("pipecat.processors.aggregators.llm_response_universal:LLMContextAggregatorPair")(self._context)
            self._ask = _first("pipecat.frames.frames:LLMContextFrame")(self._context)

        async def call(params: Any) -> None:
            await params.result_callback(await tool())

        service.register_function("slow_tool", call)
        params = _Params(audio_out_sample_rate=sample_rate_hz, audio_in_sample_rate=24_000)
        self.errors = Errors()
        pipeline = Pipeline([self.errors, *first, pair.user(), service, *before, output, *behind, pair.assistant()])
        self._worker = _Worker(pipeline, params=params, cancel_on_idle_timeout=False)
        self._running: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Starts the pipeline, and returns when it runs."""
        self._runner = _Runner(handle_sigint=False)
        if hasattr(self._runner, "add_workers"):
            await self._runner.add_workers(self._worker)
            self._running = asyncio.create_task(self._runner.run())
        else:
            self._running = asyncio.create_task(self._runner.run(self._worker))
        await asyncio.sleep(0.3)
        if self._running.done():
            self._running.result()

    async def ask(self) -> None:
        """Has the model say something."""
        await self._worker.queue_frame(self._ask)

    async def interrupt(self) -> None:
        """As an application interrupts."""
        await self._worker.queue_frame(InterruptionFrame())

    async def hear(self, pcm: bytes) -> None:
        """The user's sound, at 24 kHz."""
        await self._worker.queue_frame(InputAudioRawFrame(audio=pcm, sample_rate=24_000, num_channels=1))

    async def finish(self) -> None:
        """Ends the pipeline as a bot that has said good-bye does."""
        await self._worker.stop_when_done()
        assert self._running is not None
        await self._running

    async def end(self) -> None:
        """Cancels the pipeline."""
        await self._runner.cancel()
        if self._running is not None:
            await asyncio.wait([self._running], timeout=5)

    def context(self) -> list[str]:
        """What the context holds of the assistant's words."""
        messages = self._context.get_messages()
        said = [message for message in messages if isinstance(message, dict) and message.get("role") == "assistant"]
        return [str(message["content"]) for message in said if message.get("content")]


def websocket_transport(sample_rate_hz: int) -> tuple[Any, int, Callable[[Any], Awaitable[Any]]]:
    """Pipecat's own WebSocket server, its port, and what makes frames of what a client gets."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    params = _WebsocketParams(
        audio_out_enabled=True, audio_out_sample_rate=sample_rate_hz, serializer=ProtobufFrameSerializer()
    )
    transport = _WebsocketTransport(params, host="127.0.0.1", port=port)
    return transport, port, ProtobufFrameSerializer().deserialize
