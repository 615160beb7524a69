"""What the player commands, in the words of the framework's model. Which commands there are is the library's to say;
nothing is decided here.

What is used of the model that is not public stands in this file, and each use is optional: without it a command leaves by
RealtimeModelSendRawMessage, which builds a validator for every message (some 50 ms in which the event loop stands still),
and the framework asks the server for an item that was deleted (an error that no application sees).
"""

from __future__ import annotations

import dataclasses
import json

from agents.realtime.model_inputs import RealtimeModelSendInterrupt, RealtimeModelSendRawMessage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rtmulti.events import Message

    from .history import History

#: Since when the framework can cancel one response by name, it also knows of a cancel that it did not send itself.
_CANCELS_BY_NAME = "cancel_response_only" in {field.name for field in dataclasses.fields(RealtimeModelSendInterrupt)}
#: What nobody can avoid: the response ended, or the item went, while the command was on its way.
_RACES = frozenset({"response_cancel_not_active", "item_truncate_invalid_item_id", "item_delete_invalid_item_id"})
#: What the framework asks for the newest item behind.
_BEFORE_RETRIEVALS = frozenset({"conversation.item.truncated", "conversation.item.input_audio_transcription.completed"})
#: So many deleted items are remembered; the framework knows the newest only.
_NEWEST = 256


class Commands:
    """The way of a command from the player to the server."""

    def __init__(self, inner: Any, history: History) -> None:
        self._inner = inner
        self._history = history
        self._has_sent = False
        #: Items that the server has no more.
        self._gone: dict[str, None] = {}

    async def send(self, text: str) -> None:
        """Sends one command; the Player's `send`."""
        self._has_sent = True
        command: dict[str, Any] = json.loads(text)
        kind = command.pop("type")
        if kind == "response.cancel" and _CANCELS_BY_NAME:
            # By the framework, for it waits with the next response.create until a cancelled response is done.
            await self._inner.send_event(
                RealtimeModelSendInterrupt(response_id=command["response_id"], cancel_response_only=True)
            )
            return
        if kind == "conversation.item.delete":
            self._note_gone(command["item_id"])
        socket: Any = getattr(self._inner, "_websocket", None)
        if hasattr(socket, "send"):
            await socket.send(text)
        else:
            message: Any = {"type": kind, "other_data": command}
            await self._inner.send_event(RealtimeModelSendRawMessage(message=message))

    def is_answer(self, error: Any) -> bool:
        """Whether an error is the server's answer to a command of the player, which has seen it, or to what the framework
        asked because of one."""
        if not self._has_sent:
            return False
        event_id = getattr(error, "event_id", None) or ""
        code = getattr(error, "code", None) or ""
        words = getattr(error, "message", None) or ""
        if event_id.startswith("rtmulti_") or code in _RACES:
            return True
        return code.startswith("item_") and self._history.names_skipped(words)

    def on_message(self, message: Message) -> None:
        """A message has its outcome."""
        if message.outcome.name == "SKIPPED":
            self._note_gone(message.item_id)

    def before(self, kind: str | None) -> None:
        """The framework is about to read an event of this kind: behind these it retrieves the item of which it received audio
        last, and such audio may have come behind the command to delete it."""
        if kind in _BEFORE_RETRIEVALS and getattr(self._inner, "_current_item_id", None) in self._gone:
            self._inner._current_item_id = None

    def _note_gone(self, item_id: str) -> None:
        self._gone[item_id] = None
        if len(self._gone) > _NEWEST:
            del self._gone[next(iter(self._gone))]
