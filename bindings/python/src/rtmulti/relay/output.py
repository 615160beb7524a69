"""The sink of a relayed conversation: each block of audio leaves as a delta when the client's player will need it, and what
that player has played is reported to the session. How it plays is ear.py's business."""

from __future__ import annotations

import asyncio
import base64
import json
import statistics
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ..config import SinkFormat
from ..enums import Codec
from ..playout import Sink
from .ear import Ear

#: How long a client is waited for that was told to fall silent: shorter than the session's clear_timeout_ms.
REACTION_S = 0.25
#: How long one is waited for that has fallen silent, and may say where.
SAYING_S = 0.05
#: Takes one block: the segment, and its audio in the client's format.
SendBlock = Callable[[int, bytes], object]


@dataclass(slots=True)
class _Clearing:
    """A clear that the client has not been seen to obey: since when, and until when that is waited for.

    told_us: when the news that it is silent can be here, or was; it had got before whatever was sent so much earlier than a
        round trip takes.
    silent_us: it has obeyed then, and is waited for because it may say better where it was.
    """

    since_us: int
    told_us: int
    timer: asyncio.TimerHandle
    silent_us: int | None = None


class Output(Sink):
    """Plays at a client; `send_block` sends audio there, `show` the text of a message without any.

    Belongs to the event loop in which it is made, and is used once.
    """

    def __init__(
        self,
        send_block: SendBlock,
        show: Callable[[str], object],
        codec: Codec,
        sample_rate_hz: int,
        block_ms: int,
        lead_ms: int,
        ear: Ear,
    ) -> None:
        self.format = SinkFormat(
            sample_rate_hz=sample_rate_hz,
            codec=codec,
            gapless=True,
            can_pause=False,
            takes_text=True,
            fixed_writes=True,
            frame_ms=block_ms,
        )
        self.ear = ear
        self._lead_ms = lead_ms
        self._send_block = send_block
        self._show = show
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_us = 0
        self._clearing: _Clearing | None = None
        self._silent_us: int | None = None
        #: Whether the session waits until the client needs more.
        self._is_full = False
        self._reactions_us: deque[int] = deque(maxlen=5)
        #: Segments that are complete, and those that the session waits for.
        self._flushed: set[int] = set()
        self._open: dict[int, None] = {}

    def now_us(self) -> int:
        """The clock of the session and of the ear."""
        return int(self._loop.time() * 1_000_000)

    # --- what the session asks ---

    def detach(self) -> None:
        """See Sink."""
        super().detach()
        self._stop()
        if self._clearing is not None:
            self._clearing.timer.cancel()

    def write(self, segment: int, pcm: bytes) -> int | None:
        """Sends a block at once, unless the client has enough; then it is offered again."""
        now_us = self.now_us()
        frames = len(pcm) // self.format.bytes_per_frame
        if self.ear.free_us(self._lead_ms) > now_us:
            self._is_full = True
            self._arm()
            return 0
        self._open[segment] = None
        self.ear.sent(segment, frames, now_us)
        self._send_block(segment, pcm)
        self._arm()
        return None

    def flush(self, segment: int) -> None:
        """No more of it comes."""
        self._flushed.add(segment)
        self._open.setdefault(segment)
        if not self.ear.has_more(segment):
            # It is told from the next tick on: a report from in here would come before the session's own words.
            self._loop.call_soon(self._tick)

    def clear(self, segment: int) -> None:
        """The client is about to drop what it has not taken. It is waited for a moment, because a client that truncates says
        thereby when it has done so."""
        self._is_full = False
        if self._silent_us is not None:
            self._cut(self._silent_us)
        elif self._clearing is None:
            self._stop()
            now_us, round_trip_us = self.now_us(), self.ear.round_trip_us
            timer = self._loop.call_later(REACTION_S + round_trip_us / 1_000_000, self._said_nothing)
            self._clearing = _Clearing(now_us, now_us + round_trip_us, timer)

    @property
    def is_clearing(self) -> bool:
        """Whether a clear waits for the client to say where it fell silent."""
        return self._clearing is not None

    def client_may_say(self, silent_us: int) -> None:
        """The client has fallen silent at `silent_us`, and may say in a moment where it was; only while a clear waits. The first
        time counts."""
        clearing = self._clearing
        if clearing is not None and clearing.silent_us is None:
            clearing.silent_us = silent_us
            clearing.told_us = min(clearing.told_us, silent_us)
            clearing.timer.cancel()
            clearing.timer = self._loop.call_later(SAYING_S, self._said_nothing)

    def client_is_silent(self, at_us: int | None) -> bool:
        """The client has dropped what it had at `at_us`, so a clear needs no waiting until client_may_play(); None: it does not
        say when. Returns whether a clear has waited for this."""
        clearing = self._clearing
        if clearing is None:
            self._silent_us = self.now_us() if at_us is None else at_us
            return False
        if at_us is None:
            at_us = self.now_us() if clearing.silent_us is None else clearing.silent_us
        if clearing.silent_us is None:
            self._reactions_us.append(max(0, at_us - clearing.since_us))
        self._silent_us = at_us
        self._cut(at_us)
        return True

    def client_may_play(self) -> None:
        """A clear from now on is news to the client."""
        self._silent_us = None

    def _said_nothing(self) -> None:
        """It did not say so, and took as long as it took when it did; at least, the news of it had to get there."""
        clearing = self._clearing
        if clearing is None:
            return
        if clearing.silent_us is not None:
            self._cut(clearing.silent_us)
        else:
            reactions_us = self._reactions_us or (self.ear.round_trip_us,)
            self._cut(clearing.since_us + statistics.median_low(reactions_us))

    def _cut(self, at_us: int) -> None:
        told_us = self.now_us()
        if self._clearing is not None:
            told_us = min(told_us, self._clearing.told_us)
            self._clearing.timer.cancel()
            self._clearing = None
        self._stop()
        unfinished = list(self._open)
        heard = self.ear.cut(at_us, told_us)
        self._open.clear()
        self._flushed.clear()
        for one in unfinished:
            if self.playback is not None:
                self.playback.playback_finished(one, heard.get(one, 0), True)

    def text(self, item_id: str, text: str) -> None:
        """The client shows it."""
        self._show(item_id)
        self._loop.call_soon(self._delivered, item_id)

    def _delivered(self, item_id: str) -> None:
        if self.playback is not None:
            self.playback.text_delivered(item_id)

    # --- time ---

    def _tick(self) -> None:
        playback = self.playback
        if playback is None or self._clearing is not None:
            return
        now_us = self.now_us()
        wants_more = self._is_full and self.ear.free_us(self._lead_ms) <= now_us
        if wants_more:
            self._is_full = False
        for played in self.ear.advance(now_us):
            if played.segment in self._open:
                playback.playback_progress(played.segment, played.frames)
        for segment in [one for one in self._open if one in self._flushed and not self.ear.has_more(one)]:
            frames = self.ear.finish(segment)
            self._open.pop(segment, None)
            self._flushed.discard(segment)
            playback.playback_finished(segment, frames)
        if wants_more:
            playback.sink_ready()
        self._arm()

    def _arm(self) -> None:
        next_us = self.ear.next_us
        if self._is_full:
            free_us = self.ear.free_us(self._lead_ms)
            next_us = free_us if next_us is None else min(next_us, free_us)
        if next_us is None or self.playback is None or (self._timer is not None and self._timer_us <= next_us):
            return
        self._stop()
        self._timer_us = next_us
        self._timer = self._loop.call_at(next_us / 1_000_000, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._tick()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def delta_head(
    kind: str, response_id: str, item_id: str, output_index: int, content_index: int
) -> str:
    """The beginning of each delta of a part, up to its event id."""
    return (
        f'{{"type": "{kind}", "response_id": {json.dumps(response_id)}, "item_id": {json.dumps(item_id)}, '
        f'"output_index": {output_index}, "content_index": {content_index}, "event_id": "rtmulti_relay_'
    )


def delta(head: str, number: int, audio: bytes) -> str:
    """One delta."""
    return f'{head}{number}", "delta": "{base64.b64encode(audio).decode()}"}}'
