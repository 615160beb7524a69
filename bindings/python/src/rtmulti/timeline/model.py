"""What a timeline shows, as plain values in milliseconds since the conversation began: no drawing, no session."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


@dataclass(slots=True)
class Span:
    """From `start_ms` to `end_ms`."""

    start_ms: float
    end_ms: float


class CommandName(enum.Enum):
    """What the server was told, by the name of rtmulti's command."""

    CANCEL = "cancel"
    TRUNCATE = "truncate"
    DELETE = "delete"
    SYNC = "sync"
    CREATE = "create"
    CLEAR_OUTPUT = "clear output"


@dataclass(slots=True)
class Told:
    """One command to the server. `audio_end_ms` is that of a truncate; `json` is what was sent."""

    at_ms: float
    command: CommandName
    item_id: str = ""
    response_id: str = ""
    audio_end_ms: int | None = None
    json: str = ""

    def words(self) -> str:
        """The command as people read it."""
        if self.audio_end_ms is not None:
            return f"{self.command.value} at {self.audio_end_ms} ms"
        return self.command.value


@dataclass(slots=True)
class Track:
    """One message: when its audio came, when it was heard, and what became of it.

    `heard` are the stretches of time in which its audio was really heard; their sum is `heard_ms`.
    """

    item_id: str
    response_id: str
    received: Span | None = None
    heard: list[Span] = field(default_factory=list)
    received_ms: int = 0
    heard_ms: int = 0
    outcome: str = "pending"
    heard_text: str = ""
    generated_text: str = ""

    @property
    def never_heard_ms(self) -> int:
        """The audio that came and was never heard."""
        return max(0, self.received_ms - self.heard_ms)


@dataclass(slots=True)
class FunctionCall:
    """A function call that was surfaced."""

    at_ms: float
    response_id: str
    name: str
    arguments: str


@dataclass(slots=True)
class Interruption:
    """The listener spoke, or the host stopped it. Without effect when nothing played or waited."""

    at_ms: float
    by: str = "listener"
    had_effect: bool = True


@dataclass(slots=True)
class Timeline:
    """A whole conversation."""

    title: str = ""
    tracks: list[Track] = field(default_factory=list)
    calls: list[FunctionCall] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    interruptions: list[Interruption] = field(default_factory=list)

    def told_about(self, item_id: str) -> list[Told]:
        """The commands that name an item."""
        return [told for told in self.told if told.item_id == item_id]

    def never_heard(self) -> dict[str, Span]:
        """Where the rest of each message would have played: behind what was heard of it and behind each other."""
        spans: dict[str, Span] = {}
        free_ms = 0.0
        for track in self.tracks:
            if track.heard:
                free_ms = max(free_ms, track.heard[-1].end_ms)
            elif track.received is not None:
                free_ms = max(free_ms, track.received.start_ms)
            if track.never_heard_ms > 0:
                spans[track.item_id] = Span(free_ms, free_ms + track.never_heard_ms)
                free_ms += track.never_heard_ms
        return spans

    def end_ms(self) -> float:
        """When the last thing that is drawn ends."""
        ends = [span.end_ms for track in self.tracks for span in track.heard]
        ends += [span.end_ms for span in self.never_heard().values()]
        ends += [track.received.end_ms for track in self.tracks if track.received is not None]
        ends += [told.at_ms for told in self.told]
        ends += [stop.at_ms for stop in self.interruptions]
        ends += [call.at_ms for call in self.calls]
        return max(ends, default=0.0)
