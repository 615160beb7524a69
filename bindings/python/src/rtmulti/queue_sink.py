"""QueueSink: the audio for an asyncio consumer that plays it block by block. Nothing here keeps time: the
consumer's own pace is the clock."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from ._arguments import INT32, record, whole
from ._hooks import refuse_awaitable, refuse_coroutine
from .config import SinkFormat
from .playout import Sink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of one segment, at most QueueSink's block_ms long.

    segment: the segment that it belongs to.
    pcm: signed 16 bit, interleaved, at the sink's rate.
    frames: how many frames it has.
    """

    segment: int
    pcm: bytes
    frames: int


class QueueSink(Sink):
    """Hands out blocks to one consumer: `async for block in sink: await play(block.pcm)`.

    A block counts as heard when the consumer asks for the next one, so a consumer that plays in real time
    tells the truth by that alone. On a clear the blocks that were not handed out are dropped and the block in
    the consumer's hands does not count; `on_clear` lets the consumer silence what it holds. The iteration ends
    when the session lets the sink go.
    """

    def __init__(
        self,
        format: SinkFormat = SinkFormat(),
        *,
        block_ms: int = 20,
        on_clear: Callable[[], object] | None = None,
    ) -> None:
        record("format", format, SinkFormat)
        if whole("block_ms", block_ms, INT32) < 1:
            raise ValueError(f"block_ms is {block_ms}, and a block must have at least 1 ms")
        refuse_coroutine("on_clear", on_clear)
        self.format = format
        self._block_bytes = format.sample_rate_hz * block_ms // 1000 * format.bytes_per_frame
        self._on_clear = on_clear
        #: What was not handed out yet: segments in order, their bytes, and whether they were flushed.
        self._waiting: dict[int, bytearray] = {}
        self._flushed: set[int] = set()
        #: Frames that count as heard, by segment; an entry lives until the segment is finished.
        self._heard: dict[int, int] = {}
        self._in_hand: Block | None = None
        self._is_paused = False
        self._is_ended = False
        self._waiters: deque[asyncio.Future[None]] = deque()

    # --- the consumer's side ---

    async def get(self) -> Block | None:
        """The next block, when there is one; the block before counts as heard now. None: nothing will come."""
        self._settle_hand()
        while not self._is_ended:
            block = None if self._is_paused else self._next_block()
            if block is not None:
                self._in_hand = block
                return block
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        return None

    async def __aiter__(self) -> AsyncIterator[Block]:
        while True:
            block = await self.get()
            if block is None:
                return
            yield block

    def _next_block(self) -> Block | None:
        for segment, waiting in self._waiting.items():
            if waiting:
                pcm = bytes(waiting[: self._block_bytes])
                del waiting[: len(pcm)]
                return Block(segment, pcm, len(pcm) // self.format.bytes_per_frame)
        return None

    def _settle_hand(self) -> None:
        block, self._in_hand = self._in_hand, None
        if block is None or block.segment not in self._heard or self.playback is None:
            return
        is_first = self._heard[block.segment] == 0
        self._heard[block.segment] += block.frames
        if is_first:
            self.playback.playback_started(block.segment)
        self.playback.playback_progress(block.segment, self._heard[block.segment])
        self._finish_drained()

    def _finish_drained(self) -> None:
        while self._waiting:
            segment = next(iter(self._waiting))
            is_in_hand = self._in_hand is not None and self._in_hand.segment == segment
            if segment not in self._flushed or self._waiting[segment] or is_in_hand:
                return
            self._finish(segment, interrupted=False)

    def _finish(self, segment: int, interrupted: bool) -> None:
        # Forgotten before it is reported: the report may bring the next segment.
        del self._waiting[segment]
        self._flushed.discard(segment)
        frames = self._heard.pop(segment)
        if self.playback is not None:
            self.playback.playback_finished(segment, frames, interrupted)

    def _wake(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)

    # --- what the session asks ---

    def write(self, segment: int, pcm: bytes) -> None:
        """Takes everything; how much that is, Config.write_ahead_ms says."""
        self._waiting.setdefault(segment, bytearray()).extend(pcm)
        self._heard.setdefault(segment, 0)
        self._wake()

    def flush(self, segment: int) -> None:
        """No more frames come for this segment."""
        self._waiting.setdefault(segment, bytearray())
        self._heard.setdefault(segment, 0)
        self._flushed.add(segment)
        self._finish_drained()

    def clear(self, segment: int) -> None:
        """Drops what is unheard and answers for every segment at once."""
        self._in_hand = None
        for unheard in list(self._waiting):
            self._finish(unheard, interrupted=True)
        if self._on_clear is not None:
            answer = self._on_clear()
            if answer is not None:
                refuse_awaitable("on_clear", answer)

    def pause(self) -> None:
        """Hands out nothing until resume()."""
        self._is_paused = True

    def resume(self) -> None:
        """Hands out blocks again."""
        self._is_paused = False
        self._wake()

    def detach(self) -> None:
        """Nothing will come any more: the consumer's iteration ends."""
        super().detach()
        self._is_ended = True
        self._wake()
