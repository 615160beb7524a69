"""Cut elsewhere than where the listener was: a device that plays 150 ms after it was given something, and a server that
stops by itself."""

import asyncio

from made_up_call import events, loudspeaker, to_nobody

from rtmulti import Player


async def cut(name: str, output_latency_ms: int, status: str = "completed") -> None:
    async with Player(loudspeaker(output_latency_ms), to_nobody) as player:
        for event in events("A", status=status):
            player.feed(event)
        await asyncio.sleep(0.6)
        if status == "completed":
            await player.interrupt()
        else:
            await player.settled("r1")
        record = player.session.message("A")
        assert record is not None
        print(f"{name}: {record.outcome.name}, {record.heard_ms} of {record.received_ms} ms, {record.status.name}")


async def main() -> None:
    await cut("latency not told", 0)
    await cut("latency told", 150)
    await cut("the server stopped", 0, "incomplete")


asyncio.run(main())
