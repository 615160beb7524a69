"""The numbers of rtmulti.h under Python names, one enum for each of its enums.

Nothing but numbers lives here. tests/test_abi.py compares every member with the header, so a member is named
as there, without the prefix.
"""

from ._number import Flags, Number


class Result(Number):
    """What a call answered: 0 is success, positive an answer, negative an error (raised as RtmultiError)."""

    OK = 0
    #: Poll: nothing is left. Queries: there is no such thing.
    DONE = 1
    #: Understood, and nothing had to change (a late report, a second interrupt).
    IGNORED = 2
    #: Given from inside a callback: it runs after the effects at hand.
    QUEUED = 3
    ERROR_INVALID = -1
    ERROR_BUSY = -2
    ERROR_CLOSED = -3
    ERROR_FORKED = -4
    ERROR_UNSUPPORTED = -5
    ERROR_NO_MEMORY = -6
    ERROR_LIMIT_AUDIO = -10
    ERROR_LIMIT_QUEUE = -11
    ERROR_LIMIT_ITEMS = -12
    ERROR_LIMIT_TEXT = -13
    ERROR_LIMIT_DEFERRED = -14
    ERROR_LIMIT_EVENT = -15


class Codec(Number):
    """How the audio of a content part is encoded."""

    #: Signed 16 bit, little-endian, interleaved; 8000 to 48000 Hz.
    PCM16 = 1
    #: G.711 u-law, 8000 Hz, mono.
    ULAW = 2
    #: G.711 A-law, 8000 Hz, mono.
    ALAW = 3
    #: Raw packets: one call of Session.audio is one packet.
    OPUS = 4
    #: An Ogg Opus stream, split at any byte.
    OGG_OPUS = 5


class Server(Flags):
    """What the server can be told (docs/rules/RULES.md#F)."""

    TRUNCATES = 1 << 0
    DELETES = 1 << 1
    SYNCS = 1 << 2
    #: It cancels by itself when the listener speaks (server VAD).
    INTERRUPTS = 1 << 3
    #: It plays by itself and truncates by itself (WebRTC, SIP).
    OWNS_PLAYOUT = 1 << 4
    REWRITES = 1 << 5


class Delivery(Number):
    """How effects leave a session."""

    BY_CALLBACK = 0
    BY_POLLING = 1


class Wire(Number):
    """In which JSON commands leave."""

    GA = 0
    BETA = 1


class SinkFlag(Flags):
    """What a sink can do; SinkFormat says it in words."""

    GAPLESS = 1 << 0
    CAN_PAUSE = 1 << 1
    CAN_CLEAR = 1 << 2


class Driver(Number):
    """Who knows what was heard of a sink; rtmulti.h says how each of them learns it."""

    REPORTED = 0
    PACED = 1
    PULLED = 2


class Outcome(Number):
    """What became of a message."""

    PENDING = 0
    FULL = 1
    PARTIAL = 2
    SKIPPED = 3
    TEXT_ONLY = 4


class EventKind(Number):
    """The kinds of events; in Python each is a class of its own (events.py)."""

    SPEAKING_STARTED = 1
    SPEAKING_STOPPED = 2
    SETTLED = 3
    PLAYBACK_STARTED = 4
    HEARD_TEXT = 5
    MESSAGE = 6
    FUNCTION_CALL = 7


class CommandKind(Number):
    """The kinds of commands; in Python each is a class of its own (events.py)."""

    CANCEL = 1
    TRUNCATE = 2
    DELETE = 3
    SYNC = 4
    CREATE = 5


class DiagnosticKind(Number):
    """What a diagnostic is about."""

    LATE_AUDIO = 1
    UNKNOWN_ITEM = 2
    STALE_REPORT = 3
    CLEAR_TIMEOUT = 4
    COMMAND_REJECTED = 5
    MEMORY_DIFFERS = 6
    CORRUPT_PACKET = 7
    ODD_BYTE = 8
    LIMIT = 9
    REFUSED_PAUSE = 10
    PROTOCOL = 11


class EffectKind(Number):
    """The kinds of polled effects; in Python each is a class of its own (events.py)."""

    WRITE = 1
    FLUSH = 2
    CLEAR = 3
    PAUSE = 4
    RESUME = 5
    TEXT_WRITE = 6
    EVENT = 7
    COMMAND = 8
    DIAGNOSTIC = 9
    HEARD = 10


class ResponseFlag(Flags):
    """What is special about a response."""

    NONE = 0
    #: A listener cannot interrupt it (rule A10).
    UNINTERRUPTIBLE = 1 << 0
    #: The host's own audio: the server is never told (rule A11).
    LOCAL = 1 << 1
    #: Conversation "none": never truncated or deleted (rule A6).
    OUT_OF_BAND = 1 << 2
    #: Its modality is text (rule B6).
    TEXT = 1 << 3


class Status(Number):
    """How the server's generation of a response stands or ended."""

    IN_PROGRESS = 0
    COMPLETED = 1
    CANCELLED = 2
    INCOMPLETE = 3
    FAILED = 4


class ItemKind(Number):
    """What an output item is."""

    MESSAGE = 1
    FUNCTION_CALL = 2
    OTHER = 3


class PartKind(Number):
    """What a content part holds."""

    AUDIO = 1
    TEXT = 2


class Interrupter(Number):
    """Who interrupts: it decides whether the server is told to cancel (rule D13)."""

    #: Speech over ours; no CANCEL when the server interrupts by itself.
    LISTENER = 1
    #: A stop button: CANCEL whenever the response is still generating.
    HOST = 2


#: For Config.write_ahead_ms: hand everything over as soon as it is there.
UNLIMITED = 0xFFFFFFFF
