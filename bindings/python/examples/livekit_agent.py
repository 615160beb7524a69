"""A voice agent on LiveKit Agents that is interrupted in the first of two messages, once with the line and once without. A
strict server and a loudspeaker of our own run beside it, so that it needs no keys and no room.

    pip install '.[livekit]' livekit-plugins-openai websockets && python bindings/python/examples/livekit_agent.py
"""

import asyncio
import time

from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.voice.io import AudioOutput, AudioOutputCapabilities
from livekit.plugins import openai

import rtmulti
from rtmulti.server import StrictServer, parse_script

MESSAGES = [{"message": f"This is message {name}, and it is not short.", "audio_ms": 1000} for name in "AB"]
SCRIPT = {"voice": "tone", "turns": [{"output": MESSAGES, "pace": 0}]}


class Loudspeaker(AudioOutput):
    """Plays into the air: what it was given less than its length ago is still to be heard."""

    def __init__(self) -> None:
        super().__init__(label="Loudspeaker", capabilities=AudioOutputCapabilities(pause=False))
        self.given_s = self.begun = 0.0
        self.end: asyncio.TimerHandle | None = None

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self.given_s:
            self.begun = time.time()
            self.on_playback_started(created_at=self.begun)
        self.given_s += frame.duration

    def flush(self) -> None:
        super().flush()
        left_s = self.begun + self.given_s - time.time()
        self.end = asyncio.get_running_loop().call_later(max(0.0, left_s), self.finish, False)

    def clear_buffer(self) -> None:
        self.finish(True)

    def finish(self, interrupted: bool) -> None:
        if self.end is not None:
            self.end.cancel()
        heard_s, self.given_s = min(self.given_s, time.time() - self.begun), 0.0
        self.on_playback_finished(playback_position=heard_s, interrupted=interrupted)


async def converse(is_wrapped: bool) -> None:
    async with StrictServer(parse_script(SCRIPT)) as server:
        model = openai.realtime.RealtimeModel(api_key="none", base_url=f"http://127.0.0.1:{server.port}/v1")
        session: AgentSession[None] = AgentSession(llm=rtmulti.livekit.wrap(model) if is_wrapped else model)
        session.output.audio = Loudspeaker()
        await session.start(Agent(instructions="Say two things."))
        speech = session.generate_reply()
        await asyncio.sleep(0.7)  # in the middle of A the listener speaks
        await speech.interrupt()
        await asyncio.sleep(0.2)
        await session.aclose()
        await model.aclose()
        print("With rtmulti.livekit.wrap():" if is_wrapped else "LiveKit Agents alone:")
        for line in (await server.verdict()).lines:
            print(f"  the server remembers {line.remembered_ms:4} of {line.sent_ms} ms of {line.text!r}")


if __name__ == "__main__":
    asyncio.run(converse(is_wrapped=False))
    asyncio.run(converse(is_wrapped=True))
