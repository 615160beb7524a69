"""Draws a timeline as an HTML page that can be zoomed and asked: one file with everything in it. What it can do stands
in the folder html/; here the conversation is put into it."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from .marks import interruption_words
from .model import Timeline, Told

_FOLDER = Path(__file__).resolve().parent / "html"
#: In the order in which they need each other.
_SCRIPTS = ("conversation.js", "rows.js", "view.js", "controls.js")


def draw_html(timeline: Timeline) -> str:
    """The timeline as the text of an HTML page that needs nothing else."""
    # A "<" would end the script that it stands in.
    conversation = json.dumps(_conversation(timeline), ensure_ascii=False).replace("<", "\\u003c")
    return Template(_text("page.html")).substitute(
        title=escape(timeline.title or "What the listener heard"),
        summary=escape(timeline.summary()),
        style=_text("style.css"),
        conversation=conversation,
        script="\n".join(map(_text, _SCRIPTS)),
    )


def _text(name: str) -> str:
    return _FOLDER.joinpath(name).read_text(encoding="utf-8")


def _conversation(timeline: Timeline) -> dict[str, Any]:
    """What the page knows, under the names of the model."""
    rests = timeline.never_heard()
    messages = []
    for number, track in enumerate(timeline.tracks, 1):
        heard_text, unheard_text = track.texts()
        told = [_told(command) for command in timeline.told_about(track.item_id)]
        rest = asdict(rests[track.item_id]) if track.item_id in rests else None
        texts = {"heard_text": heard_text, "unheard_text": unheard_text}
        messages.append({"number": number, **asdict(track), **texts, "rest": rest, "told": told})
    responses = []
    for response_id in timeline.response_ids():
        own = [told for told in timeline.told if told.response_id == response_id and not told.item_id]
        responses.append({"response_id": response_id, "told": [_told(command) for command in own]})
    return {
        "end_ms": timeline.end_ms(),
        "messages": messages,
        "calls": [asdict(call) for call in timeline.calls],
        "responses": responses,
        "interruptions": [
            asdict(stop) | {"words": interruption_words(stop)}
            for stop in sorted(timeline.interruptions, key=lambda stop: stop.at_ms)
        ],
    }


def _told(command: Told) -> dict[str, Any]:
    return {"at_ms": command.at_ms, "words": command.words(), "json": command.json}
