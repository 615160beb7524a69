"""What the strict server says in the tests: the pieces of its scripts. A message's samples say which message it is, so that
the listener (ear.py) knows whose audio was heard. Who says what, and when, stands in rows.py and its like.
"""

from __future__ import annotations

import array
import tempfile
import wave
from pathlib import Path
from typing import Any

from ear import MARK, RATE_HZ

_RECORDINGS = tempfile.TemporaryDirectory(prefix="rtmulti-livekit-")


def message(
    number: int, ms: int = 500, *, text: str | None = None, samples: array.array[int] | None = None
) -> dict[str, Any]:
    """One message of a script: its samples say which one it is, in their own way when they are given."""
    path = Path(_RECORDINGS.name) / f"{number}-{ms}-{'own' if samples else 'constant'}.wav"
    if not path.exists():
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes((samples or array.array("h", [MARK + number] * (RATE_HZ * ms // 1000))).tobytes())
    words = f"m{number} " + " ".join(f"word{i}" for i in range(9)) if text is None else text
    return {"message": words, "audio_file": str(path), "audio_ms": ms}


def text_only(number: int) -> dict[str, Any]:
    """A message without audio."""
    return {"message": f"m{number} is only written", "modality": "text"}


def turns(*outputs: list[Any], **settings: Any) -> dict[str, Any]:
    """A script with one turn for each output."""
    return {"voice": "tone", "turns": [{"output": output, "pace": 0, "chunk_ms": 20, **settings} for output in outputs]}
