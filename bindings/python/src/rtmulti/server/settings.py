"""What a client can set with `session.update`, as far as the strict server obeys it: formats, modality and turn
detection. Everything else is kept and shown again, as the service does it, and has no effect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import fields, refusal
from .script import SERVER_VAD, Script
from .shapes import session_json
from .voice import Format

FORMATS = tuple(form.value for form in Format)
_MODALITIES = ("audio", "text")
_LONGEST_SILENCE_MS = 60_000
_LONGEST_BYTES = 1 << 20
_DETECTORS = ("server_vad", "semantic_vad")


class Settings:
    """The session of one connection."""

    def __init__(self, session_id: str, script: Script) -> None:
        self.input_format = script.format
        self.output_format = script.format
        self.modality = "audio"
        self.turn_detection: Mapping[str, Any] | None = script.turn_detection
        self._json = session_json(session_id, script.format, script.turn_detection)

    def to_json(self) -> dict[str, Any]:
        """The session as `session.created` and `session.updated` carry it."""
        return self._json

    def update(self, event: dict[str, Any]) -> None:
        """Obeys a `session.update`; all of it is checked before any of it counts."""
        changes = fields.table(event, "session")
        if changes is None:
            raise refusal.missing("session")
        if fields.choice(event, ("realtime",), "session", "type") is None:
            raise refusal.missing("session.type")
        modality = modality_of(event, "session")
        output_format = fields.choice(event, FORMATS, "session", "audio", "output", "format", "type")
        input_format = fields.choice(event, FORMATS, "session", "audio", "input", "format", "type")
        detection_path = ("session", "audio", "input", "turn_detection")
        detection = fields.table(event, *detection_path)
        if detection is not None:
            fields.choice(event, _DETECTORS, *detection_path, "type")
            fields.number(event, 1, *detection_path, "threshold")
            fields.number(event, _LONGEST_SILENCE_MS, *detection_path, "silence_duration_ms")
            given = {key: value for key, value in detection.items() if value is not None}
            detection = {**SERVER_VAD, **given}
        made = _merged(self._json, changes)
        if len(json.dumps(made)) > _LONGEST_BYTES:
            raise refusal.too_much("of a session", f"{_LONGEST_BYTES >> 20} MiB in its session")
        self.modality = modality or self.modality
        self.output_format = Format(output_format) if output_format else self.output_format
        self.input_format = Format(input_format) if input_format else self.input_format
        self._json = made
        if fields.has(event, *detection_path):
            self.turn_detection = detection
            self._json["audio"]["input"]["turn_detection"] = detection


def modality_of(event: dict[str, Any], owner: str) -> str | None:
    """The one modality that `output_modalities` of the session or response asks for, or None."""
    table = fields.table(event, owner)
    asked = None if table is None else table.get("output_modalities")
    if asked is None:
        return None
    if not isinstance(asked, list) or len(asked) != 1 or asked[0] not in _MODALITIES:
        raise refusal.wrong_value(f"{owner}.output_modalities", asked, ("['audio']", "['text']"))
    return str(asked[0])


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    made = dict(old)
    for key, value in new.items():
        before = made.get(key)
        if value is None and isinstance(before, dict) and key != "turn_detection":
            continue  # what every session has, it keeps
        # A format is one thing: half of the old one would be none.
        if key != "format" and isinstance(before, dict) and isinstance(value, dict):
            made[key] = _merged(before, value)
        else:
            made[key] = value
    return made
