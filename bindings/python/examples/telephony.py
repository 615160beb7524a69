"""A phone call with a realtime model. The telephone company connects here with a media stream; the model is at the
other end of a second WebSocket. All u-law, so nothing is resampled. The stream's marks tell what was heard.

    python bindings/python/examples/telephony.py               # a model and a telephone of its own: no keys, no call
    python bindings/python/examples/telephony.py 8770 wss://…  # <Connect><Stream url="wss://…:8770"/>, and a model
"""

import asyncio
import contextlib
import json
import os
import sys
from base64 import b64encode

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from rtmulti import Codec, Format, Message, Player
from rtmulti.telephony import CALL, MediaStream


class Conversation:
    """One conversation with the model. `async with`: from the model's connection to its end."""

    def __init__(self, model: ClientConnection, phone: ServerConnection) -> None:
        self._model = model
        self.stream = MediaStream(phone.send)
        self.player = Player(
            self.stream, model.send, config=CALL, format=Format(Codec.ULAW, 8000), on_event=self._on_event
        )

    @staticmethod
    def _on_event(event: object) -> None:
        if isinstance(event, Message):
            print(f"{event.outcome.name.lower()}: {event.heard_ms} ms of {event.generated_text!r} were heard")

    async def begin(self) -> None:
        """Asks for u-law in both directions, and for the first words."""
        ulaw = {"format": {"type": "audio/pcmu"}}
        session = {"type": "realtime", "audio": {"input": ulaw, "output": ulaw}}
        await self._model.send(json.dumps({"type": "session.update", "session": session}))
        await self._model.send('{"type": "response.create"}')

    async def listen(self) -> None:
        """What the model says goes into the player as it came."""
        async for event in self._model:
            self.player.feed(event)

    async def take(self, phone: ServerConnection) -> None:
        """What the caller says goes to the model, until the stream is over."""
        with contextlib.suppress(ConnectionClosed):
            async for message in phone:
                voice = self.stream.receive(message)
                if voice:
                    append = {"type": "input_audio_buffer.append", "audio": b64encode(voice).decode()}
                    await self._model.send(json.dumps(append))
                if self.stream.is_over:
                    break
        self.stream.end()


async def answer(phone: ServerConnection, model_url: str) -> None:
    """Takes one call."""
    key = os.environ.get("OPENAI_API_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key and model_url.startswith("wss://api.openai.com/") else None
    async with connect(model_url, additional_headers=headers) as model:
        call = Conversation(model, phone)
        async with call.player:
            await call.begin()
            listening = asyncio.create_task(call.listen())
            await call.take(phone)
            listening.cancel()


async def main(port: int, model_url: str) -> None:
    """Answers the telephone."""
    async with serve(lambda phone: answer(phone, model_url), "0.0.0.0", port) as door:
        await door.serve_forever()


async def try_it() -> None:
    """A call without a telephone company and without a model: the strict server speaks, and a telephone of our own
    listens for three seconds, with the caller speaking in between."""
    from phone_company import FarEnd, Network

    from rtmulti.server import StrictServer, parse_script

    words = ["First of all.", "And secondly this.", "I am listening."]
    first = [{"message": words[0], "audio_ms": 500}, {"message": words[1], "audio_ms": 1500}]
    script = {"voice": "tone", "turns": [{"output": first}, {"output": [{"message": words[2], "audio_ms": 700}]}]}
    async with (
        StrictServer(parse_script(script)) as model,
        serve(lambda phone: answer(phone, model.url), "127.0.0.1", 0) as door,
    ):
        port = next(iter(door.sockets)).getsockname()[1]
        async with FarEnd(f"ws://127.0.0.1:{port}", network=Network(60, 20)) as phone:
            await phone.until(lambda: phone.telephone.heard_ms() >= 1100)
            phone.telephone.is_speaking = True
            await phone.until(lambda: bool(phone.telephone.clears))
            phone.telephone.is_speaking = False
            cut_ms = phone.telephone.clears[0] / 8
            await phone.until(lambda: phone.telephone.heard_ms() >= cut_ms + 700)
        more_ms = phone.telephone.heard_ms() - cut_ms
        print(f"the telephone played {cut_ms:.0f} ms, was cleared, and played {more_ms:.0f} more")
        for line in (await model.verdict()).lines:
            print(f"the model remembers {line.remembered_ms} ms of {line.text!r}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]) if len(sys.argv) > 2 else try_it())
