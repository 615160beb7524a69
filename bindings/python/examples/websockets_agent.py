"""An agent on websockets alone that tells the server what was heard. The server hears when the listener speaks (server
VAD), interrupts itself and answers anew; rtmulti then cuts the sink and truncates what was not heard.

    python -m rtmulti serve server-vad --port 8765 --once &
    python bindings/python/examples/websockets_agent.py ws://127.0.0.1:8765/v1/realtime 2
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from websockets.asyncio.client import connect

from rtmulti import Config, PlaybackStarted, Player, Server, Settled, WavSink
from rtmulti.events import Event


class Ear(WavSink):
    """Plays to a WAV file in real time, and counts on its own what it played of each segment."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.frames: Counter[int] = Counter()

    def heard(self, segment: int, pcm: bytes) -> None:
        super().heard(segment, pcm)
        self.frames[segment] += len(pcm) // 2


async def converse(url: str, wav: Path, responses: int) -> None:
    ear, started, settled = Ear(wav), dict[int, PlaybackStarted](), asyncio.Semaphore(0)

    def on_event(event: Event) -> None:
        print(event)
        if isinstance(event, PlaybackStarted):
            started[event.segment] = event
        elif isinstance(event, Settled):
            settled.release()

    async def listen() -> None:
        async for message in socket:
            player.feed(message)

    config = Config(server=Server.TRUNCATES | Server.DELETES | Server.INTERRUPTS, interrupt_on_speech=True)
    async with connect(url) as socket, Player(ear, socket.send, config=config, on_event=on_event) as player:
        listening = asyncio.create_task(listen())
        await socket.send('{"type": "response.create"}')
        for _ in range(responses):
            await settled.acquire()
        listening.cancel()
        for segment, begun in started.items():  # for the strict server only: what the sink itself says
            heard_ms = ear.frames[segment] * 1000 // ear.format.sample_rate_hz
            place = {"item_id": begun.item_id, "content_index": begun.content_index}
            await socket.send(json.dumps({"type": "rtmulti.heard", **place, "heard_ms": heard_ms}))


if __name__ == "__main__":
    asyncio.run(converse(sys.argv[1], Path("heard.wav"), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
