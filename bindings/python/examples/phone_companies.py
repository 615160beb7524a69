"""The telephones of Telnyx, Plivo and Vonage, which word what phone_company.py does as those companies' documentation says
(docs/telephony.md names it). What it leaves open is done in the way that is harder for a bridge. Nothing of rtmulti is used
here."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

from phone_company import TICK_MS, Telephone


class Telnyx(Telephone):
    """Media streaming in the mode rtp, with PCMU. Media of less than 20 ms is refused. Of the caller's voice this share is
    overtaken by the next piece, for its order is not promised."""

    encoding = "PCMU"
    disorder = 0.0
    _held: tuple[int, bytes] | None = None

    def begin(self) -> None:
        """See Telephone."""
        self._say(self._now_ms, json.dumps({"event": "connected", "version": "1.0.0"}))
        form = {"encoding": self.encoding, "sample_rate": 8000, "channels": 1}
        start = {"user_id": "U1", "call_control_id": "v2:C1", "call_session_id": "S1", "client_state": ""}
        self._send("start", start=start | {"media_format": form})

    def stop(self) -> None:
        """See Telephone."""
        self._send("stop", stop={"user_id": "U1", "call_control_id": "v2:C1"})

    def say_voice(self, at_ms: int, voice: bytes) -> None:
        """See Telephone."""
        held, self._held = self._held, None
        if held is None and random.Random(f"{self.stream_sid}/{at_ms}").random() < self.disorder:
            self._held = at_ms, voice  # the next one overtakes it
            return
        self._send_voice(at_ms, voice)
        if held is not None:
            self._send_voice(*held)

    def _send_voice(self, at_ms: int, voice: bytes) -> None:
        payload = base64.b64encode(voice).decode()
        media = {"track": "inbound", "chunk": str(at_ms // TICK_MS), "timestamp": str(at_ms), "payload": payload}
        self._send("media", media=media)

    def read(self, message: str | bytes) -> tuple[str, str | bytes]:
        """See Telephone."""
        event = json.loads(message)
        if event["event"] == "media":
            audio = base64.b64decode(event["media"]["payload"], validate=True)
            assert 20 * self.bytes_per_ms <= len(audio) <= 30_000 * self.bytes_per_ms, len(audio)
            return "media", audio
        return event["event"], event["mark"]["name"] if event["event"] == "mark" else ""

    def _send(self, event: str, **content: Any) -> None:
        number = str(self._count())
        self._say(self._now_ms, json.dumps({"event": event, "sequence_number": number, "stream_id": self.stream_sid} | content))


class TelnyxAlaw(Telnyx):
    """The same with PCMA."""

    encoding = "PCMA"
    silence = b"\xd5" * 160
    loud = (b"\xa5" * 20 + b"\x25" * 20) * 4


class Plivo(Telephone):
    """Audio streaming in both directions, with mu-law. A checkpoint that was not played is never answered, a clear is."""

    returns_cleared_marks = False

    def begin(self) -> None:
        """See Telephone."""
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000}
        start = {"callId": "C1", "streamId": self.stream_sid, "accountId": "MA1", "tracks": ["inbound"]}
        self._send("start", start=start | {"mediaFormat": form}, extra_headers="{}")

    def stop(self) -> None:
        """See Telephone. No word comes last."""

    def say_voice(self, at_ms: int, voice: bytes) -> None:
        """See Telephone."""
        payload = base64.b64encode(voice).decode()
        moment = str(1_705_312_200_000 + at_ms)  # since 1970
        media = {"track": "inbound", "timestamp": moment, "chunk": at_ms // TICK_MS, "payload": payload}
        self._send("media", streamId=self.stream_sid, media=media)

    def say_mark(self, name: str) -> None:
        """See Telephone."""
        self._send("playedStream", streamId=self.stream_sid, name=name)

    def say_cleared(self) -> None:
        """See Telephone."""
        self._send("clearedAudio", streamId=self.stream_sid)

    def read(self, message: str | bytes) -> tuple[str, str | bytes]:
        """See Telephone."""
        event = json.loads(message)
        if event["event"] == "playAudio":
            media = event["media"]
            assert (media["contentType"], media["sampleRate"]) == ("audio/x-mulaw", 8000), media
            return "media", base64.b64decode(media["payload"], validate=True)
        assert event["streamId"] == self.stream_sid, event
        kind = {"checkpoint": "mark", "clearAudio": "clear"}[event["event"]]
        return kind, event["name"] if kind == "mark" else ""

    def _send(self, event: str, **content: Any) -> None:
        self._say(self._now_ms, json.dumps({"event": event, "sequenceNumber": self._count()} | content))


class Vonage(Telephone):
    """The Voice API's WebSockets, with audio/l16;rate=16000: binary messages of exactly 20 ms, which bear no time. Nothing is
    written of what becomes of notifications at a clear: here they are dropped."""

    bytes_per_ms = 32
    frame_bytes = 2
    returns_cleared_marks = False
    silence = bytes(640)
    loud = (b"\x00\x30" * 40 + b"\x00\xd0" * 40) * 4

    def begin(self) -> None:
        """See Telephone."""
        self._send("websocket:connected", **{"content-type": "audio/l16;rate=16000", "name": "Ada"})

    def stop(self) -> None:
        """See Telephone. No word comes last."""

    def say_voice(self, at_ms: int, voice: bytes) -> None:
        """See Telephone."""
        self._say(self._now_ms, voice)

    def say_mark(self, name: str) -> None:
        """See Telephone."""
        self._send("websocket:notify", payload={"name": name})

    def say_cleared(self) -> None:
        """See Telephone."""
        self._send("websocket:cleared")

    def read(self, message: str | bytes) -> tuple[str, str | bytes]:
        """See Telephone."""
        if isinstance(message, bytes):
            assert len(message) == TICK_MS * self.bytes_per_ms, len(message)
            return "media", message
        event = json.loads(message)
        kind = {"notify": "mark", "clear": "clear"}[event["action"]]
        return kind, event["payload"]["name"] if kind == "mark" else ""

    def _send(self, event: str, **content: Any) -> None:
        self._say(self._now_ms, json.dumps({"event": event} | content))


class VonageReturning(Vonage):
    """The same, where a clear brings back the notifications that were not reached."""

    returns_cleared_marks = True
