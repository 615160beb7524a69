"""What the client's player has played of the blocks that it was sent. Nobody tells, so this is that player's clock: it plays
block behind block as they come, begins a constant latency after the first, and stands still where it has none. No I/O and
no clock of its own: time is an argument, in us."""

from __future__ import annotations

import enum
from collections import deque
from dataclasses import dataclass
from typing import Final

#: How late it is told what was played, so that a client which says a moment later when it fell silent is still believed.
DOUBT_US: Final = 200_000
#: From the socket to what plays, a block is on its way inside the client, and nobody tells for how long: openai-agents needs
#: 1 ms of processor time for it, Pipecat 3 to 4.
HANDING_US: Final = 2_500
#: Where a pipeline is on that way, an interruption overtakes what is in it: what came so short a time ago is dropped there.
OVERTAKEN_US: Final = 8_000


class Takes(enum.Enum):
    """How the client's player takes what it plays, which decides what it cannot give back when it drops the rest."""

    #: Block by block, the last of a message too when it is not full; it finishes the one that it has begun.
    BLOCKS = "blocks"
    #: Whole blocks only; what is less waits until more comes. One is always in its hand, and is played however late it begins.
    WHOLE_BLOCKS = "whole-blocks"
    #: Frame by frame: it drops in the middle of a block, and so it does with what comes of the message later.
    FRAMES = "frames"


@dataclass(frozen=True, slots=True)
class Played:
    """A segment of which so many frames have been played, in all."""

    segment: int
    frames: int


@dataclass(slots=True)
class _Block:
    segment: int
    frames: int
    sent_us: int
    begins_us: int
    ends_us: int


class Ear:
    """The player of one client, which takes `block_ms` at a time. All of its times are those at which one would hear of it
    here: a client's way is a round trip long."""

    def __init__(
        self, sample_rate_hz: int, block_ms: int, latency_ms: int, takes: Takes = Takes.BLOCKS
    ) -> None:
        self._takes = takes
        self._rate_hz = sample_rate_hz
        self._block_frames = sample_rate_hz * block_ms // 1000
        self._latency_us = latency_ms * 1000
        #: How long a message is on its way to the client, and what the client says of it on its way back.
        self.round_trip_us = 0
        self._blocks: deque[_Block] = deque()
        #: The run of blocks without silence that is being played: when it began, and how many frames it has.
        self._run_us, self._run_frames = 0, 0
        #: When a player of whole blocks has its first one of this run in its hand, and when that hand is free at the earliest.
        self._in_hand_us: int | None = None
        self._hand_free_us = 0
        #: Frames whose blocks are over, of each segment that has not been forgotten.
        self._over: dict[int, int] = {}

    @property
    def _way_us(self) -> int:
        return self.round_trip_us + HANDING_US

    def begin_later_by(self, latency_ms: int) -> None:
        """The player's latency was found to be another; it holds from the next silence on."""
        self._latency_us = latency_ms * 1000

    def free_us(self, lead_ms: int) -> int:
        """From when on another block may be sent, so that not more than `lead_ms` lie at the client beyond its latency."""
        if not self._blocks:
            return 0
        block_us = self._block_frames * 1_000_000 // self._rate_hz
        return self._blocks[-1].ends_us + block_us - lead_ms * 1000 - self._latency_us - self._way_us

    def sent(self, segment: int, frames: int, now_us: int) -> None:
        """A block was sent."""
        ready_us = now_us + self._way_us + self._latency_us
        begins_us = self._run_us + self._run_frames * 1_000_000 // self._rate_hz
        if begins_us < ready_us:
            # It has run dry, or never begun: there is silence up to here (rule C2).
            rest = self._run_frames % self._block_frames if self._takes is Takes.WHOLE_BLOCKS else 0
            self._run_us, self._run_frames, self._in_hand_us = ready_us, rest, None
            begins_us = ready_us + rest * 1_000_000 // self._rate_hz
        self._run_frames += frames
        if self._in_hand_us is None and self._run_frames >= self._block_frames:
            self._in_hand_us = max(now_us + self.round_trip_us + OVERTAKEN_US, self._hand_free_us)
        ends_us = self._run_us + self._run_frames * 1_000_000 // self._rate_hz
        self._blocks.append(_Block(segment, frames, now_us, begins_us, ends_us))
        self._over.setdefault(segment, 0)

    def advance(self, now_us: int) -> list[Played]:
        """The segments that had come further DOUBT_US before `now_us`, in order."""
        further: dict[int, int] = {}
        while self._blocks and self._blocks[0].ends_us + DOUBT_US <= now_us:
            block = self._blocks.popleft()
            self._over[block.segment] += block.frames
            further[block.segment] = self._over[block.segment]
        return [Played(segment, frames) for segment, frames in further.items()]

    @property
    def next_us(self) -> int | None:
        """When it will have come further; None while it has nothing to play."""
        return self._blocks[0].ends_us + DOUBT_US if self._blocks else None

    def time_at(self, segment: int, frames: int) -> int | None:
        """When it plays the frame of a segment that has `frames` before it; None where that is no longer known, or not yet, and
        behind the last frame, where it may have been for any time."""
        before = self._over.get(segment, 0)
        if frames < before:
            return None
        for block in self._blocks:
            if block.segment == segment:
                if frames < before + block.frames:
                    return block.begins_us + (frames - before) * 1_000_000 // self._rate_hz
                before += block.frames
        return None

    def has_more(self, segment: int) -> bool:
        """Whether something of this segment is still to be played."""
        return any(block.segment == segment for block in self._blocks)

    def position(self, segment: int, now_us: int) -> int:
        """How many frames of a segment a player without latency has played at `now_us`, to the frame."""
        frames = self._over.get(segment, 0)
        at_us = now_us + self._latency_us
        for block in self._blocks:
            if block.segment == segment and block.begins_us < at_us:
                passed = (at_us - block.begins_us) * self._rate_hz // 1_000_000
                frames += min(block.frames, passed)
        return frames

    def cut(self, at_us: int, told_us: int) -> dict[int, int]:
        """The player has dropped at `at_us` what it had not taken, which was told at `told_us`; how many frames of each segment
        are heard then, for good.

        What was sent since has come to an empty player, which plays it or knows that it was dropped. A place is known to a
        block, so that much later, but not behind the news of it.
        """
        heard = dict(self._over)
        late_us = min(at_us + self._block_frames * 1_000_000 // self._rate_hz, told_us) - self.round_trip_us
        taken = self._taken(at_us)
        place = self._run_frames - sum(block.frames for block in self._blocks if block.begins_us >= self._run_us)
        for block in self._blocks:
            frames = block.frames
            if block.begins_us >= self._run_us:
                if block.sent_us <= late_us or self._takes is Takes.FRAMES:
                    frames = max(0, min(frames, taken - place))
                place += block.frames
            heard[block.segment] += frames
        # Behind what it has taken it is silent.
        self._run_us += min(taken, self._run_frames) * 1_000_000 // self._rate_hz
        self._hand_free_us = self._run_us
        self._run_frames, self._in_hand_us = 0, None
        self._blocks.clear()
        self._over.clear()
        return heard

    def _taken(self, at_us: int) -> int:
        """How many frames of this run are taken at `at_us`, counted from where it began, and cannot be given back."""
        passed = (at_us - self._run_us) * self._rate_hz // 1_000_000
        if self._takes is Takes.FRAMES:
            return max(0, passed)
        taken = -(-max(0, passed + 1) // self._block_frames) * self._block_frames
        if self._takes is Takes.WHOLE_BLOCKS:
            if self._in_hand_us is None or at_us < self._in_hand_us:
                return 0
            whole = self._run_frames // self._block_frames * self._block_frames
            return min(max(taken, self._block_frames), whole)
        return taken

    def finish(self, segment: int) -> int:
        """All of this segment was played: how many frames that is. It is forgotten."""
        return self._over.pop(segment, 0)
