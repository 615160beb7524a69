"""Recorded event logs: one JSON object a line, `{"at_ms": 12.5, "event": {...}}`, with one server event and the time
since the recording began. Reading and writing of such lines lives here, and nothing about playing them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from .problem import Problem


#: Logs and traces are read whole, into some times their size of memory.
MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One server event and when it came."""

    at_ms: float
    event: Mapping[str, Any]


def read_log(path: Path, data: bytes) -> list[Entry]:
    """All entries of a log, of which `data` are the bytes. Raises Problem with the line at fault."""
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not UTF-8 text, so it is no event log.") from error
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            entry = _entry(line, f"{path}:{number}")
            if entries and entry.at_ms < entries[-1].at_ms:
                raise Problem(
                    f"{path}:{number}: at_ms {entry.at_ms:g} is before the line above it; sort the log by time."
                )
            entries.append(entry)
    if not entries:
        raise Problem(f"{path} holds no events. Record some with: python -m rtmulti record --url ws://... --out {path}")
    return entries


def write_entry(file: TextIO, entry: Entry) -> None:
    """Appends one line to a log."""
    file.write(json.dumps({"at_ms": round(entry.at_ms, 3), "event": entry.event}, separators=(",", ":")) + "\n")


def _entry(line: str, place: str) -> Entry:
    shape = 'a log has one object a line: {"at_ms": 12.5, "event": {...}}'
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Problem(f"{place}: this is not JSON ({error}); {shape}.") from error
    at_ms = data.get("at_ms") if isinstance(data, dict) else None
    event = data.get("event") if isinstance(data, dict) else None
    is_time = isinstance(at_ms, (int, float)) and not isinstance(at_ms, bool) and 0 <= at_ms < 1e12
    if at_ms is None or not is_time or not isinstance(event, dict):
        raise Problem(f"{place}: 'at_ms' must be a number of milliseconds and 'event' an object; {shape}.")
    return Entry(at_ms, event)
