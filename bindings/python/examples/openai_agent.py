"""An agent with the openai SDK that tells the server what was heard. It plays to heard.wav in real time and draws
agent.svg; with a number of seconds, the listener interrupts so long after the second message began.

    python -m rtmulti serve weather --port 8765 --once &
    python bindings/python/examples/openai_agent.py ws://127.0.0.1:8765/v1 1.2
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from openai import AsyncOpenAI

from rtmulti import Event, PlaybackStarted, WavSink, openai_send
from rtmulti.timeline import WatchedPlayer, draw_svg  # a Player that can also be drawn


async def converse(url: str, wav: Path, interrupt_after_s: float | None) -> WatchedPlayer:
    started, created = asyncio.Semaphore(0), asyncio.get_running_loop().create_future()

    def on_event(event: Event) -> None:
        if isinstance(event, PlaybackStarted):
            started.release()

    async def listen() -> None:
        while True:
            message = await connection.recv_bytes()
            player.feed(message)
            if (event := json.loads(message))["type"] == "response.created" and not created.done():
                created.set_result(event["response"]["id"])

    async def talk() -> None:
        await connection.response.create()
        if interrupt_after_s is not None:
            for _ in range(2):
                await started.acquire()
            await asyncio.sleep(interrupt_after_s)
            await player.interrupt()
        for record in await player.settled(await created):
            print(f"{record.item_id}: {record.outcome.name.lower()}, heard {record.heard_ms} ms: {record.heard_text or '-'}")
        for report in player.heard_reports():  # for the strict server only: what the sink itself says
            await send(json.dumps(report))

    client = AsyncOpenAI(api_key=os.environ.get("OPENAI_API_KEY", "none"), websocket_base_url=url)
    async with client.realtime.connect(model="gpt-realtime") as connection:
        send = openai_send(connection)
        async with WatchedPlayer(WavSink(wav), send, on_event=on_event) as player:
            tasks = [asyncio.create_task(listen()), asyncio.create_task(talk())]
            await (await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))[0].pop()
            tasks[0].cancel()
    return player


if __name__ == "__main__":
    watched = asyncio.run(converse(sys.argv[1], Path("heard.wav"), float(sys.argv[2]) if len(sys.argv) > 2 else None))
    Path("agent.svg").write_text(draw_svg(watched.timeline))
