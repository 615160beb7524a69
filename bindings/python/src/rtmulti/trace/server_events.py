"""What a server said in a traced session, as events of the Realtime API: those that came as JSON as they were, typed calls
as the event that says the same. What no event can say is counted. Nothing is played here."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from typing import Any

from ..enums import BufferWord, Codec, ItemKind, PartKind, ResponseFlag, Status
from .layout import Entry

#: Inputs of the host and its sink, and notes: nothing that a server says.
_NOT_OF_A_SERVER = frozenset(
    "set_sink set_handlers expect_response expect_out_of_band unexpect_response reconnect interrupt cancel "
    "pause resume set_server set_clear_timeout set_audio_enabled "
    "text_delivered close advance "
    "playback_started playback_progress playback_finished playback_mark playback_queued sink_ready poll poll_accept "
    "deliver pull pull_meanwhile callback returned end".split()
)
_FORMATS = {Codec.PCM16: "audio/pcm", Codec.ULAW: "audio/pcmu", Codec.ALAW: "audio/pcma"}
_DEFAULT_FORMAT = [Codec.PCM16, 24_000, 1]
_KINDS = {ItemKind.MESSAGE: "message", ItemKind.FUNCTION_CALL: "function_call"}

Event = dict[str, Any]


def _text(entry: Entry, number: int = 0) -> str:
    return entry.texts[number].decode(errors="replace")


class ServerEvents:
    """Makes an event of each entry that has one. `without` counts the others that a server caused, by their words."""

    def __init__(self) -> None:
        self.without: Counter[str] = Counter()
        self._local: set[str] = set()
        self._local_items: set[str] = set()
        self._format: list[int] = []
        self._formats: dict[tuple[str, int], list[int]] = {}
        self._text_parts: set[tuple[str, int]] = set()

    def event(self, entry: Entry) -> Event | None:
        """The event of an entry; None for one that has none, or that no server caused."""
        if entry.word in _NOT_OF_A_SERVER:
            return None
        make = getattr(self, f"_{entry.word}", None)
        event: Event | None = None if make is None or entry.left_out else make(entry)
        if event is None and not self._is_local(entry) and not self._is_default(entry):
            self.without[entry.word] += 1
        return event

    def _is_default(self, entry: Entry) -> bool:
        """Whether it says what is so anyhow, so that nothing is lost with it."""
        return entry.word == "set_format" and entry.numbers == _DEFAULT_FORMAT

    def _is_local(self, entry: Entry) -> bool:
        """Whether it is about what the host itself says, of which the server knows nothing (rule A11)."""
        return entry.place.response_id in self._local or entry.place.item_id in self._local_items

    def _where(self, entry: Entry) -> Event:
        place = entry.place
        where: Event = {"response_id": place.response_id} if place.response_id else {}
        if place.item_id:
            where["item_id"] = place.item_id
        if place.content_index >= 0:
            where["content_index"] = place.content_index
        return where

    # --- one for each word ---

    def _receive_json(self, entry: Entry) -> Event | None:
        try:
            event = json.loads(entry.texts[0])
        except (ValueError, RecursionError):
            return None
        return event if isinstance(event, dict) else None

    def _set_format(self, entry: Entry) -> Event | None:
        is_news = not self._is_default(entry) or self._format not in ([], _DEFAULT_FORMAT)
        self._format = entry.numbers
        codec, rate_hz, _ = entry.numbers
        name = _FORMATS.get(Codec(codec)) if codec in list(Codec) else None
        if name is None or not is_news:
            return None
        form = {"type": name, "rate": rate_hz}
        return {"type": "session.updated", "session": {"type": "realtime", "audio": {"output": {"format": form}}}}

    def _response_created(self, entry: Entry) -> Event | None:
        flags, response_id = ResponseFlag(entry.numbers[0]), entry.place.response_id
        if ResponseFlag.LOCAL in flags:
            self._local.add(response_id)
            return None
        response: Event = {"id": response_id, "object": "realtime.response", "status": "in_progress"}
        if ResponseFlag.OUT_OF_BAND in flags:
            response["conversation_id"] = None
        if ResponseFlag.TEXT in flags:
            response["output_modalities"] = ["text"]
        return {"type": "response.created", "response": response}

    def _response_done(self, entry: Entry) -> Event | None:
        if self._is_local(entry):
            return None
        response: Event = {"id": entry.place.response_id, "status": Status(entry.numbers[0]).name.lower()}
        if reason := _text(entry):
            response["status_details"] = {"type": response["status"], "reason": reason}
        return {"type": "response.done", "response": response}

    def _item_added(self, entry: Entry) -> Event | None:
        if self._is_local(entry):
            self._local_items.add(entry.place.item_id)
            return None
        index, kind = entry.numbers
        item = {"id": entry.place.item_id, "type": _KINDS.get(ItemKind(kind), "other") if kind in list(ItemKind) else ""}
        event: Event = {"type": "response.output_item.added", **self._where(entry), "item": item}
        del event["item_id"]
        if index >= 0:
            event["output_index"] = index
        return event

    def _part_added(self, entry: Entry) -> Event | None:
        kind, *form = entry.numbers
        part = entry.place.item_id, entry.place.content_index
        if form[0]:
            self._formats[part] = form
        if kind == PartKind.TEXT:
            self._text_parts.add(part)
        if self._is_local(entry):
            return None
        shown = {"type": "text" if kind == PartKind.TEXT else "audio"}
        return {"type": "response.content_part.added", **self._where(entry), "part": shown}

    def _audio(self, entry: Entry) -> Event | None:
        form = self._formats.get((entry.place.item_id, entry.place.content_index), self._format)
        codec, rate_hz, channels = form or (Codec.PCM16, 24_000, 1)
        if self._is_local(entry) or codec not in _FORMATS:
            return None
        delta = b64encode(entry.texts[0]).decode()
        event: Event = {"type": "response.output_audio.delta", **self._where(entry), "delta": delta}
        if form:
            event |= {"format": _FORMATS[Codec(codec)], "sample_rate_hz": rate_hz, "channels": channels}
        return event

    def _audio_base64(self, entry: Entry) -> Event | None:
        base64, event_id = (words.decode(errors="replace") for words in entry.texts)
        event: Event = {"type": "response.output_audio.delta", **self._where(entry), "delta": base64}
        return event | {"event_id": event_id} if event_id else event

    def _text(self, entry: Entry) -> Event | None:
        if self._is_local(entry):
            return None
        is_text = (entry.place.item_id, entry.place.content_index) in self._text_parts
        kind = "response.output_text.delta" if is_text else "response.output_audio_transcript.delta"
        event: Event = {"type": kind, **self._where(entry), "delta": _text(entry)}
        start_ms, end_ms = entry.numbers
        if start_ms >= 0 and end_ms >= 0:
            event |= {"start_ms": start_ms, "end_ms": end_ms}
        return event

    def _part_done(self, entry: Entry) -> Event | None:
        return None if self._is_local(entry) else {"type": "response.content_part.done", **self._where(entry)}

    def _item_done(self, entry: Entry) -> Event | None:
        if self._is_local(entry):
            return None
        return {"type": "response.output_item.done", "item": {"id": entry.place.item_id, "status": "completed"}}

    def _function_call(self, entry: Entry) -> Event | None:
        call_id, name, arguments = (_text(entry, number) for number in range(3))
        where = self._where(entry)
        return {"type": "response.function_call_arguments.done", **where, "call_id": call_id, "name": name,
                "arguments": arguments}  # fmt: skip

    def _item_deleted(self, entry: Entry) -> Event | None:
        return {"type": "conversation.item.deleted", **self._where(entry)}

    def _output_buffer(self, entry: Entry) -> Event | None:
        if entry.numbers[0] not in list(BufferWord):
            return None
        word = BufferWord(entry.numbers[0]).name.lower()
        return {"type": f"output_audio_buffer.{word}", **self._where(entry)}

    def _part_truncated(self, entry: Entry) -> Event | None:
        where = {name: value for name, value in self._where(entry).items() if name != "response_id"}
        return {"type": "conversation.item.truncated", **where, "audio_end_ms": entry.numbers[0]}
