"""rtmulti: plays the messages of a realtime speech model one after another, and knows what was heard of each.

`Session` is the library as it is; `Player` is its asyncio face. Player and the ready sinks are loaded when they
are first named, so that importing this package costs no asyncio. See rtmulti.h for what everything means.
"""

from __future__ import annotations

from ._library import version
from .config import Config, Format, SinkFormat
from .enums import (
    UNLIMITED,
    Codec,
    Delivery,
    DiagnosticKind,
    Driver,
    Interrupter,
    ItemKind,
    Outcome,
    PartKind,
    ResponseFlag,
    Result,
    Server,
    Status,
    Wire,
)
from .errors import LibraryError, RtmultiError
from .events import (
    Cancel,
    Clear,
    Command,
    Create,
    Delete,
    Diagnostic,
    Effect,
    Event,
    Flush,
    FunctionCall,
    HeardAudio,
    HeardText,
    KeptItem,
    Message,
    Pause,
    PlaybackStarted,
    Position,
    Resume,
    Segment,
    Settled,
    SpeakingStarted,
    SpeakingStopped,
    Stats,
    Sync,
    TextWrite,
    Truncate,
    Write,
)
from .playout import Playback, Sink
from .session import Session, mark_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .player import Player
    from .queue_sink import Block, QueueSink
    from .sinks import CallbackSink, ClockedSink, WavSink

__version__ = "0.1.0"

_LAZY = {
    "Player": "player",
    "Block": "queue_sink",
    "CallbackSink": "sinks",
    "ClockedSink": "sinks",
    "QueueSink": "queue_sink",
    "WavSink": "sinks",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'rtmulti' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"rtmulti.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "UNLIMITED",
    "Block",
    "CallbackSink",
    "Cancel",
    "Clear",
    "ClockedSink",
    "Codec",
    "Command",
    "Config",
    "Create",
    "Delete",
    "Delivery",
    "Diagnostic",
    "DiagnosticKind",
    "Driver",
    "Effect",
    "Event",
    "Flush",
    "Format",
    "FunctionCall",
    "HeardAudio",
    "HeardText",
    "Interrupter",
    "ItemKind",
    "KeptItem",
    "LibraryError",
    "Message",
    "Outcome",
    "PartKind",
    "Pause",
    "Playback",
    "PlaybackStarted",
    "Player",
    "Position",
    "QueueSink",
    "ResponseFlag",
    "Result",
    "Resume",
    "RtmultiError",
    "Segment",
    "Server",
    "Session",
    "Settled",
    "Sink",
    "SinkFormat",
    "SpeakingStarted",
    "SpeakingStopped",
    "Stats",
    "Status",
    "Sync",
    "TextWrite",
    "Truncate",
    "WavSink",
    "Wire",
    "Write",
    "mark_name",
    "version",
]
