"""The output buffer of a server that plays by itself, as over WebRTC or SIP: it plays what was generated in real time, says
so, and cuts by itself. Which audio there is and when it is to be dropped is decided elsewhere."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .conversation import Conversation, Part


@dataclass(slots=True)
class _Stretch:
    """The audio of one part."""

    item_id: str
    content_index: int
    part: Part
    length_ms: float = 0.0


@dataclass(slots=True)
class _Buffered:
    """One response in the buffer."""

    response_id: str
    stretches: list[_Stretch] = field(default_factory=list)
    played_ms: float = 0.0
    is_generated: bool = False

    @property
    def length_ms(self) -> float:
        return sum(stretch.length_ms for stretch in self.stretches)


class OutputBuffer:
    """Plays responses one after another. `send` takes the type of an event and its fields, `now_s` is the clock."""

    def __init__(
        self, conversation: Conversation, send: Callable[..., None], now_s: Callable[[], float]
    ) -> None:
        self._conversation = conversation
        self._send = send
        self._now_s = now_s
        self._line: list[_Buffered] = []
        self._playing: _Buffered | None = None
        self._since_s = 0.0  # until when what it plays was counted
        self._changed = asyncio.Event()

    def add(self, response_id: str, where: dict[str, Any], part: Part, ms: float) -> None:
        """So much more audio of a part was generated."""
        self._count()
        response = self._of(response_id)
        item_id, content_index = where["item_id"], where["content_index"]
        if not response.stretches or response.stretches[-1].part is not part:
            part.heard_ms = 0
            response.stretches.append(_Stretch(item_id, content_index, part))
        response.stretches[-1].length_ms += ms
        self._changed.set()

    def generated(self, response_id: str) -> None:
        """Nothing more of this response will be generated."""
        for response in self._line:
            if response.response_id == response_id:
                response.is_generated = True
        self._changed.set()

    def clear(self) -> None:
        """Drops all that was not played, and says what was cut and where. What it has dropped it never plays."""
        self._count()
        cut, self._playing = self._playing, None
        waiting, self._line = self._line, []
        if cut is None:
            # What nobody has heard yet is cut as well: the client is told, for it waits for these responses.
            for response in waiting:
                self._send("output_audio_buffer.cleared", response_id=response.response_id)
            return
        self._send("output_audio_buffer.cleared", response_id=cut.response_id)
        stretch = self._at(cut)
        if stretch is not None and stretch.item_id in self._conversation.items:
            heard_ms = stretch.part.heard_ms or 0
            self._conversation.truncate(stretch.item_id, stretch.content_index, heard_ms)
            self._send(
                "conversation.item.truncated",
                item_id=stretch.item_id,
                content_index=stretch.content_index,
                audio_end_ms=heard_ms,
            )
        self._changed.set()

    async def play(self) -> None:
        """Plays until it is cancelled."""
        while True:
            self._count()
            self._changed.clear()
            playing = self._playing
            if playing is None:
                playing = self._begin()
            left_ms = None if playing is None else playing.length_ms - playing.played_ms
            if playing is not None and playing.is_generated and playing.played_ms >= playing.length_ms:
                self._line.remove(playing)
                self._playing = None
                self._send("output_audio_buffer.stopped", response_id=playing.response_id)
                continue
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left_ms / 1000 if left_ms else None)

    def _begin(self) -> _Buffered | None:
        """The next response that has audio begins; one without any is over when it is generated."""
        self._line = [one for one in self._line if one.stretches or not one.is_generated]
        self._playing = next((one for one in self._line if one.length_ms > 0), None)
        if self._playing is not None:
            self._since_s = self._now_s()
            self._send("output_audio_buffer.started", response_id=self._playing.response_id)
        return self._playing

    def _of(self, response_id: str) -> _Buffered:
        for response in self._line:
            if response.response_id == response_id:
                return response
        self._line.append(_Buffered(response_id))
        return self._line[-1]

    def _count(self) -> None:
        """Counts what was played since the last look; what is not there yet is not played."""
        now_s = self._now_s()
        if self._playing is not None:
            passed_ms = (now_s - self._since_s) * 1000
            self._playing.played_ms = min(self._playing.played_ms + passed_ms, self._playing.length_ms)
            left_ms = self._playing.played_ms
            for stretch in self._playing.stretches:
                heard_ms = max(0.0, min(left_ms, stretch.length_ms))
                whole = stretch.part.sent_ms if heard_ms >= stretch.length_ms else int(heard_ms)
                stretch.part.heard_ms = min(whole, stretch.part.sent_ms)
                left_ms -= stretch.length_ms
        self._since_s = now_s

    @staticmethod
    def _at(response: _Buffered) -> _Stretch | None:
        """The part in which it stands; none when all of it was played."""
        end_ms = 0.0
        for stretch in response.stretches:
            end_ms += stretch.length_ms
            if response.played_ms < end_ms:
                return stretch
        return response.stretches[-1] if response.stretches else None
