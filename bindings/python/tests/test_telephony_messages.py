"""What a far end says to rtmulti.telephony, and what is said to it: the four dialects, and everything that is none of
them. Nothing that a far end sends raises; it is told once of each kind."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

import rtmulti
from rtmulti.telephony import PLIVO, TELNYX, TELNYX_ALAW, TWILIO, VONAGE, Dialect, MediaStream
from rtmulti.telephony.facts import Cleared, Digit, Fact, MarkBack, StreamStart, Stopped, Voice

SILENCE = "/////w=="


def ulaw_start(event: str, **form: Any) -> str:
    return json.dumps({"event": "start", "streamSid": "MZ1", "start": {"streamSid": "MZ1", "mediaFormat": form}})


def stream_with(**options: Any) -> tuple[MediaStream, list[str], list[rtmulti.Diagnostic]]:
    sent: list[str] = []
    told: list[rtmulti.Diagnostic] = []
    stream = MediaStream(sent.append, on_diagnostic=told.append, **options)
    return stream, sent, told


TWILIO_FACTS: list[tuple[dict[str, Any], Fact | None]] = [
    ({"event": "connected", "protocol": "Call", "version": "1.0.0"}, None),
    (
        {
            "event": "start",
            "sequenceNumber": "1",
            "start": {
                "accountSid": "AC1",
                "streamSid": "MZ1",
                "callSid": "CA1",
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"name": "Ada"},
            },
            "streamSid": "MZ1",
        },
        StreamStart("MZ1", "CA1", "audio/x-mulaw", 8000, {"name": "Ada"}),
    ),
    (
        {"event": "media", "media": {"track": "inbound", "timestamp": "5", "payload": SILENCE}},
        Voice(b"\xff" * 4, 5),
    ),
    ({"event": "media", "media": {"track": "outbound", "timestamp": "5", "payload": SILENCE}}, None),
    ({"event": "mark", "streamSid": "MZ1", "mark": {"name": "m"}}, MarkBack("m")),
    ({"event": "dtmf", "streamSid": "MZ1", "dtmf": {"track": "inbound_track", "digit": "1"}}, Digit("1")),
    ({"event": "stop", "streamSid": "MZ1", "stop": {"callSid": "CA1"}}, Stopped()),
]
TELNYX_FACTS: list[tuple[dict[str, Any], Fact | None]] = [
    ({"event": "connected", "version": "1.0.0"}, None),
    (
        {
            "event": "start",
            "sequence_number": "1",
            "stream_id": "S",
            "start": {
                "call_control_id": "v2:C",
                "custom_parameters": {"customer": "1"},
                "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
            },
        },
        StreamStart("S", "v2:C", "PCMU", 8000, {"customer": "1"}),
    ),
    ({"event": "media", "media": {"track": "inbound", "timestamp": "5", "payload": SILENCE}}, Voice(b"\xff" * 4, 5)),
    ({"event": "mark", "stream_id": "S", "mark": {"name": "m"}}, MarkBack("m")),
    ({"event": "dtmf", "stream_id": "S", "dtmf": {"digit": "#"}}, Digit("#")),
    ({"event": "stop", "stream_id": "S", "stop": {}}, Stopped()),
]
PLIVO_FACTS: list[tuple[dict[str, Any], Fact | None]] = [
    (
        {
            "event": "start",
            "sequenceNumber": 0,
            "start": {
                "callId": "C",
                "streamId": "S",
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
            },
            "extra_headers": "{}",
        },
        StreamStart("S", "C", "audio/x-mulaw", 8000, {"extra_headers": "{}"}),
    ),
    ({"event": "media", "media": {"track": "inbound", "timestamp": "5", "payload": SILENCE}}, Voice(b"\xff" * 4, 5)),
    ({"event": "playedStream", "streamId": "S", "name": "m"}, MarkBack("m")),
    ({"event": "clearedAudio", "streamId": "S"}, Cleared()),
    ({"event": "dtmf", "dtmf": {"digit": "*"}}, Digit("*")),
]
VONAGE_FACTS: list[tuple[dict[str, Any], Fact | None]] = [
    (
        {"event": "websocket:connected", "content-type": "audio/l16;rate=16000", "user": "ada"},
        StreamStart(
            "",
            encoding="audio/l16;rate=16000",
            parameters={"event": "websocket:connected", "content-type": "audio/l16;rate=16000", "user": "ada"},
        ),
    ),
    ({"event": "websocket:notify", "payload": {"name": "m"}}, MarkBack("m")),
    ({"event": "websocket:cleared"}, Cleared()),
    ({"event": "websocket:dtmf", "digit": "5", "duration": 260}, Digit("5")),
]


@pytest.mark.parametrize(
    ("dialect", "facts"),
    [(TWILIO, TWILIO_FACTS), (TELNYX, TELNYX_FACTS), (PLIVO, PLIVO_FACTS), (VONAGE, VONAGE_FACTS)],
    ids=["Twilio", "Telnyx", "Plivo", "Vonage"],
)
def test_what_is_documented_is_read(dialect: Dialect, facts: list[tuple[dict[str, Any], Fact | None]]) -> None:
    for message, fact in facts:
        assert dialect.read(json.dumps(message)) == fact


def test_vonage_speaks_in_binary() -> None:
    assert VONAGE.read(b"\1\2" * 320) == Voice(b"\1\2" * 320, None)
    stream, sent, told = stream_with(dialect=VONAGE)
    session = rtmulti.Session(stream, format=rtmulti.Format(rtmulti.Codec.ULAW, 8000))
    stream.receive('{"event": "websocket:connected", "content-type": "audio/l16;rate=16000"}')
    session.response_created("r")
    session.item_added("r", "m")
    session.audio("r", "m", b"\x91" * 8 * 50)
    session.response_done("r")
    # 50 ms in messages of 20, each with a notification behind it; silence fills the last.
    assert [message if isinstance(message, str) else len(message) for message in sent[::2]] == [640, 640, 640]
    assert all(json.loads(message)["action"] == "notify" for message in sent[1::2])
    assert bytes(sent[4])[320:] == bytes(320) and bytes(sent[4])[:300] != bytes(300)
    assert not told
    session.destroy()


def test_what_is_sent_is_what_is_documented() -> None:
    assert json.loads(str(TWILIO.media("MZ1", b"\xff" * 4)[0])) == {
        "event": "media",
        "streamSid": "MZ1",
        "media": {"payload": SILENCE},
    }
    assert json.loads(str(TWILIO.mark("MZ1", "m"))) == {"event": "mark", "streamSid": "MZ1", "mark": {"name": "m"}}
    assert json.loads(str(TWILIO.clear("MZ1"))) == {"event": "clear", "streamSid": "MZ1"}
    assert json.loads(str(TELNYX.clear("S")))["event"] == "clear"
    assert json.loads(str(PLIVO.media("S", b"\xff" * 4)[0])) == {
        "event": "playAudio",
        "streamId": "S",
        "media": {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": SILENCE},
    }
    assert json.loads(str(PLIVO.mark("S", "m"))) == {"event": "checkpoint", "streamId": "S", "name": "m"}
    assert json.loads(str(PLIVO.clear("S"))) == {"event": "clearAudio", "streamId": "S"}
    assert json.loads(str(VONAGE.mark("", "m"))) == {"action": "notify", "payload": {"name": "m"}}
    assert json.loads(str(VONAGE.clear(""))) == {"action": "clear"}
    assert TELNYX_ALAW.codec is rtmulti.Codec.ALAW


GARBAGE: list[str | bytes] = [
    "",
    "null",
    "[]",
    "{",
    "[" * 100_000,
    '{"event": 1}',
    "{}",
    "9" * 10_000,
    b"\xff\xfe",
    '{"event": "media"}',
    '{"event": "media", "media": {"payload": 1}}',
    '{"event": "media", "media": {"payload": "not base64"}}',
    '{"event": "media", "media": {"payload": "ü"}}',
    '{"event": "mark", "mark": null}',
    '{"event": "start", "start": {}}',
    '{"event": "dtmf", "dtmf": {"digit": "123"}}',
    '{"event": "something"}',
    '{"event": "media", "media": {"payload": "' + "A" * (1 << 21) + '"}}',
]


@pytest.mark.parametrize("dialect", [TWILIO, TELNYX, PLIVO, VONAGE], ids=lambda dialect: str(dialect.name))
def test_garbage_is_told_once_of_each_kind_and_ends_nothing(dialect: Dialect) -> None:
    stream, _, told = stream_with(dialect=dialect)
    for _ in range(3):
        for message in GARBAGE:
            if dialect is not VONAGE or isinstance(message, str):
                assert stream.receive(message) is None
    sentences = [diagnostic.message for diagnostic in told]
    assert len(sentences) == len(set(sentences)) and 3 <= len(sentences) <= 12
    assert all(len(sentence) < 200 and "AAAA" not in sentence for sentence in sentences)
    assert stream.unreadable >= 3 * 12 and not stream.is_over


def test_another_format_is_not_played_as_something_else() -> None:
    """Rule C3."""
    stream, sent, told = stream_with()
    stream.receive(ulaw_start("start", encoding="audio/x-l16", sampleRate=16000))
    assert [diagnostic.kind for diagnostic in told] == [rtmulti.DiagnosticKind.UNKNOWN_FORMAT]
    assert stream.write(1, b"\x91" * 800) == 0 and not sent


def test_nothing_is_sent_before_the_start_nor_behind_the_end() -> None:
    stream, sent, told = stream_with()
    session = rtmulti.Session(stream, format=rtmulti.Format(rtmulti.Codec.ULAW, 8000))
    session.response_created("r")
    session.item_added("r", "m")
    session.audio("r", "m", b"\x91" * 800)
    assert not sent
    stream.receive(ulaw_start("start", encoding="audio/x-mulaw", sampleRate=8000))
    assert [json.loads(message)["event"] for message in sent] == ["media", "mark", "media", "mark"]
    stream.receive(ulaw_start("start"))
    assert [diagnostic.kind for diagnostic in told] == [rtmulti.DiagnosticKind.PROTOCOL]
    stream.receive('{"event": "stop", "streamSid": "MZ1", "stop": {}}')
    assert stream.is_over and stream.write(1, b"\x91" * 800) == 0
    stream.end()
    session.destroy()


def test_a_send_that_fails_ends_the_stream_and_is_told_once() -> None:
    told: list[rtmulti.Diagnostic] = []

    def send(_: str) -> None:
        raise ConnectionError("the line is gone")

    stream = MediaStream(send, on_diagnostic=told.append)
    session = rtmulti.Session(stream, format=rtmulti.Format(rtmulti.Codec.ULAW, 8000))
    stream.receive(ulaw_start("start"))
    session.response_created("r")
    session.item_added("r", "m")
    session.audio("r", "m", b"\x91" * 8000)
    assert stream.is_over and [diagnostic.kind for diagnostic in told] == [rtmulti.DiagnosticKind.CALLBACK_FAILED]
    session.interrupt()
    session.destroy()


def test_a_stream_that_is_replaced_does_not_play_on() -> None:
    stream, sent, _ = stream_with()
    session = rtmulti.Session(stream, format=rtmulti.Format(rtmulti.Codec.ULAW, 8000))
    stream.receive(ulaw_start("start"))
    session.response_created("r")
    session.item_added("r", "m")
    session.audio("r", "m", b"\x91" * 1600)
    other, sent_to_other, _ = stream_with()
    other.receive(ulaw_start("start"))
    session.set_sink(other)
    assert json.loads(sent[-1])["event"] == "clear" and stream.is_over
    assert sum(json.loads(message)["event"] == "media" for message in sent_to_other) > 0
    session.destroy()


def test_keys_reach_the_host() -> None:
    keys: list[str] = []
    stream, _, _ = stream_with(on_digit=keys.append)
    stream.receive('{"event": "dtmf", "streamSid": "MZ1", "dtmf": {"digit": "7"}}')
    assert keys == ["7"]


def _mangled(chance: random.Random, message: str) -> str | bytes:
    """A message with something wrong in it, or with nothing."""
    match chance.randrange(6):
        case 0:
            at = chance.randrange(len(message) + 1)
            return message[:at] + chr(chance.randrange(0x110000 - 0x800) % 0xD800) + message[at + chance.randrange(3) :]
        case 1:
            return message[: chance.randrange(len(message) + 1)]
        case 2:
            return bytes(chance.randrange(256) for _ in range(chance.randrange(40)))
        case 3:
            words = ['"', "{}", "null", "-1", "1e999", "[]", '"\\u0000"', "NaN", "true", '"' + "9" * 30 + '"']
            return message.replace(chance.choice(['"MZ1"', '"inbound"', '"20"', "8000"]), chance.choice(words))
    return message


def test_no_message_of_a_far_end_raises() -> None:
    chance = random.Random(18)
    documented = [(TWILIO, TWILIO_FACTS), (TELNYX, TELNYX_FACTS), (PLIVO, PLIVO_FACTS), (VONAGE, VONAGE_FACTS)]
    for dialect, facts in documented:
        messages = [json.dumps(message) for message, _ in facts]
        for _ in range(30):
            sent: list[Any] = []
            stream = MediaStream(sent.append, dialect=dialect, on_diagnostic=lambda _: None)
            session = rtmulti.Session(stream, format=rtmulti.Format(rtmulti.Codec.ULAW, 8000))
            for step in range(60):
                session.advance(step * 20_000)
                if step % 20 == 5:
                    session.response_created(f"r{step}")
                    session.item_added(f"r{step}", f"m{step}")
                    session.audio(f"r{step}", f"m{step}", b"\x91" * 2000)
                elif step % 20 == 15:
                    session.interrupt()
                elif sent and chance.random() < 0.3:
                    back = chance.choice(sent)
                    message = back if isinstance(back, str) else "{}"
                    # Marks in any order, twice, and ours said back to us as theirs.
                    stream.receive(message.replace('"checkpoint"', '"playedStream"').replace('"action"', '"event"'))
                else:
                    stream.receive(_mangled(chance, chance.choice(messages)))
            session.destroy()
