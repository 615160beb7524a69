"""The JSON shapes of the GA Realtime protocol: ids, events, sessions, responses. Pure data making; when an event is due
is decided elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from .voice import SAMPLE_RATE_HZ, Format

#: One event, as a JSON object.
Event = dict[str, Any]


class Ids:
    """Ids that are counted instead of drawn, so that two runs of a script can be compared."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def new(self, kind: str) -> str:
        """The next id of this kind, "item_003" for example."""
        self._counts[kind] += 1
        return f"{kind}_{self._counts[kind]:03}"


class Shapes:
    """Makes the events of one connection. `ids` go on counting where those of a lost one have come to."""

    def __init__(self, ids: Ids | None = None) -> None:
        self.ids = Ids() if ids is None else ids
        self.session_id = self.ids.new("sess")
        self.conversation_id = self.ids.new("conv")

    def event(self, kind: str, **fields: Any) -> Event:
        """One server event of the type `kind`."""
        return {"type": kind, "event_id": self.ids.new("event"), **fields}


def error_event(
    shapes: Shapes,
    code: str,
    message: str,
    param: str | None = None,
    client_event_id: str | None = None,
) -> Event:
    """An `error` event; `client_event_id` is the id of the client's event that caused it, if it had one."""
    words = {"type": "invalid_request_error", "code": code, "message": message, "param": param}
    return shapes.event("error", error={**words, "event_id": client_event_id})


def format_json(form: Format) -> dict[str, Any]:
    """A format as sessions and responses name it."""
    return {"type": form.value, "rate": SAMPLE_RATE_HZ} if form is Format.PCM else {"type": form.value}


def session_json(
    session_id: str, form: Format, turn_detection: Mapping[str, Any] | None
) -> dict[str, Any]:
    """A session as it is created."""
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": session_id,
        "model": "rtmulti-strict-server",
        "output_modalities": ["audio"],
        "instructions": "",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "audio": {
            "input": {
                "format": format_json(form),
                "turn_detection": None if turn_detection is None else dict(turn_detection),
            },
            "output": {"format": format_json(form), "voice": "marin", "speed": 1.0},
        },
    }


def response_json(
    response_id: str,
    status: str,
    details: dict[str, Any] | None,
    output: list[dict[str, Any]],
    conversation_id: str | None,
    modality: str,
    form: Format,
    metadata: Any,
) -> dict[str, Any]:
    """A response as `response.created` and `response.done` carry it."""
    return {
        "object": "realtime.response",
        "id": response_id,
        "status": status,
        "status_details": details,
        "output": output,
        "conversation_id": conversation_id,
        "output_modalities": [modality],
        "max_output_tokens": "inf",
        "audio": {"output": {"format": format_json(form), "voice": "marin"}},
        "usage": None,
        "metadata": metadata,
    }
