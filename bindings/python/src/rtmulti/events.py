"""What comes out of a session, as immutable values: events, commands, diagnostics, heard audio, polled effects.

Only the values live here; _effects.py makes them from the structs of the library. Ids and texts are never
None: what the library does not name is "".
"""

from __future__ import annotations

from ._record import record
from .enums import DiagnosticKind, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias


# --- events ---


@record
class SpeakingStarted:
    """The first frame of a response is heard; once per response (rule A8)."""

    response_id: str
    started_us: int


@record
class SpeakingStopped:
    """The last frame of a response was heard; once per response, before its Settled."""

    response_id: str
    stopped_us: int


@record
class Settled:
    """Every message of this response has its outcome (rule A9)."""

    response_id: str


@record
class PlaybackStarted:
    """The sink began to play a segment."""

    response_id: str
    item_id: str
    content_index: int
    segment: int


@record
class HeardText:
    """A piece of text that was just heard; `estimated` if its place in the text is (rule G2)."""

    response_id: str
    item_id: str
    content_index: int
    text: str
    estimated: bool


@record
class Message:
    """The record of a message: exactly one when it settles, skipped ones included.

    `heard_ms` and `received_ms` are sums over its audio parts; `text` is all that was heard of it, `generated_text`
    all that had come for it. `text_estimated` says that nobody knows to the word where the heard text ends (rule G2).
    `started_us` and `stopped_us` are None when nothing was heard. `phase` is what the server called the message
    ("commentary", "final_answer"), or "".
    """

    response_id: str
    item_id: str
    output_index: int
    outcome: Outcome
    text: str
    heard_ms: int
    received_ms: int
    interrupted: bool
    estimated: bool
    status: str
    reason: str
    started_us: int | None
    stopped_us: int | None
    phase: str
    generated_text: str
    text_estimated: bool


@record
class FunctionCall:
    """The arguments of a function call are complete (rule A7); `arguments` is the server's JSON text."""

    response_id: str
    item_id: str
    output_index: int
    call_id: str
    name: str
    arguments: str


# --- commands: what the server must be told; send `json` as it is ---


@record
class Cancel:
    """response.cancel."""

    event_id: str
    response_id: str
    json: str


@record
class Truncate:
    """conversation.item.truncate; `heard_text` is what the listener heard of the item."""

    event_id: str
    response_id: str
    item_id: str
    content_index: int
    audio_end_ms: int
    estimated: bool
    heard_text: str
    has_audio: bool
    has_text: bool
    json: str


@record
class Delete:
    """conversation.item.delete."""

    event_id: str
    response_id: str
    item_id: str
    has_audio: bool
    has_text: bool
    json: str


@record
class KeptItem:
    """An item in a Sync; `heard_text` is None for one that is kept whole."""

    item_id: str
    heard_text: str | None


@record
class Sync:
    """Replace the server's context: what it keeps and what it must forget."""

    event_id: str
    kept: tuple[KeptItem, ...]
    dropped: tuple[str, ...]
    json: str


@record
class Create:
    """conversation.item.create: an item again, with the text that was heard of it (rule F9)."""

    event_id: str
    response_id: str
    item_id: str
    heard_text: str
    estimated: bool
    json: str


# --- diagnostics and audio ---


@record
class Diagnostic:
    """Something worth a line in a log; `result` is 0 unless an input or a limit caused it."""

    kind: DiagnosticKind
    message: str
    response_id: str
    item_id: str
    segment: int
    result: int


@record
class HeardAudio:
    """PCM (signed 16 bit, interleaved) that has been heard, gapless over the life of a segment."""

    segment: int
    item_id: str
    pcm: bytes
    sample_rate_hz: int
    channels: int


# --- effects for the sink, as Session.poll hands them out ---


@record
class Write:
    """`pcm` of a segment; all of it counts as taken unless Session.poll_accept says less."""

    segment: int
    pcm: bytes
    frames: int


@record
class Flush:
    """No more frames will come for this segment."""

    segment: int


@record
class Clear:
    """Drop everything unheard; `segment` is the audible one."""

    segment: int


@record
class Pause:
    """Stop playing without losing anything."""


@record
class Resume:
    """Go on playing."""


@record
class TextWrite:
    """Show the text of a message without audio, then say Session.text_delivered."""

    item_id: str
    text: str


# --- answers of queries ---


@record
class Position:
    """How much of an audio part was received (R) and heard (P), in frames of the source and in ms."""

    source_rate_hz: int
    received_frames: int
    heard_frames: int
    received_ms: int
    heard_ms: int
    estimated: bool
    done: bool


@record
class Stats:
    """What a session has done so far. Counts never go back, times are in us; see rtmulti_stats in rtmulti.h."""

    #: Responses of which something was heard.
    responses_heard: int
    #: From the creation of the newest of them to its first frame heard, None before there is one; and all added up.
    first_frame_us: int | None
    first_frame_total_us: int
    #: Times that a message followed another of its response after silence, the newest one, and all added up.
    gaps: int
    gap_us: int | None
    gap_total_us: int
    #: Times that a message was heard to the end of what had come, and how long the listener waited in them.
    underruns: int
    underrun_total_us: int
    #: Opus packets; never decoded are those that were dropped unheard (rule H6).
    packets_received: int
    packets_decoded: int
    packets_concealed: int
    packets_never_decoded: int
    commands_sent: int
    #: Benign refusals are not counted (rule F5).
    commands_refused: int
    #: What waits now: audio as it arrived, audio for the sink, audio in the sink, effects and inputs.
    queued_bytes: int
    queued_ms: int
    written_ahead_ms: int
    waiting_effects: int
    waiting_inputs: int
    #: Numbers missing in the sequences of Session.packet, and how many of them the packet after them brought back.
    packets_lost: int
    packets_rebuilt: int
    #: Packets dropped because their time was over, and because they had come before (rule H2).
    packets_late: int
    packets_duplicate: int
    #: What was handed to the sink that concealment has made up, and that was silence in place of packets.
    concealed_ms: int
    silence_ms: int


@record
class Segment:
    """Whose frames a segment holds."""

    response_id: str
    item_id: str
    content_index: int


if TYPE_CHECKING:
    Event: TypeAlias = (
        SpeakingStarted | SpeakingStopped | Settled | PlaybackStarted | HeardText | Message | FunctionCall
    )
    Command: TypeAlias = Cancel | Truncate | Delete | Sync | Create
    SinkEffect: TypeAlias = Write | Flush | Clear | Pause | Resume | TextWrite
    Effect: TypeAlias = SinkEffect | Event | Command | Diagnostic | HeardAudio
else:
    # The same as tuples, for isinstance.
    Event = (SpeakingStarted, SpeakingStopped, Settled, PlaybackStarted, HeardText, Message, FunctionCall)
    Command = (Cancel, Truncate, Delete, Sync, Create)
    SinkEffect = (Write, Flush, Clear, Pause, Resume, TextWrite)
    Effect = (*SinkEffect, *Event, *Command, Diagnostic, HeardAudio)
