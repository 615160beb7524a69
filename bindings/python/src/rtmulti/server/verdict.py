"""Compares, item by item, what the listener heard or read with what the server remembers, and says so in a table. The law
of rtmulti is the only rule here: the two are the same."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .conversation import Conversation, Item, Part, PartKind
from .refusal import RACES, Refusal

_UNREPORTED = (
    "NO VERDICT: the client never said what its sink played, so nobody knows what the listener heard. A client that plays "
    "says it with rtmulti.heard events before it leaves, and rtmulti.shown of text; `python -m rtmulti record` plays "
    "nothing."
)
#: Both sides round to whole milliseconds, so they may differ by one.
TOLERANCE_MS = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One message: what was sent of it, heard by the listener, and is remembered by the server. `heard_ms` is None when
    the client never said what its sink played of it.

    A message that was shown, or that was lost with its connection, is judged by its words: `remembered_text` is not None.
    """

    item_id: str
    text: str
    sent_ms: int
    heard_ms: int | None
    remembered_ms: int
    told: str  # "nothing", "truncate" or "delete"; "create" for one that was lost and made anew
    shown_text: str | None = None  # what the client said that it showed
    remembered_text: str | None = None
    is_lost: bool = False

    @property
    def agrees(self) -> bool:
        """Whether the server remembers what was heard."""
        if self.remembered_text is None:
            return abs((self.heard_ms or 0) - self.remembered_ms) <= TOLERANCE_MS
        if self.shown_text is not None or self.sent_ms == 0:
            return self.remembered_text.strip() == (self.shown_text or "").strip()
        return _are_heard_words(self.remembered_text.strip(), self.text.strip(), (self.heard_ms or 0), self.sent_ms)


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
        has_tried = any(words.startswith(("rtmulti.heard:", "rtmulti.shown:")) for words in self.refusals)
        said = (line.heard_ms is not None or line.shown_text is not None for line in self.lines)
        return not self.lines or has_tried or any(said)

    def to_json(self) -> dict[str, Any]:
        """The verdict for machines."""
        messages = [_to_json(line) | {"agrees": line.agrees if self.is_reported else None} for line in self.lines]
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
            f" {line.item_id:{id_width}}  {_sent(line):>8}  {_heard(line):>9}  {_remembered(line):>10}  "
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
        said = [f"{line.item_id}: {_difference(line)}." for line in different]
        return [*said, *refused, "VERDICT: the server does NOT remember what the listener heard."]


def judge(
    conversation: Conversation, refused: list[tuple[str, Refusal]], excused: set[str]
) -> Verdict:
    """The verdict over a conversation; `refused` are the client's event types with their refusals, `excused` the items
    that the script itself refused to change."""
    lost = [_line_of_words(conversation, item, is_lost=True) for item in conversation.lost if item.parts]
    lines = [*lost, *(line for item in conversation.spoken for line in _lines(conversation, item))]
    lines = [line for line in lines if line.item_id not in excused]
    return Verdict(
        tuple(lines), tuple(f"{kind}: {words.message}" for kind, words in refused if words.code not in RACES)
    )


def _lines(conversation: Conversation, item: Item) -> list[Line]:
    has_audio = any(part.kind is PartKind.AUDIO for part in item.parts)
    if item.parts and (item.shown_text is not None or not has_audio):
        return [_line_of_words(conversation, item, is_lost=False)]
    return [_line(conversation, item, part) for part in item.parts if part.kind is PartKind.AUDIO]


def _line_of_words(conversation: Conversation, item: Item, is_lost: bool) -> Line:
    heard_ms = [part.heard_ms for part in item.parts if part.heard_ms is not None]
    if is_lost:
        made = conversation.made_anew(item.id)
        told, remembered = ("nothing", "") if made is None else ("create", made)
    else:
        is_cut = any(part.truncated_ms is not None for part in item.parts)
        is_held = item.id in conversation.items
        told = ("truncate" if is_cut else "nothing") if is_held else "delete"
        remembered = item.said if told == "nothing" else ""
    return Line(
        item.id,
        item.said,
        sum(part.sent_ms for part in item.parts),
        sum(heard_ms) if heard_ms else None,
        0,
        told,
        item.shown_text,
        remembered,
        is_lost,
    )


def _are_heard_words(words: str, said: str, heard_ms: int, sent_ms: int) -> bool:
    """Whether these may be the words that were heard: nobody knows where in the sound each of them is, so of a message
    that was cut they may be some too many or too few, but neither none nor all that was said of most of it."""
    if heard_ms <= TOLERANCE_MS or heard_ms >= sent_ms - TOLERANCE_MS:
        return words == (said if heard_ms > TOLERANCE_MS else "")
    about = len(said) * heard_ms / sent_ms
    slack = max(map(len, said.split()), default=0) + 1 + len(said) / 10
    return said.startswith(words) and abs(len(words) - about) <= slack


def _line(conversation: Conversation, item: Item, part: Part) -> Line:
    is_held = item.id in conversation.items
    change = "nothing" if part.truncated_ms is None else "truncate"
    told = change if is_held else "delete"
    return Line(item.id, part.said, part.sent_ms, part.heard_ms, part.remembered_ms if is_held else 0, told)


def _to_json(line: Line) -> dict[str, Any]:
    """A line under the names that `play --json` has, too."""
    return {"generated_text" if name == "text" else name: value for name, value in asdict(line).items()}


def _sent(line: Line) -> str:
    return f"{line.sent_ms} ms" if line.sent_ms else "text"


def _heard(line: Line) -> str:
    if line.shown_text is not None:
        return "shown" if line.shown_text == line.text else "in part" if line.shown_text else "not shown"
    return "no report" if line.heard_ms is None else f"{line.heard_ms} ms"


def _remembered(line: Line) -> str:
    words = line.remembered_text
    if words is None:
        return f"{line.remembered_ms} ms"
    return "all words" if words.strip() == line.text.strip() else f"{len(words.split())} words" if words else "no words"


def _difference(line: Line) -> str:
    if line.remembered_text is None:
        return f"the listener heard {line.heard_ms or 0} ms, the server remembers {line.remembered_ms} ms"
    if line.shown_text is not None or not line.sent_ms:
        return f"the listener was shown {line.shown_text or ''!r}, the server remembers {line.remembered_text!r}"
    heard = f"the listener heard {line.heard_ms or 0} of {line.sent_ms} ms of {line.text!r}"
    return f"{heard}, made anew was {line.remembered_text!r}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
