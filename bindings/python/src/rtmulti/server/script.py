"""The script of the strict server: what it says in each turn, read from JSON and checked key by key. Nothing is spoken
or sent here.

    {"about": "...",                        what it shows, in a sentence: `rtmulti serve --list` prints it
     "voice": "tone",                       "auto" (espeak-ng if installed), "espeak" or "tone"
     "format": "audio/pcm",                 or audio/pcmu, audio/pcma; a client may ask for another
     "turn_detection": {...},               merged into server_vad; null: the client commits and creates by itself
     "listener": "any",                     "real_time": nobody can hear faster than time passes
     "playout": "client",                   "server": it plays by itself, as over WebRTC and SIP, and sends no audio
     "refuse": {"conversation.item.truncate": {"code": "...", "message": "..."}},   the next such event only
     "turns": [
       {"output": [
          {"message": "Let me check.", "audio_ms": 1000, "audio_file": "a.opus", "modality": "audio", "phase": "..."},
          {"call": "get_weather", "arguments": {"city": "Paris"}},
          {"pause_ms": 300},                nothing is sent for a while
          {"error": {"code": "...", "message": "..."}}],
        "pace": 4,                          times real time; 0: as fast as the socket takes it; below 1: a slow network
        "chunk_ms": 100,                    audio in one delta
        "batch_done": false,                true: all done events of the turn at its end, as some servers send them
        "status": "completed", "reason": "",     how the response ends by itself
        "speech_at_ms": 1500, "speech_ms": 400,  the user is heard to speak so long after the response began
        "drop_at_ms": 800,                  the connection is lost so long after the response began
        "late_output": [...]}]}             what is still announced and sent after the response was cancelled

A turn is spoken for each `response.create` that is accepted, and for each user turn that the VAD completes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from .._files import MIB, UnreadableFile, read_file
from .shipped import find_script, shipped_scripts
from .voice import Format, Voice

_T = TypeVar("_T")

#: Server VAD as the service has it when the client says nothing.
SERVER_VAD: Mapping[str, Any] = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
    "create_response": True,
    "interrupt_response": True,
}
REFUSABLE = ("conversation.item.truncate", "conversation.item.delete", "response.cancel", "response.create")
_TOP = "the script"
STATUSES = ("completed", "incomplete", "failed")
_LARGEST_SCRIPT_BYTES = 4 * MIB
#: No text, time and pace of a script is longer; all of what it speaks may take LONGEST_SPEECH_MS.
_LONGEST_TEXT = 10_000
_LONGEST_MS = 3_600_000
_LONGEST_AUDIO_MS = 300_000
LONGEST_SPEECH_MS = 1_800_000
TOO_LONG = f"the script speaks for more than {LONGEST_SPEECH_MS // 60_000} minutes."
_FASTEST_PACE = 1000.0
_SLOWEST_PACE = 0.001


class ScriptError(Exception):
    """The script cannot be used; the message names the file and the place."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message: with audio and its transcript, or (`modality` "text") as text alone."""

    text: str
    audio_ms: int | None = None
    audio_file: Path | None = None
    modality: str = "audio"
    phase: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; `arguments` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for `pause_ms`."""

    pause_ms: int


@dataclass(frozen=True, slots=True)
class Fault:
    """An `error` event that no client event caused, or the words with which one is refused."""

    code: str
    message: str


Output = Message | Call | Pause | Fault


@dataclass(frozen=True, slots=True)
class Turn:
    """One response of the model, as the module's comment describes it."""

    output: tuple[Output, ...]
    pace: float = 4.0
    chunk_ms: int = 100
    batch_done: bool = False
    status: str = "completed"
    reason: str = ""
    speech_at_ms: int | None = None
    speech_ms: int = 400
    drop_at_ms: int | None = None
    late_output: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A whole script."""

    turns: tuple[Turn, ...]
    voice: Voice = Voice.AUTO
    format: Format = Format.PCM
    turn_detection: Mapping[str, Any] | None = field(default_factory=lambda: dict(SERVER_VAD))
    real_time_listener: bool = False
    refuse: Mapping[str, Fault] = field(default_factory=dict)
    owns_playout: bool = False
    about: str = ""

    def spoken(self) -> list[Message]:
        """The messages that need a sound, each once."""
        outputs = (output for turn in self.turns for output in (*turn.output, *turn.late_output))
        spoken = (one for one in outputs if isinstance(one, Message) and one.modality == "audio")
        return list(dict.fromkeys(spoken))


def load_script(script: Path | str) -> Script:
    """Reads a script: one of the package by its name ("weather"), or a file. Raises ScriptError; files that it names are
    looked for beside it."""
    path = script if isinstance(script, Path) else find_script(script)
    if path is None:
        names = ", ".join(shipped_scripts())
        raise ScriptError(f"there is no script {script}; there are {names}, and the path of a JSON file does as well.")
    try:
        data = json.loads(read_file(path, _LARGEST_SCRIPT_BYTES))
    except UnreadableFile as error:
        raise ScriptError(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise ScriptError(f"{path} is not JSON: {error}.") from error
    try:
        return parse_script(data, path.parent)
    except ScriptError as error:
        raise ScriptError(f"{path}: {error}") from None


def parse_script(data: object, folder: Path = Path()) -> Script:
    """Makes a script of parsed JSON. Raises ScriptError, which then names the place but no file."""
    top = _Table(_TOP, data)
    vad = _turn_detection(top) if top.has("turn_detection") else dict(SERVER_VAD)
    script = Script(
        turns=tuple(_turn(place, turn, folder) for place, turn in top.entries("turns")),
        voice=Voice(top.choice("voice", "auto", [voice.value for voice in Voice])),
        format=Format(top.choice("format", "audio/pcm", [form.value for form in Format])),
        turn_detection=vad,
        real_time_listener=top.choice("listener", "any", ["any", "real_time"]) == "real_time",
        refuse=_refusals(top),
        owns_playout=top.choice("playout", "client", ["client", "server"]) == "server",
        about=top.optional("about", str) or "",
    )
    top.close()
    if sum(message.audio_ms or 0 for message in script.spoken()) > LONGEST_SPEECH_MS:
        raise ScriptError(TOO_LONG)
    if not script.turns:
        raise ScriptError("the script has no turns; give it at least one in 'turns'.")
    return script


def _turn_detection(top: _Table) -> dict[str, Any] | None:
    changes = top.optional("turn_detection", dict)
    if changes is None:
        return None
    table = _Table("turn_detection", changes)
    made: dict[str, Any] = {}
    for key, default in SERVER_VAD.items():
        if isinstance(default, bool):
            chosen = table.optional(key, bool)
            made[key] = default if chosen is None else chosen
        elif isinstance(default, str):
            made[key] = table.choice(key, default, [default, "semantic_vad"])
        else:
            made[key] = table.number(key, default, 0, _LONGEST_MS, type(default))
    table.close()
    return made


def _refusals(top: _Table) -> dict[str, Fault]:
    refusals = {}
    for kind, words in (top.optional("refuse", dict) or {}).items():
        if kind not in REFUSABLE:
            raise ScriptError(f"refuse: '{kind}' cannot be refused on demand; these can: {', '.join(REFUSABLE)}.")
        refusals[kind] = _fault(_Table(f"refuse.{kind}", words))
    return refusals


def _turn(place: str, data: object, folder: Path) -> Turn:
    table = _Table(place, data)
    turn = Turn(
        output=tuple(_output(at, entry, folder) for at, entry in table.entries("output")),
        pace=table.pace("pace", 4.0),
        chunk_ms=table.number("chunk_ms", 100, 10, _LONGEST_MS, int),
        batch_done=table.optional("batch_done", bool) or False,
        status=table.choice("status", "completed", STATUSES),
        reason=table.optional("reason", str) or "",
        speech_at_ms=table.number("speech_at_ms", 0, 0, _LONGEST_MS, int) if table.has("speech_at_ms") else None,
        speech_ms=table.number("speech_ms", 400, 100, _LONGEST_MS, int),
        drop_at_ms=table.number("drop_at_ms", 0, 0, _LONGEST_MS, int) if table.has("drop_at_ms") else None,
        late_output=tuple(_output(at, entry, folder) for at, entry in table.entries("late_output")),
    )
    table.close()
    return turn


def _output(place: str, data: object, folder: Path) -> Output:
    table = _Table(place, data)
    output: Output
    if table.has("message"):
        file = table.optional("audio_file", str)
        output = Message(
            text=table.text("message"),
            audio_ms=table.number("audio_ms", 0, 0, _LONGEST_AUDIO_MS, int) if table.has("audio_ms") else None,
            audio_file=None if file is None else folder / file,
            modality=table.choice("modality", "audio", ["audio", "text"]),
            phase=table.optional("phase", str),
        )
    elif table.has("call"):
        output = Call(table.text("call"), json.dumps(table.optional("arguments", dict) or {}))
    elif table.has("pause_ms"):
        output = Pause(table.number("pause_ms", 0, 0, _LONGEST_MS, int))
    elif table.has("error"):
        output = _fault(_Table(f"{place}.error", table.optional("error", dict)))
    else:
        raise ScriptError(f"{place}: an output is one of 'message', 'call', 'pause_ms' and 'error'; none is there.")
    table.close()
    return output


def _fault(table: _Table) -> Fault:
    fault = Fault(table.text("code"), table.text("message"))
    table.close()
    return fault


class _Table:
    """A JSON object that knows its place, and at the end which of its keys nobody asked for."""

    def __init__(self, place: str, data: object) -> None:
        if not isinstance(data, dict):
            raise ScriptError(f"{place} must be a JSON object.")
        self._place = place
        self._left = dict(data)

    def has(self, key: str) -> bool:
        return key in self._left

    def optional(self, key: str, kind: type[_T]) -> _T | None:
        value = self._left.pop(key, None)
        if value is not None and not isinstance(value, kind):
            names = {str: "a text", dict: "an object", list: "a list", bool: "true or false"}
            raise ScriptError(f"{self._place}: '{key}' must be {names.get(kind, kind.__name__)}.")
        if isinstance(value, str):
            self._check_text(key, value)
        return value

    def _check_text(self, key: str, value: str) -> None:
        if len(value) > _LONGEST_TEXT:
            raise ScriptError(f"{self._place}: '{key}' must have at most {_LONGEST_TEXT} characters.")
        if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
            raise ScriptError(f"{self._place}: '{key}' holds a character that no text has (NUL, or half of one).")

    def text(self, key: str) -> str:
        value = self.optional(key, str)
        if value is None:
            raise ScriptError(f"{self._place}: '{key}' must be a text.")
        return value

    def number(
        self, key: str, default: _T, minimum: float, maximum: float, kind: Callable[[Any], _T]
    ) -> _T:
        value = self._left.pop(key, default)
        whole = kind is int
        is_number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        # NaN is in no range.
        if not is_number or not minimum <= value <= maximum:
            wanted = f"a {'whole ' if whole else ''}number from {minimum:g} to {maximum:.10g}"
            raise ScriptError(f"{self._place}: '{key}' must be {wanted}.")
        return kind(value)

    def pace(self, key: str, default: float) -> float:
        pace = self.number(key, default, 0.0, _FASTEST_PACE, float)
        if 0 < pace < _SLOWEST_PACE:
            raise ScriptError(f"{self._place}: '{key}' must be 0, which is at once, or at least {_SLOWEST_PACE:g}.")
        return pace

    def choice(self, key: str, default: str, allowed: tuple[str, ...] | list[str]) -> str:
        value = self._left.pop(key, default)
        if value not in allowed:
            raise ScriptError(f"{self._place}: '{key}' must be one of {', '.join(allowed)}.")
        return str(value)

    def entries(self, key: str) -> list[tuple[str, object]]:
        """The entries of a list, each with its place; none when the key is not there."""
        list_place = key if self._place == _TOP else f"{self._place}.{key}"
        return [(f"{list_place}[{index}]", entry) for index, entry in enumerate(self.optional(key, list) or [])]

    def close(self) -> None:
        if self._left:
            raise ScriptError(f"{self._place}: '{next(iter(self._left))}' is not known here.")
