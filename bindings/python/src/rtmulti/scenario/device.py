"""The device of a pulled sink, in virtual time: it takes 10 ms from the library at each multiple of 10 ms. Whose frames
it took follows from what began and from what the server sent, never from the library's positions."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from ..enums import PartKind
from .configuration import SinkKind
from .sink import PlayedSegment

if TYPE_CHECKING:
    from .run import Run

BLOCK_MS = 10
_ENDLESS = 1 << 40


class Device:
    """What a pulled sink's device knows of the frames that it took."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.config = run.scenario.config
        self._is_used = self.config.sink is SinkKind.PULLED
        #: The segment that began last and is not settled.
        self._playing: PlayedSegment | None = None
        #: Frames that were taken before it was known of which message they are.
        self.owed_frames = 0

    def pull(self) -> None:
        """Takes the 10 ms that end now, if it is time."""
        run, config = self.run, self.config
        if not self._is_used or run.now_ms % BLOCK_MS or run.now_ms <= run.sink.stalled_until_ms:
            return
        block = bytearray(2 * (config.rate_hz * BLOCK_MS // 1000))
        taken = run.session.pull(block, config.latency_ms * config.rate_hz // 1000)
        if run.traces and 0 < taken <= len(block) // 2:
            total = 2166136261
            for sample in array("H", block[: 2 * taken]):
                total = ((total ^ sample) * 16777619) & 0xFFFFFFFF
            run.trace(f"pull frames={taken} sum={total:08x}")
        if taken > len(block) // 2:
            run.fail(run.line, "the library said that it filled more of a block than there is")
            return
        # Once something is owed, a later segment has begun, and the one before it gets no more.
        was_owed = self.owed_frames > 0
        self.owed_frames += taken
        if not was_owed:
            self._settle_debt()

    def started(self, segment: int, item: str, content: int) -> None:
        """A segment began: what follows is of its part."""
        if self._is_used:
            self._playing = self.run.sink.named(segment)
            # Asked now, the library may know it no more: one that was cut begins and ends in the same instant.
            self._playing.item, self._playing.content = item, content
            self._settle_debt()

    def settled(self, item: str) -> None:
        """A message has its outcome: nothing more of it is taken."""
        # What cannot be taken back goes on (rule C6), whatever the record says already.
        if self.config.can_clear and self._playing is not None and self._playing.item == item:
            self._playing = None

    def _settle_debt(self) -> None:
        """Gives the frames that are owed to the segment that plays, as far as they can be of it."""
        if self._playing is not None:
            played = min(self.owed_frames, self.left(self._playing))
            self._playing.played_frames += played
            self.owed_frames -= played

    def left(self, segment: PlayedSegment) -> int:
        """How many frames of this segment's part the server has sent and the device has not taken yet."""
        run = self.run
        item = run.server.find_item(segment.item)
        part = next((part for part in item.parts if part.content == segment.content), None) if item else None
        # The voice of the host under a text part: as long as it lasts (rule F9).
        if part is None or part.kind is not PartKind.AUDIO:
            return _ENDLESS
        received = -(-run.server.received_us(part) * self.config.rate_hz // 1_000_000)
        taken = sum(
            other.played_frames
            for other in run.segments
            if other.content == segment.content and other.item == segment.item
        )
        return max(received - taken, 0)
