"""What the server remembers: the items of one conversation, and the rules by which a client may change them. It knows
nothing of sockets, time or responses; a change that a real server would refuse raises a Refusal and changes nothing."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from . import refusal
from .voice import Format


class PartKind(enum.Enum):
    """The kind of a content part that the model made, by its name in an item."""

    AUDIO = "output_audio"
    TEXT = "output_text"


@dataclass(slots=True)
class Part:
    """One content part of the model: how much of it was sent, and how much of that is still remembered."""

    kind: PartKind
    format: Format
    said: str = ""  # the transcript or the text as it was sent
    sent_bytes: int = 0
    first_sent_s: float | None = None
    truncated_ms: int | None = None
    heard_ms: int | None = None  # what the client's sink really played, as the client reports it

    @property
    def sent_ms(self) -> int:
        """The audio that was sent, in whole milliseconds, rounded down."""
        return self.sent_bytes * 1000 // self.format.bytes_per_second

    @property
    def remembered_ms(self) -> int:
        """The audio that the server still holds, as long as it holds the item."""
        return self.sent_ms if self.truncated_ms is None else self.truncated_ms


@dataclass(slots=True)
class Item:
    """One item. `fields` are what its JSON has besides its id, type, status and content."""

    id: str
    type: str
    fields: dict[str, Any]
    parts: list[Part] = field(default_factory=list)
    client_content: list[Any] | None = None  # the content of an item that the client made
    status: str = "completed"
    response_id: str | None = None
    shown_text: str | None = None  # what the client's screen really showed, as the client reports it

    @property
    def said(self) -> str:
        """All text of it as it was sent."""
        return "".join(part.said for part in self.parts)

    @property
    def is_models_message(self) -> bool:
        """Whether the model made this item and it speaks or shows text."""
        return self.response_id is not None and self.type == "message"

    def to_json(self) -> dict[str, Any]:
        """The item as events carry it: without audio, as the service does it."""
        made: dict[str, Any] = {"id": self.id, "object": "realtime.item", "type": self.type, "status": self.status}
        made |= self.fields
        if self.client_content is not None:
            made["content"] = self.client_content
        elif self.type == "message":
            made["content"] = [_part_json(part) for part in self.parts]
        return made


class Conversation:
    """The items in their order, and every message of the model that ever spoke, for the verdict."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.spoken: list[Item] = []  # also those that were deleted since
        self.lost: list[Item] = []  # spoken on connections that were lost before this one
        self._outside: dict[str, Item] = {}  # items of out-of-band responses: played, never remembered

    @classmethod
    def after(cls, lost: Conversation) -> Conversation:
        """An empty one, of a client whose connection was lost: what it had heard by then is judged here (rule F8)."""
        conversation = cls()
        conversation.lost = [*lost.lost, *lost.spoken]
        return conversation

    def made_anew(self, item_id: str) -> str | None:
        """The text of an item that the client made under this id, None if there is none."""
        item = self.items.get(item_id)
        if item is None or item.client_content is None:
            return None
        parts = [part for part in item.client_content if isinstance(part, dict)]
        return "".join(str(part.get("text") or part.get("transcript") or "") for part in parts)

    def last_id(self) -> str | None:
        """The id of the newest item, or None."""
        return next(reversed(self.items), None)

    def add(self, item: Item) -> str | None:
        """Appends an item and returns the id of the one before it."""
        previous = self.last_id()
        self.items[item.id] = item
        if item.is_models_message:
            self.spoken.append(item)
        return previous

    def add_outside(self, item: Item) -> None:
        """Notes an item of an out-of-band response: reports about it are accepted and not judged."""
        self._outside[item.id] = item

    def insert(self, item: Item, previous_item_id: str | None) -> str | None:
        """Adds an item of the client behind `previous_item_id` ("root": in front), or at the end when it is None."""
        if item.id in self.items:
            raise refusal.Refusal(
                "item_create_duplicate_item_id",
                f"Error adding item: an item with id '{refusal.shown(item.id)}' already exists.",
                "item.id",
            )
        if previous_item_id is None:
            return self.add(item)
        if previous_item_id != "root" and previous_item_id not in self.items:
            raise refusal.Refusal(
                "item_create_invalid_previous_item_id",
                f"Error adding item: the previous item with id '{refusal.shown(previous_item_id)}' does not exist.",
                "previous_item_id",
            )
        order = list(self.items.items())
        at = 0 if previous_item_id == "root" else list(self.items).index(previous_item_id) + 1
        self.items = dict([*order[:at], (item.id, item), *order[at:]])
        return None if previous_item_id == "root" else previous_item_id

    def retrieve(self, item_id: str) -> Item:
        """The item with this id."""
        if item_id not in self.items:
            raise refusal.no_item_to_retrieve(item_id)
        return self.items[item_id]

    def truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> None:
        """Forgets the audio of a part behind `audio_end_ms`, and all of its transcript (rules C1 and F2)."""
        item = self.items.get(item_id)
        if item is None:
            raise refusal.no_item_to_truncate(item_id)
        part = item.parts[content_index] if content_index < len(item.parts) else None
        if not item.is_models_message or part is None or part.kind is not PartKind.AUDIO or part.sent_ms == 0:
            raise refusal.not_output_audio()
        if audio_end_ms > part.remembered_ms:
            raise refusal.already_shorter(part.remembered_ms, audio_end_ms)
        part.truncated_ms = audio_end_ms

    def delete(self, item_id: str) -> None:
        """Forgets an item."""
        if item_id not in self.items:
            raise refusal.no_item_to_delete(item_id)
        del self.items[item_id]

    def report_heard(
        self, item_id: str, content_index: int, heard_ms: int, real_time_now_s: float | None
    ) -> None:
        """Notes what the client's sink played of a part; a later report replaces an earlier one.

        With `real_time_now_s` a report of more than the time since the part's first audio is refused.
        """
        item = self._reported(item_id, "rtmulti_heard_invalid_item_id")
        if content_index >= len(item.parts):
            message = f"The item '{item_id}' has no content part {refusal.shown(content_index)}."
            raise refusal.Refusal("rtmulti_heard_invalid_content_index", message, "content_index")
        part = item.parts[content_index]
        if heard_ms > part.sent_ms:
            message = f"Heard {refusal.shown(heard_ms)}ms of '{item_id}', of which only {part.sent_ms}ms were sent."
            raise refusal.Refusal("rtmulti_heard_too_much", message, "heard_ms")
        if real_time_now_s is not None and part.first_sent_s is not None:
            passed_ms = (real_time_now_s - part.first_sent_s) * 1000
            if heard_ms > passed_ms + _CLOCK_TOLERANCE_MS:
                message = f"Heard {refusal.shown(heard_ms)}ms of '{item_id}' within {passed_ms:.0f}ms of time."
                raise refusal.Refusal("rtmulti_heard_too_fast", message, "heard_ms")
        part.heard_ms = heard_ms

    def report_shown(self, item_id: str, text: str) -> None:
        """Notes what the client's screen showed of a message; a later report replaces an earlier one."""
        item = self._reported(item_id, "rtmulti_shown_invalid_item_id")
        if not item.said.startswith(text):
            message = f"Shown was '{refusal.shown(text)}' of '{item_id}', whose text is '{item.said}'."
            raise refusal.Refusal("rtmulti_shown_other_text", message, "text")
        item.shown_text = text

    def _reported(self, item_id: str, code: str) -> Item:
        known = [*self.spoken, *self.lost]
        item = self._outside.get(item_id) or next((item for item in known if item.id == item_id), None)
        if item is None:
            raise refusal.Refusal(code, f"No message with the id '{refusal.shown(item_id)}' was ever spoken.", "item_id")
        return item


_CLOCK_TOLERANCE_MS = 20  # two clocks, and a last block that a device has already claimed


def _part_json(part: Part) -> dict[str, Any]:
    if part.kind is PartKind.TEXT:
        return {"type": part.kind.value, "text": part.said}
    # A truncation removes the transcript: the server cannot know which words were heard.
    return {"type": part.kind.value, "transcript": part.said if part.truncated_ms is None else None}
