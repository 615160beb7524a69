"""The sink of the player. Its frames become the blocks that the output writes, each the output's own length, so that nothing
is held back there; of each block it is known whose frames it holds. What the output has written of them is reported.

It judges nothing: a block that the output has in hand at a cut will be heard, and is reported so; the others are not
written any more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import Enum, auto

from pipecat.frames.frames import TTSAudioRawFrame, TTSStartedFrame, TTSStoppedFrame

import rtmulti
from rtmulti.playout import Sink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._outbox import Outbox
    from .told import Told

    #: Whose frames a block holds: segments with how many frames each, in order. Silence belongs to nobody.
    Block = list[tuple["_Segment", int]]

_BYTES_PER_FRAME = 2


class Belongs(Enum):
    """Whose a block is that the output is about to write."""

    OURS = auto()
    CUT = auto()  # ours, and not to be heard any more
    OTHERS = auto()


class _Segment:
    """The audio of one part of one message."""

    __slots__ = ("is_flushed", "is_over", "is_started", "number", "played", "written")

    def __init__(self, number: int) -> None:
        self.number = number
        self.written = self.played = 0
        self.is_started = self.is_flushed = self.is_over = False


class Speech(Sink):
    """Turns what the player plays into frames for one output, and reports what that has written.

    format: mono PCM at the output's rate; REPORTED where a write ends when the block has been played, PACED where it only
        says that the block was sent.
    block_bytes: how long the blocks are that the output writes.
    outbox: takes the frames for the output.
    show: takes the item and the text of a message without audio.
    """

    def __init__(
        self,
        format: rtmulti.SinkFormat,
        block_bytes: int,
        outbox: Outbox,
        told: Told,
        show: Callable[[str, str], object],
    ) -> None:
        self.format = format
        self._block_bytes = block_bytes
        self._outbox = outbox
        self._told = told
        self._show = show
        self._loop = asyncio.get_running_loop()
        self._is_reported = format.driver is rtmulti.Driver.REPORTED
        self._segments: dict[int, _Segment] = {}
        #: What is not a whole block yet.
        self._rest = bytearray()
        self._rest_holds: Block = []
        #: What the output has and has not begun, in order: the frame that begins a speech, and blocks.
        self._ahead: deque[TTSStartedFrame | Block] = deque()
        self._in_hand: Block | None = None
        self._is_speaking = False
        #: Frames that were heard, for whoever wants to know whether it goes on.
        self.played_frames = 0

    # --- what the player asks (Sink) ---

    def write(self, segment: int, pcm: bytes) -> None:
        """Takes all of it, and hands on what makes whole blocks."""
        at = self._segments.get(segment)
        if at is None:
            at = self._segments[segment] = _Segment(segment)
        frames = len(pcm) // _BYTES_PER_FRAME
        at.written += frames
        self._rest += pcm
        if self._rest_holds and self._rest_holds[-1][0] is at:
            frames += self._rest_holds.pop()[1]
        self._rest_holds.append((at, frames))
        while len(self._rest) >= self._block_bytes:
            self._hand_on(bytes(self._rest[: self._block_bytes]))

    def flush(self, segment: int) -> None:
        """The message is complete; what is left of it makes a block with the next one, if that comes in time."""
        at = self._segments.get(segment)
        if at is None:
            at = self._segments[segment] = _Segment(segment)
        at.is_flushed = True
        if not self._finish_played(at) and not self._ahead:
            self._loop.call_soon(self._fill_up)

    def clear(self, segment: int) -> None:
        """Nothing more is written but what the output has in hand, and that will be heard."""
        self._outbox.drop()
        self._rest.clear()
        self._rest_holds = []
        in_hand, self._in_hand = self._in_hand, None
        self._count(in_hand or [])
        for at in list(self._segments.values()):
            self._finish(at, is_cut=True)
        if self._is_speaking:
            self._is_speaking = False
            self._outbox.put(TTSStoppedFrame())

    def text(self, item_id: str, text: str) -> None:
        """The turn of a message without audio has come."""
        self._show(item_id, text)
        assert self.playback is not None
        self.playback.text_delivered(item_id)

    def detach(self) -> None:
        """The player is done with this output."""
        for at in self._segments.values():
            at.is_over = True
        self._segments.clear()
        super().detach()

    def stop_if_silent(self) -> None:
        """A response is over; when nothing follows, so is the speech."""
        if self._is_speaking and not self._segments:
            self._is_speaking = False
            self._outbox.put(TTSStoppedFrame())

    # --- what the output does ---

    def begins(self, frame: TTSStartedFrame) -> bool:
        """The output passes on that a speech begins; whether it is one of ours. What was before it and was not written was
        dropped there, and never comes."""
        if not any(frame is ahead for ahead in self._ahead):
            while self._ahead and not isinstance(self._ahead[0], TTSStartedFrame) and _is_cut(self._ahead[0]):
                self._ahead.popleft()
            return False
        while self._ahead.popleft() is not frame:
            pass
        return True

    def begin_block(self) -> Belongs:
        """The output is about to write a block of speech."""
        if not self._ahead or isinstance(self._ahead[0], TTSStartedFrame):
            return Belongs.OTHERS
        block: Block = self._ahead.popleft()  # type: ignore[assignment]  # it is none that begins a speech
        if _is_cut(block):
            return Belongs.CUT
        self._in_hand = block
        if not self._ahead:
            self._fill_up()
        for at, _ in block:
            if self._is_reported and not at.is_started and not at.is_over and self.playback is not None:
                at.is_started = True
                self.playback.playback_started(at.number)
        return Belongs.OURS

    def end_block(self) -> None:
        """The block was written, and where that takes as long as playing it, heard."""
        block, self._in_hand = self._in_hand, None
        self._count(block or [])
        for at, _ in block or []:
            if not at.is_over and not self._finish_played(at) and self._is_reported and self.playback is not None:
                self.playback.playback_progress(at.number, at.played)

    def drop_block(self) -> None:
        """The output did not take the block."""
        self._in_hand = None

    @property
    def is_playing(self) -> bool:
        """Whether the output has anything of the player's that was not heard."""
        return bool(self._segments)

    # --- blocks ---

    def _hand_on(self, block: bytes) -> None:
        del self._rest[: self._block_bytes]
        frames = len(block) // _BYTES_PER_FRAME
        holds: Block = []
        while frames and self._rest_holds:
            at, has = self._rest_holds[0]
            taken = min(frames, has)
            frames -= taken
            holds.append((at, taken))
            if taken == has:
                self._rest_holds.pop(0)
            else:
                self._rest_holds[0] = (at, has - taken)
        if not self._is_speaking:
            self._is_speaking = True
            begins = TTSStartedFrame()
            self._told.speech_begins()
            self._ahead.append(begins)
            self._outbox.put(begins)
        self._ahead.append(holds)
        self._outbox.put(
            TTSAudioRawFrame(audio=block, sample_rate=self.format.sample_rate_hz, num_channels=self.format.channels)
        )

    def _fill_up(self) -> None:
        """The output has nothing behind the block in its hand: silence completes the end of a message."""
        if self._ahead or not self._rest_holds or not self._rest_holds[-1][0].is_flushed:
            return
        self._hand_on(bytes(self._rest) + bytes(self._block_bytes - len(self._rest)))

    def _count(self, block: Block) -> None:
        for at, frames in block:
            at.played += frames
            self.played_frames += frames

    # --- segments ---

    def _finish_played(self, at: _Segment) -> bool:
        if not at.is_flushed or at.played < at.written:
            return False
        self._finish(at, is_cut=False)
        return True

    def _finish(self, at: _Segment, *, is_cut: bool) -> None:
        at.is_over = True
        self._segments.pop(at.number, None)
        if self._is_reported and self.playback is not None:
            self.playback.playback_finished(at.number, at.played, is_cut)


def _is_cut(block: Block) -> bool:
    return all(at.is_over for at, _ in block)
