"""The contract between a session and what plays: what a sink is asked (Sink), and where it reports (Playback).

No sink that plays lives here; those are in sinks.py.
"""

from __future__ import annotations

from .config import SinkFormat
from .enums import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, SupportsIndex
else:
    # A sink may be made of this class itself, and of a Protocol nothing can be made.
    Protocol = object


class Playback(Protocol):
    """Where a sink says what it played. A Session is one, and so is a Player, which also keeps the time.

    Frames count from the beginning of their segment, at the sink's own rate. Reports may be given from inside
    the sink's methods or at any time later, and a report that is late or repeated is IGNORED. `at_us` says when it was
    so, on the clock of Session.advance, where a report took its time to come: estimates go on from there (rule C8).
    None is now.
    """

    def playback_started(self, segment: int, *, at_us: int | None = None) -> Result:
        """The first frame of this segment is about to be heard."""
        ...

    def playback_progress(self, segment: int, frames: int, *, at_us: int | None = None) -> Result:
        """`frames` frames of this segment have been played so far."""
        ...

    def playback_finished(
        self, segment: int, frames: int, interrupted: bool = False, *, at_us: int | None = None
    ) -> Result:
        """The sink is done with this segment after `frames` frames: played out, or dropped by a clear."""
        ...

    def playback_mark(self, name: str, *, at_us: int | None = None) -> Result:
        """A mark that mark_name() made came back from the far end (telephony, rule E6)."""
        ...

    def playback_queued(self, frames: int) -> Result:
        """The far end has `frames` frames left to play: all that was written but these has been played."""
        ...

    def sink_ready(self) -> Result:
        """The sink can take more after it was full."""
        ...

    def text_delivered(self, item_id: str) -> Result:
        """The text that Sink.text took has been shown."""
        ...


class Sink(Protocol):
    """What plays segments: the audio of one part of one message each, under an id that is never used twice.

    For each segment there are writes, then one flush. Inherit from it and override what you need, or bring
    your own class with all of these members. An exception raised in one of its methods stops the delivery and
    is raised again from the call of the session that was running.
    """

    #: What this sink takes and can; read once, when a session gets the sink.
    format: SinkFormat = SinkFormat()
    #: Where to report; set by attach.
    playback: Playback | None = None

    def attach(self, playback: Playback) -> None:
        """A session uses this sink from now on; report to `playback`."""
        self.playback = playback

    def detach(self) -> None:
        """The session uses this sink no more: it was replaced, or the session is gone."""
        self.playback = None

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        if self.playback is not None:
            raise TypeError("a sink that is set cannot be copied or pickled: it reports to one conversation")
        return object.__reduce_ex__(self, protocol)

    def write(self, segment: int, pcm: bytes) -> int | None:
        """Takes signed 16 bit PCM, or the codes of a G.711 sink, and says how many frames of it were taken; None means all.

        Fewer means "full": the rest is offered again after the next report or Playback.sink_ready. `pcm` is
        the sink's own and may be kept. A PULLED sink is never asked: its device takes the audio with
        Device.pull.
        """
        # Not in one statement: mypy would take this method for abstract, and a PULLED sink does not need it.
        name = type(self).__name__
        raise NotImplementedError(f"{name} has no write method, so it cannot play")

    def may_play(self, segment: int, item_id: str, frames: int) -> int | None:
        """Only asked of a HOST sink, in place of write: so many frames more of this message may be played now.

        Says how many of them it took; None means all. Take a segment when you begin to play it: answer 0 until then, and
        say Playback.sink_ready. What was not taken is offered again, a block at a time, so a host that plays longer pieces
        takes each offer and counts. A segment of which nothing was taken is over without a word when it is cut, and clear
        is not called for it; any other is reported, and answered for at a clear, as by every sink (rule E11). A sink that
        does not override this takes everything at once.
        """
        return None

    def flush(self, segment: int) -> None:
        """No more frames will come for this segment; report it finished when it has been played out."""
        return None

    def clear(self, segment: int) -> None:
        """Drop everything unheard, now; `segment` is the audible one.

        Answer with playback_finished, and the frames that were really played, for each unfinished segment; a
        PACED sink need not answer.
        """
        return None

    def pause(self) -> None:
        """Stop without losing anything."""
        return None

    def resume(self) -> None:
        """Go on where pause stopped."""
        return None

    def text(self, item_id: str, text: str) -> None:
        """Show the text of a message without audio (rule B6), or whose audio is off (rule B11), then say
        Playback.text_delivered.

        Only asked of a sink whose format says `takes_text`.
        """
        return None
