"""An agent beside a call: the server plays to the caller by itself (WebRTC, SIP), and this side gets words and no audio.
What was heard is what the server says of its output buffer; rtmulti keeps the records and silences the server.

    python -m rtmulti serve sideband --port 8765 --once &
    python bindings/python/examples/sideband_agent.py ws://127.0.0.1:8765/v1/realtime 1.2
"""

import asyncio
import sys

from websockets.asyncio.client import connect

from rtmulti import CallbackSink, Config, Interrupter, Message, Player, Server, Settled, SpeakingStarted
from rtmulti.events import Event


async def converse(url: str, stop_after_s: float | None) -> list[Message]:
    """Asks for one response, stops it so long after the caller began to hear it, and returns what was heard."""
    started, heard = asyncio.Event(), list[Message]()
    over = asyncio.Event()

    def on_event(event: Event) -> None:
        print(event)
        if isinstance(event, SpeakingStarted):
            started.set()
        elif isinstance(event, Message):
            heard.append(event)
        elif isinstance(event, Settled):
            over.set()

    async def listen() -> None:
        async for message in socket:
            player.feed(message)

    sink = CallbackSink(lambda segment, pcm: None)  # nothing ever comes here: the server plays
    config = Config(server=Server.TRUNCATES | Server.DELETES | Server.OWNS_PLAYOUT)
    async with connect(url) as socket, Player(sink, socket.send, config=config, on_event=on_event) as player:
        listening = asyncio.create_task(listen())
        await socket.send('{"type": "response.create"}')
        if stop_after_s is not None:
            await started.wait()
            await asyncio.sleep(stop_after_s)
            await player.interrupt(by=Interrupter.HOST)
        await over.wait()
        await asyncio.sleep(0.1)  # what was deleted is answered
        listening.cancel()
    return heard


if __name__ == "__main__":
    asyncio.run(converse(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else None))
