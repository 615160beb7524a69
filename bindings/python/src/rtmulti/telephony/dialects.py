"""How each telephone company says it: what its messages are called and where in them things stand.
Nothing is decided here.

Each runs against a far end that behaves as that company's documentation says, and none over a real line yet: docs/telephony.md
says what was read.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from .._complaints import Unreadable
from ..enums import Codec
from .facts import Cleared, Digit, Fact, MarkBack, StreamStart, Stopped, Voice

Text = str | bytes


class Dialect:
    """The messages of one company. A dialect has no state: one serves every stream."""

    #: Its name in diagnostics.
    name = ""
    #: What is sent. PCM16 is little endian.
    codec = Codec.ULAW
    sample_rate_hz = 8000
    #: What its start may call the encoding of the stream.
    encodings: tuple[str, ...] = ("audio/x-mulaw",)
    #: Whether a clear may bring back the marks that were not reached, as if they had been played. One that was played is
    #: known sooner where it never does.
    returns_cleared_marks = True
    #: How long its messages must be, or 0 where it takes any length.
    message_ms = 0

    def read(self, message: str | bytes) -> Fact | None:
        """What a message says; None for one that needs no answer. Raises Unreadable."""
        event = parsed(message)
        return self.read_event(text(event, "event"), event)

    def read_event(self, kind: str, event: Mapping[str, Any]) -> Fact | None:
        """What a parsed message of this kind says. Raises Unreadable."""
        raise NotImplementedError

    def media(self, stream_id: str, audio: bytes) -> Sequence[Text]:
        """Plays this behind all that was sent."""
        raise NotImplementedError

    def mark(self, stream_id: str, name: str) -> Text:
        """Comes back when all that was sent before it has been played."""
        raise NotImplementedError

    def clear(self, stream_id: str) -> Text:
        """Drops what was not played."""
        raise NotImplementedError


class Twilio(Dialect):
    """Media Streams: <Connect><Stream>."""

    name = "Twilio"
    stream_key = "streamSid"
    _start = {"stream_id": "streamSid", "call_id": "callSid", "format": "mediaFormat", "rate": "sampleRate"}
    _parameters = "customParameters"

    def read_event(self, kind: str, event: Mapping[str, Any]) -> Fact | None:
        """See Dialect."""
        match kind:
            case "media":
                return voice(table(event, "media"))
            case "mark":
                return MarkBack(text(table(event, "mark"), "name"))
            case "dtmf":
                return digit(table(event, "dtmf"))
            case "start":
                return self._started(event)
            case "stop":
                return Stopped()
            case "connected":
                return None
        raise Unreadable(f"{self.name} has sent an event that is none of its media streams'")

    def _started(self, event: Mapping[str, Any]) -> StreamStart:
        start, names = table(event, "start"), self._start
        form = optional_table(start, names["format"])
        return StreamStart(
            stream_id=optional_text(event, self.stream_key) or text(start, names["stream_id"]),
            call_id=optional_text(start, names["call_id"]),
            encoding=optional_text(form, "encoding"),
            sample_rate_hz=whole(form.get(names["rate"])) or 0,
            parameters=texts(optional_table(start, self._parameters)),
        )

    def media(self, stream_id: str, audio: bytes) -> Sequence[Text]:
        """See Dialect."""
        payload = b64encode(audio).decode()
        return (f'{{"event":"media","{self.stream_key}":{json.dumps(stream_id)},"media":{{"payload":"{payload}"}}}}',)

    def mark(self, stream_id: str, name: str) -> Text:
        """See Dialect."""
        return json.dumps({"event": "mark", self.stream_key: stream_id, "mark": {"name": name}})

    def clear(self, stream_id: str) -> Text:
        """See Dialect."""
        return json.dumps({"event": "clear", self.stream_key: stream_id})


class Telnyx(Twilio):
    """Media streaming over WebSockets, in `stream_bidirectional_mode` rtp with the codec PCMU. It takes no less than 20 ms in
    one message, and what it sends may be out of order."""

    name = "Telnyx"
    message_ms = 20
    encodings = ("PCMU",)
    stream_key = "stream_id"
    _start = {"stream_id": "stream_id", "call_id": "call_control_id", "format": "media_format", "rate": "sample_rate"}
    _parameters = "custom_parameters"

    def read_event(self, kind: str, event: Mapping[str, Any]) -> Fact | None:
        """See Dialect."""
        if kind == "error":
            raise Unreadable(f"{self.name} reports an error of the stream")
        return super().read_event(kind, event)


class TelnyxAlaw(Telnyx):
    """The same with the codec PCMA."""

    codec = Codec.ALAW
    encodings = ("PCMA",)


class Plivo(Dialect):
    """<Stream bidirectional="true" contentType="audio/x-mulaw;rate=8000">. A dropped checkpoint stays away."""

    name = "Plivo"
    returns_cleared_marks = False

    def read_event(self, kind: str, event: Mapping[str, Any]) -> Fact | None:
        """See Dialect."""
        match kind:
            case "media":
                return voice(table(event, "media"))
            case "playedStream":
                return MarkBack(text(event, "name"))
            case "clearedAudio":
                return Cleared()
            case "dtmf":
                return digit(table(event, "dtmf"))
            case "start":
                start = table(event, "start")
                form = optional_table(start, "mediaFormat")
                return StreamStart(
                    stream_id=text(start, "streamId"),
                    call_id=optional_text(start, "callId"),
                    encoding=optional_text(form, "encoding"),
                    sample_rate_hz=whole(form.get("sampleRate")) or 0,
                    parameters={"extra_headers": optional_text(event, "extra_headers")},
                )
            case "stop":
                return Stopped()
        raise Unreadable(f"{self.name} has sent an event that is none of its audio streams'")

    def media(self, stream_id: str, audio: bytes) -> Sequence[Text]:
        """See Dialect."""
        media = {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": b64encode(audio).decode()}
        return (json.dumps({"event": "playAudio", "streamId": stream_id, "media": media}),)

    def mark(self, stream_id: str, name: str) -> Text:
        """See Dialect."""
        return json.dumps({"event": "checkpoint", "streamId": stream_id, "name": name})

    def clear(self, stream_id: str) -> Text:
        """See Dialect."""
        return json.dumps({"event": "clearAudio", "streamId": stream_id})


class Vonage(Dialect):
    """The Voice API's WebSockets: audio/l16;rate=16000 in binary messages of 20 ms, which bear no time, and all else in
    text. Nothing is written of notifications that a clear has dropped, so they may come back or stay away."""

    name = "Vonage"
    codec = Codec.PCM16
    sample_rate_hz = 16_000
    encodings = ("audio/l16;rate=16000",)
    message_ms = 20

    def read(self, message: str | bytes) -> Fact | None:
        """See Dialect."""
        return Voice(message, None) if isinstance(message, bytes) else super().read(message)

    def read_event(self, kind: str, event: Mapping[str, Any]) -> Fact | None:
        """See Dialect."""
        match kind:
            case "websocket:connected":
                # Its other fields are the headers that the application has asked for.
                return StreamStart("", encoding=optional_text(event, "content-type"), parameters=texts(event))
            case "websocket:notify":
                return MarkBack(text(table(event, "payload"), "name"))
            case "websocket:cleared":
                return Cleared()
            case "websocket:dtmf":
                return digit(event)
            case "websocket:disconnected":
                return Stopped()
        raise Unreadable(f"{self.name} has sent an event that is none of its WebSockets'")

    def media(self, stream_id: str, audio: bytes) -> Sequence[Text]:
        """See Dialect."""
        return (audio,)

    def mark(self, stream_id: str, name: str) -> Text:
        """See Dialect."""
        return json.dumps({"action": "notify", "payload": {"name": name}})

    def clear(self, stream_id: str) -> Text:
        """See Dialect."""
        return json.dumps({"action": "clear"})


TWILIO, TELNYX, TELNYX_ALAW, PLIVO, VONAGE = Twilio(), Telnyx(), TelnyxAlaw(), Plivo(), Vonage()


# --- fields of messages, which may be anything -------------------------------------------------------------------


def parsed(message: str | bytes) -> Mapping[str, Any]:
    """A JSON object. Raises Unreadable."""
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        raise Unreadable("a message that is no JSON came from the far end") from None
    if not isinstance(event, dict):
        raise Unreadable("a message that is no JSON object came from the far end")
    return event


def table(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object inside of a message. Raises Unreadable."""
    value = event.get(key)
    if not isinstance(value, dict):
        raise Unreadable(f"a message of the far end lacks the object {key!r}")
    return value


def text(event: Mapping[str, Any], key: str) -> str:
    """A text inside of a message. Raises Unreadable."""
    value = event.get(key)
    if not isinstance(value, str):
        raise Unreadable(f"a message of the far end lacks the text {key!r}")
    return value


def optional_table(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """An object inside of a message, or an empty one."""
    value = event.get(key)
    return value if isinstance(value, dict) else {}


def optional_text(event: Mapping[str, Any], key: str) -> str:
    """A text inside of a message, or ""."""
    value = event.get(key)
    return value if isinstance(value, str) else ""


def texts(event: Mapping[str, Any]) -> dict[str, str]:
    """The texts of an object."""
    return {key: value for key, value in event.items() if isinstance(value, str)}


def whole(value: object) -> int | None:
    """A whole number of ms or Hz, which may be written as a text; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 18:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18:
        return value
    return None


def digit(event: Mapping[str, Any]) -> Digit:
    """The key that was pressed. Raises Unreadable."""
    key = text(event, "digit")
    if len(key) != 1:
        raise Unreadable("a digit of the far end is not one key")
    return Digit(key)


def voice(media: Mapping[str, Any]) -> Voice | None:
    """The caller's voice. What the caller hears comes too where both tracks were asked for, and is none. Raises
    Unreadable."""
    if media.get("track") == "outbound":
        return None
    try:
        audio = b64decode(text(media, "payload"), validate=True)
    except ValueError:
        raise Unreadable("a payload of the far end is not base64") from None
    return Voice(audio, whole(media.get("timestamp")))
