"""What the client's player has played of the blocks that it was sent. Nobody tells, so this is that player's clock: it plays
block behind block as they come, begins a constant latency after the first, and stands still where it has none. No I/O and
no clock of its own: time is an argument, in us."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass


#: How late it is told what was played, so that a client which says a moment later when it fell silent is still believed.
DOUBT_US = 200_000


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
    """The player of one client, which takes `block_ms` at a time and finishes what it has taken.

    keeps_rest: it plays whole blocks only, and keeps what is less until more comes.
    """

    def __init__(
        self, sample_rate_hz: int, block_ms: int, latency_ms: int, keeps_rest: bool = False
    ) -> None:
        self._keeps_rest = keeps_rest
        self._rate_hz = sample_rate_hz
        self._block_frames = sample_rate_hz * block_ms // 1000
        self._latency_us = latency_ms * 1000
        self._blocks: deque[_Block] = deque()
        #: The run of blocks without silence that is being played: when it began, and how many frames it has.
        self._run_us, self._run_frames = 0, 0
        #: Frames whose blocks are over, of each segment that has not been forgotten.
        self._over: dict[int, int] = {}

    def begin_later_by(self, latency_ms: int) -> None:
        """The player's latency was found to be another; it holds from the next silence on."""
        self._latency_us = latency_ms * 1000

    def free_us(self, lead_ms: int) -> int:
        """From when on another block may be sent, so that not more than `lead_ms` lie at the client beyond its latency."""
        if not self._blocks:
            return 0
        block_us = self._block_frames * 1_000_000 // self._rate_hz
        return self._blocks[-1].ends_us + block_us - lead_ms * 1000 - self._latency_us

    def sent(self, segment: int, frames: int, now_us: int) -> None:
        """A block was sent."""
        ready_us = now_us + self._latency_us
        begins_us = self._run_us + self._run_frames * 1_000_000 // self._rate_hz
        if begins_us < ready_us:
            # It has run dry, or never begun: there is silence up to here (rule C2).
            rest = self._run_frames % self._block_frames if self._keeps_rest else 0
            self._run_us, self._run_frames = ready_us, rest
            begins_us = ready_us + rest * 1_000_000 // self._rate_hz
        self._run_frames += frames
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
        """When it plays the frame of a segment that has `frames` before it; None where that is no longer known, or not yet."""
        before = self._over.get(segment, 0)
        if frames < before:
            return None
        for block in self._blocks:
            if block.segment == segment:
                if frames <= before + block.frames:
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

    def cut(self, at_us: int) -> dict[int, int]:
        """The player has dropped at `at_us` what it had not taken; how many frames of each segment are heard then, for good.

        What was sent since has come to an empty player, and is played. A place is known to a block, so that much later.
        """
        heard = dict(self._over)
        late_us = at_us + self._block_frames * 1_000_000 // self._rate_hz
        # It takes whole blocks, counted from where it last began.
        passed = max(0, (at_us - self._run_us) * self._rate_hz // 1_000_000 + 1)
        taken = -(-passed // self._block_frames) * self._block_frames
        place = self._run_frames - sum(block.frames for block in self._blocks if block.begins_us >= self._run_us)
        for block in self._blocks:
            frames = block.frames
            if block.begins_us >= self._run_us:
                if block.sent_us <= late_us:
                    frames = max(0, min(frames, taken - place))
                place += block.frames
            heard[block.segment] += frames
        # Behind what it has taken it is silent.
        self._run_us += min(taken, self._run_frames) * 1_000_000 // self._rate_hz
        self._run_frames = 0
        self._blocks.clear()
        self._over.clear()
        return heard

    def finish(self, segment: int) -> int:
        """All of this segment was played: how many frames that is. It is forgotten."""
        return self._over.pop(segment, 0)
