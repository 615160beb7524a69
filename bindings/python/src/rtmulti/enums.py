"""The numbers of rtmulti.h under Python names, one enum for each of its enums.

Nothing but numbers lives here. tests/test_abi.py compares every member with the header, so a member is named
as there, without the prefix.
"""

from __future__ import annotations

from ._named import Flags, Named, Open


class Result(Named):
    """What a call answered: 0 is success, positive an answer, negative an error (raised as RtmultiError).

    OK: it was done.
    DONE: poll: nothing is left.
    IGNORED: understood, and nothing had to change (a late report, a second interrupt).
    QUEUED: given from inside a callback; it runs after the effects at hand.
    STOPPED: it was done; a callback stopped the delivery, and the rest waits for the next call.
    NONE: queries: there is no such thing.
    ERROR_INVALID: an argument is out of its range.
    ERROR_BUSY: another call is running in this session.
    ERROR_CLOSED: the session was closed.
    ERROR_FORKED: the session belongs to the parent process.
    ERROR_UNSUPPORTED: this sink or this format cannot do that.
    ERROR_IN_CALLBACK: never possible from inside a callback.
    ERROR_LIMIT_AUDIO: more audio in one response than Config.max_response_ms.
    ERROR_LIMIT_QUEUE: more bytes waiting than Config.max_queued_bytes.
    ERROR_LIMIT_ITEMS: more unsettled items than Config.max_open_items.
    ERROR_LIMIT_TEXT: more text in one item than Config.max_text_bytes.
    ERROR_LIMIT_DEFERRED: more inputs from inside callbacks than can wait.
    ERROR_LIMIT_EVENT: an event longer than Config.max_event_bytes.
    ERROR_ABANDONED: a callback never returned; the session may only be destroyed.
    """

    OK = 0
    DONE = 1
    IGNORED = 2
    QUEUED = 3
    STOPPED = 4
    NONE = 5
    ERROR_INVALID = -1
    ERROR_BUSY = -2
    ERROR_CLOSED = -3
    ERROR_FORKED = -4
    ERROR_UNSUPPORTED = -5
    ERROR_IN_CALLBACK = -8
    ERROR_LIMIT_AUDIO = -10
    ERROR_LIMIT_QUEUE = -11
    ERROR_LIMIT_ITEMS = -12
    ERROR_LIMIT_TEXT = -13
    ERROR_LIMIT_DEFERRED = -14
    ERROR_LIMIT_EVENT = -15
    ERROR_ABANDONED = -100


class Codec(Named):
    """How the audio of a content part is encoded.

    PCM16: signed 16 bit, little-endian, interleaved; 8000 to 48000 Hz.
    ULAW: G.711 u-law, 8000 Hz, mono.
    ALAW: G.711 A-law, 8000 Hz, mono.
    OPUS: raw packets; one call of Session.audio is one packet.
    OGG_OPUS: an Ogg Opus stream, split at any byte.
    """

    PCM16 = 1
    ULAW = 2
    ALAW = 3
    OPUS = 4
    OGG_OPUS = 5


class Choice(Named):
    """Yes, no, or as the session with the server says (rule D14). False and True may be given for NO and YES.

    NO: no.
    YES: yes.
    AS_THE_SESSION_SAYS: as its turn detection has it, and Server.INTERRUPTS before it has said
        any (rule D14).
    """

    NO = 0
    YES = 1
    AS_THE_SESSION_SAYS = 2


class Server(Flags):
    """What a server does and can be told (docs/rules/RULES.md#F).

    TRUNCATES: it obeys conversation.item.truncate.
    DELETES: it obeys conversation.item.delete.
    SYNCS: its whole context can be replaced (the command Sync).
    INTERRUPTS: it cancels by itself when the listener speaks (server VAD), unless
        Config.interrupts says otherwise.
    OWNS_PLAYOUT: it plays by itself and truncates by itself (WebRTC, SIP, a sideband): what it
        says of its output buffer is the ear (rule F4).
    REWRITES: a text item may be deleted and created again shorter (rule F9).
    """

    TRUNCATES = 1 << 0
    DELETES = 1 << 1
    SYNCS = 1 << 2
    INTERRUPTS = 1 << 3
    OWNS_PLAYOUT = 1 << 4
    REWRITES = 1 << 5


class Delivery(Named):
    """How effects leave a session.

    BY_CALLBACK: the sink and the handlers are called from inside the host's calls.
    BY_POLLING: they wait for Session.poll.
    """

    BY_CALLBACK = 0
    BY_POLLING = 1


class Wire(Named):
    """In which JSON commands leave.

    GA: the OpenAI Realtime API as it is generally available.
    BETA: as it was before.
    """

    GA = 0
    BETA = 1


class SinkFlag(Flags):
    """What a sink can do; SinkFormat says it in words.

    GAPLESS: it takes several segments and plays them without a gap.
    CAN_PAUSE: it obeys pause and resume.
    CAN_CLEAR: it obeys clear; without it all that was written counts as heard.
    STARTS_AT_ONCE: it plays what it is given at once, so that positions are estimated before
        its first report (rule C8).
    FIXED_WRITES: each write is exactly frame_ms long, except the last one of a segment.
    """

    GAPLESS = 1 << 0
    CAN_PAUSE = 1 << 1
    CAN_CLEAR = 1 << 2
    STARTS_AT_ONCE = 1 << 3
    FIXED_WRITES = 1 << 4


class Driver(Named):
    """Who knows what was heard of a sink.

    REPORTED: the sink says what it has played.
    PACED: the sink says nothing, and the session's clock does.
    PULLED: a device takes its frames itself, from another thread.
    HOST: the host has the audio and plays by itself; it is told what it may play
        (Sink.may_play), and reports as REPORTED.
    """

    REPORTED = 0
    PACED = 1
    PULLED = 2
    HOST = 3


class Outcome(Open):
    """What became of a message.

    PENDING: it has not settled yet.
    FULL: all of it was heard.
    PARTIAL: some of it was heard.
    SKIPPED: nothing of it was heard.
    TEXT_ONLY: it was delivered as text.
    """

    PENDING = 0
    FULL = 1
    PARTIAL = 2
    SKIPPED = 3
    TEXT_ONLY = 4


class EventKind(Named):
    """The kinds of events; in Python each is a class of its own (events.py).

    SPEAKING_STARTED: SpeakingStarted.
    SPEAKING_STOPPED: SpeakingStopped.
    SETTLED: Settled.
    PLAYBACK_STARTED: PlaybackStarted.
    HEARD_TEXT: HeardText.
    MESSAGE: Message.
    FUNCTION_CALL: FunctionCall.
    """

    SPEAKING_STARTED = 1
    SPEAKING_STOPPED = 2
    SETTLED = 3
    PLAYBACK_STARTED = 4
    HEARD_TEXT = 5
    MESSAGE = 6
    FUNCTION_CALL = 7


class CommandKind(Named):
    """The kinds of commands; in Python each is a class of its own (events.py).

    CANCEL: Cancel.
    TRUNCATE: Truncate.
    DELETE: Delete.
    SYNC: Sync.
    CREATE: Create.
    CLEAR_OUTPUT: ClearOutput.
    """

    CANCEL = 1
    TRUNCATE = 2
    DELETE = 3
    SYNC = 4
    CREATE = 5
    CLEAR_OUTPUT = 6


class DiagnosticKind(Open):
    """What a diagnostic is about.

    LATE_AUDIO: audio for a message that is over; once per part (rule A4).
    UNKNOWN_ITEM: an item that was never announced; once when it is opened (rule A5).
    STALE_REPORT: a report that is late, repeated, backwards, unknown or too far (rule E1).
    CLEAR_TIMEOUT: the sink did not answer a clear in time (rule E2).
    COMMAND_REJECTED: the server refused a command (rule F5).
    MEMORY_DIFFERS: the server remembers something else than was heard (rules F1, F10).
    CORRUPT_PACKET: a packet or Ogg page is damaged or missing; it is made up for (rule H3).
    ODD_BYTE: half a sample or character at the end of a part (rule H5).
    LIMIT: an input was refused because of a limit.
    REFUSED_PAUSE: this sink cannot pause (rule E4).
    PROTOCOL: an event that makes no sense where it came.
    MISSING_DONE: a response was taken for ended, for its end never came; told once (rule A6).
    UNKNOWN_FORMAT: audio that is not played: its format, or its event, is unknown (rule C3).
    SILENT_SINK: a reporting sink was written to and has never reported; told once (rule E9).
    COMMAND_UNANSWERED: no answer to a command in command_patience_ms (rule F11).
    CALLBACK_FAILED: a callback failed; told once for each callback (rule E10).
    """

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
    MISSING_DONE = 12
    UNKNOWN_FORMAT = 13
    SILENT_SINK = 14
    COMMAND_UNANSWERED = 15
    CALLBACK_FAILED = 16


class EffectKind(Named):
    """The kinds of polled effects; in Python each is a class of its own (events.py).

    WRITE: Write.
    FLUSH: Flush.
    CLEAR: Clear.
    PAUSE: Pause.
    RESUME: Resume.
    TEXT_WRITE: TextWrite.
    EVENT: one of the events.
    COMMAND: one of the commands.
    DIAGNOSTIC: Diagnostic.
    HEARD_AUDIO: HeardAudio.
    """

    WRITE = 1
    FLUSH = 2
    CLEAR = 3
    PAUSE = 4
    RESUME = 5
    TEXT_WRITE = 6
    EVENT = 7
    COMMAND = 8
    DIAGNOSTIC = 9
    HEARD_AUDIO = 10


class ResponseFlag(Flags):
    """What is special about a response.

    NONE: nothing.
    UNINTERRUPTIBLE: a listener cannot interrupt it (rule A10).
    LOCAL: the host's own audio; the server is never told (rule A11).
    OUT_OF_BAND: conversation "none"; never truncated or deleted (rule A6).
    TEXT: its modality is text (rule B6).
    """

    NONE = 0
    UNINTERRUPTIBLE = 1 << 0
    LOCAL = 1 << 1
    OUT_OF_BAND = 1 << 2
    TEXT = 1 << 3


class Status(Open):
    """How the server's generation of a response stands or ended.

    IN_PROGRESS: it goes on.
    COMPLETED: all was generated.
    CANCELLED: somebody cancelled it.
    INCOMPLETE: it ended early (a limit of tokens, a filter).
    FAILED: it ended in an error.
    """

    IN_PROGRESS = 0
    COMPLETED = 1
    CANCELLED = 2
    INCOMPLETE = 3
    FAILED = 4


class ItemKind(Named):
    """What an output item is.

    MESSAGE: one that speaks or shows text.
    FUNCTION_CALL: a call of one of the host's functions.
    OTHER: anything else; it is left alone.
    """

    MESSAGE = 1
    FUNCTION_CALL = 2
    OTHER = 3


class PartKind(Named):
    """What a content part holds.

    AUDIO: audio, and its transcript.
    TEXT: text that is not spoken.
    """

    AUDIO = 1
    TEXT = 2


class BufferWord(Named):
    """What a server that plays by itself says of its output buffer (rule F4).

    STARTED: it plays the response; what it played before that was heard whole.
    STOPPED: it has played all of the response.
    CLEARED: it has dropped what was left of it.
    """

    STARTED = 1
    STOPPED = 2
    CLEARED = 3


class Interrupter(Named):
    """Who interrupts: it decides whether the server is told to cancel (rule D13).

    LISTENER: speech over ours; no Cancel when the server interrupts by itself.
    HOST: a stop button; Cancel whenever the response is still generating.
    """

    LISTENER = 1
    HOST = 2


#: For Config.write_ahead_ms: hand everything over as soon as it is there.
UNLIMITED = 0xFFFFFFFF
