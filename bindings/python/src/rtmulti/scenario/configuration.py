"""The `config` lines: every key of the page, its values and its default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ..enums import UNLIMITED, Codec, Server
from .reader import MAXIMUM_MS, Reader, choose, parse_number
from .words import GrammarError


class SinkKind(Enum):
    """Who plays; in the order of the page."""

    AUTO = "auto"
    MANUAL = "manual"
    PACED = "paced"
    PULLED = "pulled"


@dataclass
class Configuration:
    """The keys of the config lines, with the page's defaults."""

    rate_hz: int = 24_000
    codec: Codec = Codec.PCM16
    source_rate_hz: int = 24_000
    source_rate_line: int = 0
    sink: SinkKind = SinkKind.AUTO
    gapless: bool = False
    can_pause: bool = True
    can_clear: bool = True
    text_sink: bool = False
    estimate: bool = False
    write_ahead_ms: int = UNLIMITED
    latency_ms: int = 0
    server: Server = Server.TRUNCATES | Server.DELETES
    clear_timeout_ms: int = 500
    turn_patience_ms: int = 200
    handover_ms: int = 100


_RATES_HZ = (8000, 16000, 24000, 44100, 48000)
# Which of these there are depends on the codec, which may come later: file.py looks at the two together.
_SOURCE_RATES_HZ = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_CODECS = {"pcm16": Codec.PCM16, "ulaw": Codec.ULAW, "alaw": Codec.ALAW, "opus": Codec.OPUS}
_CAPABILITIES = {
    "truncate": Server.TRUNCATES,
    "delete": Server.DELETES,
    "sync": Server.SYNCS,
    "interrupts": Server.INTERRUPTS,
    "owns_playout": Server.OWNS_PLAYOUT,
    "rewrite": Server.REWRITES,
    "none": Server(0),
}


def _take_rate(reader: Reader, key: str, rates_hz: Sequence[int], rate_hz: int) -> int:
    choice = reader.key_choice(key, [str(rate) for rate in rates_hz])
    return rate_hz if choice is None else rates_hz[choice]


def _take_yes_or_no(reader: Reader, key: str, value: bool) -> bool:
    answer = reader.key_choice(key, ("no", "yes"))
    return value if answer is None else answer == 1


def _take_ms(reader: Reader, key: str, value: int) -> int:
    number = reader.key_number(key, MAXIMUM_MS)
    return value if number < 0 else number


def _take_write_ahead(reader: Reader, value: int) -> int:
    text = reader.key("write_ahead")
    if text is None:
        return value
    if text == "none":
        return UNLIMITED
    number = parse_number(text, MAXIMUM_MS)
    if number is None:
        raise GrammarError("write_ahead is a whole number of ms, or none")
    return number


def _take_server(reader: Reader, value: Server) -> Server:
    text = reader.key("server")
    if text is None:
        return value
    server = Server(0)
    names = tuple(_CAPABILITIES)
    for name in text.split(","):
        server |= _CAPABILITIES[names[choose("a capability of the server", name, names)]]
        if name == "none" and text != "none":
            raise GrammarError("server=none stands alone: it means that the server can do nothing")
    return server


def read_config(reader: Reader, config: Configuration, line: int) -> None:
    """The line behind `config`; the first word is taken already."""
    config.rate_hz = _take_rate(reader, "rate", _RATES_HZ, config.rate_hz)
    codec = reader.key_choice("codec", tuple(_CODECS))
    if codec is not None:
        config.codec = tuple(_CODECS.values())[codec]
    source_rate_hz = _take_rate(reader, "source_rate", _SOURCE_RATES_HZ, 0)
    if source_rate_hz:
        config.source_rate_hz, config.source_rate_line = source_rate_hz, line
    sink = reader.key_choice("sink", [kind.value for kind in SinkKind])
    if sink is not None:
        config.sink = tuple(SinkKind)[sink]
    config.gapless = _take_yes_or_no(reader, "gapless", config.gapless)
    config.can_pause = _take_yes_or_no(reader, "can_pause", config.can_pause)
    config.can_clear = _take_yes_or_no(reader, "can_clear", config.can_clear)
    config.text_sink = _take_yes_or_no(reader, "text_sink", config.text_sink)
    config.estimate = _take_yes_or_no(reader, "estimate", config.estimate)
    config.write_ahead_ms = _take_write_ahead(reader, config.write_ahead_ms)
    config.latency_ms = _take_ms(reader, "latency", config.latency_ms)
    config.server = _take_server(reader, config.server)
    config.clear_timeout_ms = _take_ms(reader, "clear_timeout", config.clear_timeout_ms)
    config.turn_patience_ms = _take_ms(reader, "turn_patience", config.turn_patience_ms)
    config.handover_ms = _take_ms(reader, "handover", config.handover_ms)
    reader.end()
