"""Logs made of what the strict server says from a script, in virtual time: a short conversation with five
interruptions, and a call of twenty minutes with a hundred messages. No test lives here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from rtmulti.cli.event_log import Entry
from rtmulti.cli.playback import Plan, play_log
from rtmulti.server.conversation import Conversation
from rtmulti.server.response import Request, ScriptedResponse, Wait
from rtmulti.server.script import Script, Turn, parse_script
from rtmulti.server.settings import Settings
from rtmulti.server.shapes import Shapes
from rtmulti.timeline import Timeline


def log_of(script: Script, begins_ms: Sequence[float]) -> list[Entry]:
    """All that the server says when the turns of a script begin at these times."""
    shapes, conversation, request = Shapes(), Conversation(), Request(script.format, script.voice)

    def said(turn: Turn, now_ms: float) -> Iterator[Entry]:
        response = ScriptedResponse(turn, request, conversation, shapes, lambda: now_ms / 1000)
        for step in response.steps():
            if isinstance(step, Wait):
                now_ms += step.ms
            else:
                yield Entry(now_ms, step)

    begun = Entry(0.0, shapes.event("session.created", session=Settings(shapes.session_id, script).to_json()))
    turns = zip(script.turns, begins_ms, strict=True)
    return [begun, *(entry for turn, begins in turns for entry in said(turn, begins))]


# --- five interruptions within a second and a half ---

FIVE_STOPS_MS = (620, 930, 1240, 1500, 2030)


@cache
def five_interruptions() -> Timeline:
    """Six answers, five of which the listener stops soon after they began."""
    turn = {"output": [{"message": "Well, that depends on what you have in mind.", "audio_ms": 1800}], "pace": 8}
    begins_ms = [40.0, *(at_ms + 60.0 for at_ms in FIVE_STOPS_MS)]
    script = parse_script({"voice": "tone", "turns": [turn] * len(begins_ms)})
    return play_log(Plan(log_of(script, begins_ms), FIVE_STOPS_MS, title="Five in a row")).timeline


# --- twenty minutes ---

TURNS, TURN_MS = 50, 24_000
SENTENCES = (
    "Let me look that up for you.",
    "The next train to Leipzig leaves at a quarter past four from platform nine, and it takes an hour and ten minutes.",
    "Shall I book a seat by the window?",
    "There is one change, in Halle, with twelve minutes to walk to the other platform.",
    "Your booking is done, and the tickets are in your inbox.",
)
#: When the listener speaks: into messages, twice within a second, and into silence.
LONG_STOPS_MS = (
    73_500,
    98_200,
    98_900,
    170_800,
    260_000,
    410_300,
    530_700,
    531_400,
    532_000,
    700_000,
    890_600,
    1_130_250,
)


@cache
def long_call() -> Timeline:
    """A hundred messages, with some calls of functions between them."""
    script = parse_script({"voice": "tone", "turns": [_turn(number) for number in range(TURNS)]})
    log = log_of(script, [number * TURN_MS + 400 for number in range(TURNS)])
    return play_log(Plan(log, LONG_STOPS_MS, title="Twenty minutes at the station")).timeline


def _turn(number: int) -> dict[str, Any]:
    texts = (SENTENCES[(number * 2 + place) % len(SENTENCES)] for place in range(2))
    output: list[dict[str, Any]] = [{"message": text, "audio_ms": 55 * len(text)} for text in texts]
    if number % 6 == 1:
        output.insert(1, {"call": "find_trains", "arguments": {"from": "Berlin", "to": "Leipzig", "turn": number}})
    return {"output": output, "pace": 5, "chunk_ms": 200}
