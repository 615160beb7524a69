"""Three players that nobody hears: where the audio is, and what they say of it."""

import asyncio
import logging

from made_up_call import events, loudspeaker, to_nobody

import rtmulti

logging.basicConfig(format="%(name)s: %(message)s")


class Mute(rtmulti.Sink):
    """Takes audio and never reports."""

    def write(self, segment: int, pcm: bytes) -> None:
        pass


async def look(name: str, sink: rtmulti.Sink | None, is_paused: bool = False) -> None:
    async with rtmulti.Player(sink, to_nobody) as player:
        if is_paused:
            player.pause()
        for event in events("A"):
            player.feed(event)
        await asyncio.sleep(1)
        stats = player.session.stats()
        record = player.session.message("A")
        assert record is not None
        waits = f"{stats.queued_ms} ms wait, {stats.written_ahead_ms} ms lie in the sink"
        print(f"{name}: {waits}, {record.heard_ms} ms were heard")


async def main() -> None:
    await look("no sink", None)
    await look("paused", loudspeaker(), is_paused=True)
    await look("no reports", Mute())


asyncio.run(main())
