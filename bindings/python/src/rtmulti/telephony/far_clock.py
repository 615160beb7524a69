"""What the far end's clock said when it sent something: the timestamps of the caller's voice, which come on the same
connection, between the messages that have none. Nothing about what is played lives here."""

from __future__ import annotations

from typing import NamedTuple

#: A step of the timestamps beyond this is none, and the length of the voice counts in its place.
_LONGEST_STEP_MS = 60_000
#: A timestamp that is older than the newest by less was overtaken on its way (Telnyx); by more, the timestamps begin anew.
_OVERTAKEN_MS = 500
#: So much of the shortest way is forgotten with each timestamp: two clocks may drift by 500 millionths.
_DRIFT = 0.0005
#: Without the caller's voice for so long the arrival is all that is known, this way's jitter included.
_SILENCE_MS = 250
_JITTER_MS = 40
#: Where nothing at all has come for so long, and then much at once, it was held up, by the network or by a host that stood
#: still. A far end that plays returns a mark each 80 ms, also while its caller is not heard.
_HELD_UP_MS = 150
_AT_ONCE_MS = 40


class Span(NamedTuple):
    """When the far end sent a message, on its own clock: not before `low`, not after `high`, in ms."""

    low: float
    high: float


class FarClock:
    """Follows the far end's clock by the caller's voice, which it sends in real time, 20 ms at a time."""

    def __init__(self) -> None:
        #: Its newest timestamp, counted from its first.
        self.ms = 0.0
        #: How far its timestamps are apart.
        self.tick_ms = 20.0
        self._timestamp: int | None = None
        #: The arrival of the newest timestamp, and the least that one ever took on its way, both by our clock.
        self._arrived_ms: float | None = None
        self._shortest_ms = 0.0
        #: The arrival of the newest message of any kind, and of the first of those that were held up.
        self._noted_ms: float | None = None
        self._held_up_until_ms = float("-inf")

    def note(self, now_ms: float) -> None:
        """A message of any kind arrived, and is looked at next."""
        if self._noted_ms is not None and now_ms - self._noted_ms > _HELD_UP_MS:
            self._held_up_until_ms = now_ms
        self._noted_ms = now_ms

    def tick(self, timestamp: int | None, length_ms: float, now_ms: float) -> None:
        """A piece of the caller's voice arrived: with its timestamp, or without, which then is where the last ended. One that
        was overtaken tells nothing."""
        step_ms = length_ms
        if timestamp is not None:
            if self._timestamp is not None and 0 < self._timestamp - timestamp < _OVERTAKEN_MS:
                return
            if self._timestamp is not None and 0 < timestamp - self._timestamp <= _LONGEST_STEP_MS:
                step_ms = timestamp - self._timestamp
            self._timestamp = timestamp
        if 5 <= length_ms <= 100:
            self.tick_ms = length_ms
        self.ms += step_ms
        way_ms = now_ms - self.ms
        if self._arrived_ms is None:
            self._shortest_ms = way_ms
        self._shortest_ms = min(self._shortest_ms + step_ms * _DRIFT, way_ms)
        self._arrived_ms = now_ms

    def delay(self, now_ms: float) -> float:
        """By how much longer a message that arrives now was on its way than the fastest."""
        if self._arrived_ms is None:
            return 0
        low, high = self.span(now_ms)
        return max(0, now_ms - self._shortest_ms - (low + high) / 2)

    def span(self, now_ms: float) -> Span:
        """When a message was sent that arrives now: behind the newest timestamp, before the next, and not after it
        would have taken the shortest way."""
        if self._arrived_ms is None:
            return Span(now_ms, now_ms)
        latest_ms = now_ms - self._shortest_ms
        is_held_up = now_ms - self._held_up_until_ms < _AT_ONCE_MS
        if now_ms - self._arrived_ms > _SILENCE_MS and not is_held_up:
            return Span(max(self.ms, latest_ms - _JITTER_MS), latest_ms)
        return Span(self.ms, max(self.ms, min(self.ms + self.tick_ms, latest_ms)))
