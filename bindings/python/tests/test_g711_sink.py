"""A sink of G.711 in Python: it gets the codes that the library makes, a byte a frame (rule C3). That they are those of
ITU-T G.191 for every sample is Tests/C/g711_sink.c's."""

from __future__ import annotations

from pathlib import Path

import pytest

import rtmulti
from rtmulti import Codec, Format, Session, SinkFormat


class Phone(rtmulti.ClockedSink):
    """Remembers which codes were heard."""

    def __init__(self, codec: Codec) -> None:
        super().__init__(SinkFormat(sample_rate_hz=8000, codec=codec))
        self.codes = b""

    def heard(self, segment: int, pcm: bytes) -> None:
        self.codes += pcm


def say(session: Session, audio: bytes) -> None:
    session.response_created("r1")
    session.item_added("r1", "A")
    session.audio("r1", "A", audio)
    session.response_done("r1")


def every_code() -> bytes:
    return bytes(range(256)) * 5


def as_heard(codec: Codec, codes: bytes) -> bytes:
    """As it came; only of the two zeros of u-law the negative one becomes the positive."""
    return codes.replace(b"\x7f", b"\xff") if codec is Codec.ULAW else codes


@pytest.mark.parametrize("codec", [Codec.ULAW, Codec.ALAW])
def test_codes_go_through_as_they_came(codec: Codec) -> None:
    phone = Phone(codec)
    events: list[rtmulti.Event] = []
    session = Session(phone, format=Format(codec, 8000), on_event=events.append)
    session.advance(0)
    phone.play_until(0)
    say(session, every_code())
    for ms in range(0, 200, 20):
        session.advance(ms * 1000)
        phone.play_until(ms * 1000)
    assert phone.codes == as_heard(codec, every_code())
    (message,) = [event for event in events if isinstance(event, rtmulti.Message)]
    assert (message.outcome, message.heard_ms) == (rtmulti.Outcome.FULL, 160)


@pytest.mark.parametrize("codec", [Codec.ULAW, Codec.ALAW])
def test_polled_writes_hold_codes(codec: Codec) -> None:
    config = rtmulti.Config(delivery=rtmulti.Delivery.BY_POLLING)
    session = Session(Phone(codec), config=config, format=Format(codec, 8000))
    say(session, every_code())
    codes = b""
    while (effect := session.poll()) is not None:
        if isinstance(effect, rtmulti.Write):
            assert len(effect.pcm) == effect.frames
            codes += effect.pcm
    assert codes == as_heard(codec, every_code())


def test_what_cannot_be_g711_is_refused(tmp_path: Path) -> None:
    with pytest.raises(rtmulti.RtmultiError, match=r"sink.sample_rate_hz is 24000; G.711 is 8000"):
        Session(rtmulti.ClockedSink(SinkFormat(codec=Codec.ULAW)))
    opus = SinkFormat(sample_rate_hz=8000, codec=Codec.OPUS)
    with pytest.raises(rtmulti.RtmultiError, match=r"sink.codec is 4"):
        Session(rtmulti.ClockedSink(opus))
    with pytest.raises(ValueError, match="a WAV file of this sink holds PCM16, not ULAW"):
        rtmulti.WavSink(tmp_path / "heard.wav", SinkFormat(sample_rate_hz=8000, codec=Codec.ULAW))
