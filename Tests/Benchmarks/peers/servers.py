"""The strict servers that speak to the subjects, in a process of their own, so that their work is not counted: one for each way
of speaking. It prints their URLs as JSON and stays until its standard input ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from typing import Any

from rtmulti.server import StrictServer, parse_script

#: How long the message is whose processor time is measured, and the one of which 10 s are still queued.
WIRE_MS = 60_000
QUEUED_MS = 12_000
#: How long the others talk while somebody is interrupted.
CROWD_MS = 240_000
#: As many responses as one connection is asked for.
TURNS = 400


def _speech(ms: int) -> dict[str, Any]:
    """A message of so many ms; a word every 400 ms."""
    return {"message": " ".join(f"word{number}" for number in range(ms // 400)), "audio_ms": ms}


def _script(ms: int, turns: int, *, pace: float, chunk_ms: int) -> Any:
    turn = {"output": [_speech(ms)], "pace": pace, "chunk_ms": chunk_ms}
    detection = {"create_response": False, "interrupt_response": True}
    return parse_script({"voice": "tone", "turn_detection": detection, "turns": [turn] * turns})


WAYS = {
    **{f"wire {ms}": _script(WIRE_MS, 1, pace=0, chunk_ms=ms) for ms in (20, 100, 200)},
    "interrupted": _script(5_000, TURNS, pace=4, chunk_ms=100),
    "crowd": _script(CROWD_MS, 1, pace=1, chunk_ms=100),
    "queued": _script(QUEUED_MS, 1, pace=0, chunk_ms=100),
}


async def _main() -> None:
    async with contextlib.AsyncExitStack() as stack:
        urls = {}
        for name, script in WAYS.items():
            urls[name] = (await stack.enter_async_context(StrictServer(script, most_connections=10_000))).url
        print(json.dumps(urls), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
