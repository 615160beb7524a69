"""Interruptions of which the server hears nothing: for there is nothing to say, for the line takes nothing, or for it
can be told nothing."""

import asyncio
from collections.abc import Callable

from made_up_call import events, loudspeaker, to_nobody

from rtmulti import Config, Diagnostic, Player, Server


def note(diagnostic: Diagnostic) -> None:
    print(f"  {diagnostic.kind.name.lower()}: {diagnostic.message}")


async def never(command: str) -> None:
    await asyncio.sleep(3)


async def interrupt(name: str, after_s: float, send: Callable[[str], object], config: Config = Config()) -> None:
    print(f"{name}:")
    async with Player(loudspeaker(), send, config=config, on_diagnostic=note) as player:
        for event in events("A"):
            player.feed(event)
        await asyncio.sleep(after_s)
        interruption = await player.interrupt(timeout=0.2)
        print(f"  something to interrupt: {interruption.had_effect}, unsent: {len(interruption.unsent)}")


async def main() -> None:
    await interrupt("all of it was heard", 1.3, to_nobody)
    await interrupt("the line takes nothing", 0.3, never)
    await interrupt("the server can be told nothing", 0.3, to_nobody, Config(server=Server(0)))


asyncio.run(main())
