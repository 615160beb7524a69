"""An agent on openai-agents that is interrupted in the first of two messages, once with HeardModel and once without. A strict
server and a player of our own run beside it, so that it needs no keys and no sound card.

    pip install '.[openai-agents]' websockets && python bindings/python/examples/openai_agents_player.py
"""

import asyncio
import os
from typing import Any

os.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")

from agents.realtime import RealtimeAgent, RealtimePlaybackTracker, RealtimeRunner  # noqa: E402 - it reads the environment

import rtmulti  # noqa: E402
from rtmulti.server import StrictServer, parse_script  # noqa: E402

MESSAGES = [{"message": f"This is message {name}, and it is not short.", "audio_ms": 1000} for name in "AB"]
SCRIPT = {"voice": "tone", "turns": [{"output": MESSAGES, "pace": 0}]}
BLOCK_BYTES = 960  # 20 ms


class Loudspeaker:
    """Plays into the air, block by block, and tells the tracker of each."""

    def __init__(self, tracker: Any) -> None:
        self.tracker = tracker
        self.blocks: list[tuple[str, int, bytes]] = []
        self.heard_ms: dict[str, int] = {}

    async def play(self) -> None:
        due = asyncio.get_running_loop().time()
        while True:
            due += 0.02
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            if self.blocks:
                item_id, content_index, block = self.blocks.pop(0)
                self.heard_ms[item_id] = self.heard_ms.get(item_id, 0) + len(block) // 48
                self.tracker.on_play_bytes(item_id, content_index, block)


async def converse(is_heard: bool) -> None:
    async with StrictServer(parse_script(SCRIPT)) as server:
        agent = RealtimeAgent(name="agent", instructions="Say two things.")
        if is_heard:
            model = rtmulti.openai_agents.HeardModel()
            runner, tracker = RealtimeRunner(agent, model=model), model.tracker
        else:
            runner, tracker = RealtimeRunner(agent), RealtimePlaybackTracker()
        loudspeaker = Loudspeaker(tracker)
        playing = asyncio.create_task(loudspeaker.play())
        session = await runner.run(
            model_config={"api_key": "none", "url": server.url, "playback_tracker": tracker}
        )

        async def listen() -> None:
            async for event in session:
                if event.type == "audio":
                    data = event.audio.data
                    for at in range(0, len(data), BLOCK_BYTES):
                        loudspeaker.blocks.append((event.item_id, event.content_index, data[at : at + BLOCK_BYTES]))
                elif event.type == "audio_interrupted":
                    loudspeaker.blocks.clear()

        async with session:
            listening = asyncio.create_task(listen())
            await session.send_message("Please begin.")
            await asyncio.sleep(0.7)  # in the middle of A the listener wants to speak
            await session.interrupt()
            await asyncio.sleep(0.2)
            listening.cancel()
        playing.cancel()
        print("With HeardModel:" if is_heard else "openai-agents alone:")
        for line in (await server.verdict()).lines:
            heard_ms = loudspeaker.heard_ms.get(line.item_id, 0)
            print(f"  {heard_ms:4} ms were heard, the server remembers {line.remembered_ms:4} of {line.text!r}")


if __name__ == "__main__":
    asyncio.run(converse(is_heard=False))
    asyncio.run(converse(is_heard=True))
