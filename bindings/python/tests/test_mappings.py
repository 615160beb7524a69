"""A server's events as mappings are what they are as JSON text: over every script of the tree and the recorded
conversation, the session is told, says and has the server told the same, whichever way they come."""

from __future__ import annotations

import collections
import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from conversation import HandSink

import rtmulti
from rtmulti.cli.event_log import read_log

pytest.importorskip("websockets")

from rtmulti.server import load_script, shipped_scripts  # noqa: E402
from rtmulti.server.conversation import Conversation  # noqa: E402
from rtmulti.server.response import Request, ScriptedResponse, Wait  # noqa: E402
from rtmulti.server.settings import Settings  # noqa: E402
from rtmulti.server.shapes import Shapes  # noqa: E402

HERE = Path(__file__).resolve().parent
SCRIPTS = list(shipped_scripts().values())
STEP_US = 10_000
TEXT = {"type": "response.output_audio_transcript.delta", "response_id": "r1", "item_id": "A", "content_index": 0}


def said_by(script: Path) -> list[dict[str, Any]]:
    """All that the strict server says from a script, each turn after the other."""
    known = load_script(script)
    shapes, conversation = Shapes(), Conversation()
    events = [shapes.event("session.created", session=Settings(shapes.session_id, known).to_json())]
    for turn in known.turns:
        response = ScriptedResponse(turn, Request(known.format, known.voice), conversation, shapes, lambda: 0.0)
        events += [step for step in response.steps() if not isinstance(step, Wait)]
    return events


def recorded() -> list[dict[str, Any]]:
    path = HERE / "sessions" / "weather.jsonl"
    return [entry.event for entry in read_log(path, path.read_bytes())]


class Played:
    """One way through a conversation: all that was answered, asked, said and told. Half a second in somebody speaks."""

    def __init__(self, events: list[Any]) -> None:
        self.trace: list[object] = []
        self.sink = HandSink()
        self.session = rtmulti.Session(
            self.sink, on_event=self.trace.append, on_command=self.trace.append, on_diagnostic=self.trace.append
        )
        for number, event in enumerate(events):
            self.session.advance(number * STEP_US)
            self.trace.append(self.answer(event))
            if self.sink.written and number % 3 == 0:
                self.sink.play(max(self.sink.written), number * 100)
            if number == len(events) * 2 // 3:
                self.session.interrupt()
        self.session.close()
        self.trace += self.sink.asked

    def answer(self, event: Any) -> object:
        try:
            return self.session.receive(event)
        except rtmulti.RtmultiError as refused:
            return refused.result, str(refused)


def nested(value: Any) -> Any:
    """The same in mappings that are no dicts."""
    if isinstance(value, dict):
        return MappingProxyType({key: nested(inner) for key, inner in value.items()})
    return [nested(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("script", [*SCRIPTS, None], ids=lambda path: "recorded" if path is None else path.stem)
def test_a_mapping_is_what_its_json_is(script: Path | None) -> None:
    events = recorded() if script is None else said_by(script)
    as_text = Played([json.dumps(event) for event in events])
    for shape in (dict, nested, collections.OrderedDict, lambda event: collections.ChainMap(event)):
        assert Played([shape(event) for event in events]).trace == as_text.trace
    assert any(isinstance(entry, rtmulti.Settled) for entry in as_text.trace)


@pytest.mark.parametrize(
    "event",
    [
        TEXT | {"delta": "Grüße, 世界 \U0001f600 \" \\ \n\x00"},
        TEXT | {"delta": "cut \ud83d"},
        TEXT | {"delta": None},
        TEXT | {"delta": 5, "content_index": 0.0},
        TEXT | {"delta": "x", "content_index": True},
        TEXT | {"delta": "x", 5: {1.5: float("nan")}},
        {"delta": "x", "item_id": "A"},
        {"type": "response.output_item.added", "item": {"id": "B", "type": "message", "content": ()}, "output_index": 1},
    ],
)
def test_odd_mappings_too(event: dict[Any, Any]) -> None:
    begin = [{"type": "response.created", "response": {"id": "r1"}}]
    begin += [{"type": "response.output_item.added", "response_id": "r1", "item": {"id": "A", "type": "message"}}]
    as_dict, as_text = Played([*begin, event]), Played([*map(json.dumps, begin), json.dumps(event)])
    assert as_dict.trace == as_text.trace


def test_what_is_no_json_is_refused_in_the_mappings_own_words() -> None:
    session = rtmulti.Session(HandSink())
    with pytest.raises(TypeError, match="what JSON can say"):
        session.receive(TEXT | {"delta": {1, 2}})
    circular: dict[str, Any] = {"type": "x"}
    circular["itself"] = circular
    with pytest.raises(ValueError, match="Circular"):
        session.receive(circular)
    assert session.receive(TEXT | {"type": "response.output_text.annotation.added"}) is rtmulti.Result.IGNORED
