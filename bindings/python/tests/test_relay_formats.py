"""In what a session speaks, as the relay reads it: every spelling of docs/wire.md, and what is none of them."""

from __future__ import annotations

from typing import Any

import pytest

websockets = pytest.importorskip("websockets")

from rtmulti import Codec  # noqa: E402
from rtmulti.relay.formats import USUAL, output_format  # noqa: E402

ULAW, ALAW = (Codec.ULAW, 8000), (Codec.ALAW, 8000)


@pytest.mark.parametrize(
    ("names", "form"),
    [
        (("audio/pcm", "pcm16", "pcm", "pcm24"), USUAL),
        (("pcm16_8000hz", "audio/pcm;rate=8000"), (Codec.PCM16, 8000)),
        (("pcm16_16000hz", "audio/pcm; rate=16000"), (Codec.PCM16, 16_000)),
        (("audio/pcmu", "g711_ulaw", "pcmu", "ulaw", "mulaw"), ULAW),
        (("audio/pcma", "g711_alaw", "pcma", "alaw"), ALAW),
        (("mp3", "wav", "f32", "audio/pcm;rate=123", "pcm16_7hz"), None),
    ],
)
def test_every_spelling_is_known_wherever_it_stands(names: tuple[str, ...], form: Any) -> None:
    for name in names:
        for session in (
            {"output_audio_format": name},
            {"audio": {"output": {"format": {"type": name}}}},
            {"audio": {"output": {"format": name}}},
            {"audio": {"format": {"type": name}}},
        ):
            assert output_format(session, ALAW) == form, session


@pytest.mark.parametrize(("rate", "rate_hz"), [(16_000, 16_000), (24000.0, 24_000), (None, 24_000), (22_050, None)])
def test_a_rate_is_what_it_is_or_nobody_plays_it(rate: Any, rate_hz: int | None) -> None:
    session = {"audio": {"output": {"format": {"type": "audio/pcm", "rate": rate}}}}
    assert output_format(session, USUAL) == (None if rate_hz is None else (Codec.PCM16, rate_hz))


@pytest.mark.parametrize("session", [None, "x", {}, {"audio": None}, {"audio": {"output": {"format": None}}}])
def test_a_session_that_does_not_say_changes_nothing(session: Any) -> None:
    assert output_format(session, ULAW) == ULAW


def test_a_known_name_counts_beside_an_unknown_one() -> None:
    session = {"output_audio_format": "g711_ulaw", "audio": {"output": {"format": {"type": "not specified"}}}}
    assert output_format(session, USUAL) == ULAW
