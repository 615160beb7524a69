"""The beta of the protocol, for a client that asks for it as the service has it asked for: by the header "OpenAI-Beta". The
server thinks in the words of today; here they become those of the beta, and a client's words today's. What happens, and
when, is the same in both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .shapes import Event

#: The header, and what it says.
HEADER = "OpenAI-Beta"
ASKS = "realtime=v1"

_KINDS = {
    f"response.output_{name}.{end}": f"response.{name}.{end}"
    for name in ("audio", "audio_transcript", "text")
    for end in ("delta", "done")
}
#: The beta says once that an item is there; today's two events are one.
_KINDS["conversation.item.added"] = "conversation.item.created"
_UNKNOWN = "conversation.item.done"
_FORMATS = {"audio/pcm": "pcm16", "audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}
_FORMATS_TODAY = {name: {"type": today} for today, name in _FORMATS.items()}
_SESSION_TODAY = ("type", "model", "audio", "output_modalities", "max_output_tokens")
_PARTS = {"output_audio": "audio", "output_text": "text"}


def to_beta(event: Event) -> Event | None:
    """An event of the server in the beta's words; None for one that the beta does not have."""
    if event["type"] == _UNKNOWN:
        return None
    said = {**event, "type": _KINDS.get(event["type"], event["type"])}
    for name, change in (("session", _session), ("response", _response), ("item", _item)):
        if isinstance(said.get(name), dict):
            said[name] = change(said[name])
    return said


def from_beta(event: Event) -> Event:
    """An event of a client, which speaks the beta, in today's words. What is wrong in it stays so."""
    meant = dict(event)
    if event.get("type") == "session.update" and isinstance(event.get("session"), dict):
        meant["session"] = {"type": "realtime", **_today(event["session"])}
    if event.get("type") == "response.create" and isinstance(event.get("response"), dict):
        meant["response"] = _today(event["response"])
    return meant


def _session(session: Mapping[str, Any]) -> dict[str, Any]:
    """A session as the beta has it: flat, and without a model, for its clients' types name those that there were."""
    said = {key: value for key, value in session.items() if key not in _SESSION_TODAY}
    said["max_response_output_tokens"] = session["max_output_tokens"]
    audio = session["audio"]
    said["modalities"] = _modalities(session)
    said["voice"] = audio["output"].get("voice")
    said["input_audio_format"] = _format(audio["input"])
    said["output_audio_format"] = _format(audio["output"])
    said["input_audio_transcription"] = audio["input"].get("transcription")
    said["turn_detection"] = audio["input"].get("turn_detection")
    return said


def _response(response: Mapping[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in response.items() if key not in ("audio", "output_modalities")}
    said["modalities"] = _modalities(response)
    said["voice"] = response["audio"]["output"].get("voice")
    said["output_audio_format"] = _format(response["audio"]["output"])
    said["output"] = [_item(item) for item in response["output"]]
    return said


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(item)
    content = item.get("content")
    if isinstance(content, list):
        said["content"] = [
            {**part, "type": _PARTS.get(part["type"], part["type"])} if _has_kind(part) else part
            for part in content
        ]
    return said


def _has_kind(part: object) -> bool:
    return isinstance(part, dict) and isinstance(part.get("type"), str)


def _modalities(owner: Mapping[str, Any]) -> list[str]:
    # A response that is spoken has words, too.
    return ["audio", "text"] if owner["output_modalities"] == ["audio"] else ["text"]


def _format(side: Mapping[str, Any]) -> str:
    form = side.get("format")
    name = str(form.get("type")) if isinstance(form, dict) else "audio/pcm"
    return _FORMATS.get(name, name)


def _today(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A session or a response that a client asks for."""
    meant = {key: value for key, value in asked.items() if key not in _MOVED}
    for key, place in _MOVED.items():
        if key in asked:
            audio = meant["audio"] = meant.get("audio") or {}
            side = (audio.get(place[0]) or {}) if isinstance(audio, dict) else None
            if not isinstance(side, dict):
                continue  # it is refused for that
            audio[place[0]] = side
            side[place[1]] = _FORMATS_TODAY.get(str(asked[key]), {"type": asked[key]}) if key in _FORMAT_KEYS else asked[key]
    modalities = asked.get("modalities")
    if modalities is not None:
        meant["output_modalities"] = ["audio"] if isinstance(modalities, list) and "audio" in modalities else modalities
        del meant["modalities"]
    return meant


_FORMAT_KEYS = ("input_audio_format", "output_audio_format")
_MOVED = {
    "input_audio_format": ("input", "format"),
    "output_audio_format": ("output", "format"),
    "input_audio_transcription": ("input", "transcription"),
    "turn_detection": ("input", "turn_detection"),
    "voice": ("output", "voice"),
}
