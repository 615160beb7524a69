"""Collects a timeline while a session runs, from what the server sends, what the sink plays and what the session says.
It decides nothing: all numbers are the session's and the sink's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..enums import Outcome
from ..events import Cancel, ClearOutput, Create, Delete, Message, Sync, Truncate
from ..events import FunctionCall as FunctionCallEvent
from .model import CommandName, FunctionCall, Interruption, Span, Timeline, Told, Track

if TYPE_CHECKING:
    from ..events import Command, Event
    from ..session import Session

_AUDIO_DELTAS = ("response.output_audio.delta", "response.audio.delta")
#: Reports so close together were given in one look at the clock.
_SAME_MOMENT_MS = 1.5
#: Two pieces of audio so close together were heard without a gap: an event loop is a few milliseconds late at times.
_JITTER_MS = 15.0

_COMMANDS = {
    Cancel: CommandName.CANCEL,
    Truncate: CommandName.TRUNCATE,
    Delete: CommandName.DELETE,
    Sync: CommandName.SYNC,
    Create: CommandName.CREATE,
    ClearOutput: CommandName.CLEAR_OUTPUT,
}


class TimelineRecorder:
    """Hand it everything: fed() behind each server event, played() before each report of the sink, on_event() and
    on_command() from the handlers. WatchedPlayer does all of that.

    `now_ms` is the time since the conversation began, and `began_us` when that was on the session's clock. `session` must
    be set before anything is fed.
    """

    def __init__(self, now_ms: Callable[[], float], title: str = "") -> None:
        self.session: Session | None = None
        self.began_us = 0
        self._timeline = Timeline(title)
        self._now_ms = now_ms
        self._tracks: dict[str, Track] = {}
        self._parts: dict[int, tuple[str, int]] = {}  # item and content index of each segment
        self._received_parts: dict[tuple[str, int], None] = {}  # a set that keeps its order
        self._frames: Counter[int] = Counter()  # played of each segment, as the sink counts them
        self._played: Counter[tuple[str, int, int]] = Counter()  # frames of each part at each sample rate
        #: The texts of messages that were shown, by item id.
        self.shown_texts: dict[str, str] = {}
        self._moment_ms = 0.0  # when the pieces below were heard, one after another
        self._pieces: list[tuple[Track, float]] = []

    @property
    def timeline(self) -> Timeline:
        """All that was collected so far."""
        self._place_pieces()
        return self._timeline

    def played_ms(self) -> dict[tuple[str, int], int]:
        """What the sink played of each audio part that came, by item id and content index: its own count, not the
        session's."""
        played_ms = dict.fromkeys(self._received_parts, 0)
        for (item_id, content_index, sample_rate_hz), frames in self._played.items():
            part = item_id, content_index
            played_ms[part] = played_ms.get(part, 0) + frames * 1000 // sample_rate_hz
        return played_ms

    def fed(self, event: Mapping[str, Any]) -> None:
        """This server event has just been given to the session."""
        kind = event.get("type")
        item = event.get("item")
        response_id = _name(event.get("response_id"))
        if kind == "response.output_item.added" and isinstance(item, Mapping):
            if item.get("type") == "message" and _name(item.get("id")):
                self._track(_name(item["id"]), response_id)
        elif isinstance(kind, str) and kind in _AUDIO_DELTAS and _name(event.get("item_id")):
            track = self._track(_name(event["item_id"]), response_id)
            content_index = event.get("content_index")
            self._received_parts[track.item_id, content_index if isinstance(content_index, int) else 0] = None
            record = self._live_session().message(track.item_id)
            now_ms = self._now_ms()
            if record is not None and record.received_ms > track.received_ms:
                track.received_ms = record.received_ms
                started_ms = now_ms if track.received is None else track.received.start_ms
                track.received = Span(started_ms, now_ms)

    def played(self, segment: int, frames: int, sample_rate_hz: int) -> None:
        """The sink is about to report that it has played so many frames of a segment so far, at its own rate."""
        part = self._part_of(segment)
        new_frames = frames - self._frames[segment]
        if part is None or new_frames <= 0:
            return
        self._frames[segment] = frames
        item_id, content_index = part
        self._played[item_id, content_index, sample_rate_hz] += new_frames
        now_ms = self._now_ms()
        # A sink that looks at the clock now and then plays several pieces in one moment; the last of them ends now.
        if now_ms - self._moment_ms > _SAME_MOMENT_MS:
            self._place_pieces()
            self._moment_ms = now_ms
        self._pieces.append((self._tracks[item_id], new_frames * 1000 / sample_rate_hz))

    def interrupted(self, by: str = "listener") -> Interruption:
        """The listener is about to interrupt, or the host. Set `had_effect` of what it returns to False if nothing was
        there to interrupt."""
        stop = Interruption(self._now_ms(), by)
        self._timeline.interruptions.append(stop)
        return stop

    def on_event(self, event: Event) -> None:
        """Takes what the session says."""
        if isinstance(event, Message):
            track = self._track(event.item_id, event.response_id)
            track.outcome = event.outcome.name.lower()
            track.heard_ms, track.received_ms = event.heard_ms, event.received_ms
            if event.outcome is Outcome.TEXT_ONLY:
                self.shown_texts[event.item_id] = event.heard_text
            self._place_unreported(track, event)
            track.heard_text = event.heard_text
            track.generated_text = event.generated_text or event.heard_text
        elif isinstance(event, FunctionCallEvent):
            call = FunctionCall(self._now_ms(), event.response_id, event.name, event.arguments)
            self._timeline.calls.append(call)

    def on_command(self, command: Command) -> None:
        """Takes what the server is told."""
        told = Told(self._now_ms(), _COMMANDS[type(command)], json=command.json)
        if not isinstance(command, Sync):
            told.response_id = command.response_id
        if isinstance(command, (Truncate, Delete, Create)):
            told.item_id = command.item_id
        if isinstance(command, Truncate):
            told.audio_end_ms = command.audio_end_ms
        self._timeline.told.append(told)

    def _live_session(self) -> Session:
        if self.session is None:
            raise RuntimeError("a TimelineRecorder needs its session: recorder.session = player.session")
        return self.session

    def _track(self, item_id: str, response_id: str) -> Track:
        track = self._tracks.get(item_id)
        if track is None:
            track = self._tracks[item_id] = Track(item_id, response_id)
            self._timeline.tracks.append(track)
        return track

    def _part_of(self, segment: int) -> tuple[str, int] | None:
        if segment not in self._parts:
            known = self._live_session().segment(segment)
            if known is None:
                return None
            self._track(known.item_id, known.response_id)
            self._parts[segment] = known.item_id, known.content_index
        return self._parts[segment]

    def _place_unreported(self, track: Track, record: Message) -> None:
        """Gives what no sink reported (a paced one, a device) the time that the session says."""
        is_reported = track.heard or any(heard is track for heard, _ in self._pieces)
        if not is_reported and record.started_us is not None and record.stopped_us is not None:
            start_ms, end_ms = ((us - self.began_us) / 1000 for us in (record.started_us, record.stopped_us))
            track.heard.append(Span(start_ms, end_ms))

    def _place_pieces(self) -> None:
        """Gives the pieces of the last moment their time, one behind the other."""
        start_ms = self._moment_ms - sum(ms for _, ms in self._pieces)
        for track, ms in self._pieces:
            last = track.heard[-1] if track.heard else None
            if last is not None and start_ms - last.end_ms < _JITTER_MS:
                last.end_ms = start_ms + ms
            else:
                track.heard.append(Span(start_ms, start_ms + ms))
            start_ms += ms
        self._pieces.clear()


def _name(value: object) -> str:
    """An id as the session has it: half a character is one that nobody knows. What is no text is none."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
