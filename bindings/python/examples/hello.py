"""The smallest whole program: two messages of one second, and a listener who interrupts the first after 400 ms. It
prints what to send to the server and writes heard.wav. Both READMEs show this file; `make test` runs it."""

import asyncio
import base64

import rtmulti


async def main() -> None:
    second = base64.b64encode(bytes(48_000)).decode()  # PCM16, 24 kHz, mono: what the server sends
    async with rtmulti.Player(sink=rtmulti.WavSink("heard.wav"), send=print) as player:
        player.feed({"type": "response.created", "response": {"id": "resp_1"}})
        for item in ("msg_A", "msg_B"):
            message = {"response_id": "resp_1", "item": {"id": item, "type": "message"}}
            player.feed({"type": "response.output_item.added", **message})
            delta = {"response_id": "resp_1", "item_id": item, "delta": second}
            player.feed({"type": "response.output_audio.delta", **delta})
        await asyncio.sleep(0.4)
        await player.interrupt()


asyncio.run(main())
