"""A call that is traced into call.trace: two messages, interrupted in the first."""

import asyncio

from made_up_call import events, loudspeaker, to_nobody

from rtmulti import Player


async def main() -> None:
    async with Player(loudspeaker(), to_nobody, trace="call.trace") as player:
        for event in events("A", "B"):
            player.feed(event)
        await asyncio.sleep(0.4)
        await player.interrupt()


asyncio.run(main())
