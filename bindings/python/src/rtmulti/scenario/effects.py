"""What the engine did, as the lines of a scenario can say it. Nothing here judges an effect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .words import escaped, printed


class Family(Enum):
    """What is compared together, by the page's name."""

    COMMAND = "command"
    RECORD = "record"
    STATE = "state"
    CALL = "call"
    SINK = "sink"
    TEXT = "text"
    DIAGNOSTIC = "diagnostic"


class Kind(Enum):
    """The vocabulary of the page: the first word of each line and its family."""

    CANCEL = ("cancel", Family.COMMAND)
    TRUNCATE = ("truncate", Family.COMMAND)
    DELETE = ("delete", Family.COMMAND)
    SYNC = ("sync", Family.COMMAND)
    MESSAGE = ("message", Family.RECORD)
    SKIPPED = ("skipped", Family.RECORD)
    SPEAKING_STARTED = ("speaking_started", Family.STATE)
    SPEAKING_STOPPED = ("speaking_stopped", Family.STATE)
    SETTLED = ("settled", Family.STATE)
    CALL = ("call", Family.CALL)
    WRITE = ("write", Family.SINK)
    FLUSH = ("flush", Family.SINK)
    CLEAR = ("clear", Family.SINK)
    PAUSE = ("pause", Family.SINK)
    RESUME = ("resume", Family.SINK)
    TEXT = ("text", Family.TEXT)
    DIAGNOSTIC = ("diagnostic", Family.DIAGNOSTIC)

    @property
    def word(self) -> str:
        """The first word of the kind's line, "truncate" for example."""
        return self.value[0]

    @property
    def family(self) -> Family:
        """What it is compared with."""
        return self.value[1]


@dataclass
class Effect:
    """One effect; fields that its kind does not use are 0 or empty.

    In an expectation a text or status of None and an ms of NOT_GIVEN were not written.
    """

    kind: Kind
    #: The item, the response, or the diagnostic's name.
    id: str = ""
    outcome: str = ""
    text: str | None = ""
    status: str | None = ""
    kept: str = ""
    dropped: str = ""
    content: int = 0
    ms: int = 0
    #: Of a write, as they came from the engine.
    frames: int = 0

    def line(self) -> str:
        """The effect as a line of a scenario, for people."""
        name = printed(self.id)
        if self.kind is Kind.TRUNCATE:
            return f"truncate {name} content={self.content} ms={self.ms}"
        if self.kind is Kind.SYNC:
            return f'sync "{printed(self.kept)}" "{printed(self.dropped)}"'
        if self.kind is Kind.MESSAGE:
            text, status = escaped(self.text or ""), printed(self.status or "")
            return f'message {name} {self.outcome} ms={self.ms} text="{text}" status={status}'
        if self.kind is Kind.WRITE:
            return f"write {name} {self.ms}"
        if self.kind is Kind.TEXT:
            return f'text {name} "{escaped(self.text or "")}"'
        if self.kind in (Kind.PAUSE, Kind.RESUME):
            return self.kind.word
        return f"{self.kind.word} {name}"
