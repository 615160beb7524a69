"""What a server sends in a call, made up, for the programs of docs/troubleshooting.md. No symptom lives here."""

import base64
from typing import Any

import rtmulti


def events(*items: str, ms: int = 1000, status: str = "completed") -> list[dict[str, Any]]:
    """One response with a message of so much audio for each name."""
    said: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "r1"}}]
    for item in items:
        message = {"response_id": "r1", "item": {"id": item, "type": "message"}}
        said.append({"type": "response.output_item.added", **message})
        said += audio(item, ms)
        said.append({"type": "response.output_item.done", **message})
    return [*said, {"type": "response.done", "response": {"id": "r1", "status": status}}]


def audio(item: str, ms: int) -> list[dict[str, Any]]:
    """One delta: PCM16, 24 kHz, mono."""
    delta = base64.b64encode(bytes(48 * ms)).decode()
    return [{"type": "response.output_audio.delta", "response_id": "r1", "item_id": item, "delta": delta}]


def loudspeaker(output_latency_ms: int = 0) -> rtmulti.CallbackSink:
    """A sink that plays in time, to nobody."""
    return rtmulti.CallbackSink(lambda segment, pcm: None, rtmulti.SinkFormat(output_latency_ms=output_latency_ms))


def to_nobody(command: str) -> None:
    """A `send` without a server."""
