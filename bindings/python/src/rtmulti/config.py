"""What a host chooses: the configuration of a session, the format of arriving audio, the nature of a sink.

The defaults are those of rtmulti.h, and tests/test_abi.py compares them. Nothing is converted for C here.
"""

from __future__ import annotations

from ._record import record
from .enums import Codec, Delivery, Driver, Server, SinkFlag, Wire


@record
class Config:
    """How a session behaves; see rtmulti_config in rtmulti.h. Every field has a default."""

    delivery: Delivery = Delivery.BY_CALLBACK
    server: Server = Server.TRUNCATES | Server.DELETES
    #: Between reports of the sink the position is estimated, and flagged so.
    estimate: bool = True
    #: How far writing runs ahead of the heard position, 1 or more, or UNLIMITED.
    write_ahead_ms: int = 200
    clear_timeout_ms: int = 500
    turn_patience_ms: int = 200
    handover_ms: int = 100
    #: on_heard receives the PCM that was heard.
    heard_audio: bool = False
    max_response_ms: int = 3_600_000
    max_open_items: int = 1024
    max_text_bytes: int = 1_048_576
    max_queued_bytes: int = 67_108_864
    wire: Wire = Wire.GA
    #: The server's input_audio_buffer.speech_started interrupts (Session.receive only).
    interrupt_on_speech: bool = False
    max_event_bytes: int = 16_777_216
    step_back_ms: int = 0


@record
class Format:
    """How the audio of a content part arrives; the default is what OpenAI sends when nothing is said."""

    codec: Codec = Codec.PCM16
    sample_rate_hz: int = 24_000
    channels: int = 1


@record
class SinkFormat:
    """What a sink wants and can: the PCM that it takes (signed 16 bit), and what it obeys."""

    sample_rate_hz: int = 24_000
    channels: int = 1
    #: It takes several segments and plays them without a gap (rule A2).
    gapless: bool = False
    can_pause: bool = True
    can_clear: bool = True
    #: It shows the text of messages that have no audio (rule B6).
    takes_text: bool = False
    #: How far the ear lags what it reports (rule C6), at most 5000.
    output_latency_ms: int = 0
    #: Who knows what was heard: the sink reports, or says nothing (PACED), or takes its frames itself (PULLED).
    driver: Driver = Driver.REPORTED
    #: PACED: the length of a write, 10 to 60, and how far writing runs ahead of the clock, frame_ms to 5000.
    frame_ms: int = 20
    lead_ms: int = 100
    #: PACED: how much is there before a start from silence, at most 2000, and how far that may grow by itself.
    prebuffer_ms: int = 0
    max_prebuffer_ms: int = 200
    #: PACED: silence fills the last write of a segment up to frame_ms.
    pad_last_frame: bool = False
    #: PULLED: how long the last sample of a cut decays, at most 20000; 0 is a hard cut.
    fade_us: int = 3000

    @property
    def flags(self) -> SinkFlag:
        """The three abilities as the bits of rtmulti.h."""
        flags = SinkFlag(0)
        if self.gapless:
            flags |= SinkFlag.GAPLESS
        if self.can_pause:
            flags |= SinkFlag.CAN_PAUSE
        if self.can_clear:
            flags |= SinkFlag.CAN_CLEAR
        return flags

    @property
    def bytes_per_frame(self) -> int:
        """Bytes of one frame: two for each channel."""
        return 2 * self.channels
