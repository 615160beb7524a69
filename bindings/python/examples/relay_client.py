"""A client that was never changed, before and behind the relay: it plays what comes, drops what it has when the user speaks, and
truncates the message that it received last, by a clock, as many clients do. Against the strict server, without keys.

    python bindings/python/examples/relay_client.py
"""

from __future__ import annotations

import asyncio
import base64
import json

from websockets.asyncio.client import connect

from rtmulti.compare.device import Device, Recordings, number_of
from rtmulti.compare.rows import says
from rtmulti.relay import Relay, Settings
from rtmulti.server import StrictServer, parse_script

MESSAGES = (says(1, 1000), says(2, 1000))
SPEAKS_AFTER_S = 0.7


async def client(url: str, server: StrictServer) -> dict[int, float]:
    """Any client: it knows a URL and nothing of rtmulti. Returns what its listener heard of each message, in ms."""
    loop = asyncio.get_running_loop()
    device = Device()
    last_item_id, began_s = "", 0.0
    async with connect(url) as websocket:
        await websocket.send('{"type": "response.create"}')
        loop.call_later(SPEAKS_AFTER_S, server.user_speaks)
        while True:
            try:
                event = json.loads(await asyncio.wait_for(websocket.recv(), 1.0))
            except asyncio.TimeoutError:
                return device.heard_ms()
            if event["type"] == "response.output_audio.delta":
                if event["item_id"] != last_item_id:
                    last_item_id, began_s = event["item_id"], loop.time()
                device.push(None, base64.b64decode(event["delta"]))
            elif event["type"] == "input_audio_buffer.speech_started" and last_item_id:
                device.clear()
                place = {"item_id": last_item_id, "content_index": 0, "audio_end_ms": int((loop.time() - began_s) * 1000)}
                await websocket.send(json.dumps({"type": "conversation.item.truncate", **place}))


async def talk(is_relayed: bool, recordings: Recordings) -> None:
    """One conversation; prints what was heard of each message, and what is remembered of it."""
    turn = {"output": [recordings.recorded(message) for message in MESSAGES], "pace": 0}
    script = parse_script({"voice": "tone", "turn_detection": {"create_response": False}, "turns": [turn]})
    async with StrictServer(script) as server:
        if is_relayed:
            async with Relay(Settings(server.url)) as relay:
                heard_ms = await client(relay.url, server)
        else:
            heard_ms = await client(server.url, server)
        verdict = await server.verdict()
    print("behind the relay:" if is_relayed else "as it is:")
    for line in verdict.lines:
        number = number_of(line.text) or 0
        print(f"  message {number}: heard {heard_ms.get(number, 0):4.0f} ms, remembered {line.remembered_ms:4} ms ({line.told})")


async def main() -> None:
    """Before, and after."""
    recordings = Recordings()
    try:
        for is_relayed in (False, True):
            await talk(is_relayed, recordings)
    finally:
        recordings.close()


if __name__ == "__main__":
    asyncio.run(main())
