"""What the session's history holds of messages that were cut: the words that were heard, and nothing of one of which nothing
was heard. The framework writes its history from events; these are the ones that would write something else.
"""

from __future__ import annotations

from agents.realtime.items import AssistantAudio, AssistantMessageItem
from agents.realtime.model_events import RealtimeModelItemUpdatedEvent

from rtmulti.enums import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rtmulti.events import Message

#: So many cut messages are remembered; late events name the newest only.
_NEWEST = 256
#: The framework puts what it knows in the place of an empty transcript, and it knows what was generated.
_NOTHING = " "


class History:
    """The messages that were cut, and what may be said of them to the session."""

    def __init__(self) -> None:
        self._cut: dict[str, Message] = {}

    def on_message(self, message: Message) -> Any | None:
        """A message has its outcome. Returns the event that writes it into the history, if it takes one."""
        if message.outcome is Outcome.FULL or not message.interrupted:
            return None
        self._cut[message.item_id] = message
        if len(self._cut) > _NEWEST:
            del self._cut[next(iter(self._cut))]
        # One that was skipped leaves the history when the server has deleted it.
        return self._heard(message, None) if message.outcome is Outcome.PARTIAL else None

    def is_cut(self, item_id: str) -> bool:
        """Whether nothing more of a message is to be said or played."""
        return item_id in self._cut

    def names_skipped(self, words: str) -> bool:
        """Whether a sentence of the server's names a message that was deleted."""
        return any(item_id in words for item_id, message in self._cut.items() if message.outcome is Outcome.SKIPPED)

    def as_heard(self, event: Any) -> Any | None:
        """What an item_updated event becomes: itself, the words that were heard, or nothing."""
        message = self._cut.get(event.item.item_id)
        if message is None:
            return event
        if message.outcome is Outcome.SKIPPED:
            return None
        return self._heard(message, getattr(event.item, "previous_item_id", None))

    def _heard(self, message: Message, previous_item_id: str | None) -> Any:
        part = AssistantAudio(transcript=message.heard_text or _NOTHING)
        item = AssistantMessageItem(
            item_id=message.item_id, previous_item_id=previous_item_id, status="incomplete", content=[part]
        )
        return RealtimeModelItemUpdatedEvent(item=item)
