"""What a session knows: positions, segments, records, texts. Nothing here changes anything."""

from __future__ import annotations

from ctypes import addressof, byref, c_size_t, c_void_p, sizeof
from dataclasses import fields

from . import _abi, _effects
from ._arguments import INT32, UINT64, given, whole
from ._core import Core
from ._memory import text_at
from .answers import Position, Segment, Stats
from .enums import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .events import Message


class Queries(Core):
    """The questions to a session; see Session. They are answered from inside callbacks too."""

    def next_deadline(self) -> int | None:
        """When advance() must be called at the latest, in us of the host's clock; None if nothing waits."""
        result = self._next_deadline(self._handle, self._at_deadline)
        if result == 0:
            return self._deadline_us.value
        if result < 0:
            self._fail(result)
        return None

    def position(self, item_id: str, content_index: int = -1) -> Position | None:
        """How much of an audio part was received and heard; None if there is no such part."""
        struct = _abi.rtmulti_position(sizeof(_abi.rtmulti_position))
        result = self._library.rtmulti_session_position(
            self._handle, *given("item_id", item_id), whole("content_index", content_index, INT32), byref(struct)
        )
        if self._answer(result) is Result.NONE:
            return None
        return Position(
            source_rate_hz=struct.source_rate_hz,
            received_frames=struct.received_frames,
            heard_frames=struct.heard_frames,
            received_ms=struct.received_ms,
            heard_ms=struct.heard_ms,
            estimated=bool(struct.estimated),
            done=bool(struct.done),
        )

    def stats(self) -> Stats:
        """What the session has done so far, and what waits in it."""
        struct = _abi.rtmulti_stats(sizeof(_abi.rtmulti_stats))
        self._answer(self._library.rtmulti_session_stats(self._handle, byref(struct)))
        told = {field.name: getattr(struct, field.name) for field in fields(Stats)}
        for name in ("first_frame_us", "gap_us"):
            told[name] = None if told[name] < 0 else told[name]
        return Stats(**told)

    def segment(self, segment: int) -> Segment | None:
        """Whose frames a segment holds; None if it is unknown or was settled."""
        struct = _abi.rtmulti_segment(sizeof(_abi.rtmulti_segment))
        result = self._library.rtmulti_session_segment(self._handle, whole("segment", segment, UINT64), byref(struct))
        if self._answer(result) is Result.NONE:
            return None
        return Segment(
            response_id=text_at(struct.response_id, struct.response_id_size),
            item_id=text_at(struct.item_id, struct.item_id_size),
            content_index=struct.content_index,
        )

    def message(self, item_id: str) -> Message | None:
        """The record of a message as it stands now, PENDING until it settles; None if there is no such item."""
        struct = _abi.rtmulti_message(sizeof(_abi.rtmulti_message))
        result = self._library.rtmulti_session_message(self._handle, *given("item_id", item_id), byref(struct))
        return None if self._answer(result) is Result.NONE else _effects.message_at(addressof(struct))

    def _text(self, ask: Any, item_id: str) -> str | None:
        text = c_void_p()
        size = c_size_t()
        result = ask(self._handle, *given("item_id", item_id), byref(text), byref(size))
        return None if self._answer(result) is Result.NONE else text_at(text.value, size.value)

    def generated_text(self, item_id: str) -> str | None:
        """The text of an item as it was generated (rule G5); None if there is no such item."""
        return self._text(self._library.rtmulti_session_generated_text, item_id)

    def heard_text(self, item_id: str) -> str | None:
        """The text of an item as it was heard so far; None if there is no such item."""
        return self._text(self._library.rtmulti_session_heard_text, item_id)

    def history(self) -> list[Message]:
        """What was heard in this conversation, oldest first: full, partial and text_only messages.

        The newest 1024 of them, also across reconnects: the list that seeds a new session with the server.
        """
        count = c_size_t()
        self._answer(self._library.rtmulti_session_history_count(self._handle, byref(count)))
        records = []
        for index in range(count.value):
            struct = _abi.rtmulti_message(sizeof(_abi.rtmulti_message))
            result = self._library.rtmulti_session_history_at(self._handle, index, byref(struct))
            if self._answer(result) is Result.NONE:
                break
            records.append(_effects.message_at(addressof(struct)))
        return records
