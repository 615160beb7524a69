"""Makes weather.jsonl, the recorded conversation of the tests: what the strict server says from one script, in virtual
time, in G.711 to keep the file small. Run it again after a change of the server's events:

    python tests/sessions/make_weather.py
"""

from __future__ import annotations

from pathlib import Path

from rtmulti.cli.event_log import Entry, write_entry
from rtmulti.server.conversation import Conversation
from rtmulti.server.response import Request, ScriptedResponse, Wait
from rtmulti.server.script import parse_script
from rtmulti.server.settings import Settings
from rtmulti.server.shapes import Shapes

HERE = Path(__file__).resolve().parent
SPEECH = HERE.parents[3] / "Tests" / "Fixtures"
OUTPUT = [
    {"message": "Let me check.", "audio_file": "speech-a.opus", "phase": "commentary"},
    {"call": "get_weather", "arguments": {"city": "Paris"}},
    {"message": "It is sunny in Paris, with a light west wind.", "audio_file": "speech-b.opus"},
    {"message": "Tomorrow it will rain.", "audio_file": "speech-c.opus"},
]
SCRIPT = parse_script({"format": "audio/pcmu", "turns": [{"output": OUTPUT, "pace": 6, "chunk_ms": 200}]}, SPEECH)


def main() -> None:
    shapes = Shapes()
    now_ms = 0.0
    request = Request(SCRIPT.format, SCRIPT.voice)
    response = ScriptedResponse(SCRIPT.turns[0], request, Conversation(), shapes, lambda: now_ms / 1000)
    path = HERE / "weather.jsonl"
    with path.open("w", encoding="utf-8") as file:
        session = Settings(shapes.session_id, SCRIPT).to_json()
        write_entry(file, Entry(now_ms, shapes.event("session.created", session=session)))
        now_ms += 40  # about what a client needs to ask for a response
        for step in response.steps():
            if isinstance(step, Wait):
                now_ms += step.ms
            else:
                write_entry(file, Entry(now_ms, step))
    print(f"Saved {path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
