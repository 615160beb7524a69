"""`python -m rtmulti compare` as a framework's maintainers run it, with the real packages: its table, its exit status, and
that the status is 1 when something that calls itself rtmulti is none. What the conversations come to is rtmulti.compare's.

usage: make/test-relay.sh checked-compare        (after `make lib`)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_FRAMEWORKS = ("livekit", "pipecat", "openai-agents")
_WAYS = ("alone", "with rtmulti", "behind the relay")
_ROWS = ("d1", "e")
#: The framework's own model and tracker in the place of rtmulti's.
_IMPOSTOR = """
import sys
from agents.realtime import OpenAIRealtimeWebSocketModel, RealtimePlaybackTracker
import rtmulti.openai_agents
class Impostor(OpenAIRealtimeWebSocketModel):
    def __init__(self):
        super().__init__()
        self.tracker = RealtimePlaybackTracker()
rtmulti.openai_agents.HeardModel = Impostor
from rtmulti.cli import main
sys.exit(main(sys.argv[1:]))
"""


def _compare(*arguments: str, program: tuple[str, ...] = ("-m", "rtmulti")) -> subprocess.CompletedProcess[str]:
    rows = [word for row in _ROWS for word in ("--row", row)]
    command = [sys.executable, *program, "compare", *rows, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    print(done.stdout, done.stderr, sep="\n", flush=True)
    return done


def checks(folder: Path) -> list[tuple[str, bool]]:
    """What was looked at, and whether it was so."""
    picture = folder / "compare.svg"
    done = _compare("--json", "--count", "1", "--picture", str(picture))
    result: dict[str, Any] = json.loads(done.stdout or "{}")
    cells = {(cell["framework"], cell["way"]): cell for cell in result.get("cells", ())}
    heard = [cell for (_, way), cell in cells.items() if way == "with rtmulti"]
    alone = [cell for (_, way), cell in cells.items() if way == "alone"]
    found = [
        ("each framework is played in each way", set(cells) == {(one, way) for one in _FRAMEWORKS for way in _WAYS}),
        ("rows and a random conversation are", all(list(cell["rows"]) == [*_ROWS, "seed 1"] for cell in cells.values())),
        ("with rtmulti each cell is what it must be", done.returncode == 0),
        ("which is 0", bool(heard) and all(not score["wrong"] for cell in heard for score in cell["rows"].values())),
        ("and alone it is not", bool(alone) and all(cell["sum"]["wrong"] for cell in alone)),
        ("the picture is one", picture.exists() and ElementTree.parse(picture).getroot().tag.endswith("svg")),
    ]
    done = _compare("--only", "openai-agents", program=("-c", _IMPOSTOR))
    is_named = "WRONG  openai-agents with rtmulti: e: " in done.stdout
    return [*found, ("a cell with rtmulti that is wrong is named", is_named), ("and is a status of 1", done.returncode == 1)]


def main() -> int:
    """Says what is so; the last line counts."""
    with tempfile.TemporaryDirectory(prefix="rtmulti-compare-") as folder:
        found = checks(Path(folder))
    for words, is_so in found:
        print(f"{'ok  ' if is_so else 'FAIL'}  {words}")
    failed = sum(not is_so for _, is_so in found)
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
