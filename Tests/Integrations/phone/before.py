"""How a call was played before there was rtmulti.telephony, for the table in docs/telephony.md: u-law paced by the
session's clock, and a mark behind each message only."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from typing import Any

from rtmulti import Codec, Driver, Sink, SinkFormat, mark_name


class PacedStream(Sink):
    """Enough of a media stream to be told how it fares."""

    format = SinkFormat(sample_rate_hz=8000, codec=Codec.ULAW, gapless=True, driver=Driver.PACED, lead_ms=100)

    def __init__(self, send: Callable[[str], object]) -> None:
        self._send = send
        self._stream_sid = ""
        self._frames: Counter[int] = Counter()
        self.is_over = False

    def _put(self, event: str, **content: Any) -> None:
        self._send(json.dumps({"event": event, "streamSid": self._stream_sid, **content}))

    def write(self, segment: int, pcm: bytes) -> None:
        """See Sink."""
        self._frames[segment] += len(pcm)
        self._put("media", media={"payload": b64encode(pcm).decode()})

    def flush(self, segment: int) -> None:
        """See Sink."""
        if self._frames[segment]:
            self._put("mark", mark={"name": mark_name(segment, self._frames[segment])})

    def clear(self, segment: int) -> None:
        """See Sink."""
        self._put("clear")

    def receive(self, message: str | bytes) -> bytes | None:
        """What the far end says."""
        from base64 import b64decode

        event = json.loads(message)
        if event["event"] == "start":
            self._stream_sid = event["streamSid"]
        elif event["event"] == "mark" and self.playback is not None:
            self.playback.playback_mark(event["mark"]["name"])
        elif event["event"] == "media":
            return b64decode(event["media"]["payload"])
        return None

    def end(self) -> None:
        """The stream is over."""
        self.is_over = True
