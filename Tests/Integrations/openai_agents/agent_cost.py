"""What HeardModel costs: processor time for a conversation of deltas of 100 ms that are played at once, alone and with it. It
judges nothing but the quotient.

usage: make/test-openai-agents.sh cost [SECONDS OF AUDIO]
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from typing import Any

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")

from agents.realtime import (  # noqa: E402 - the framework reads the environment when it is imported
    OpenAIRealtimeWebSocketModel,
    RealtimeAgent,
    RealtimePlaybackTracker,
    RealtimeRunner,
)

from rtmulti.integrations.openai_agents import HeardModel  # noqa: E402
from rtmulti.server import StrictServer, parse_script  # noqa: E402

ROUNDS = 5
MOST = 1.5


async def cpu_s(is_heard: bool, url: str, seconds: int) -> float:
    """Processor time from the question to the last audio event."""
    heard = HeardModel() if is_heard else None
    tracker: Any = heard.tracker if heard is not None else RealtimePlaybackTracker()
    model: Any = heard or OpenAIRealtimeWebSocketModel()
    config: Any = {"tracing_disabled": True}
    runner = RealtimeRunner(RealtimeAgent(name="agent", instructions="Speak."), model=model, config=config)
    options: Any = {"api_key": "none", "url": url, "playback_tracker": tracker}
    got = 0
    async with await runner.run(model_config=options) as session:
        await asyncio.sleep(0.2)
        before_s = time.process_time()
        await session.send_message("Please speak.")
        async for event in session:
            if event.type == "audio":
                data = event.audio.data
                got += len(data)
                tracker.on_play_bytes(event.item_id, event.content_index, data)
                if got >= seconds * 48_000:
                    break
        return time.process_time() - before_s


async def main(url: str, seconds: int) -> int:
    """The best of some rounds of each, for a busy machine only adds."""
    alone = heard = 1e9
    for _ in range(ROUNDS):
        alone = min(alone, await cpu_s(False, url, seconds))
        heard = min(heard, await cpu_s(True, url, seconds))
    quotient = heard / alone
    print(f"alone {alone / seconds * 1e6:.0f} us, with rtmulti {heard / seconds * 1e6:.0f} us a second of audio: {quotient:.2f}")
    is_dear = quotient > MOST
    print(f"{int(not is_dear)} passed, {int(is_dear)} failed")
    return int(is_dear)


async def serve(seconds: int) -> None:
    """The server, in a process of its own, so that its work is not counted."""
    output = [{"message": "This is a long message.", "audio_ms": seconds * 1000}]
    script = parse_script({"voice": "tone", "turns": [{"output": output, "pace": 0, "chunk_ms": 100}]})
    async with StrictServer(script) as server:
        print(server.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2])))
        sys.exit(0)
    import subprocess

    length = sys.argv[1] if len(sys.argv) > 1 else "60"
    command = [sys.executable, __file__, "serve", length]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        status = asyncio.run(main(process.stdout.readline().strip(), int(length)))
        process.kill()
    sys.exit(status)
