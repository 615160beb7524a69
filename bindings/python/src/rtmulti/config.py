"""What a host chooses: the configuration of a session, the format of arriving audio, the nature of a sink.

The defaults are those of rtmulti.h, and tests/test_abi.py compares them. Nothing is converted for C here. Printed is
only what was chosen: Config(estimate=False).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from .enums import Choice, Codec, Delivery, Driver, Server, SinkFlag, Wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Choices:
    """Shows what differs from the defaults, so that the signature of whoever takes Config() stays short."""

    __slots__ = ()

    def __repr__(self: Any) -> str:
        values = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        chosen = ", ".join(f"{name}={value!r}" for name, value, default in values if value != default)
        return f"{type(self).__name__}({chosen})"


@dataclass(frozen=True, slots=True, repr=False)
class Config(_Choices):
    """How a session behaves. Every field has a default; dataclasses.replace changes some of them.

    delivery: effects come by callback, or wait for Session.poll.
    wire: in which JSON commands leave.
    server: what the server does and can be told.
    interrupts: whether the server cancels by itself when the listener speaks (rules D13, D14);
        AS_THE_SESSION_SAYS means what Server.INTERRUPTS says until the session has said it.
    interrupt_on_speech: whether the server's input_audio_buffer.speech_started interrupts
        (Session.receive only); AS_THE_SESSION_SAYS means what Server.INTERRUPTS says until the
        session has said it.
    estimate: between reports of the sink the position is estimated, and flagged so.
    heard_audio: on_heard_audio receives the PCM that was heard.
    write_ahead_ms: how far writing runs ahead of the heard position, in ms: 1 or more, or
        UNLIMITED.
    handover_ms: how early a gapless sink gets the next message, in ms (rule A2).
    step_back_ms: how far a resume may step back to the start of a word, at most 10000 ms.
    clear_timeout_ms: how long a sink may take to answer a clear, in ms (rule E2).
    turn_patience_ms: how long a silent message holds up a ready one, in ms (rule A3).
    response_patience_ms: how long a response that has run dry in a part holds up a ready one,
        and how long its end is waited for once a later one has audio, in ms (rule A6).
    command_patience_ms: how long the server may take to answer a CANCEL, TRUNCATE or DELETE
        before the diagnostic COMMAND_UNANSWERED says so, in ms; 0 is for ever (rule F11).
    max_response_ms: how much audio one response may have, in ms.
    max_open_items: how many items may be unsettled at a time.
    max_text_bytes: how much text one item may have, in bytes.
    max_event_bytes: how long one event for Session.receive may be, in bytes.
    max_queued_bytes: how much audio may wait to be heard, in bytes as they arrived.
    """

    delivery: Delivery = Delivery.BY_CALLBACK
    wire: Wire = Wire.GA
    server: Server = Server.TRUNCATES | Server.DELETES
    interrupts: Choice | bool = Choice.AS_THE_SESSION_SAYS
    interrupt_on_speech: Choice | bool = Choice.AS_THE_SESSION_SAYS
    estimate: bool = True
    heard_audio: bool = False
    write_ahead_ms: int = 200
    handover_ms: int = 100
    step_back_ms: int = 0
    clear_timeout_ms: int = 500
    turn_patience_ms: int = 200
    response_patience_ms: int = 2_000
    command_patience_ms: int = 10_000
    max_response_ms: int = 3_600_000
    max_open_items: int = 1024
    max_text_bytes: int = 1_048_576
    max_event_bytes: int = 16_777_216
    max_queued_bytes: int = 67_108_864


@dataclass(frozen=True, slots=True, repr=False)
class Format(_Choices):
    """How the audio of a content part arrives; the default is what OpenAI sends when nothing is said.

    codec: how it is encoded.
    sample_rate_hz: the rate of PCM16, 8000 to 48000 Hz; G.711 is always 8000 Hz, Opus counts at
        48000 Hz.
    channels: 1 or 2.
    """

    codec: Codec = Codec.PCM16
    sample_rate_hz: int = 24_000
    channels: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class SinkFormat(_Choices):
    """What a sink wants and can: the audio that it takes (signed 16 bit, or G.711), and what it obeys.

    sample_rate_hz: 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100 or 48000 Hz.
    channels: 1 or 2.
    gapless: it takes several segments and plays them without a gap (rule A2).
    can_pause: it obeys pause and resume (rule E4).
    can_clear: it obeys clear; without it all that was written counts as heard (rule C6).
    starts_at_once: it plays what it is given at once, so that positions are estimated before
        its first report (rule C8).
    takes_text: it shows the text of messages that have no audio (rule B6).
    output_latency_ms: how far the ear lags what it reports, at most 5000 ms (rule C6).
    driver: who knows what was heard: the sink reports, or says nothing (PACED), or takes its
        frames itself (PULLED), or plays by itself what the session only counts (HOST).
    frame_ms: PACED, fixed_writes: how long a write is, 10 to 60 ms.
    lead_ms: PACED: how far writing runs ahead of the clock, frame_ms to 5000 ms.
    prebuffer_ms: PACED: how much is there before a start from silence, at most 2000 ms.
    max_prebuffer_ms: PACED: how far prebuffer_ms may grow by itself, in ms.
    pad_last_frame: PACED, fixed_writes: silence fills the last write of a segment up to
        frame_ms.
    fade_us: PULLED: how long the last sample of a cut decays, at most 20000 us; 0 is a hard
        cut.
    fixed_writes: REPORTED: each write is exactly frame_ms long, except the last one of a
        segment.
    codec: PCM16; or ULAW or ALAW at 8000 Hz and one channel, for a sink that is written to: it
        gets the codes of G.711.
    """

    sample_rate_hz: int = 24_000
    channels: int = 1
    gapless: bool = False
    can_pause: bool = True
    can_clear: bool = True
    starts_at_once: bool = False
    takes_text: bool = False
    output_latency_ms: int = 0
    driver: Driver = Driver.REPORTED
    frame_ms: int = 20
    lead_ms: int = 100
    prebuffer_ms: int = 0
    max_prebuffer_ms: int = 200
    pad_last_frame: bool = False
    fade_us: int = 3000
    codec: Codec = Codec.PCM16
    fixed_writes: bool = False

    @property
    def flags(self) -> SinkFlag:
        """The abilities as the bits of rtmulti.h."""
        flags = SinkFlag(0)
        if self.gapless:
            flags |= SinkFlag.GAPLESS
        if self.can_pause:
            flags |= SinkFlag.CAN_PAUSE
        if self.can_clear:
            flags |= SinkFlag.CAN_CLEAR
        if self.starts_at_once:
            flags |= SinkFlag.STARTS_AT_ONCE
        if self.fixed_writes:
            flags |= SinkFlag.FIXED_WRITES
        return flags

    @property
    def bytes_per_frame(self) -> int:
        """Bytes of one frame: two for each channel; of G.711 one."""
        return 2 * self.channels if self.codec is Codec.PCM16 else 1
