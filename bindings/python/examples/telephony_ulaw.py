"""A phone call with a realtime model. The phone company connects here with a media stream (JSON over a WebSocket with
media, mark and clear, as Twilio and others have it); the model is at the other end of a second WebSocket. The session
paces what the caller hears (Driver.PACED): 20 ms of u-law at a time, never more than the lead in the far end's queue.

    python -m rtmulti serve --script scripts/server-vad.json --port 8765 &
    python examples/telephony_ulaw.py 8770 ws://127.0.0.1:8765/v1/realtime
"""

import asyncio
import base64
import contextlib
import json
import sys
from collections import Counter, deque
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from rtmulti import Codec, Config, Driver, Format, Server, Session, Sink, SinkFormat, mark_name


class PhoneStream(Sink):
    """One media stream, by the id that the phone company gave it. What it heard, only marks tell, and only when they
    come back; in between the session's clock estimates it."""

    format = SinkFormat(
        sample_rate_hz=8000, codec=Codec.ULAW, gapless=True, driver=Driver.PACED, frame_ms=20, lead_ms=100
    )

    def __init__(self, stream_sid: str, socket: ServerConnection) -> None:
        self.stream_sid = stream_sid
        self._socket = socket
        self._frames: Counter[int] = Counter()  # written so far, by segment
        self._outbox: deque[dict[str, Any]] = deque()
        self._filled = asyncio.Event()

    def write(self, segment: int, pcm: bytes) -> None:
        self._frames[segment] += len(pcm)  # u-law: a byte a frame
        self._put("media", media={"payload": base64.b64encode(pcm).decode()})

    def flush(self, segment: int) -> None:
        """Behind a message goes a mark; when it comes back, all of the message has been heard."""
        if self._frames[segment] > 0:
            self._put("mark", mark={"name": mark_name(segment, self._frames[segment])})

    def clear(self, segment: int) -> None:
        self._outbox.clear()  # what was not sent yet need not be cleared over there
        self._put("clear")

    def _put(self, event: str, **content: Any) -> None:
        self._outbox.append({"event": event, "streamSid": self.stream_sid, **content})
        self._filled.set()

    async def send(self) -> None:
        """Sends what was put, in order, for as long as the stream lives."""
        with contextlib.suppress(ConnectionClosed):
            while await self._filled.wait():
                self._filled.clear()
                while self._outbox:
                    await self._socket.send(json.dumps(self._outbox.popleft()))


class Call:
    """One conversation with the model. It outlives its streams: a new stream id is a new sink (rule E5)."""

    def __init__(self, model: ClientConnection) -> None:
        self._model = model
        self._loop = asyncio.get_running_loop()
        self._commands: asyncio.Queue[str] = asyncio.Queue()
        self._said = asyncio.Event()
        self._phone: PhoneStream | None = None
        server = Server.TRUNCATES | Server.DELETES | Server.INTERRUPTS
        self.session = Session(
            config=Config(server=server, interrupt_on_speech=True),
            format=Format(Codec.ULAW, 8000),
            on_command=lambda command: self._commands.put_nowait(command.json),
        )

    def tell(self, say: Any, *arguments: Any) -> None:
        """Gives the session an input at the time that it is now, and has its deadline looked at again."""
        self.session.advance(int(self._loop.time() * 1e6))
        say(*arguments)
        self._said.set()

    async def keep_time(self) -> None:
        """The pace: calls the session whenever the next 20 ms are due."""
        while True:
            self.session.advance(int(self._loop.time() * 1e6))
            deadline_us = self.session.next_deadline()
            timer = None if deadline_us is None else self._loop.call_at(deadline_us / 1e6, self._said.set)
            await self._said.wait()
            self._said.clear()
            if timer is not None:
                timer.cancel()

    async def listen(self) -> None:
        """What the model says goes into the session as it came."""
        async for message in self._model:
            self.tell(self.session.receive, message)

    async def obey(self) -> None:
        """What the session says goes to the model, in order."""
        while True:
            await self._model.send(await self._commands.get())

    async def serve_phone(self, socket: ServerConnection) -> None:
        """Takes one connection of the phone company: a stream, until it stops."""
        start = json.loads(await socket.recv())
        while start["event"] != "start":  # "connected" comes first
            start = json.loads(await socket.recv())
        phone = self._phone = PhoneStream(start["streamSid"], socket)
        sending = asyncio.create_task(phone.send())
        self.tell(self.session.set_sink, phone)
        async for message in socket:
            event = json.loads(message)
            if event["event"] == "media":  # the caller's voice; the model's server notices speech (server VAD)
                append = {"type": "input_audio_buffer.append", "audio": event["media"]["payload"]}
                await self._model.send(json.dumps(append))
            elif event["event"] == "mark":
                self.tell(self.session.playback_mark, event["mark"]["name"])
            elif event["event"] == "stop":
                break
        sending.cancel()
        if self._phone is phone:  # else another stream has taken over already
            self.tell(self.session.set_sink, None)  # what is unheard waits for the next stream


async def begin(model: ClientConnection) -> None:
    """Asks for u-law in both directions, so that nothing is resampled, and for the first words."""
    ulaw = {"format": {"type": "audio/pcmu"}}
    session = {"type": "realtime", "audio": {"input": ulaw, "output": ulaw}}
    await model.send(json.dumps({"type": "session.update", "session": session}))
    await model.send('{"type": "response.create"}')


async def main(port: int, model_url: str) -> None:
    async with connect(model_url) as model:
        call = Call(model)
        await begin(model)
        async with serve(call.serve_phone, "127.0.0.1", port):
            await asyncio.gather(call.keep_time(), call.listen(), call.obey())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
