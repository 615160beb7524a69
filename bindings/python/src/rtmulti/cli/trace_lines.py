"""A trace as lines for people: when, who said it to whom, and what. What comes in small pieces again and again (audio, its
reports, pieces of text) is one line. What a session does is not known here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..config import SinkFormat
from ..enums import Codec, Driver, Interrupter, ResponseFlag
from ..events import (
    Clear,
    Command,
    Diagnostic,
    Effect,
    Flush,
    FunctionCall,
    HeardAudio,
    HeardText,
    Message,
    PlaybackStarted,
    Settled,
    SpeakingStarted,
    SpeakingStopped,
    Sync,
    TextWrite,
    Truncate,
    Write,
)
from ..session import Session
from ..trace import Entry
from ..trace.replay import sink_format_of

#: Who speaks, by the word of an entry; the others are the server's.
_OF_THE_SINK = frozenset(
    "playback_started playback_progress playback_finished playback_mark playback_queued sink_ready text_delivered pull "
    "pull_meanwhile poll_accept".split()
)
_OF_THE_HOST = frozenset(
    "set_format set_sink set_handlers expect_response expect_out_of_band unexpect_response reconnect interrupt cancel pause "
    "resume close set_server set_clear_timeout set_audio_enabled".split()
)
#: Entries that are no line of their own.
_SILENT = frozenset("advance poll deliver set_handlers".split())
_LONGEST = 72


@dataclass(slots=True)
class Line:
    """One line: at `at_ms`, `who` said `what`, `times` times until `until_ms`; `amount` adds up, and `text` grows."""

    at_ms: float
    who: str
    what: str
    key: tuple[object, ...] | None = None  # lines of one key are one line
    amount_ms: float | None = None
    text: str | None = None
    tail: str = ""
    times: int = 1
    until_ms: float = 0.0

    def add(self, other: Line) -> None:
        """The same once more."""
        self.times += 1
        self.until_ms = other.at_ms
        self.tail = other.tail
        if self.amount_ms is not None and other.amount_ms is not None:
            self.amount_ms += other.amount_ms
        if self.text is not None and other.text is not None:
            self.text += other.text

    def __str__(self) -> str:
        said = self.what
        if self.amount_ms is not None:
            said += f"  {self.amount_ms:.0f} ms"
        if self.text is not None:
            said += f"  {_quoted(self.text)}"
        said += self.tail
        if self.times > 1:
            until = f" until {self.until_ms / 1000:.3f} s" if self.until_ms - self.at_ms >= 0.5 else ""
            said += f"  ({self.times} times{until})"
        return f"{self.at_ms / 1000:9.3f} s  {self.who:8}  {said}"

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        line: dict[str, Any] = {"at_ms": round(self.at_ms, 3), "who": self.who, "what": f"{self.what}{self.tail}"}
        if self.amount_ms is not None:
            line["ms"] = round(self.amount_ms, 3)
        if self.text is not None:
            line["text"] = self.text
        if self.times > 1:
            line |= {"times": self.times, "until_ms": round(self.until_ms, 3)}
        return line


class Lines:
    """Collects lines; with `is_all` none is added to another."""

    def __init__(self, session: Session | None = None, *, is_all: bool = False) -> None:
        self.lines: list[Line] = []
        self.session = session
        self.format = SinkFormat()
        self._is_all = is_all
        self._run: dict[tuple[object, ...], Line] = {}
        self._received_ms: dict[str, int] = {}
        self._local: set[str] = set()
        self._has_sink = False

    def _put(self, line: Line) -> None:
        if line.key is None or self._is_all:
            self._run.clear()
        elif line.key in self._run:
            self._run[line.key].add(line)
            return
        else:
            self._run[line.key] = line
        self.lines.append(line)

    # --- what came out ---

    def took(self, at_ms: float, effect: Effect) -> None:
        """An effect; it stands behind the input that caused it."""
        line = self._of_effect(at_ms, effect)
        if line is not None:
            self._put(line)

    def _of_effect(self, at_ms: float, effect: Effect) -> Line | None:
        if isinstance(effect, Command):
            return Line(at_ms, "> server", _command(effect))
        if isinstance(effect, Diagnostic):
            about = "".join(f" {name}" for name in (effect.response_id, effect.item_id) if name)
            return Line(at_ms, "> host", f"note {effect.kind.name.lower()}{about}: {effect.message}")
        if isinstance(effect, Write):
            ms = effect.frames * 1000 / self.format.sample_rate_hz
            return Line(at_ms, "> sink", f"write  segment {effect.segment}", ("w", effect.segment), ms)
        if isinstance(effect, HeardAudio):
            return None
        if isinstance(effect, HeardText):
            key = "heard", effect.item_id
            return Line(at_ms, "> host", f"heard  {effect.item_id}", key, text=effect.text)
        return Line(at_ms, "> host" if isinstance(effect, _TOLD) else "> sink", _told(effect))

    # --- what went in ---

    def begin(self, at_ms: float, entry: Entry) -> None:
        """An input is about to be given: its line stands before what it causes."""
        line = self._of_input(at_ms, entry)
        if line is not None:
            self._put(line)

    def gave(self, entry: Entry, code: str, sentence: str) -> None:
        """The input was given; what the session refused is said behind it."""
        if entry.word in ("audio", "audio_base64", "packet", "receive_json"):
            self._count_audio(entry)
        if code == "RTMULTI_STOPPED":
            self._put(Line(self._last_ms(), "> host", "a callback failed here, and the rest waited for the next call"))
        elif sentence and entry.word != "deliver":
            self._put(Line(self._last_ms(), "> host", f"refused  {entry.word}: {sentence}"))

    def _last_ms(self) -> float:
        last = self.lines[-1] if self.lines else None
        return 0.0 if last is None else max(last.at_ms, last.until_ms)

    def _of_input(self, at_ms: float, entry: Entry) -> Line | None:
        if entry.word in _SILENT or (entry.word == "set_sink" and not entry.numbers and not self._has_sink):
            return None
        who = "sink" if entry.word in _OF_THE_SINK else "host" if self._is_of_the_host(entry) else "server"
        return self._of_event(at_ms, entry) if entry.word == "receive_json" else self._of_call(at_ms, who, entry)

    def _is_of_the_host(self, entry: Entry) -> bool:
        """Whether the host says it itself; a local response is the host's own (rule A11)."""
        place = entry.place
        if entry.word == "response_created" and entry.numbers[0] & ResponseFlag.LOCAL:
            self._local.add(place.response_id)
        if place.response_id in self._local and place.item_id:
            self._local.add(place.item_id)
        return entry.word in _OF_THE_HOST or place.response_id in self._local or place.item_id in self._local

    def _of_event(self, at_ms: float, entry: Entry) -> Line:
        if entry.left_out:
            return Line(at_ms, "server", f"an event of {entry.left_out} bytes, which is too long to be read")
        try:
            event = json.loads(entry.texts[0])
            kind = event["type"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return Line(at_ms, "server", "what is no event", text=entry.texts[0][:200].decode(errors="replace"))
        about = " ".join(_names(event))
        what = f"{kind}  {about}".rstrip()
        if kind.endswith("audio.delta"):
            return Line(at_ms, "server", what, ("e", kind, about), 0.0)
        if kind.endswith("delta") and isinstance(event.get("delta"), str):
            return Line(at_ms, "server", what, ("e", kind, about), text=event["delta"])
        message = event.get("error", {}).get("message") if isinstance(event.get("error"), dict) else None
        return Line(at_ms, "server", what, text=message, tail=_end(event))

    def _of_call(self, at_ms: float, who: str, entry: Entry) -> Line:
        place, word, numbers = entry.place, entry.word, entry.numbers
        about = " ".join(name for name in (place.response_id if not place.item_id else "", place.item_id) if name)
        what = f"{word}  {about}".rstrip()
        if word == "set_sink":
            return Line(at_ms, who, f"set_sink  {self._sink(entry)}")
        if word == "interrupt":
            by = Interrupter(numbers[0]).name.lower() if numbers[0] in list(Interrupter) else "somebody"
            return Line(at_ms, who, f"{what}  by the {by}")
        if word in ("audio", "audio_base64", "packet"):
            return Line(at_ms, who, what, ("a", word, place), 0.0)
        if word == "text":
            return Line(at_ms, who, what, ("t", place), text=entry.texts[0].decode(errors="replace"))
        if word in ("playback_progress", "playback_finished", "playback_mark"):
            cut = ", interrupted" if word == "playback_finished" and numbers[2] else ""
            line = Line(at_ms, who, f"{word}  segment {numbers[0]}", tail=f"  to {self._ms(numbers[1])}{cut}")
            line.key = ("p", word, numbers[0]) if word != "playback_finished" else None
            return line
        if word == "playback_started":
            return Line(at_ms, who, f"{word}  segment {numbers[0]}")
        if word == "playback_queued":
            return Line(at_ms, who, word, (word,), tail=f"  {self._ms(numbers[0])}")
        if word in ("pull", "pull_meanwhile"):
            return Line(at_ms, who, "pull", ("pull",), numbers[0] * 1000 / self.format.sample_rate_hz)
        if word == "set_format":
            codec = Codec(numbers[0]).name if numbers[0] in list(Codec) else str(numbers[0])
            return Line(at_ms, who, f"set_format  {codec}, {numbers[1]} Hz, {_channels(numbers[2])}")
        if word == "set_audio_enabled":
            return Line(at_ms, who, f"{word}  {'on' if numbers[0] else 'off'}")
        words = " ".join(_quoted(text.decode(errors="replace")) for text in entry.texts if text)
        key = (word,) if word == "sink_ready" else None
        return Line(at_ms, who, f"{what}  {words}".rstrip(), key)

    def _sink(self, entry: Entry) -> str:
        if not entry.numbers:
            self._has_sink = False
            return "none"
        try:
            form = sink_format_of(entry.numbers)
        except ValueError as error:
            return str(error)
        if not form.sample_rate_hz:
            return "0 Hz"
        self._has_sink, self.format = True, form
        named = {"gapless": form.gapless, "cannot pause": not form.can_pause, "cannot clear": not form.can_clear}
        more = [name for name, is_so in named.items() if is_so]
        more += [f"{form.output_latency_ms} ms behind"] if form.output_latency_ms else []
        return ", ".join([Driver(form.driver).name.lower(), f"{form.sample_rate_hz} Hz", _channels(form.channels), *more])

    def _ms(self, frames: int) -> str:
        return f"{frames * 1000 // self.format.sample_rate_hz} ms"

    def _count_audio(self, entry: Entry) -> None:
        """How much audio the line of the last delta stands for, as the session counts it."""
        if self.session is None:
            return
        line = next((line for line in reversed(self.lines) if line.amount_ms is not None and line.who in ("server", "host")), None)
        item_id = entry.place.item_id or (line.what.split()[-1] if line is not None else "")
        record = self.session.message(item_id) if item_id else None
        if line is None or record is None:
            return
        new_ms = record.received_ms - self._received_ms.get(item_id, 0)
        self._received_ms[item_id] = record.received_ms
        line.amount_ms = (line.amount_ms or 0.0) + new_ms


_TOLD = (SpeakingStarted, SpeakingStopped, Settled, PlaybackStarted, Message, FunctionCall)


def _end(event: dict[str, Any]) -> str:
    """How a response ended, where the server has not completed it, and why."""
    response = event.get("response")
    if event["type"] != "response.done" or not isinstance(response, dict):
        return ""
    status, details = response.get("status"), response.get("status_details")
    if not isinstance(status, str) or status == "completed":
        return ""
    why = details.get("reason") if isinstance(details, dict) else details
    return f"  {status}: {_quoted(why)}" if isinstance(why, str) else f"  {status}"


def _names(event: dict[str, Any]) -> Iterator[str]:
    """What an event is about: its item, else its response."""
    for holder in ("item", "response"):
        inner = event.get(holder)
        name = event.get(f"{holder}_id") or (inner.get("id") if isinstance(inner, dict) else None)
        if isinstance(name, str) and name:
            yield name
            return


def _command(command: Command) -> str:
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(command).__name__).lower()
    if isinstance(command, Truncate):
        return f"truncate  {command.item_id} at {command.audio_end_ms} ms"
    if isinstance(command, Sync):
        kept = ", ".join(one.item_id for one in command.kept) or "nothing"
        return f"sync  keep {kept}; drop {', '.join(command.dropped) or 'nothing'}"
    about = getattr(command, "item_id", "") or getattr(command, "response_id", "")
    return f"{name}  {about}".rstrip()


def _told(effect: Effect) -> str:
    if isinstance(effect, Message):
        heard = f"  {_quoted(effect.heard_text)}" if effect.heard_text else ""
        outcome = effect.outcome.name.lower().replace("_", " ")
        return f"record  {effect.item_id} {outcome}, heard {effect.heard_ms} of {effect.received_ms} ms{heard}"
    if isinstance(effect, SpeakingStarted):
        return f"speaking started  {effect.response_id}"
    if isinstance(effect, SpeakingStopped):
        return f"speaking stopped  {effect.response_id}"
    if isinstance(effect, Settled):
        return f"settled  {effect.response_id}"
    if isinstance(effect, PlaybackStarted):
        return f"playback started  {effect.item_id} as segment {effect.segment}"
    if isinstance(effect, FunctionCall):
        return f"function call  {effect.item_id} {effect.name}({_short(effect.arguments)})"
    if isinstance(effect, (Flush, Clear)):
        return f"{type(effect).__name__.lower()}  segment {effect.segment}"
    if isinstance(effect, TextWrite):
        return f"text  {effect.item_id} {_quoted(effect.text)}"
    return type(effect).__name__.lower()


def _channels(channels: int) -> str:
    return {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _quoted(text: str) -> str:
    return f'"{_short(text)}"'.replace("\n", " ")
