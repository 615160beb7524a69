"""The playback tracker that the application tells what it played. It only carries the news to the model's event loop; what
they mean is playout.py's business.
"""

from __future__ import annotations

import asyncio
import contextlib
from threading import get_ident

from agents.realtime import RealtimePlaybackTracker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .playout import Handout


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

    def on_play_bytes(self, item_id: str, item_content_index: int, bytes: bytes) -> None:
        """This block has been played."""
        # Counted here, for not every version of the framework counts PCM and G.711 alike.
        samples = len(bytes) * self.samples_per_byte
        self.on_play_ms(item_id, item_content_index, samples / (24 if self.samples_per_byte < 1 else 8))

    def on_play_ms(self, item_id: str, item_content_index: int, ms: float) -> None:
        """So many ms more of this item have been played."""
        handout, loop = self._handout, self._loop
        if handout is None or loop is None:
            return
        if get_ident() == self._thread:
            handout.played(item_id, item_content_index, ms)
        else:
            self._call(loop, handout.played, item_id, item_content_index, ms)

    def cleared(self) -> None:
        """The player has fallen silent after `audio_interrupted`, and has said all that it played.

        It need not be said: without it the player is taken to be silent when it has said nothing for a while. With it the
        server is told so much sooner.
        """
        handout, loop = self._handout, self._loop
        if handout is not None and loop is not None:
            self._call(loop, handout.cleared)

    # --- what the framework's model asks of it ---

    def on_interrupted(self) -> None:
        """Nothing to forget here: the player cuts, and is told what was played until then."""

    def get_state(self) -> Any:
        """Nothing is playing that the framework would have to truncate; the player says what was heard."""
        return {"current_item_id": None, "current_item_content_index": None, "elapsed_ms": None}

    @property
    def samples_per_byte(self) -> float:
        """How many samples one byte of the session's audio holds: PCM, or one of the G.711 laws."""
        name = self._format if isinstance(self._format, str) else getattr(self._format, "type", "pcm16")
        return 1.0 if str(name) in ("g711_ulaw", "g711_alaw", "audio/pcmu", "audio/pcma") else 0.5

    # --- whose news it carries ---

    def attach(self, handout: Handout) -> None:
        """From now on it tells this one, on the thread and event loop of this call."""
        self._handout, self._loop, self._thread = handout, asyncio.get_running_loop(), get_ident()

    def detach(self) -> None:
        """From now on it tells nobody."""
        self._handout = self._loop = None

    @staticmethod
    def _call(loop: asyncio.AbstractEventLoop, call: Any, *arguments: object) -> None:
        # An audio thread may outlive the event loop, and its last words are nobody's business then.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(call, *arguments)
