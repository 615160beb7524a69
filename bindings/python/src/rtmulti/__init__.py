"""rtmulti: plays the messages of a realtime speech model one after another, and knows what was heard of each.

`Session` is the library as it is; `Player` is its asyncio face. Every name is loaded when it is first used, so that
importing this package costs nothing that is not used. See rtmulti.h for what everything means. The rules that the
docstrings cite ("rule A4") come with the package: `python -m rtmulti rules A4` prints one, RULES.md has all.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._interruption import Interruption
    from ._library import version
    from .answers import Position, Segment, Stats
    from .config import Config, Format, SinkFormat
    from .device import Device
    from .enums import (
        UNLIMITED,
        BufferWord,
        Choice,
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
        ClearOutput,
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
        Resume,
        Settled,
        SpeakingStarted,
        SpeakingStopped,
        Sync,
        TextWrite,
        Truncate,
        Write,
    )
    from .openai_sdk import openai_send
    from .player import Player
    from .playout import Playback, Sink
    from .queue_sink import Block, QueueSink
    from .session import Session, mark_name
    from .sinks import CallbackSink, ClockedSink, WavSink
    from .totals import TotalPosition

if TYPE_CHECKING:
    from . import browser as browser
    from . import telephony as telephony
    from .integrations import livekit as livekit
    from .integrations import openai_agents as openai_agents
    from .integrations import pipecat as pipecat

__version__ = "0.1.0"

#: Which module each public name comes from.
_HOMES = {
    "answers": "Position Segment Stats",
    "_library": "version",
    "config": "Config Format SinkFormat",
    "device": "Device",
    "enums": (
        "UNLIMITED BufferWord Choice Codec Delivery DiagnosticKind Driver Interrupter ItemKind Outcome PartKind "
        "ResponseFlag Result Server Status Wire"
    ),
    "errors": "LibraryError RtmultiError",
    "events": (
        "Cancel Clear ClearOutput Command Create Delete Diagnostic Effect Event Flush FunctionCall HeardAudio "
        "HeardText KeptItem Message Pause PlaybackStarted Resume Settled SpeakingStarted "
        "SpeakingStopped Sync TextWrite Truncate Write"
    ),
    "openai_sdk": "openai_send",
    "_interruption": "Interruption",
    "player": "Player",
    "playout": "Playback Sink",
    "queue_sink": "Block QueueSink",
    "session": "Session mark_name",
    "sinks": "CallbackSink ClockedSink WavSink",
    "totals": "TotalPosition",
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names.split()}
#: Packages of their own, each of which needs its framework: rtmulti.livekit is rtmulti.integrations.livekit.
_INTEGRATIONS = ("livekit", "openai_agents", "pipecat")
#: Rooms of their own that need nothing else, and that nobody loads who does not ask for them.
_ROOMS = ("browser", "telephony")

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        from importlib import import_module

        module = _MODULES.get(name)
        value: object
        if name in _INTEGRATIONS:
            value = import_module(f"rtmulti.integrations.{name}")
        elif name in _ROOMS:
            value = import_module(f"rtmulti.{name}")
        elif module is not None:
            value = getattr(import_module(f"rtmulti.{module}"), name)
        else:
            raise AttributeError(f"module 'rtmulti' has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *_INTEGRATIONS, *_ROOMS})


__all__ = [
    "UNLIMITED",
    "Block",
    "BufferWord",
    "CallbackSink",
    "Cancel",
    "Choice",
    "Clear",
    "ClearOutput",
    "ClockedSink",
    "Codec",
    "Command",
    "Config",
    "Create",
    "Delete",
    "Delivery",
    "Device",
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
    "Interruption",
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
    "TotalPosition",
    "Truncate",
    "WavSink",
    "Wire",
    "Write",
    "mark_name",
    "openai_send",
    "version",
]
