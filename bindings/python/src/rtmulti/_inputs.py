"""What the server says, one method for each function of rtmulti.h; most hosts need only Session.receive.

None of them interprets anything: they convert, call, and answer.
"""

from __future__ import annotations

from ctypes import byref

from ._core import ANSWERS, Core, format_struct, given
from .config import Format
from .enums import ItemKind, PartKind, ResponseFlag, Result, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol, TypeAlias

    class JSONModel(Protocol):
        """An event as an SDK parsed it (pydantic)."""

        def model_dump_json(self, *, exclude_unset: bool) -> str:
            """The event as JSON text; `exclude_unset`: without the fields that the server left out."""
            ...

        def model_dump(self, *, exclude_unset: bool) -> dict[str, Any]:
            """The same as a dict."""
            ...

    ServerEvent: TypeAlias = str | bytes | bytearray | memoryview | Mapping[str, Any] | JSONModel


def event_bytes(event: ServerEvent) -> bytes:
    """A server event as the UTF-8 text of one JSON object, whatever it comes as.

    A field that the server left out is left out (rule A6): an SDK's object has null in its place. Half a surrogate pair,
    which servers send when they cut an emoji in two, is no UTF-8: it goes as an escape, or as U+FFFD.
    """
    if isinstance(event, str):
        try:
            return event.encode()
        except UnicodeEncodeError:
            return event.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    if isinstance(event, (bytearray, memoryview)):
        return bytes(event)
    if isinstance(event, bytes):
        return event
    to_json = getattr(event, "model_dump_json", None)
    if to_json is None:
        return _json_bytes(event)
    try:
        text: str = to_json(exclude_unset=True)
        return text.encode()
    except ValueError:
        return _json_bytes(event.model_dump(exclude_unset=True))  # type: ignore[union-attr]


def _json_bytes(event: object) -> bytes:
    import json

    try:
        return json.dumps(event, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(event).encode()


#: An event that announces a response is never longer than this.
_LONGEST_CREATED = 65_536


def created_response(event: ServerEvent) -> str | None:
    """The id in a response.created; None for any other event. It costs little for the others, however they come."""
    if isinstance(event, str):
        found = len(event) < _LONGEST_CREATED and '"response.created"' in event
    elif isinstance(event, (bytes, bytearray)):
        found = len(event) < _LONGEST_CREATED and b'"response.created"' in event
    elif isinstance(event, memoryview):
        found = event.nbytes < _LONGEST_CREATED and b'"response.created"' in bytes(event)
    else:
        kind = event.get("type") if hasattr(event, "get") else getattr(event, "type", None)
        found = kind == "response.created"
    if not found:
        return None
    import json

    told = json.loads(event_bytes(event))
    response_id = told["response"]["id"] if told.get("type") == "response.created" else None
    return str(response_id) if response_id else None


class Inputs(Core):
    """The inputs of a session that come from the server; see Session."""

    def receive(self, event: ServerEvent) -> Result:
        """Takes one event of the OpenAI Realtime API (GA or beta names) as it came.

        Text and bytes are the fast ways; a mapping or an SDK's object is turned into text first. IGNORED for
        events that change nothing. Raises RtmultiError (ERROR_INVALID) when it is not one JSON object or
        lacks a field that it must have, ERROR_LIMIT_EVENT past Config.max_event_bytes, and what the method
        that does the work would raise. An error changes nothing.
        """
        data = event if type(event) is bytes else event_bytes(event)
        result = self._receive_json(self._handle, data, len(data))
        if result < 0:
            self._fail(result)
        return ANSWERS[result]

    def set_format(self, format: Format) -> Result:
        """Says how the audio of parts arrives that are opened without a format of their own."""
        return self._answer(self._library.rtmulti_session_set_format(self._handle, byref(format_struct(format))))

    def expect_response(self, token: str) -> Result:
        """A response was asked for and is not created yet (rule D12); an interrupt covers it already."""
        return self._answer(self._library.rtmulti_session_expect_response(self._handle, *given(token)))

    def response_created(
        self, response_id: str, flags: ResponseFlag = ResponseFlag.NONE, *, token: str | None = None
    ) -> Result:
        """The server created a response; `token` is that of expect_response, if there was one."""
        return self._answer(
            self._library.rtmulti_session_response_created(self._handle, *given(response_id), flags, *given(token))
        )

    def response_done(
        self, response_id: str, status: Status = Status.COMPLETED, reason: str | None = None
    ) -> Result:
        """The server's generation of a response has ended; its items and parts are done with it."""
        return self._answer(
            self._library.rtmulti_session_response_done(self._handle, *given(response_id), status, *given(reason))
        )

    def item_added(
        self,
        response_id: str | None,
        item_id: str,
        output_index: int = -1,
        kind: ItemKind = ItemKind.MESSAGE,
    ) -> Result:
        """The server announced an output item; an index of -1 means the highest so far + 1."""
        return self._answer(
            self._library.rtmulti_session_item_added(
                self._handle, *given(response_id), *given(item_id), output_index, kind
            )
        )

    def set_phase(self, item_id: str, phase: str) -> Result:
        """Notes the phase that the server gave a message; its record bears it. IGNORED for an unknown item."""
        return self._answer(
            self._library.rtmulti_session_set_phase(self._handle, *given(item_id), *given(phase))
        )

    def part_added(
        self,
        response_id: str | None,
        item_id: str,
        content_index: int,
        kind: PartKind = PartKind.AUDIO,
        format: Format | None = None,
    ) -> Result:
        """The server announced a content part; without a format that of set_format is meant."""
        struct = None if format is None else byref(format_struct(format))
        return self._answer(
            self._library.rtmulti_session_part_added(
                self._handle, *given(response_id), *given(item_id), content_index, kind, struct
            )
        )

    def audio(
        self,
        response_id: str | None,
        item_id: str,
        data: bytes | bytearray | memoryview,
        content_index: int = -1,
    ) -> Result:
        """Audio of a part arrived, in the part's format; with raw Opus exactly one packet.

        A content_index of -1 means the item's first audio part, else 0. IGNORED when nobody will hear it.
        """
        held = data if isinstance(data, bytes) else bytes(data)
        response, response_size = given(response_id)
        item, item_size = given(item_id)
        result = self._audio(
            self._handle, response, response_size, item, item_size, content_index, held, len(held)
        )
        if result < 0:
            self._fail(result)
        return ANSWERS[result]

    def packet(
        self,
        response_id: str | None,
        item_id: str,
        data: bytes | bytearray | memoryview,
        content_index: int = -1,
        *,
        sequence: int,
        timestamp: int,
    ) -> Result:
        """One raw Opus packet of a part arrived, with its sender's 16-bit number and 48 kHz timestamp (RTP).

        Packets play in the order of their numbers, and what is missing is made up for to the sample (rule H2);
        see rtmulti_session_packet in rtmulti.h. Both numbers may be given unwrapped. Empty data says which
        packet is the first, before any has come. IGNORED for one that comes twice or late.
        """
        held = data if isinstance(data, bytes) else bytes(data)
        return self._answer(
            self._library.rtmulti_session_packet(
                self._handle,
                *given(response_id),
                *given(item_id),
                content_index,
                held,
                len(held),
                sequence & 0xFFFF,
                timestamp & 0xFFFFFFFF,
            )
        )

    def text(
        self,
        response_id: str | None,
        item_id: str,
        text: str,
        content_index: int = -1,
        *,
        start_ms: int = -1,
        end_ms: int = -1,
    ) -> Result:
        """Text of a part arrived; start_ms and end_ms say when it is spoken, -1 when that is not known."""
        return self._answer(
            self._library.rtmulti_session_text(
                self._handle,
                *given(response_id),
                *given(item_id),
                content_index,
                *given(text),
                start_ms,
                end_ms,
            )
        )

    def part_done(self, item_id: str, content_index: int = -1) -> Result:
        """No more will come for this part."""
        return self._answer(
            self._library.rtmulti_session_part_done(self._handle, *given(item_id), content_index)
        )

    def item_done(self, item_id: str) -> Result:
        """No more will come for this item."""
        return self._answer(self._library.rtmulti_session_item_done(self._handle, *given(item_id)))

    def item_deleted(self, item_id: str) -> Result:
        """The server has forgotten this item, unasked or because of a DELETE (rule F10)."""
        return self._answer(self._library.rtmulti_session_item_deleted(self._handle, *given(item_id)))

    def part_truncated(self, item_id: str, audio_end_ms: int, content_index: int = -1) -> Result:
        """The server has cut this part at audio_end_ms, unasked or because of a TRUNCATE (rule F10)."""
        return self._answer(
            self._library.rtmulti_session_part_truncated(
                self._handle, *given(item_id), content_index, audio_end_ms
            )
        )

    def function_call(
        self, response_id: str | None, item_id: str, call_id: str, name: str, arguments: str | None = None
    ) -> Result:
        """The arguments of a function call are complete: surfaced at once, once per item (rule A7)."""
        return self._answer(
            self._library.rtmulti_session_function_call(
                self._handle,
                *given(response_id),
                *given(item_id),
                *given(call_id),
                *given(name),
                *given(arguments),
            )
        )

    def command_rejected(self, event_id: str | None, code: str | None, message: str | None = None) -> Result:
        """The server refused a command (rules F5, F6). Never fatal."""
        return self._answer(
            self._library.rtmulti_session_command_rejected(
                self._handle, *given(event_id), *given(code), *given(message)
            )
        )

    def reconnect(self) -> Result:
        """The connection was lost and a new session with the server begins (rule F8); see Session.heard."""
        return self._answer(self._library.rtmulti_session_reconnect(self._handle))
