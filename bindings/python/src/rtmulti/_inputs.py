"""What the server says, one method for each function of rtmulti.h; most hosts need only Session.receive.

None of them interprets anything: they convert, call, and answer.
"""

from __future__ import annotations

from ctypes import byref

from ._arguments import INT32, INT64, given, member, named, whole
from ._arguments import data as bytes_of
from ._arguments import flags as flags_of
from ._core import ANSWERS, Core, format_struct
from ._server_event import audio_delta, event_bytes
from .config import Format
from .enums import BufferWord, ItemKind, PartKind, ResponseFlag, Result, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._server_event import ServerEvent


class Inputs(Core):
    """The inputs of a session that come from the server; see Session."""

    def receive(self, event: ServerEvent) -> Result:
        """Takes one event of the OpenAI Realtime API (GA or beta names) as it came.

        Text and bytes are the fast ways, and of a dict or an SDK's object the audio deltas; any other of them is turned
        into text first. IGNORED for events that change nothing. Raises ERROR_INVALID when it is not one JSON object or
        lacks a field that it must have, ERROR_LIMIT_EVENT past Config.max_event_bytes, and what the method that does the
        work would raise. An error changes nothing.
        """
        if type(event) is bytes:
            data = event
        else:
            delta = audio_delta(event)
            if delta is not None:
                result = self._audio_base64(self._handle, *delta)
                if result < 0 or self._raised:
                    self._fail(result)
                return ANSWERS[result]
            data = event_bytes(event)
        result = self._receive_json(self._handle, data, len(data))
        if result < 0 or self._raised:
            self._fail(result)
        return ANSWERS[result]

    def set_format(self, format: Format) -> Result:
        """Says how the audio of parts arrives that are opened without a format of their own.

        Raises ERROR_UNSUPPORTED for a format that is none.
        """
        return self._answer(self._library.rtmulti_session_set_format(self._handle, byref(format_struct(format))))

    def expect_response(self, token: str | None = None, *, out_of_band: bool = False) -> Result:
        """A response was asked for and is not created yet (rule D12); an interrupt covers it already.

        One that is `out_of_band` (`conversation: none`) is covered only by an interrupt that names its token. Where the
        server gives no tokens back, the oldest expectation is that of the next response of the conversation, but for
        one that answers the listener's own turn. IGNORED for a token that is expected already. Raises ERROR_LIMIT_ITEMS
        past 64.

        Without a token, for a client that has no place for one in its request, it is the next response of the
        conversation that comes without one; each call expects one more.
        """
        named_token = named("token", token)
        if out_of_band:
            return self._answer(self._library.rtmulti_session_expect_out_of_band(self._handle, *named_token))
        return self._answer(self._library.rtmulti_session_expect_response(self._handle, *named_token))

    def unexpect_response(self, token: str | None = None) -> Result:
        """The response is not expected any more (rule D12); without a token, the newest that was expected without one.

        IGNORED for what is not expected.
        """
        return self._answer(self._library.rtmulti_session_unexpect_response(self._handle, *named("token", token)))

    def response_created(
        self, response_id: str, flags: ResponseFlag = ResponseFlag.NONE, *, token: str | None = None
    ) -> Result:
        """The server created a response; `token` is that of expect_response, if there was one.

        Raises ERROR_LIMIT_ITEMS past 256 open responses.
        """
        return self._answer(
            self._library.rtmulti_session_response_created(
                self._handle,
                *given("response_id", response_id),
                flags_of("flags", flags, ResponseFlag),
                *named("token", token),
            )
        )

    def response_done(
        self, response_id: str, status: Status = Status.COMPLETED, reason: str | None = None
    ) -> Result:
        """The server's generation of a response has ended; its items and parts are done with it."""
        return self._answer(
            self._library.rtmulti_session_response_done(
                self._handle,
                *given("response_id", response_id),
                member("status", status, Status),
                *named("reason", reason),
            )
        )

    def item_added(
        self,
        response_id: str | None,
        item_id: str,
        output_index: int = -1,
        kind: ItemKind = ItemKind.MESSAGE,
    ) -> Result:
        """The server announced an output item; an index of -1 means the highest so far + 1.

        Raises ERROR_LIMIT_ITEMS past Config.max_open_items.
        """
        return self._answer(
            self._library.rtmulti_session_item_added(
                self._handle,
                *named("response_id", response_id),
                *given("item_id", item_id),
                whole("output_index", output_index, INT32),
                member("kind", kind, ItemKind),
            )
        )

    def set_phase(self, item_id: str, phase: str) -> Result:
        """Notes the phase that the server gave a message; its record bears it. IGNORED for an unknown item."""
        return self._answer(
            self._library.rtmulti_session_set_phase(self._handle, *given("item_id", item_id), *given("phase", phase))
        )

    def part_added(
        self,
        response_id: str | None,
        item_id: str,
        content_index: int,
        kind: PartKind = PartKind.AUDIO,
        format: Format | None = None,
    ) -> Result:
        """The server announced a content part; without a format that of set_format is meant.

        Raises ERROR_UNSUPPORTED for a format that is none, ERROR_INVALID for an index that is not in 0...65535, and
        ERROR_LIMIT_ITEMS past 64 parts.
        """
        struct = None if format is None else byref(format_struct(format))
        return self._answer(
            self._library.rtmulti_session_part_added(
                self._handle,
                *named("response_id", response_id),
                *given("item_id", item_id),
                whole("content_index", content_index, INT32),
                member("kind", kind, PartKind),
                struct,
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
        Raises ERROR_LIMIT_AUDIO, ERROR_LIMIT_QUEUE and, where it opens an item or a part, ERROR_LIMIT_ITEMS.
        """
        held = bytes_of("data", data)
        response, response_size = named("response_id", response_id)
        item, item_size = given("item_id", item_id)
        index = whole("content_index", content_index, INT32)
        result = self._audio(self._handle, response, response_size, item, item_size, index, held, len(held))
        if result < 0 or self._raised:
            self._fail(result)
        return ANSWERS[result]

    def audio_base64(
        self,
        response_id: str | None,
        item_id: str,
        data: str | bytes,
        content_index: int = -1,
        *,
        event_id: str | None = None,
    ) -> Result:
        """An audio delta of the wire whose JSON somebody else has read: `data` is its base64, decoded by the library.

        Just as the event itself given to receive(): one that comes twice with its `event_id` counts once (rule A12), and
        what is refused for a limit ends its part (rule A13). ERROR_INVALID for what is no base64.
        """
        held = data if isinstance(data, bytes) else given("data", data)[0]
        response, response_size = named("response_id", response_id)
        item, item_size = given("item_id", item_id)
        index = whole("content_index", content_index, INT32)
        event, event_size = named("event_id", event_id)
        result = self._audio_base64(
            self._handle, response, response_size, item, item_size, index, held, len(held), event, event_size
        )
        if result < 0 or self._raised:
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
        packet is the first, before any has come. IGNORED for one that comes twice or late. Raises ERROR_INVALID for a part
        that audio() feeds, ERROR_UNSUPPORTED for one that is no Opus, and what audio() raises.
        """
        held = bytes_of("data", data)
        return self._answer(
            self._library.rtmulti_session_packet(
                self._handle,
                *named("response_id", response_id),
                *given("item_id", item_id),
                whole("content_index", content_index, INT32),
                held,
                len(held),
                whole("sequence", sequence, INT64) & 0xFFFF,
                whole("timestamp", timestamp, INT64) & 0xFFFFFFFF,
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
        """Text of a part arrived; start_ms and end_ms say when it is spoken, -1 when that is not known.

        Raises ERROR_LIMIT_TEXT and, where it opens an item or a part, ERROR_LIMIT_ITEMS.
        """
        return self._answer(
            self._library.rtmulti_session_text(
                self._handle,
                *named("response_id", response_id),
                *given("item_id", item_id),
                whole("content_index", content_index, INT32),
                *given("text", text),
                whole("start_ms", start_ms, INT64),
                whole("end_ms", end_ms, INT64),
            )
        )

    def part_done(self, item_id: str, content_index: int = -1) -> Result:
        """No more will come for this part."""
        return self._answer(
            self._library.rtmulti_session_part_done(
                self._handle, *given("item_id", item_id), whole("content_index", content_index, INT32)
            )
        )

    def item_done(self, item_id: str) -> Result:
        """No more will come for this item."""
        return self._answer(self._library.rtmulti_session_item_done(self._handle, *given("item_id", item_id)))

    def item_deleted(self, item_id: str) -> Result:
        """The server has forgotten this item. Unasked it is a cut at 0: no command names the item any more (rule F10).

        IGNORED for an answer to our DELETE, and for an item that is unknown or forgotten already.
        """
        return self._answer(self._library.rtmulti_session_item_deleted(self._handle, *given("item_id", item_id)))

    def part_truncated(self, item_id: str, audio_end_ms: int, content_index: int = -1) -> Result:
        """The server has cut this part at audio_end_ms, because of a TRUNCATE at just this place or by itself (rule F10).

        Its own cut stops nothing: what was heard is told when the item settles, by a TRUNCATE where that is less, by
        MEMORY_DIFFERS where it is more. IGNORED for an answer, and for a part that is unknown or cut as short already.
        Raises ERROR_INVALID for a negative audio_end_ms.
        """
        return self._answer(
            self._library.rtmulti_session_part_truncated(
                self._handle,
                *given("item_id", item_id),
                whole("content_index", content_index, INT32),
                whole("audio_end_ms", audio_end_ms, INT64),
            )
        )

    def output_buffer(self, response_id: str | None, word: BufferWord) -> Result:
        """A server that plays by itself (Server.OWNS_PLAYOUT) speaks of its output buffer (rule F4).

        Without a response_id, started is about the newest response, and the others are about the one that plays. Where
        it was cut is said by part_truncated.
        """
        return self._answer(
            self._library.rtmulti_session_output_buffer(
                self._handle, *named("response_id", response_id), member("word", word, BufferWord)
            )
        )

    def function_call(
        self,
        response_id: str | None,
        item_id: str,
        call_id: str,
        name: str,
        arguments: str | None = None,
    ) -> Result:
        """The arguments of a function call are complete: surfaced at once, once per item (rule A7)."""
        return self._answer(
            self._library.rtmulti_session_function_call(
                self._handle,
                *named("response_id", response_id),
                *given("item_id", item_id),
                *given("call_id", call_id),
                *given("name", name),
                *named("arguments", arguments),
            )
        )

    def command_rejected(
        self, event_id: str | None, code: str | None, message: str | None = None
    ) -> Result:
        """The server refused a command (rules F5, F6). Never fatal."""
        return self._answer(
            self._library.rtmulti_session_command_rejected(
                self._handle, *named("event_id", event_id), *named("code", code), *named("message", message)
            )
        )

    def reconnect(self) -> Result:
        """The connection was lost and a new session with the server begins (rule F8); see Session.history."""
        return self._answer(self._library.rtmulti_session_reconnect(self._handle))
