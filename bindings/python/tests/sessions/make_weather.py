"""Makes weather.jsonl, the recorded conversation of the tests: what the strict server says from one script, in virtual
time, in G.711 to keep the file small. Run it again after a change of the server's events:

    python tests/sessions/make_weather.py
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from scripted_log import log_of  # noqa: E402

from rtmulti.cli.event_log import write_entry  # noqa: E402
from rtmulti.server.script import parse_script  # noqa: E402

SPEECH = HERE.parents[3] / "Tests" / "Fixtures"
OUTPUT = [
    {"message": "Let me check.", "audio_file": "speech-a.opus", "phase": "commentary"},
    {"call": "get_weather", "arguments": {"city": "Paris"}},
    {"message": "It is sunny in Paris, with a light west wind.", "audio_file": "speech-b.opus"},
    {"message": "Tomorrow it will rain.", "audio_file": "speech-c.opus"},
]
SCRIPT = parse_script({"format": "audio/pcmu", "turns": [{"output": OUTPUT, "pace": 6, "chunk_ms": 200}]}, SPEECH)
#: About what a client needs to ask for a response.
BEGINS_MS = 40.0


def main() -> None:
    path = HERE / "weather.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for entry in log_of(SCRIPT, [BEGINS_MS]):
            write_entry(file, entry)
    print(f"Saved {path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
