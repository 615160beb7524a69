"""What the server says, given to a Player one thing at a time, for hosts whose protocol is none that feed() reads.

Each method is that of the session with the same name, at the time that it is now; nothing is judged here.
"""

from __future__ import annotations

from functools import partial

from ._on_loop import OnLoop
from .enums import BufferWord, ItemKind, PartKind, ResponseFlag, Result, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from ._settlements import Settlements
    from .config import Format
    from .session import Session

    Answer = TypeVar("Answer")


class PlayerInputs(OnLoop):
    """The typed inputs of a Player; see Session."""

    if TYPE_CHECKING:
        _settlements: Settlements

        def _call(self, call: Callable[..., Answer], *arguments: Any) -> Answer: ...

    def set_format(self, format: Format) -> Result:
        """Says how the audio of parts arrives that are opened without a format of their own; see Session.set_format.

        Raises ERROR_UNSUPPORTED for a format that is none, and what every method of a player does.
        """
        return self._call(self.session.set_format, format)

    def response_created(
        self, response_id: str, flags: ResponseFlag = ResponseFlag.NONE, *, token: str | None = None
    ) -> Result:
        """The server created a response, and settled() waits for this one from now on; see Session.response_created.

        Raises ERROR_LIMIT_ITEMS past 256 open responses, and what every method of a player does.
        """
        return self._call(self._response_created, self.session, response_id, flags, token)

    def _response_created(
        self, session: Session, response_id: str, flags: ResponseFlag, token: str | None
    ) -> Result:
        result = session.response_created(response_id, flags, token=token)
        if result is not Result.IGNORED:
            self._settlements.created(response_id, is_local=ResponseFlag.LOCAL in ResponseFlag(flags))
        return result

    def response_done(
        self, response_id: str, status: Status = Status.COMPLETED, reason: str | None = None
    ) -> Result:
        """The server's generation of a response has ended; see Session.response_done.

        Raises what every method of a player does.
        """
        return self._call(self.session.response_done, response_id, status, reason)

    def item_added(
        self,
        response_id: str | None,
        item_id: str,
        output_index: int = -1,
        kind: ItemKind = ItemKind.MESSAGE,
    ) -> Result:
        """The server announced an output item; see Session.item_added.

        Raises ERROR_LIMIT_ITEMS past Config.max_open_items, and what every method of a player does.
        """
        return self._call(self.session.item_added, response_id, item_id, output_index, kind)

    def set_phase(self, item_id: str, phase: str) -> Result:
        """Notes the phase that the server gave a message; see Session.set_phase.

        Raises what every method of a player does.
        """
        return self._call(self.session.set_phase, item_id, phase)

    def part_added(
        self,
        response_id: str | None,
        item_id: str,
        content_index: int,
        kind: PartKind = PartKind.AUDIO,
        format: Format | None = None,
    ) -> Result:
        """The server announced a content part; see Session.part_added.

        Raises ERROR_UNSUPPORTED for a format that is none, ERROR_INVALID for an index that is not in 0...65535,
        ERROR_LIMIT_ITEMS past 64 parts, and what every method of a player does.
        """
        return self._call(self.session.part_added, response_id, item_id, content_index, kind, format)

    def audio(
        self,
        response_id: str | None,
        item_id: str,
        data: bytes | bytearray | memoryview,
        content_index: int = -1,
    ) -> Result:
        """Audio of a part arrived, in the part's format; see Session.audio.

        Raises ERROR_LIMIT_… past a limit of Config, and what every method of a player does.
        """
        return self._call(self.session.audio, response_id, item_id, data, content_index)

    def audio_base64(
        self,
        response_id: str | None,
        item_id: str,
        data: str | bytes,
        content_index: int = -1,
        *,
        event_id: str | None = None,
    ) -> Result:
        """An audio delta of the wire, as its base64; see Session.audio_base64.

        Raises ERROR_INVALID for what is no base64, ERROR_LIMIT_… past a limit of Config, and what every method of a
        player does.
        """
        told = partial(self.session.audio_base64, event_id=event_id)
        return self._call(told, response_id, item_id, data, content_index)

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
        """One raw Opus packet of a part arrived, with its sender's number and timestamp; see Session.packet.

        Raises ERROR_INVALID for a part that audio() feeds, ERROR_UNSUPPORTED for one that is no Opus, and what audio()
        raises.
        """
        told = partial(self.session.packet, sequence=sequence, timestamp=timestamp)
        return self._call(told, response_id, item_id, data, content_index)

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
        """Text of a part arrived; see Session.text.

        Raises ERROR_LIMIT_… past a limit of Config, and what every method of a player does.
        """
        told = partial(self.session.text, start_ms=start_ms, end_ms=end_ms)
        return self._call(told, response_id, item_id, text, content_index)

    def part_done(self, item_id: str, content_index: int = -1) -> Result:
        """No more will come for this part; see Session.part_done.

        Raises what every method of a player does.
        """
        return self._call(self.session.part_done, item_id, content_index)

    def item_done(self, item_id: str) -> Result:
        """No more will come for this item; see Session.item_done.

        Raises what every method of a player does.
        """
        return self._call(self.session.item_done, item_id)

    def item_deleted(self, item_id: str) -> Result:
        """The server has forgotten this item; see Session.item_deleted.

        Raises what every method of a player does.
        """
        return self._call(self.session.item_deleted, item_id)

    def part_truncated(self, item_id: str, audio_end_ms: int, content_index: int = -1) -> Result:
        """The server has cut this part at audio_end_ms; see Session.part_truncated.

        Raises ERROR_INVALID for a negative audio_end_ms, and what every method of a player does.
        """
        return self._call(self.session.part_truncated, item_id, audio_end_ms, content_index)

    def output_buffer(self, response_id: str | None, word: BufferWord) -> Result:
        """A server that plays by itself speaks of its output buffer; see Session.output_buffer.

        Raises what every method of a player does.
        """
        return self._call(self.session.output_buffer, response_id, word)

    def function_call(
        self,
        response_id: str | None,
        item_id: str,
        call_id: str,
        name: str,
        arguments: str | None = None,
    ) -> Result:
        """The arguments of a function call are complete; see Session.function_call.

        Raises what every method of a player does.
        """
        return self._call(self.session.function_call, response_id, item_id, call_id, name, arguments)

    def command_rejected(
        self, event_id: str | None, code: str | None, message: str | None = None
    ) -> Result:
        """The server refused a command; see Session.command_rejected.

        Raises what every method of a player does.
        """
        return self._call(self.session.command_rejected, event_id, code, message)
