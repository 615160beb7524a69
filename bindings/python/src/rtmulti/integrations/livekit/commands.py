"""What the accounts command, in the words of the plugin: as the event itself where the plugin sends events, else by what
every RealtimeSession has. Which commands there are is the library's to say; nothing is decided here.
"""

from __future__ import annotations

import asyncio
import json

from livekit.agents import llm

import rtmulti

from .recent import Recent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .history import History


class Commands:
    """The way of a command from the accounts to the server."""

    def __init__(self, inner: llm.RealtimeSession[Any], history: History) -> None:
        self._inner = inner
        self._history = history
        self._sent: Recent[str, None] = Recent()
        self._deletion: asyncio.Task[None] | None = None

    def is_ours(self, event_id: object) -> bool:
        """Whether an event of this id was commanded by the accounts, and not by LiveKit or the agent."""
        return isinstance(event_id, str) and event_id in self._sent

    def send(self, command: rtmulti.Command) -> None:
        """Sends one command."""
        self._sent[command.event_id] = None
        if isinstance(command, rtmulti.Truncate):
            self._history.on_truncate(command.item_id)
        elif isinstance(command, rtmulti.Delete):
            self._history.on_delete(command.item_id)
        send_event = getattr(self._inner, "send_event", None)
        if send_event is not None:
            send_event(json.loads(command.json))
        elif isinstance(command, rtmulti.Cancel):
            self._inner.interrupt()
        elif isinstance(command, rtmulti.Truncate):
            self._truncate(command)
        elif isinstance(command, rtmulti.Delete):
            self.delete_what_is_unheard()

    def _truncate(self, command: rtmulti.Truncate) -> None:
        modalities: list[Any] = ["audio"] if command.has_audio or not command.has_text else []
        if command.has_text:
            modalities.append("text")
        self._inner.truncate(
            message_id=command.item_id,
            modalities=modalities,
            audio_end_ms=command.audio_end_ms,
            audio_transcript=self._history.heard_text(command.item_id),
        )

    def delete_what_is_unheard(self) -> None:
        """Has a plugin without events forget what history.py says, as far as it knows of it by now; those that are born
        together leave together."""
        if not self._history.deleting or hasattr(self._inner, "send_event"):
            return
        if self._deletion is None or self._deletion.done():
            self._deletion = asyncio.create_task(self._delete())

    async def _delete(self) -> None:
        await asyncio.sleep(0)
        gone = set(self._history.deleting)
        there = {item.id for item in self._inner.chat_ctx.items}
        if gone & there:
            for item in self._inner.chat_ctx.items:
                # OpenAI's plugin before 1.6 takes a message without content for one that it knows too little of to delete.
                if item.id in gone and item.type == "message" and not item.content:
                    item.content.append(" ")
            kept = [item for item in self._inner.chat_ctx.items if item.id not in gone]
            await self._inner.update_chat_ctx(llm.ChatContext(kept))
            for item_id in gone & there:
                self._history.on_deleted(item_id)


def server_abilities(can: llm.RealtimeCapabilities) -> rtmulti.Server:
    """What a plugin's server can be told."""
    # Who interrupts is said with each interruption, so that the server may always do it.
    abilities = rtmulti.Server.INTERRUPTS
    if can.message_truncation:
        abilities |= rtmulti.Server.TRUNCATES
    if getattr(can, "mutable_chat_context", False):
        abilities |= rtmulti.Server.DELETES
    return abilities
