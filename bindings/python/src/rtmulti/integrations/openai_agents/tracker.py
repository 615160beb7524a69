"""The playback tracker that the application tells what it played. It keeps the news until they are asked for, and says on the
model's event loop when they should be; what they mean is playout.py's business.
"""

from __future__ import annotations

import asyncio
import contextlib
from threading import Lock, get_ident

from agents.realtime import RealtimePlaybackTracker

from .deltas import FRAMES_PER_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .playout import Handout, Report


class HeardTracker(RealtimePlaybackTracker):
    """What to give as "playback_tracker"; made by HeardModel. Its methods may be called on any thread.

    Say on_play_bytes() or on_play_ms() of every block when it has been played, in the order in which blocks are played. What
    it is told before connect() and after close() is nobody's audio, and ignored.
    """

    def __init__(self) -> None:
        super().__init__()
        self._handout: Handout | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        #: What was said and not taken yet, how many ms that is, and whether another thread has asked the loop to take it.
        self._reports: list[Report] = []
        self._untaken_ms = 0.0
        self._is_called = False
        self._lock = Lock()
        #: How many frames of the player one byte of the session's audio is, which is PCM or one of the G.711 laws.
        self.frames_per_byte = 0.5
        self._ms_per_byte = self.frames_per_byte / FRAMES_PER_MS

    def on_play_bytes(self, item_id: str, item_content_index: int, bytes: bytes) -> None:
        """This block has been played."""
        # Counted here, for not every version of the framework counts PCM and G.711 alike.
        self.on_play_ms(item_id, item_content_index, len(bytes) * self._ms_per_byte)

    def on_play_ms(self, item_id: str, item_content_index: int, ms: float) -> None:
        """So many ms more of this item have been played."""
        handout, loop = self._handout, self._loop
        if handout is None or loop is None:
            return
        with self._lock:
            self._reports.append((item_id, item_content_index, ms))
            self._untaken_ms += ms
            if self._untaken_ms < handout.patience_ms or self._is_called:
                return
            is_here = get_ident() == self._thread
            self._is_called = not is_here
        if is_here:
            self._count()
        else:
            self._call(loop, self._count)

    def take(self) -> list[Report]:
        """What was said since the last time, in order."""
        if not self._reports:
            return []
        with self._lock:
            reports, self._reports = self._reports, []
            self._untaken_ms, self._is_called = 0.0, False
        return reports

    def cleared(self) -> None:
        """The player has fallen silent after `audio_interrupted`, and has said all that it played.

        It need not be said: without it the player is taken to be silent when it has said nothing for a while. With it the
        server is told so much sooner.
        """
        handout, loop = self._handout, self._loop
        if handout is None or loop is None:
            return
        if get_ident() == self._thread:
            handout.cleared()
        else:
            self._call(loop, handout.cleared)

    # --- what the framework's model asks of it ---

    def on_interrupted(self) -> None:
        """Nothing to forget here: the player cuts, and is told what was played until then."""

    def get_state(self) -> Any:
        """Nothing is playing that the framework would have to truncate; the player says what was heard."""
        return {"current_item_id": None, "current_item_content_index": None, "elapsed_ms": None}

    def set_audio_format(self, format: Any) -> None:
        """The session's audio is PCM at 24 kHz, or one of the G.711 laws at 8 kHz."""
        super().set_audio_format(format)
        name = format if isinstance(format, str) else getattr(format, "type", "pcm16")
        is_g711 = str(name) in ("g711_ulaw", "g711_alaw", "audio/pcmu", "audio/pcma")
        self.frames_per_byte = 3.0 if is_g711 else 0.5
        self._ms_per_byte = self.frames_per_byte / FRAMES_PER_MS

    # --- whose news it carries ---

    def attach(self, handout: Handout, count: Callable[[], object]) -> None:
        """From now on it tells this one, on the thread and event loop of this call; `count` is how it is told to count."""
        self.take()
        self._count = count
        self._handout, self._loop, self._thread = handout, asyncio.get_running_loop(), get_ident()

    def detach(self) -> None:
        """From now on it tells nobody."""
        self._handout = self._loop = None

    @staticmethod
    def _call(loop: asyncio.AbstractEventLoop, call: Any, *arguments: object) -> None:
        # An audio thread may outlive the event loop, and its last words are nobody's business then.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(call, *arguments)
