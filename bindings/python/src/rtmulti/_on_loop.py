"""A session on an event loop: called at the time that it is, again in time, and by one thread; a clocked sink is driven
beside it, and any sink reports here. What a host wants of a conversation is player.py's business."""

from __future__ import annotations

import asyncio
from functools import partial
from threading import current_thread, get_ident

from .errors import RtmultiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from .enums import Result
    from .playout import Sink
    from .session import Session
    from .sinks import ClockedSink

    Answer = TypeVar("Answer")

_OUTSIDE = "a player works inside its block: async with Player(…) as player: player.feed(…)"
#: How often a clocked sink plays while it has something to play. A cut does not wait for it.
TICK_US = 10_000


class OnLoop:
    """The Playback of a Player's sink, and the keeper of its session's time."""

    def __init__(self, sink: Sink | None) -> None:
        self._sink = sink
        #: The sink, if it wants to be told how late it is.
        self._clocked = _clocked(sink)
        self._session: Session | None = None
        self._loop: asyncio.AbstractEventLoop = None  # type: ignore[assignment]  # set where it is entered
        self._is_inside = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_us = 0

    def _enter_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = get_ident()

    @property
    def session(self) -> Session:
        """The session inside, for its queries; what changes it should go through the player."""
        if self._session is None:
            raise RuntimeError(_OUTSIDE)
        return self._session

    # --- time ---

    def now_us(self) -> int:
        """The session's clock: the event loop's, in us. Raises RuntimeError before the block."""
        if self._session is None and self._loop is None:
            raise RuntimeError(_OUTSIDE)
        return int(self._loop.time() * 1_000_000)

    def _check_thread(self) -> None:
        if self._session is not None and get_ident() != self._thread:
            raise RuntimeError(
                f"a player belongs to the event loop in which it was entered, and the thread {current_thread().name!r} "
                "is another one's: call it by loop.call_soon_threadsafe, for example with (player.feed, event)"
            )

    def _run(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        """Calls the session at the time that it is now, and sees to it that it is called again in time."""
        self._check_thread()
        if self._is_inside:
            # From a callback, or from the sink while it plays: the call outside keeps the time.
            return call(*arguments)
        self._is_inside = True
        try:
            try:
                self._catch_up()
            finally:
                # Also when a hook raised over something older: an interruption must not be lost to it.
                answer = call(*arguments)
            return answer
        except RtmultiError:
            raise
        except BaseException:
            # A hook stopped the delivery; what is left of it must not wait until somebody says something.
            self._loop.call_soon(self._deliver_rest)
            raise
        finally:
            self._is_inside = False
            self._arm()

    def _plug_in(self, session: Session, sink: Sink | None) -> None:
        clocked = _clocked(sink)
        if clocked is not None:
            # Its time begins before it is written to.
            clocked.play_until(self.now_us())
        session.set_sink(sink, playback=None if sink is None else self)
        self._sink, self._clocked = sink, clocked

    def _catch_up(self) -> None:
        now_us = self.now_us()
        if not self.session.is_closed:
            self.session.advance(now_us)
        if self._clocked is not None:
            self._clocked.play_until(now_us)

    def _arm(self) -> None:
        session = self.session
        if session.is_closed:
            return
        deadline_us = session.next_deadline()
        if self._clocked is not None and self._clocked.is_playing:
            tick_us = self.now_us() + TICK_US
            deadline_us = tick_us if deadline_us is None else min(deadline_us, tick_us)
        if deadline_us is None or (self._timer is not None and self._timer_us <= deadline_us):
            return
        self._stop_timer()
        self._timer_us = deadline_us
        self._timer = self._loop.call_at(deadline_us / 1_000_000, self._on_timer)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timer(self) -> None:
        self._timer = None
        self._deliver_rest()

    def _deliver_rest(self) -> None:
        if self._session is not None and not self._session.is_closed:
            self._run(lambda: None)

    # --- what the sink says (Playback) ---

    def playback_started(self, segment: int, *, at_us: int | None = None) -> Result:
        """The sink began to play this segment; see Playback.

        Raises what every method of a player does, but nothing of `send`'s: a sink cannot mend that.
        """
        return self._run(partial(self.session.playback_started, at_us=at_us), segment)

    def playback_progress(self, segment: int, frames: int, *, at_us: int | None = None) -> Result:
        """The sink has played `frames` frames of this segment so far; see Playback.

        Raises what every method of a player does, but nothing of `send`'s: a sink cannot mend that.
        """
        if at_us is None:
            return self._run(self.session.playback_progress, segment, frames)
        return self._run(partial(self.session.playback_progress, at_us=at_us), segment, frames)

    def playback_finished(
        self, segment: int, frames: int, interrupted: bool = False, *, at_us: int | None = None
    ) -> Result:
        """The sink is done with this segment after `frames` frames; see Playback.

        Raises what every method of a player does, but nothing of `send`'s: a sink cannot mend that.
        """
        return self._run(partial(self.session.playback_finished, at_us=at_us), segment, frames, interrupted)

    def playback_mark(self, name: str, *, at_us: int | None = None) -> Result:
        """A mark came back: what lies before it has been played; see Playback.

        Raises what every method of a player does, but nothing of `send`'s: a sink cannot mend that.
        """
        return self._run(partial(self.session.playback_mark, at_us=at_us), name)

    def playback_queued(self, frames: int) -> Result:
        """The far end has `frames` frames left to play; see Playback.

        Raises what every method of a player does, but nothing of `send`'s: a sink cannot mend that.
        """
        return self._run(self.session.playback_queued, frames)

    def sink_ready(self) -> Result:
        """The sink can take more after it was full; see Playback.

        Raises what every method of a player does, but nothing of `send`'s: a sink cannot mend that.
        """
        return self._run(self.session.sink_ready)

    def text_delivered(self, item_id: str) -> Result:
        """The text that Sink.text took has been shown; see Playback.

        Raises what every method of a player does, but nothing of `send`'s: a sink cannot mend that.
        """
        return self._run(self.session.text_delivered, item_id)


def _clocked(sink: Sink | None) -> ClockedSink | None:
    return sink if hasattr(sink, "play_until") else None  # type: ignore[return-value]
