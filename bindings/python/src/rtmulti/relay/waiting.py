"""The server's events that wait until the audio before them has gone to the client, so that it gets everything in the order
in which it was said, and never hears of a message of which nothing was heard. Nothing is sent or parsed here."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


class Overflow(Exception):
    """More events wait than one connection may keep."""


class Stage(enum.Enum):
    """How far a message has come at the client."""

    UNSAID = enum.auto()  # nothing of it has been heard: the client does not know of it
    SAID = enum.auto()  # its events go behind its audio
    OVER = enum.auto()  # what still comes of it passes
    DROPPED = enum.auto()  # it was never heard, and never will be


@dataclass(slots=True)
class _Line:
    response_id: str
    stage: Stage = Stage.UNSAID
    sent_ms: int = 0
    held: deque[tuple[int, str]] = field(default_factory=deque)  # behind how much audio, in ms, and the event


class Waiting:
    """The lines of one connection's messages, and the ends of its responses; `send` takes one event for the client, `finish`
    looks at the end of a response before it goes."""

    def __init__(
        self, send: Callable[[str], object], finish: Callable[[str], str], most_bytes: int
    ) -> None:
        self._send = send
        self._finish = finish
        self._most_bytes = most_bytes
        self._bytes = 0
        self._lines: dict[str, _Line] = {}
        #: Ends of responses, which wait until all of the response was heard.
        self._ends: dict[str, str] = {}
        #: Responses that have settled, newest last.
        self._settled: deque[str] = deque(maxlen=64)

    def knows(self, item_id: str) -> bool:
        """Whether this is a message whose events wait."""
        return item_id in self._lines

    def announce(self, item_id: str, response_id: str) -> None:
        """A message that may speak."""
        if item_id not in self._lines:
            self._lines[item_id] = _Line(response_id)

    def event(self, item_id: str, received_ms: int, event: str) -> None:
        """An event about a message, behind `received_ms` of its audio. Raises Overflow."""
        line = self._lines[item_id]
        if line.stage is Stage.DROPPED:
            return
        if line.stage is Stage.OVER or (line.stage is Stage.SAID and not line.held and received_ms <= line.sent_ms):
            self._send(event)
            return
        self._count(event)
        line.held.append((received_ms, event))

    def audio(self, item_id: str, response_id: str) -> None:
        """Audio of a message is about to go: what stands before it goes first."""
        self.announce(item_id, response_id)
        line = self._lines[item_id]
        if line.stage is Stage.UNSAID:
            line.stage = Stage.SAID
        self._release(line)

    def audio_sent(self, item_id: str, sent_ms: int) -> None:
        """So much of a message's audio has gone: what stood behind it follows."""
        line = self._lines[item_id]
        line.sent_ms = sent_ms
        self._release(line)

    def over(self, item_id: str, was_heard: bool) -> None:
        """A message has its outcome: the rest of its events goes, or all that there is of one that was never heard."""
        line = self._lines.get(item_id)
        if line is None:
            return
        if was_heard or line.stage is Stage.SAID:
            line.stage = Stage.OVER
            self._release(line)
        elif line.stage is Stage.UNSAID:
            line.stage = Stage.DROPPED
            self._bytes -= sum(len(event) for _, event in line.held)
            line.held.clear()

    def end(self, response_id: str, event: str) -> None:
        """The end of a response: it goes when all of it was heard. Raises Overflow."""
        if response_id in self._settled or not any(line.response_id == response_id for line in self._lines.values()):
            self._send(self._finish(event))
            return
        self._count(event)
        self._ends[response_id] = event

    def settled(self, response_id: str) -> None:
        """All of a response was heard, or it was cut."""
        self._settled.append(response_id)
        event = self._ends.pop(response_id, None)
        if event is not None:
            self._bytes -= len(event)
            self._send(self._finish(event))
        if len(self._lines) > 256:
            # Of what settled long ago nothing comes any more.
            known = set(self._settled)
            old = [item_id for item_id, line in self._lines.items() if line.response_id in known and not line.held]
            for item_id in old[:-64]:
                del self._lines[item_id]

    def is_unsaid(self, item_id: str) -> bool:
        """Whether the client has not heard of this message."""
        line = self._lines.get(item_id)
        return line is not None and line.stage in (Stage.UNSAID, Stage.DROPPED)

    @property
    def dropped(self) -> set[str]:
        """The messages of which the client will never hear."""
        return {item_id for item_id, line in self._lines.items() if line.stage is Stage.DROPPED}

    def has_settled(self, response_id: str) -> bool:
        """Whether all of a response was heard, or it was cut."""
        return response_id in self._settled

    def _release(self, line: _Line) -> None:
        while line.held and (line.stage is Stage.OVER or line.held[0][0] <= line.sent_ms):
            _, event = line.held.popleft()
            self._bytes -= len(event)
            self._send(event)

    def _count(self, event: str) -> None:
        self._bytes += len(event)
        if self._bytes > self._most_bytes:
            raise Overflow(f"more than {self._most_bytes} bytes of events wait behind audio that was not heard yet")
