"""Compares, item by item, what the listener heard with what the server remembers, and says so in a table. The law of
rtmulti is the only rule here: the two are the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .conversation import Conversation, Item, Part, PartKind
from .refusal import RACES, Refusal

_UNREPORTED = (
    "NO VERDICT: the client never said what its sink played, so nobody knows what the listener heard. A client that plays "
    "says it with rtmulti.heard events before it leaves; `python -m rtmulti record` plays nothing."
)
#: Both sides round to whole milliseconds, so they may differ by one.
TOLERANCE_MS = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One message: what was sent of it, heard by the listener, and is remembered by the server. `heard_ms` is None when
    the client never said what its sink played of it."""

    item_id: str
    text: str
    sent_ms: int
    heard_ms: int | None
    remembered_ms: int
    told: str  # "nothing", "truncate" or "delete"

    @property
    def agrees(self) -> bool:
        """Whether the server remembers what was heard."""
        return abs((self.heard_ms or 0) - self.remembered_ms) <= TOLERANCE_MS


@dataclass(frozen=True, slots=True)
class Verdict:
    """The end of one connection."""

    lines: tuple[Line, ...]
    refusals: tuple[str, ...]  # what the client was refused, without the races that nobody can avoid

    @property
    def is_green(self) -> bool:
        """Whether every message agrees and nothing was refused."""
        return not self.refusals and self.is_reported and all(line.agrees for line in self.lines)

    @property
    def is_reported(self) -> bool:
        """Whether the client said of any message what its sink played; else nobody knows what the listener heard."""
        has_tried = any(words.startswith("rtmulti.heard:") for words in self.refusals)
        return not self.lines or has_tried or any(line.heard_ms is not None for line in self.lines)

    def to_json(self) -> dict[str, Any]:
        """The verdict for machines."""
        messages = [asdict(line) | {"agrees": line.agrees if self.is_reported else None} for line in self.lines]
        return {
            "green": self.is_green,
            "reported": self.is_reported,
            "messages": messages,
            "refusals": list(self.refusals),
        }

    def __str__(self) -> str:
        return "\n".join([*self._table(), "", *self._summary()])

    def _table(self) -> list[str]:
        id_width = max([len(line.item_id) for line in self.lines], default=4)
        head = f" {'item':{id_width}}  {'sent':>8}  {'heard':>9}  {'remembered':>10}  {'told':8}  {'':7}  text"
        rows = [
            f" {line.item_id:{id_width}}  {line.sent_ms:5} ms  {_heard(line):>9}  {line.remembered_ms:7} ms  "
            f"{line.told:8}  {self._word(line):7}  {_short(line.text)}"
            for line in self.lines
        ]
        return [head, *rows]

    def _word(self, line: Line) -> str:
        if not self.is_reported:
            return ""
        return "same" if line.agrees else "DIFFERS"

    def _summary(self) -> list[str]:
        if self.is_green:
            count = f"{len(self.lines)} message{'' if len(self.lines) == 1 else 's'}"
            return [f"VERDICT: the server remembers what the listener heard ({count})."]
        refused = [f"Refused: {words}" for words in self.refusals]
        if not self.is_reported:
            return [*refused, _UNREPORTED]
        different = [line for line in self.lines if not line.agrees]
        said = [
            f"{line.item_id}: the listener heard {line.heard_ms or 0} ms, the server remembers {line.remembered_ms} ms."
            for line in different
        ]
        return [*said, *refused, "VERDICT: the server does NOT remember what the listener heard."]


def judge(conversation: Conversation, refused: list[tuple[str, Refusal]], excused: set[str]) -> Verdict:
    """The verdict over a conversation; `refused` are the client's event types with their refusals, `excused` the items
    that the script itself refused to change."""
    lines = [
        _line(conversation, item, part)
        for item in conversation.spoken
        for part in item.parts
        if part.kind is PartKind.AUDIO and item.id not in excused
    ]
    return Verdict(
        tuple(lines), tuple(f"{kind}: {words.message}" for kind, words in refused if words.code not in RACES)
    )


def _line(conversation: Conversation, item: Item, part: Part) -> Line:
    is_held = item.id in conversation.items
    change = "nothing" if part.truncated_ms is None else "truncate"
    told = change if is_held else "delete"
    return Line(item.id, part.said, part.sent_ms, part.heard_ms, part.remembered_ms if is_held else 0, told)


def _heard(line: Line) -> str:
    return "no report" if line.heard_ms is None else f"{line.heard_ms} ms"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
