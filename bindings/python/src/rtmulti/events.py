"""What comes out of a session, as immutable values: events, commands, diagnostics, heard audio, polled effects.

Only the values live here; _effects.py makes them from the structs of the library. Ids and texts are never
None: what the library does not name is "". Times are us on the clock of Session.advance.
"""

from __future__ import annotations

from dataclasses import dataclass

from .enums import DiagnosticKind, Outcome, Status

# --- events ---


@dataclass(frozen=True, slots=True)
class SpeakingStarted:
    """The first frame of a response is heard; once per response (rule A8).

    response_id: the response.
    started_us: when that was, in us.
    """

    response_id: str
    started_us: int


@dataclass(frozen=True, slots=True)
class SpeakingStopped:
    """The last frame of a response was heard; once per response, before its Settled.

    response_id: the response.
    stopped_us: when that was, in us.
    """

    response_id: str
    stopped_us: int


@dataclass(frozen=True, slots=True)
class Settled:
    """Every message of a response has its outcome, and the commands that follow from that are out (rule A9).

    response_id: the response.
    interrupted: it was cut: by an interrupt, by close, or by the server.
    at_us: when it was cut, else when it settled, in us.
    """

    response_id: str
    interrupted: bool
    at_us: int


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """The sink began to play a segment.

    response_id: the response that it belongs to.
    item_id: the message that it belongs to.
    content_index: the audio part whose frames it holds.
    segment: its id, as the sink knows it.
    """

    response_id: str
    item_id: str
    content_index: int
    segment: int


@dataclass(frozen=True, slots=True)
class HeardText:
    """A piece of text that was just heard (rule G1).

    response_id: the response that it belongs to.
    item_id: the message that it belongs to.
    content_index: the part that it belongs to.
    text: the new piece.
    estimated: its place in the text is an estimate (rule G2).
    """

    response_id: str
    item_id: str
    content_index: int
    text: str
    estimated: bool


@dataclass(frozen=True, slots=True)
class Message:
    """The record of a message: exactly one when it settles, skipped ones included.

    response_id: the response that it belongs to.
    item_id: the message.
    output_index: its place in the response.
    outcome: what became of it.
    heard_text: all that was heard of it.
    heard_ms: how much of it was heard, in ms: the sum over its audio parts.
    received_ms: how much audio had come for it, in ms: the sum over its audio parts.
    interrupted: an interrupt or a close ended it, or its sink said so.
    estimated: heard_ms rests on an estimate.
    status: how the server's generation of its response stands or ended.
    reason: the server's reason for that status, or "".
    started_us: when its first frame was heard, in us; None when nothing was.
    stopped_us: when its last one was, in us; None when nothing was.
    phase: what the server called the message ("commentary", "final_answer"), or "".
    generated_text: all text that had come for it, heard or not (rule G5).
    text_estimated: nobody knows to the word where the heard text ends (rule G2).
    of_lost_session: its connection was lost before it settled. A new session that was seeded
        meanwhile has all of it or none: write it anew there with `heard_text`, or delete it
        where nothing was heard (rule F8).
    """

    response_id: str
    item_id: str
    output_index: int
    outcome: Outcome
    heard_text: str
    heard_ms: int
    received_ms: int
    interrupted: bool
    estimated: bool
    status: Status
    reason: str
    started_us: int | None
    stopped_us: int | None
    phase: str
    generated_text: str
    text_estimated: bool
    of_lost_session: bool = False


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """The arguments of a function call are complete (rule A7).

    response_id: the response that it belongs to.
    item_id: the item of the call.
    output_index: its place in the response.
    call_id: the id that its result must bear.
    name: the function.
    arguments: the server's JSON text.
    """

    response_id: str
    item_id: str
    output_index: int
    call_id: str
    name: str
    arguments: str


# --- commands: what the server must be told; send `json` as it is ---


@dataclass(frozen=True, slots=True)
class Cancel:
    """response.cancel.

    event_id: unique in this session; a rejection names it (rule F5).
    response_id: the response that is to stop.
    json: the command, ready to send.
    """

    event_id: str
    response_id: str
    json: str


@dataclass(frozen=True, slots=True)
class Truncate:
    """conversation.item.truncate.

    event_id: unique in this session; a rejection names it (rule F5).
    response_id: the response that the item belongs to.
    item_id: the message that was cut.
    content_index: the audio part that was cut.
    audio_end_ms: how much of that part was heard, in ms.
    estimated: audio_end_ms rests on an estimate.
    has_audio: the server announced the item with audio.
    has_text: the server announced the item with text.
    json: the command, ready to send.
    """

    event_id: str
    response_id: str
    item_id: str
    content_index: int
    audio_end_ms: int
    estimated: bool
    has_audio: bool
    has_text: bool
    json: str


@dataclass(frozen=True, slots=True)
class Delete:
    """conversation.item.delete.

    event_id: unique in this session; a rejection names it (rule F5).
    response_id: the response that the item belongs to.
    item_id: the message of which nothing was heard.
    has_audio: the server announced the item with audio.
    has_text: the server announced the item with text.
    json: the command, ready to send.
    """

    event_id: str
    response_id: str
    item_id: str
    has_audio: bool
    has_text: bool
    json: str


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item in a Sync.

    item_id: the item.
    heard_text: what was heard of it; None for one that is kept whole.
    """

    item_id: str
    heard_text: str | None


@dataclass(frozen=True, slots=True)
class Sync:
    """Replace the server's context (no event of OpenAI does this).

    event_id: unique in this session; a rejection names it (rule F5).
    kept: what the server keeps, in order.
    dropped: the ids of what it must forget.
    json: the command as an event of type "rtmulti.sync".
    """

    event_id: str
    kept: tuple[KeptItem, ...]
    dropped: tuple[str, ...]
    json: str


@dataclass(frozen=True, slots=True)
class Create:
    """conversation.item.create: an item again, with the text that was heard of it (rule F9).

    event_id: unique in this session; a rejection names it (rule F5).
    response_id: the response that the item belonged to.
    item_id: the item.
    heard_text: what it holds from now on.
    estimated: where the heard text ends is an estimate.
    has_audio: the server announced the item with audio.
    has_text: the server announced the item with text.
    json: the command, ready to send.
    """

    event_id: str
    response_id: str
    item_id: str
    heard_text: str
    estimated: bool
    has_audio: bool
    has_text: bool
    json: str


@dataclass(frozen=True, slots=True)
class ClearOutput:
    """output_audio_buffer.clear: a server that plays by itself drops what it has not played (rule F4).

    event_id: unique in this session; a rejection names it (rule F5).
    response_id: the response that it is about; the event names none, for all of the buffer
        goes.
    json: the command, ready to send.
    """

    event_id: str
    response_id: str
    json: str


# --- diagnostics and audio ---


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something worth a line in a log.

    kind: what it is about.
    message: one English sentence.
    response_id: the response that it is about, or "".
    item_id: the item that it is about, or "".
    segment: the segment that it is about, or 0.
    result: the error, where an input from inside a callback or a limit caused it, else 0.
    """

    kind: DiagnosticKind
    message: str
    response_id: str
    item_id: str
    segment: int
    result: int


@dataclass(frozen=True, slots=True)
class HeardAudio:
    """Audio that has been heard, gapless over the life of a segment.

    segment: the segment that it belongs to.
    item_id: the message that it belongs to.
    pcm: signed 16 bit, interleaved.
    sample_rate_hz: the sink's rate, in Hz.
    channels: the sink's channels.
    """

    segment: int
    item_id: str
    pcm: bytes
    sample_rate_hz: int
    channels: int


# --- effects for the sink, as Session.poll hands them out ---


@dataclass(frozen=True, slots=True)
class Write:
    """Audio for the sink; all of it counts as taken unless Session.poll_accept says less.

    segment: the segment that it belongs to.
    pcm: signed 16 bit, interleaved, at the sink's rate; of a G.711 sink its codes, a byte each;
        empty for a HOST sink, which may play so many frames more.
    frames: how many frames it has.
    """

    segment: int
    pcm: bytes
    frames: int


@dataclass(frozen=True, slots=True)
class Flush:
    """No more frames will come for a segment.

    segment: the segment.
    """

    segment: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Drop everything unheard.

    segment: the audible one.
    """

    segment: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop playing without losing anything."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on playing."""


@dataclass(frozen=True, slots=True)
class TextWrite:
    """Show the text of a message without audio, then say Session.text_delivered.

    item_id: the message.
    text: all of its text.
    """

    item_id: str
    text: str


Event = SpeakingStarted | SpeakingStopped | Settled | PlaybackStarted | HeardText | Message | FunctionCall
Command = Cancel | Truncate | Delete | Sync | Create | ClearOutput
SinkEffect = Write | Flush | Clear | Pause | Resume | TextWrite
Effect = SinkEffect | Event | Command | Diagnostic | HeardAudio
