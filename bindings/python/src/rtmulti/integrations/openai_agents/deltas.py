"""What the server said of messages that it speaks, piece by piece: where each piece of audio is on its way to the application,
and which pieces the player was not told of yet. When they are told, and when they pass, is playout.py's business.
"""

from __future__ import annotations

from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agents.realtime.model_events import RealtimeModelAudioEvent

#: What the player counts in; G.711 is counted at its own rate times three.
RATE_HZ = 24_000
FRAMES_PER_MS = RATE_HZ // 1000


class Part:
    """The audio of one part of one message: what waits, and what became of the rest."""

    __slots__ = (
        "content_index",
        "granted",
        "handed",
        "is_done",
        "is_flushed",
        "is_started",
        "item_id",
        "played",
        "reported",
        "segment",
        "told",
        "waiting",
    )

    def __init__(self, item_id: str, content_index: int) -> None:
        self.item_id, self.content_index = item_id, content_index
        #: Events with how many frames each holds.
        self.waiting: deque[tuple[RealtimeModelAudioEvent, int]] = deque()
        self.segment = 0
        #: How many frames the player was told of, how many of them may be played, and how many were handed on.
        self.told = self.granted = self.handed = 0
        #: How much the application has played, and of how much the player knows it.
        self.played = self.reported = 0.0
        #: Whether its playing was said to have begun, whether all of it may be played, and whether that was said.
        self.is_started = self.is_flushed = self.is_done = False


class Deltas:
    """Pieces of audio and of words that the player was not told of, in the order in which they came.

    Audio of one part that stands together is told as one piece: the player cares for the sum, and each call costs more than
    what it carries.

    tell_audio: Player.audio.
    tell_event: Player.feed.
    """

    def __init__(
        self,
        tell_audio: Callable[[str | None, str, bytes, int], object],
        tell_event: Callable[[dict[str, Any]], object],
    ) -> None:
        self._tell_audio = tell_audio
        self._tell_event = tell_event
        self._untold: list[_Run | dict[str, Any]] = []
        #: The audio to which more of the same part is put.
        self._open: _Run | None = None
        #: How many frames of audio wait here.
        self.frames = 0

    def __bool__(self) -> bool:
        return bool(self._untold)

    def put_audio(self, part: Part, event: RealtimeModelAudioEvent, frames: int) -> None:
        """Audio arrived."""
        run = self._open
        if run is None or run.part is not part:
            run = self._open = _Run(part, event.response_id)
            self._untold.append(run)
        run.data.append(event.data)
        run.frames += frames
        self.frames += frames

    def put_words(self, event: dict[str, Any]) -> None:
        """A piece of a transcript arrived."""
        self._open = None
        self._untold.append(event)

    def tell(self) -> None:
        """Tells the player."""
        untold, self._untold, self._open, self.frames = self._untold, [], None, 0
        for one in untold:
            if isinstance(one, _Run):
                part = one.part
                part.told += one.frames
                self._tell_audio(one.response_id, part.item_id, b"".join(one.data), part.content_index)
            else:
                self._tell_event(one)


class _Run:
    """Pieces of audio of one part, with nothing between them."""

    __slots__ = ("data", "frames", "part", "response_id")

    def __init__(self, part: Part, response_id: str | None) -> None:
        self.part, self.response_id = part, response_id
        self.data: list[bytes] = []
        self.frames = 0
