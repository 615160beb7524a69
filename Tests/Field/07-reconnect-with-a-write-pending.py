"""agents-js#2366, eliza#17996: the line dies without a word (half open); the host notices, opens a new one and calls
reconnect() while a write on the old one still blocks; later the old socket gives up."""

import asyncio
import json
from typing import Any

import rtmulti
from field import brief, silence_free, verdict

SPEECH: dict[str, Any] = {"type": "input_audio_buffer.speech_started", "item_id": "u"}


def speak(player: rtmulti.Player, response: str, item: str) -> None:
    player.feed({"type": "response.created", "response": {"id": response}})
    said = {"response_id": response, "item_id": item, "delta": silence_free(2_000)}
    player.feed({"type": "response.output_audio.delta", **said})


async def talk() -> dict[str, Any]:
    sent: list[Any] = []
    old_line: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    is_new = False

    async def send(command: str) -> None:
        if not is_new:
            await old_line
        else:
            sent.append(brief(json.loads(command)))

    sink = rtmulti.CallbackSink(lambda segment, pcm: None)
    config = rtmulti.Config(interrupt_on_speech=True)
    async with rtmulti.Player(sink, send=send, config=config) as player:
        speak(player, "r1", "A")
        await asyncio.sleep(0.2)
        player.feed(SPEECH)  # the CANCEL of r1 blocks on the old line
        await asyncio.sleep(0.05)
        is_new = True
        player.reconnect()
        speak(player, "r2", "B")
        await asyncio.sleep(0.3)
        player.feed(SPEECH)
        await asyncio.sleep(0.05)
        before = list(sent)
        old_line.set_exception(ConnectionError("the old line was closed"))
        await asyncio.sleep(0.2)
        try:
            player.feed({"type": "rate_limits.updated"})
            raised = None
        except Exception as problem:
            raised = repr(problem)
        heard = [(one.item_id, one.outcome.name, one.heard_ms) for one in player.session.history()]
    return {"while_the_old_blocks": before, "next_call_raises": raised, "heard": heard, "at_the_end": sent}


came = asyncio.run(talk())
verdict(any(command[:2] == ("truncate", "B") for command in came["at_the_end"]), **came)
