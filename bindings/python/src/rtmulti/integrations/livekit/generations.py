"""Responses and messages on their way from the plugin to LiveKit: the same streams, but that somebody sees when LiveKit
takes a message, when it is done with a response, and when it interrupts one. What follows from that is decided in
playout.py and session.py; no audio and no text is changed here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable

from livekit.agents import llm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Watcher(Protocol):
        """Who is told what LiveKit does with a generation."""

        def on_taken(self, generation: Generation) -> None:
            """LiveKit takes up a generation, and plays all of it on the output that there is now."""

        def on_begun(self, message: Message) -> None:
            """LiveKit takes the first frame of a message."""

        def on_text_begun(self, message: Message) -> None:
            """LiveKit takes the first text of a message."""

        def on_shown(self, message: Message) -> None:
            """LiveKit has taken the last text of a message."""

        def on_consumed(self, generation: Generation) -> None:
            """LiveKit is done with a generation: what was not heard by now never will be."""

        def on_over(self, generation: Generation) -> None:
            """The speech that a generation is of has ended. Before 1.8 LiveKit does not say when it is done with one."""

        def on_interrupted(self, generation: Generation) -> None:
            """LiveKit has interrupted a generation; once."""


class Message:
    """One message of a generation. Its streams are those of the plugin, seen."""

    __slots__ = ("_inner", "begun_at", "generation", "has_audio", "id", "is_spoken_text")

    def __init__(self, generation: Generation, inner: llm.MessageGeneration) -> None:
        self._inner = inner
        self.generation = generation
        self.id: str = inner.message_id
        #: When LiveKit took the first frame, on the clock of the loop; None before.
        self.begun_at: float | None = None
        #: Whether it has audio of its own, known when LiveKit takes its text, and whether a TTS speaks it.
        self.has_audio = True
        self.is_spoken_text = False

    def for_livekit(self) -> llm.MessageGeneration:
        """The message as LiveKit gets it."""
        return llm.MessageGeneration(
            message_id=self.id,
            text_stream=self._text(),
            audio_stream=_Audio(self, self._inner.audio_stream),
            modalities=self._inner.modalities,
        )

    def begin(self) -> None:
        """LiveKit has the first frame."""
        self.begun_at = asyncio.get_running_loop().time()
        self.generation.watcher.on_begun(self)

    async def _text(self) -> AsyncIterator[Any]:
        # LiveKit knows the modalities before it takes any text.
        self.has_audio = "audio" in await self._inner.modalities
        is_begun = False
        async for delta in self._inner.text_stream:
            if not is_begun:
                is_begun = True
                self.generation.watcher.on_text_begun(self)
            yield delta
        self.generation.watcher.on_shown(self)


class _Audio:
    """The audio of a message. Behind its first frame it is the plugin's own stream: nobody stands between each frame."""

    __slots__ = ("_message", "_next")

    def __init__(self, message: Message, frames: AsyncIterable[Any]) -> None:
        self._message = message
        self._next = frames.__aiter__().__anext__

    def __aiter__(self) -> _Audio:
        return self

    def __anext__(self) -> Awaitable[Any]:
        return self._next() if self._message.begun_at is not None else self._first()

    async def _first(self) -> Any:
        frame = await self._next()
        if self._message.begun_at is None:
            self._message.begin()
        return frame


class Generation:
    """A generation as LiveKit sees it. It is its own message_stream, for LiveKit says by aclose() that it is done with it.

    response_id: under which the accounts know it.
    messages: the plugin's message stream, or one that is filled beside (plugin_streams.py).
    """

    def __init__(
        self,
        watcher: Watcher,
        inner: llm.GenerationCreatedEvent,
        response_id: str,
        messages: AsyncIterable[Any] | None = None,
    ) -> None:
        self.watcher = watcher
        self.inner = inner
        self.response_id = response_id
        self.handle: Any = None
        #: Where LiveKit plays it; None where nothing is played.
        self.output: Any = None
        #: When it was cut, on the clock of the loop; None before.
        self.cut_at: float | None = None
        self.is_taken = self.is_consumed = False
        self._messages = (inner.message_stream if messages is None else messages).__aiter__()
        self._interruption: asyncio.Task[None] | None = None
        #: What LiveKit gets.
        self.event = llm.GenerationCreatedEvent(
            message_stream=self,
            function_stream=inner.function_stream,
            user_initiated=inner.user_initiated,
            response_id=inner.response_id,
        )

    def __aiter__(self) -> Generation:
        self.is_taken = True
        self.watcher.on_taken(self)
        return self

    async def __anext__(self) -> llm.MessageGeneration:
        if self.is_consumed:
            raise StopAsyncIteration
        return Message(self, await self._messages.__anext__()).for_livekit()

    async def aclose(self) -> None:
        """LiveKit is done with this generation."""
        if not self.is_consumed:
            self.is_consumed = True
            if self._interruption is not None:
                self._interruption.cancel()
            self.watcher.on_consumed(self)

    @property
    def is_at_hand(self) -> bool:
        """Whether LiveKit may give more of it to its output."""
        return self.is_taken and not self.is_over and self.output is not None

    @property
    def is_over(self) -> bool:
        """Whether LiveKit is done with it; before 1.8 only its speech says so."""
        return self.is_consumed or (self.handle is not None and bool(self.handle.done()))

    @property
    def is_interrupted(self) -> bool:
        """Whether LiveKit says that this speech was interrupted."""
        return self.handle is not None and bool(self.handle.interrupted)

    def play_as(self, handle: Any) -> None:
        """LiveKit plays this generation as the speech `handle`, which says when it is interrupted."""
        self.handle = handle
        if handle is not None:
            self._interruption = asyncio.create_task(self._watch(handle))

    async def _watch(self, handle: Any) -> None:
        # It returns at once for an interruption, and else when the speech is over. on_consumed() and what the output
        # reports are two signals more, should this one ever be gone.
        await handle.wait_if_not_interrupted([asyncio.ensure_future(handle.wait_for_playout())])
        if handle.interrupted:
            self.cut()
            await handle.wait_for_playout()
        self.watcher.on_over(self)

    def cut(self) -> None:
        """Nothing more of this generation is to be heard."""
        if self.cut_at is None:
            self.cut_at = asyncio.get_running_loop().time()
            self.watcher.on_interrupted(self)

    def skip(self) -> None:
        """LiveKit will never take it: it is cut, and its streams are read to their end."""
        self.cut()
        _keep(asyncio.ensure_future(self._drain()))

    async def _drain(self) -> None:
        async for message in self._messages:
            _keep(asyncio.ensure_future(_exhaust(message.audio_stream)))
            _keep(asyncio.ensure_future(_exhaust(message.text_stream)))
        await _exhaust(self.inner.function_stream)


#: The loop holds its tasks weakly; these run to their end.
_running: set[asyncio.Future[Any]] = set()


def _keep(task: asyncio.Future[Any]) -> None:
    _running.add(task)
    task.add_done_callback(_running.discard)


async def _exhaust(stream: AsyncIterable[Any]) -> None:
    async for _ in stream:
        pass
