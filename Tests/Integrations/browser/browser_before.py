"""How a page is played to without its reports, for the table in docs/browser.md: by the session's clock, over the same
WebSocket and to the same page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from rtmulti import Driver, Sink, SinkFormat
from rtmulti.browser import reports


class PacedPage(Sink):
    """Enough of a BrowserSink to be told how it fares."""

    def __init__(self, send: Callable[[str | bytes], object], sample_rate_hz: int) -> None:
        self.format = SinkFormat(sample_rate_hz=sample_rate_hz, gapless=True, driver=Driver.PACED, lead_ms=100)
        self.unreadable = 0
        self._send = send
        self._frames: Counter[int] = Counter()
        self._clears = 0

    def write(self, segment: int, pcm: bytes) -> None:
        """See Sink."""
        self._send(reports.audio(segment, self._frames[segment], pcm))
        self._frames[segment] += len(pcm) // 2

    def clear(self, segment: int) -> None:
        """See Sink."""
        self._clears += 1
        self._send(reports.clear(self._clears))

    def receive(self, message: str | bytes) -> bytes | None:
        """What the page says: its voice, and reports that nobody reads."""
        return None if isinstance(message, str) else message

    def end(self) -> None:
        """The page is over."""
