"""The sink of a relayed conversation: each block of audio leaves as a delta when the client's player will need it, and what
that player has played is reported to the session. How it plays is ear.py's business."""

from __future__ import annotations

import asyncio
import base64
import json
import statistics
from collections import deque
from collections.abc import Callable

from ..config import SinkFormat
from ..enums import Codec
from ..playout import Sink
from .ear import Ear

#: How long a client is waited for that was told to fall silent: shorter than the session's clear_timeout_ms.
REACTION_S = 0.25
#: Takes one block: the segment, and its audio in the client's format.
SendBlock = Callable[[int, bytes], object]


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
        latency_ms: int,
        keeps_rest: bool,
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
        self.ear = Ear(sample_rate_hz, block_ms, latency_ms, keeps_rest)
        #: How far a player without latency would have been in each segment at the last cut, in ms.
        self.cut_ms: dict[int, int] = {}
        self._lead_ms = lead_ms
        self._send_block = send_block
        self._show = show
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_us = 0
        #: A clear that the client has not been seen to obey: since when, and until when that is waited for.
        self._clearing: tuple[int, asyncio.TimerHandle] | None = None
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
            self._clearing[1].cancel()

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
            late = self._loop.call_later(REACTION_S, self._not_obeyed)
            self._clearing = (self.now_us(), late)

    def client_is_silent(self, at_us: int) -> bool:
        """The client has dropped what it had at `at_us`, so a clear needs no waiting until client_may_play(); returns whether
        one has waited for this."""
        self._silent_us = at_us
        if self._clearing is None:
            return False
        since_us, _ = self._clearing
        self._reactions_us.append(max(0, at_us - since_us))
        self._cut(at_us)
        return True

    def client_may_play(self) -> None:
        """A clear from now on is news to the client."""
        self._silent_us = None

    def _not_obeyed(self) -> None:
        """It did not say so, and took as long as it took when it did."""
        if self._clearing is not None:
            since_us, _ = self._clearing
            self._cut(since_us + (statistics.median_low(self._reactions_us) if self._reactions_us else 0))

    def _cut(self, at_us: int) -> None:
        if self._clearing is not None:
            self._clearing[1].cancel()
            self._clearing = None
        self._stop()
        unfinished = list(self._open)
        rate_hz = self.format.sample_rate_hz
        self.cut_ms = {one: self.ear.position(one, at_us) * 1000 // rate_hz for one in unfinished}
        heard = self.ear.cut(at_us)
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
