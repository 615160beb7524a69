"""Plugins that are not OpenAI's, made of OpenAI's so that the strict server can judge them: one that shows no raw events and
can send none. What it can do is what its capabilities say.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from livekit.agents import llm

_EVENTS = (
    "input_speech_started",
    "input_speech_stopped",
    "input_audio_transcription_completed",
    "generation_created",
    "session_reconnected",
    "metrics_collected",
    "remote_item_added",
    "error",
)


class QuietModel(llm.RealtimeModel):
    """A model of which LiveKit sees what every plugin has, and no more.

    can_truncate, can_delete, can_say: what it says that it can.
    """

    def __init__(
        self, inner: llm.RealtimeModel, *, can_truncate: bool = True, can_delete: bool = True, can_say: bool = False
    ) -> None:
        can = replace(inner.capabilities, message_truncation=can_truncate, mutable_chat_context=can_delete)
        if can_say:  # not there before 1.7
            can = replace(can, supports_say=True)
        super().__init__(capabilities=can)
        self._inner = inner

    def session(self, *, turn_detection_disabled: bool = False) -> QuietSession:
        """A session without raw events."""
        return QuietSession(self, self._inner.session())

    async def aclose(self) -> None:
        """Closes the model."""
        await self._inner.aclose()


class QuietSession(llm.RealtimeSession):  # type: ignore[type-arg]
    """A session of a QuietModel."""

    def __init__(self, model: QuietModel, inner: llm.RealtimeSession[Any]) -> None:
        super().__init__(model)
        self.inner = inner
        for event in _EVENTS:
            inner.on(event, self._forwarder(event))

    def _forwarder(self, event: Any) -> Any:
        def forward(*arguments: Any) -> None:
            self.emit(event, *arguments)

        return forward

    @property
    def chat_ctx(self) -> llm.ChatContext:
        """Passed on, as is all that follows."""
        return self.inner.chat_ctx

    @property
    def tools(self) -> llm.ToolContext:
        """Passed on."""
        return self.inner.tools

    async def update_instructions(self, instructions: str) -> None:
        """Passed on."""
        await self.inner.update_instructions(instructions)

    async def update_chat_ctx(self, chat_ctx: llm.ChatContext) -> None:
        """Passed on."""
        await self.inner.update_chat_ctx(chat_ctx)

    async def update_tools(self, tools: list[Any]) -> None:
        """Passed on."""
        await self.inner.update_tools(tools)

    def update_options(self, **keywords: Any) -> None:
        """Passed on."""
        self.inner.update_options(**keywords)

    def push_audio(self, frame: Any) -> None:
        """Passed on."""
        self.inner.push_audio(frame)

    def push_video(self, frame: Any) -> None:
        """Passed on."""
        self.inner.push_video(frame)

    def generate_reply(self, **keywords: Any) -> asyncio.Future[llm.GenerationCreatedEvent]:
        """Passed on."""
        return self.inner.generate_reply(**keywords)

    def say(self, text: Any) -> asyncio.Future[llm.GenerationCreatedEvent]:
        """Has the model say it, as a server that can is told in its own way."""
        return self.inner.generate_reply(instructions=f"Say: {text}")

    def commit_audio(self) -> None:
        """Passed on."""
        self.inner.commit_audio()

    def clear_audio(self) -> None:
        """Passed on."""
        self.inner.clear_audio()

    def interrupt(self) -> None:
        """Passed on."""
        self.inner.interrupt()

    def truncate(self, **keywords: Any) -> None:
        """Passed on."""
        self.inner.truncate(**keywords)

    async def aclose(self) -> None:
        """Passed on."""
        await self.inner.aclose()
