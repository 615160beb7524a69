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

    def texts(self) -> tuple[str, str]:
        """What was heard of its words, and what was not."""
        heard, generated = self.heard_text.strip(), self.generated_text.strip()
        return heard, generated[len(heard) :].strip() if generated.startswith(heard) else ""

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
        """Where the rest of each message would have played: behind what was heard of it, and behind what is before it
        in its response."""
        spans: dict[str, Span] = {}
        free_ms: dict[str, float] = {}
        for track in self.tracks:
            start_ms = free_ms.get(track.response_id, 0.0)
            if track.heard:
                start_ms = max(start_ms, track.heard[-1].end_ms)
            elif track.received is not None:
                start_ms = max(start_ms, track.received.start_ms)
            if track.never_heard_ms > 0:
                spans[track.item_id] = Span(start_ms, start_ms + track.never_heard_ms)
            free_ms[track.response_id] = start_ms + track.never_heard_ms
        return spans

    def response_ids(self) -> list[str]:
        """The responses in their order; "" is the conversation itself, where a command is about that."""
        named = [track.response_id for track in self.tracks] + [call.response_id for call in self.calls]
        return list(dict.fromkeys([*named, *(told.response_id for told in self.told)]))

    def span_of(self, response_id: str) -> Span:
        """From the first thing that is drawn of a response to the last."""
        rests = self.never_heard()
        tracks = [track for track in self.tracks if track.response_id == response_id]
        spans = [span for track in tracks for span in track.heard]
        spans += [track.received for track in tracks if track.received is not None]
        spans += [rests[track.item_id] for track in tracks if track.item_id in rests]
        moments = [told.at_ms for told in self.told if told.response_id == response_id]
        moments += [call.at_ms for call in self.calls if call.response_id == response_id]
        spans += [Span(at_ms, at_ms) for at_ms in moments]
        starts_ms, ends_ms = [span.start_ms for span in spans], [span.end_ms for span in spans]
        return Span(min(starts_ms, default=0.0), max(ends_ms, default=0.0))

    def summary(self) -> str:
        """The conversation in one sentence."""
        heard_ms = sum(track.heard_ms for track in self.tracks)
        received_ms = sum(track.received_ms for track in self.tracks)
        words = [f"{len(self.tracks)} message{'' if len(self.tracks) == 1 else 's'}"]
        words.append(f"{heard_ms / 1000:.2f} s heard of {received_ms / 1000:.2f} s received")
        stops = [stop for stop in self.interruptions if stop.had_effect]
        if len(stops) == 1:
            words.append(f"interrupted at {stops[0].at_ms / 1000:.2f} s")
        elif stops:
            words.append(f"interrupted {len(stops)} times")
        return ", ".join(words)

    def end_ms(self) -> float:
        """When the last thing that is drawn ends."""
        ends = [span.end_ms for track in self.tracks for span in track.heard]
        ends += [span.end_ms for span in self.never_heard().values()]
        ends += [track.received.end_ms for track in self.tracks if track.received is not None]
        ends += [told.at_ms for told in self.told]
        ends += [stop.at_ms for stop in self.interruptions]
        ends += [call.at_ms for call in self.calls]
        return max(ends, default=0.0)
