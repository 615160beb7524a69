"""A server that sends 100 ms of audio each 150 ms, and a program that computes on its event loop."""

import asyncio
import logging
import time

from made_up_call import audio, events, loudspeaker, to_nobody

from rtmulti import Player

logging.basicConfig(format="%(name)s: %(message)s")


async def slow_server() -> None:
    begin, announce, *_ = events("A")
    async with Player(loudspeaker(), to_nobody) as player:
        for event in (begin, announce, *audio("A", 100) * 8):
            player.feed(event)
            await asyncio.sleep(0.15)
        stats = player.session.stats()
        print(f"underruns: {stats.underruns}, the listener waited {stats.underrun_total_us // 1000} ms in them")


async def busy_loop() -> None:
    asyncio.get_running_loop().slow_callback_duration = 0.15
    async with Player(loudspeaker(), to_nobody) as player:
        for event in events("A", ms=500):
            player.feed(event)
        await asyncio.sleep(0.1)
        time.sleep(0.3)  # what computes here plays nothing meanwhile
        await player.settled("r1")


asyncio.run(slow_server())
asyncio.run(busy_loop(), debug=True)
