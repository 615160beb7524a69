"""MediaStream: one media stream of a telephone call as a sink. What a company's messages say stands in dialects.py,
what of the audio was heard in account.py, how messages leave in ../_outbox.py."""

from __future__ import annotations

import contextlib
import time
from functools import partial

from .._complaints import Complaints, Unreadable
from .._hooks import refuse_coroutine
from .._outbox import Outbox
from ..config import SinkFormat
from ..enums import DiagnosticKind
from ..errors import RtmultiError
from ..playout import Sink
from .account import FIRST_MS, Account, Clear, Heard, Mark
from .dialects import TWILIO, Dialect
from .facts import Cleared, Digit, MarkBack, StreamStart, Stopped, Voice
from .far_clock import FarClock, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..events import Diagnostic

#: A message longer than this is not read. A second of L16 in base64 has some 43 kB.
LARGEST_MESSAGE_BYTES = 1 << 20
#: Behind each message there is a mark, and no message has more than this; the first of several has FIRST_MS.
_STEP_MS = 100


class MediaStream(Sink):
    """A telephone call's media stream: a sink for the session, and the caller's voice for the model.

        stream = MediaStream(websocket.send)
        ...  # for each message of the telephone company, on the event loop:
        voice = stream.receive(message)     # the caller's voice as it came (Twilio: u-law), or None

    `send` takes one message; it may be a plain function or return an awaitable. `dialect` says whose stream it is. At
    most `ahead_ms` lie at the far end or on their way there, whatever the session would write: a stall of the network
    as long as that, less the way there and back, goes unheard. Messages before the stream's start are not sent: the
    sink is full until then.

    A stream is used once. The next one of a call (a new connection, a new start) is a new MediaStream and a new sink
    (rule E6): give it to Player.set_sink. Say end() where a connection is lost without a word; a `stop` says it itself.

    `on_digit` gets each key that the caller presses. What the far end sends raises nothing: what cannot be read is
    told once of each kind, to `on_diagnostic`, else to the logger "rtmulti". All calls belong on the player's thread.
    """

    def __init__(
        self,
        send: Callable[[str], object] | Callable[[str | bytes], object],
        *,
        dialect: Dialect = TWILIO,
        ahead_ms: int = 800,
        on_digit: Callable[[str], object] | None = None,
        on_diagnostic: Callable[[Diagnostic], object] | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        if not isinstance(ahead_ms, int) or not _STEP_MS <= ahead_ms <= 60_000:
            raise ValueError(f"ahead_ms is {ahead_ms!r}, and it must be a whole number of ms from {_STEP_MS} to 60000")
        refuse_coroutine("on_digit", on_digit)
        is_fixed = dialect.message_ms > 0
        self.format = SinkFormat(
            sample_rate_hz=dialect.sample_rate_hz,
            codec=dialect.codec,
            gapless=True,
            can_pause=False,
            fixed_writes=is_fixed,
            pad_last_frame=is_fixed,
            frame_ms=dialect.message_ms or 20,
        )
        #: What the far end said when the stream began, or None before that.
        self.start: StreamStart | None = None
        #: Whether the stream is over: nothing of it is heard any more, and a new sink may take its place.
        self.is_over = False
        self._dialect = dialect
        self._on_digit = on_digit
        self._complaints = Complaints(on_diagnostic)
        self._now_s = now_s
        self._frame_bytes = self.format.bytes_per_frame
        self._frames_per_ms = dialect.sample_rate_hz // 1000
        self._ahead = ahead_ms * self._frames_per_ms
        self._clock = FarClock()
        self._account = Account(dialect.sample_rate_hz, dialect.returns_cleared_marks)
        self._outbox = Outbox(send, self._line_failed)
        self._can_play = True
        #: The shortest way there and back that was seen; and a mark that waits at the far end only for its own audio, with
        #: when it left and how long that is.
        self._round_trip_ms: float | None = None
        self._asked: tuple[str, float, float] = ("", 0, 0)

    @property
    def unreadable(self) -> int:
        """How many messages of the far end could not be used."""
        return self._complaints.unreadable

    # --- what the far end says ---

    def receive(self, message: str | bytes) -> bytes | None:
        """Takes one message of the telephone company as it came; returns the caller's voice, if it is that."""
        if len(message) > LARGEST_MESSAGE_BYTES:
            sentence = f"a message of more than {LARGEST_MESSAGE_BYTES} bytes came from the far end, and was not read"
            self._complaints.refuse(DiagnosticKind.LIMIT, sentence)
            return None
        try:
            fact = self._dialect.read(message)
        except Unreadable as problem:
            self._complaints.unread(problem)
            return None
        self._clock.note(self._now_s() * 1000)
        match fact:
            case Voice():
                length_ms = len(fact.audio) / (self._frames_per_ms * self._frame_bytes)
                self._clock.tick(fact.timestamp, length_ms, self._now_s() * 1000)
                return fact.audio
            case MarkBack():
                self._returned(fact.name)
            case Cleared():
                self._report(self._account.cleared(self._span()) or [])
            case Digit():
                if self._on_digit is not None:
                    self._on_digit(fact.digit)
            case StreamStart():
                self._started(fact)
            case Stopped():
                self.end()
        return None

    def end(self) -> None:
        """The stream is over: its far end has stopped it, or its connection is gone, or another has taken its place.

        Reports where it stands by the far end's own clock, and takes itself away from its session: what is unheard waits
        for the next sink (rule E5). Ending twice is harmless.
        """
        if self.is_over:
            return
        self.is_over = True
        self._take_back()
        self._outbox.close()
        span = self._span()
        while (heard := self._account.cleared(span)) is not None:
            self._report(heard)
        for segment, frames in self._account.heard_now(span):
            if frames > 0 and self.playback is not None:
                self.playback.playback_progress(segment, frames)
        set_sink = getattr(self.playback, "set_sink", None)
        if set_sink is not None:
            # Else the estimate would go on. From inside a callback it cannot be, and the host does it.
            with contextlib.suppress(RtmultiError):
                set_sink(None)

    def _started(self, start: StreamStart) -> None:
        if self.start is not None:
            sentence = "a second stream began on one connection; it needs a MediaStream of its own, and gets nothing"
            self._complaints.refuse(DiagnosticKind.PROTOCOL, sentence)
            return
        self.start = start
        rate = self._dialect.sample_rate_hz
        if start.encoding not in ("", *self._dialect.encodings) or start.sample_rate_hz not in (0, rate):
            self._can_play = False
            wanted = f"{self._dialect.encodings[0]} at {rate} Hz"
            sentence = f"the stream is not {wanted}, as {self._dialect.name}'s dialect is here, and nothing is played on it"
            self._complaints.refuse(DiagnosticKind.UNKNOWN_FORMAT, sentence)
        elif self.playback is not None:
            self.playback.sink_ready()

    def _returned(self, name: str) -> None:
        self._measure(name)
        back = self._account.back(name, self._span())
        if isinstance(back, Mark):
            if self.playback is not None:
                self.playback.playback_mark(back.name, at_us=self._at_us())
        elif back is not None:
            self._report(back)

    def _measure(self, name: str) -> None:
        """The way there and back: a mark behind a clear, or behind the first audio after silence, does not wait there for
        longer than that audio plays."""
        asked, sent_ms, length_ms = self._asked
        if name == asked:
            took_ms = self._now_s() * 1000 - sent_ms - length_ms
            self._round_trip_ms = min(took_ms, self._round_trip_ms or took_ms)
            self._asked = ("", 0, 0)

    def _at_us(self) -> int | None:
        """When what arrives now was so, on the clock of a Player; None for a host that has a clock of its own."""
        now_us = getattr(self.playback, "now_us", None)
        if now_us is None or self._round_trip_ms is None:
            return None
        now_ms = self._now_s() * 1000
        return int(now_us()) - int((self._round_trip_ms / 2 + self._clock.delay(now_ms)) * 1000)

    def _report(self, heard: list[Heard]) -> None:
        for segment, frames in heard:
            if self.playback is not None:
                self.playback.playback_finished(segment, frames, True)

    def _span(self) -> Span:
        return self._clock.span(self._now_s() * 1000)

    def _line_failed(self, problem: BaseException) -> None:
        sentence = f"send has failed, and nothing more goes to the far end: {problem!r}"
        self._complaints.tell(DiagnosticKind.CALLBACK_FAILED, sentence)
        self.end()

    # --- what the session asks ---

    def write(self, segment: int, pcm: bytes) -> int:
        """See Sink. Takes what may lie at the far end; a mark that comes back makes room."""
        if self.start is None or self.is_over or not self._can_play:
            return 0
        frames, room = len(pcm) // self._frame_bytes, self._ahead - self._account.outstanding
        if room < frames and room < _STEP_MS * self._frames_per_ms:
            # Some 100 ms for each mark that comes back, and not 20 for each step of a clock.
            return 0
        taken = min(frames, room)
        self._put(segment, pcm[: taken * self._frame_bytes])
        return taken

    def _put(self, segment: int, pcm: bytes) -> None:
        step = _STEP_MS * self._frames_per_ms * self._frame_bytes
        first = step * FIRST_MS // _STEP_MS
        at = 0
        while at < len(pcm):
            # 20 ms, 80, 20, 80 …: where the far end has run dry, a mark 20 ms later tells when it went on.
            to = min(len(pcm), at + (first if at % step == 0 else step - first))
            self._send(segment, pcm[at:to])
            at = to

    def _send(self, segment: int, audio: bytes) -> None:
        if self.start is None:
            return
        is_first, frames = self._account.outstanding == 0, len(audio) // self._frame_bytes
        mark = self._account.put(segment, frames, self._clock.ms)
        if is_first:
            self._asked = (mark.name, self._now_s() * 1000, frames / self._frames_per_ms)
        stream_id = self.start.stream_id
        messages = (*self._dialect.media(stream_id, audio), self._dialect.mark(stream_id, mark.name))
        self._outbox.put(messages, partial(self._account.take_back, mark))

    def flush(self, segment: int) -> None:
        """See Sink. The mark behind the last message says that all was heard."""
        done = self._account.flush(segment)
        if done is not None and self.playback is not None:
            self.playback.playback_finished(*done)

    def clear(self, segment: int) -> None:
        """See Sink. Answered when the far end says that it has obeyed; at once where nothing has left."""
        self._take_back()
        clear = self._account.clear()
        if not isinstance(clear, Clear):
            self._report(clear)
        elif self.start is None or self.is_over:
            self._report(self._account.cleared(self._span()) or [])
        else:
            stream_id = self.start.stream_id
            self._asked = (clear.name, self._now_s() * 1000, 0)
            self._outbox.put((self._dialect.clear(stream_id), self._dialect.mark(stream_id, clear.name)))

    def _take_back(self) -> None:
        """What has not left need not be cleared over there, and is unheard for certain."""
        self._outbox.drop()

    def detach(self) -> None:
        """See Sink. What lies at the far end is nobody's any more, and is cleared; nothing else is sent."""
        super().detach()
        self._take_back()
        if self.start is not None and not self.is_over and self._account.outstanding > 0:
            self._outbox.put((self._dialect.clear(self.start.stream_id),))
        self.is_over = True
