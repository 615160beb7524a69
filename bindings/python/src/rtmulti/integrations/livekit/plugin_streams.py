"""The accounts of a plugin that shows no raw events: they learn from its streams. A task of our own reads them, whether
LiveKit does or not, for what is generated after an interruption is on the server too.

What can be known from streams alone is known here: no content parts, no statuses, no other items.
"""

from __future__ import annotations

import asyncio
from array import array

from livekit.agents import llm, utils

from .accounts import RATE_HZ
from .generations import Generation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .accounts import Accounts
    from .generations import Watcher


class PumpedGeneration(Generation):
    """A generation whose streams are read by a task, which tells the accounts and hands everything on.

    on_item: is told of each message before LiveKit can see it.
    on_done: is told when the plugin has ended the response.
    """

    def __init__(
        self,
        watcher: Watcher,
        inner: llm.GenerationCreatedEvent,
        response_id: str,
        *,
        accounts: Accounts,
        on_item: Callable[[str], object],
        on_done: Callable[[], object],
    ) -> None:
        self._channel: Any = utils.aio.Chan()
        super().__init__(watcher, inner, response_id, self._channel)
        self._accounts = accounts
        self._on_item = on_item
        self._on_done = on_done
        accounts.response_created(response_id)
        self._pump = asyncio.create_task(self._pump_messages())

    async def _pump_messages(self) -> None:
        parts: list[asyncio.Task[None]] = []
        try:
            async for message in self.inner.message_stream:
                self._on_item(message.message_id)
                self._accounts.item_added(self.response_id, message.message_id)
                audio: Any = utils.aio.Chan()
                text: Any = utils.aio.Chan()
                parts.append(asyncio.create_task(self._pump_message(message, audio, text)))
                self._channel.send_nowait(
                    llm.MessageGeneration(
                        message_id=message.message_id,
                        text_stream=text,
                        audio_stream=audio,
                        modalities=message.modalities,
                    )
                )
            await asyncio.gather(*parts)
        finally:
            self._channel.close()
            self._on_done()
            self._accounts.response_done(self.response_id)

    async def _pump_message(self, message: llm.MessageGeneration, audio: Any, text: Any) -> None:
        accounts, item_id = self._accounts, message.message_id

        async def pump_audio() -> None:
            async for frame in message.audio_stream:
                accounts.audio(self.response_id, item_id, mono_at_accounts_rate(frame))
                audio.send_nowait(frame)
            audio.close()

        async def pump_text() -> None:
            async for delta in message.text_stream:
                accounts.words(self.response_id, item_id, str(delta))
                text.send_nowait(delta)
            text.close()

        await asyncio.gather(pump_audio(), pump_text())
        accounts.item_done(item_id)


def mono_at_accounts_rate(frame: Any) -> bytes:
    """The samples of a frame as the accounts count them. Another rate is brought to theirs by taking the nearest sample:
    nobody listens to it but for its length and its pauses."""
    samples = memoryview(frame.data).cast("B").cast("h")
    if frame.num_channels == 1 and frame.sample_rate == RATE_HZ:
        return samples.tobytes()
    count = frame.samples_per_channel * RATE_HZ // frame.sample_rate
    nearest = [samples[i * frame.sample_rate // RATE_HZ * frame.num_channels] for i in range(count)]
    return array("h", nearest).tobytes()
