"""BrowserSink: one page as a sink, from its first word to its end. What its messages say stands in reports.py, how
messages leave in ../_outbox.py, what the page does with them in rtmulti.js."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from enum import Enum
from functools import partial

from .. import _arguments
from .._complaints import Complaints, Unreadable
from .._hooks import refuse_coroutine
from .._outbox import Outbox
from ..config import SinkFormat
from ..enums import DiagnosticKind
from ..errors import RtmultiError
from ..playout import Sink
from . import reports
from .reports import Cleared, Heard, Hello, Left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from ..events import Diagnostic

#: The page gets at least so much at a time, and not each 20 ms the little for which there is room.
_STEP_MS = 100
#: One piece of the listener's voice is not longer. rtmulti.js sends 20 ms.
_LONGEST_VOICE_MS = 1000
#: So many clears may travel; one that waits behind so many was given up by the session long since.
_MOST_CLEARS = 8
#: A page behind whose connection so many messages wait takes nothing any more.
_MOST_WAITING = 1024


class State(Enum):
    """Where a page stands."""

    #: It has not said its first word.
    EXPECTED = "expected"
    #: It plays.
    OPEN = "open"
    #: It has begun, and cannot play what this sink writes; a diagnostic has said why.
    UNPLAYABLE = "unplayable"
    #: It shall fall silent, and has not said yet what it played.
    LEAVING = "leaving"
    #: It is gone, or another has the voice.
    OVER = "over"


@dataclass(slots=True)
class _Segment:
    id: int
    #: Frames that were sent, and that the page said were heard.
    written: int = 0
    heard: int = 0
    is_flushed: bool = False


class BrowserSink(Sink):
    """A page's loudspeaker: a sink for the session, and the listener's voice for the model.

        page = BrowserSink(websocket.send)
        ...  # for each message of the page, on the event loop:
        voice = page.receive(message)     # PCM16 at the page's rate, or None

    `send` takes one message, a str or bytes; it may be a plain function or return an awaitable. `sample_rate_hz` is the
    rate of both directions, and what the page was told too (rtmulti.js: `sampleRate`); 24000 is what models speak. At most
    `ahead_ms` lie at the page or on their way there, whatever the session would write: a network that stands still for
    as long as that, less the way there and back, goes unheard. Nothing is sent before the page's first word: the sink is
    full until then.

    `on_object` gets each JSON object that the page sends beside its reports: the application's own.

    A page is used once. The next one (a reload, another tab) is a new BrowserSink and a new sink (rule E5): give it to
    Player.set_sink, and the old page falls silent and is told that it has lost the voice. Say dismiss() to the old one
    before, and wait until it is over, and what it has played counts to the frame. Say end() where a connection is lost.

    What a page sends raises nothing: what cannot be used is told once of each kind, to `on_diagnostic`, else to the
    logger "rtmulti". All calls belong on the player's thread.
    """

    def __init__(
        self,
        send: Callable[[str | bytes], object],
        sample_rate_hz: int = 24_000,
        *,
        ahead_ms: int = 1000,
        on_object: Callable[[dict[str, Any]], object] | None = None,
        on_diagnostic: Callable[[Diagnostic], object] | None = None,
    ) -> None:
        if not callable(send):
            raise TypeError(f"send must be a function of one message, as websocket.send is, not {_arguments.shown(send)}")
        rate = _arguments.whole("sample_rate_hz", sample_rate_hz, _arguments.INT32, " of Hz, as 24000 is")
        if not isinstance(ahead_ms, int) or not _STEP_MS <= ahead_ms <= 60_000:
            raise ValueError(f"ahead_ms is {ahead_ms!r}, and it must be a whole number of ms from {_STEP_MS} to 60000")
        refuse_coroutine("on_object", on_object)
        self.format = SinkFormat(sample_rate_hz=rate, gapless=True)
        #: Where the page stands.
        self.state = State.EXPECTED
        self._on_object = on_object
        self._complaints = Complaints(on_diagnostic)
        self._outbox = Outbox(send, self._line_failed)
        self._step = _STEP_MS * rate // 1000
        self._ahead = ahead_ms * rate // 1000
        self._longest_voice = 2 * _LONGEST_VOICE_MS * rate // 1000
        self._open: dict[int, _Segment] = {}
        #: What the clears stopped that the page has not answered, by their numbers.
        self._clearing: dict[int, list[_Segment]] = {}
        self._clears = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing of this page counts any more, and its connection may be closed."""
        return self.state is State.OVER

    @property
    def unreadable(self) -> int:
        """How many messages of the page could not be used."""
        return self._complaints.unreadable

    # --- what the page says ---

    def receive(self, message: str | bytes) -> bytes | None:
        """Takes one message of the page as it came; returns the listener's voice, if it is that."""
        if self.is_over:
            return None
        if not isinstance(message, str):
            return self._voice(bytes(message))
        try:
            report = reports.read(message)
        except Unreadable as problem:
            self._complaints.unread(problem)
            return None
        match report:
            case Hello():
                self._greeted(report)
            case Heard():
                self._heard(report)
            case Cleared():
                self._cleared(report.number, report.frames)
            case Left():
                self._left(report.frames)
            case own:
                if self._on_object is not None:
                    self._on_object(own)
        return None

    def dismiss(self) -> None:
        """Has the page fall silent for good. It says what it has played, and is over then; one that does not play, at once."""
        if self.state is not State.OPEN:
            if self.state is not State.LEAVING:
                self.end()
            return
        self.state = State.LEAVING
        self._outbox.drop()
        self._outbox.put((reports.over(),))

    def end(self) -> None:
        """The page is over: its connection is gone, or it shall play no more, which it is told then.

        Takes itself away from its session: what the page has not said that it played waits for the next sink and is played
        there (rule E5). Ending twice is harmless.
        """
        if self.is_over:
            return
        self._say_over()
        self._answer(self._clearing)
        for segment in list(self._open.values()):
            if segment.heard > 0 and self.playback is not None:
                # What was estimated beyond it is taken back.
                self.playback.playback_progress(segment.id, segment.heard)
        set_sink = getattr(self.playback, "set_sink", None)
        if set_sink is not None:
            # From inside a callback it cannot be, and the host does it.
            with contextlib.suppress(RtmultiError):
                set_sink(None)

    def _say_over(self) -> None:
        was, self.state = self.state, State.OVER
        if was is not State.OVER:
            self._outbox.drop()
        if was not in (State.OVER, State.LEAVING):
            self._outbox.put((reports.over(),))

    def _voice(self, pcm: bytes) -> bytes | None:
        if self.state is not State.OPEN:
            return None  # a microphone may be there before the page plays
        if len(pcm) % 2 or len(pcm) > self._longest_voice:
            sentence = f"voice came from the page that is no PCM16 of at most {_LONGEST_VOICE_MS} ms; it was ignored"
            self._complaints.refuse(DiagnosticKind.PROTOCOL, sentence)
            return None
        return pcm

    def _greeted(self, hello: Hello) -> None:
        if self.state is not State.EXPECTED:
            sentence = "a page has begun twice on one connection; another one needs a connection and a BrowserSink of its own"
            self._complaints.refuse(DiagnosticKind.PROTOCOL, sentence)
            return
        rate = self.format.sample_rate_hz
        if hello.version != reports.VERSION:
            sentence = f"the page speaks version {hello.version} of rtmulti.js, and {reports.VERSION} is what is spoken here"
            self._unplayable(f"{sentence}: serve the page rtmulti.browser.MODULE of this package. Nothing is played on it")
        elif hello.sample_rate_hz != rate:
            sentence = f"the page plays at {hello.sample_rate_hz} Hz, and its sink writes {rate}"
            remedy = "give both the same rate, as sampleRate and as sample_rate_hz"
            self._unplayable(f"{sentence}: {remedy}. Nothing is played on it")
        else:
            self.state = State.OPEN
            if self.playback is not None:
                self.playback.sink_ready()

    def _unplayable(self, sentence: str) -> None:
        self.state = State.UNPLAYABLE
        self._complaints.refuse(DiagnosticKind.UNKNOWN_FORMAT, sentence)

    def _heard(self, report: Heard) -> None:
        known = self._open.get(report.segment) or self._stopped(report.segment)
        if known is None or self.playback is None:
            return  # it was settled meanwhile, or there never was one
        if not known.heard <= report.frames <= known.written:
            sentence = "the page reports frames that it cannot have played, fewer than before or more than it got; ignored"
            self._complaints.refuse(DiagnosticKind.PROTOCOL, sentence)
            return
        is_first, known.heard = known.heard == 0 < report.frames, report.frames
        if known.id not in self._open:
            return  # the answer to the clear is behind it, and counts from there
        if is_first:
            self.playback.playback_started(known.id)
        if self.playback is not None:
            self.playback.playback_progress(known.id, known.heard)
        self._finish_heard(known)

    def _stopped(self, segment: int) -> _Segment | None:
        """A segment that a clear has stopped which the page has not answered."""
        return next((each for stopped in self._clearing.values() for each in stopped if each.id == segment), None)

    def _finish_heard(self, segment: _Segment) -> None:
        """Reports the segment as finished, if nothing of it is left to be heard."""
        if segment.is_flushed and segment.heard == segment.written and segment.id in self._open:
            # Forgotten before it is reported: the report may bring the next segment.
            del self._open[segment.id]
            if self.playback is not None:
                self.playback.playback_finished(segment.id, segment.heard)

    def _cleared(self, number: int, frames: Mapping[int, int]) -> None:
        if number not in self._clearing:
            return
        # A page answers in order: what was not answered before will not be.
        self._answer([each for each in self._clearing if each <= number], frames)

    def _left(self, frames: Mapping[int, int]) -> None:
        self._answer(self._clearing, frames)
        for segment in list(self._open.values()):
            segment.heard = self._played(segment, frames)
            self._finish_heard(segment)
        self.end()

    def _answer(self, numbers: Iterable[int], frames: Mapping[int, int] | None = None) -> None:
        """Reports what the clears of these numbers stopped, in the page's words or else where it was last."""
        stopped = [segment for number in list(numbers) for segment in self._clearing.pop(number)]
        for segment in stopped:
            heard = segment.heard if frames is None else self._played(segment, frames)
            if self.playback is not None:
                self.playback.playback_finished(segment.id, heard, True)

    def _played(self, segment: _Segment, frames: Mapping[int, int]) -> int:
        """What a page that has stopped played of a segment, as far as its word can be true."""
        said = frames.get(segment.id, segment.heard)
        heard = min(max(said, segment.heard), segment.written)
        if heard != said:
            sentence = "the page has stopped at frames that it cannot have played; the nearest that it can counts"
            self._complaints.refuse(DiagnosticKind.PROTOCOL, sentence)
        return heard

    def _line_failed(self, problem: BaseException) -> None:
        if self.is_over:
            return  # its last word was for a page that is gone
        sentence = f"send has failed, and nothing more goes to the page: {problem!r}"
        self._complaints.tell(DiagnosticKind.CALLBACK_FAILED, sentence)
        self.end()

    # --- what the session asks ---

    def write(self, segment: int, pcm: bytes) -> int:
        """See Sink. Takes what may lie at the page; a report makes room."""
        if self.state is not State.OPEN:
            return 0
        frames, room = len(pcm) // 2, self._ahead - sum(each.written - each.heard for each in self._open.values())
        if room < frames and room < self._step:
            return 0
        taken = min(frames, room)
        known = self._open.setdefault(segment, _Segment(segment))
        message = reports.audio(segment, known.written, pcm[: 2 * taken])
        known.written += taken
        self._put(message, partial(self._take_back, known, taken))
        return taken

    @staticmethod
    def _take_back(segment: _Segment, frames: int) -> None:
        segment.written -= frames

    def flush(self, segment: int) -> None:
        """See Sink. The page need not know of it: what it has heard is compared with what was written."""
        known = self._open.get(segment)
        if known is not None:
            known.is_flushed = True
            self._finish_heard(known)
        elif self._stopped(segment) is None and self.playback is not None:
            self.playback.playback_finished(segment, 0)

    def clear(self, segment: int) -> None:
        """See Sink. Answered when the page says what it has played of each segment; at once where none is there."""
        self._outbox.drop()
        self._clears += 1
        self._clearing[self._clears], self._open = list(self._open.values()), {}
        if self.state is State.LEAVING:
            return  # its last word answers this, too
        if self.state is not State.OPEN:
            self._answer(self._clearing)
            return
        while len(self._clearing) > _MOST_CLEARS:
            self._clearing.pop(next(iter(self._clearing)))
        self._put(reports.clear(self._clears))

    def pause(self) -> None:
        """See Sink."""
        self._put(reports.pause(True))

    def resume(self) -> None:
        """See Sink."""
        self._put(reports.pause(False))

    def detach(self) -> None:
        """See Sink. The page falls silent, and is told that nothing more comes."""
        super().detach()
        self._say_over()

    def _put(self, message: str | bytes, on_drop: Callable[[], object] | None = None) -> None:
        if self._outbox.waiting >= _MOST_WAITING:
            self._outbox.close()
            self._line_failed(TimeoutError(f"it has not taken the {_MOST_WAITING} messages before"))
            return
        self._outbox.put((message,), on_drop)
