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
    """The typed inputs of a Player; see Session. Each raises what the session's does and what every method of a player does."""

    if TYPE_CHECKING:
        _settlements: Settlements

        def _call(self, call: Callable[..., Answer], *arguments: Any) -> Answer: ...

    def set_format(self, format: Format) -> Result:
        """See Session.set_format."""
        return self._call(self.session.set_format, format)

    def response_created(
        self, response_id: str, flags: ResponseFlag = ResponseFlag.NONE, *, token: str | None = None
    ) -> Result:
        """See Session.response_created; settled() waits for this response from now on."""
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
        """See Session.response_done."""
        return self._call(self.session.response_done, response_id, status, reason)

    def item_added(
        self,
        response_id: str | None,
        item_id: str,
        output_index: int = -1,
        kind: ItemKind = ItemKind.MESSAGE,
    ) -> Result:
        """See Session.item_added."""
        return self._call(self.session.item_added, response_id, item_id, output_index, kind)

    def set_phase(self, item_id: str, phase: str) -> Result:
        """See Session.set_phase."""
        return self._call(self.session.set_phase, item_id, phase)

    def part_added(
        self,
        response_id: str | None,
        item_id: str,
        content_index: int,
        kind: PartKind = PartKind.AUDIO,
        format: Format | None = None,
    ) -> Result:
        """See Session.part_added."""
        return self._call(self.session.part_added, response_id, item_id, content_index, kind, format)

    def audio(
        self,
        response_id: str | None,
        item_id: str,
        data: bytes | bytearray | memoryview,
        content_index: int = -1,
    ) -> Result:
        """See Session.audio."""
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
        """See Session.audio_base64."""
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
        """See Session.packet."""
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
        """See Session.text."""
        told = partial(self.session.text, start_ms=start_ms, end_ms=end_ms)
        return self._call(told, response_id, item_id, text, content_index)

    def part_done(self, item_id: str, content_index: int = -1) -> Result:
        """See Session.part_done."""
        return self._call(self.session.part_done, item_id, content_index)

    def item_done(self, item_id: str) -> Result:
        """See Session.item_done."""
        return self._call(self.session.item_done, item_id)

    def item_deleted(self, item_id: str) -> Result:
        """See Session.item_deleted."""
        return self._call(self.session.item_deleted, item_id)

    def part_truncated(self, item_id: str, audio_end_ms: int, content_index: int = -1) -> Result:
        """See Session.part_truncated."""
        return self._call(self.session.part_truncated, item_id, audio_end_ms, content_index)

    def output_buffer(self, response_id: str | None, word: BufferWord) -> Result:
        """See Session.output_buffer."""
        return self._call(self.session.output_buffer, response_id, word)

    def function_call(
        self,
        response_id: str | None,
        item_id: str,
        call_id: str,
        name: str,
        arguments: str | None = None,
    ) -> Result:
        """See Session.function_call."""
        return self._call(self.session.function_call, response_id, item_id, call_id, name, arguments)

    def command_rejected(
        self, event_id: str | None, code: str | None, message: str | None = None
    ) -> Result:
        """See Session.command_rejected."""
        return self._call(self.session.command_rejected, event_id, code, message)
