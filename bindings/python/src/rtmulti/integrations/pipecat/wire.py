"""The connection as Pipecat's service sees it: every event of the server is seen before the service reads it, and every
event of the service before the server gets it. What is to be done with one is the service's business (service.py).

This is the one private seam: Pipecat keeps its connection in `_websocket`, reads it with `async for` and writes with `send`.
"""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any, Protocol

    class Ends(Protocol):
        """Who sees what passes."""

        async def from_server(self, raw: str) -> bool:
            """Whether Pipecat may see this event of the server."""
            ...

        def to_server(self, text: str) -> str | None:
            """What the server gets of this event of Pipecat's; None is nothing."""
            ...


#: The type of an event whose first field it is, as every server has it.
_TYPE_FIRST = re.compile(r'\s*\{\s*"type"\s*:\s*"([^"\\]*)"')

AUDIO_DELTAS = frozenset({"response.output_audio.delta", "response.audio.delta"})
#: What nobody can avoid: the response ended, or the item went, while a command was on its way.
_RACES = frozenset({"response_cancel_not_active", "item_truncate_invalid_item_id", "item_delete_invalid_item_id"})


class Tap:
    """Stands in the place of the service's connection, and is it in all that it does not say itself."""

    def __init__(self, socket: Any, ends: Ends) -> None:
        self.socket = socket
        self._ends = ends

    async def __aiter__(self) -> AsyncIterator[str]:
        async for message in self.socket:
            raw = message if isinstance(message, str) else bytes(message).decode()
            if await self._ends.from_server(raw):
                yield raw

    async def send(self, text: str) -> None:
        """Sends what the service's end makes of an event."""
        changed = self._ends.to_server(text)
        if changed is not None:
            await self.socket.send(changed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.socket, name)


def event_type(raw: str) -> str:
    """The type of an event, without reading the rest of it where that can be helped: most are audio, and long."""
    found = _TYPE_FIRST.match(raw)
    if found is not None:
        return found.group(1)
    try:
        event = json.loads(raw)
    except ValueError:
        return ""
    return str(event.get("type", "")) if isinstance(event, dict) else ""


def is_answer(raw: str) -> bool:
    """Whether an error event answers a command of the player, which has seen it: Pipecat ends the session over an error."""
    error = json.loads(raw).get("error") or {}
    return str(error.get("event_id") or "").startswith("rtmulti_") or error.get("code") in _RACES


def spoken_modalities(raw: str) -> bool | None:
    """Whether the session speaks, as a session event of the server has it; None when it does not say."""
    session = json.loads(raw).get("session") or {}
    modalities = session.get("output_modalities") or session.get("modalities")
    return "audio" in modalities if isinstance(modalities, list) else None


def name_request(text: str) -> tuple[str, str]:
    """A response.create that bears its own id as a token which the server gives back, and the token (rule D12)."""
    request: dict[str, Any] = json.loads(text)
    response = request.setdefault("response", {})
    metadata = response.get("metadata") or {}
    token = str(metadata.get("client_event_id") or request.get("event_id") or "")
    if token:
        response["metadata"] = {**metadata, "client_event_id": token}
    return json.dumps(request), token
