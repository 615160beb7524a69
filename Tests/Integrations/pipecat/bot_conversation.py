"""One conversation: the real Pipecat, the strict server over a real WebSocket, and an output that plays in real time. What is
played stands in interruptions.py, what is right in heard_judge.py."""

from __future__ import annotations

import asyncio
import json
import time
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from heard_judge import Outcome
from interruptions import Row, is_called, is_cancelling
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService as PipecatService
from pipeline import Bot, make_service
from speaker import Speaker, sound_of

from rtmulti.integrations.pipecat import OpenAIRealtimeLLMService
from rtmulti.server import StrictServer, Verdict, parse_script

#: As in interruptions.py; and a VAD of the application's, with a server that hears no turns.
How = Literal["api", "apioff", "vad", "vadoff", "local"]
HOWS: tuple[How, ...] = ("api", "apioff", "vad", "vadoff", "local")

_SOUNDS = Path(__file__).resolve().parents[3] / "build" / "integrations" / "sounds"
_PATIENCE_S = 40
_SERVER_RATE_HZ = 24_000
#: What answers a tool.
REPLY: dict[str, Any] = {"message": "Here is the answer.", "audio_ms": 300}
#: At another rate the sound of a message begins so much later than its first frame, and ends later (rule C4).
_RESAMPLER_MS = 3
#: A message of which so much was heard has words in the context; of less, no word need be complete.
_HAS_WORDS_MS = 250
_QUIET_S = 0.9
#: The messages that answer are heard under these numbers.
_FIRST_REPLY = 11
#: 20 ms of noise that a VAD hears.
_SPEECH = array("h", [9000, -9000] * 240).tobytes()
_SILENCE = bytes(960)


@dataclass(frozen=True, slots=True)
class Way:
    """How it is played.

    is_heard: with rtmulti, or alone.
    stall: after so many ms of speech a write is blocked for so many ms.
    """

    is_heard: bool = True
    how: How = "api"
    sample_rate_hz: int = 24_000
    stall: tuple[int, int] | None = None


class Conversation:
    """Plays one row in one way, once."""

    def __init__(self, row: Row, way: Way) -> None:
        self._row, self._way = row, way
        detection = {"create_response": False, "interrupt_response": is_cancelling(way.how)}
        outputs: list[dict[str, Any]] = []
        number = 0
        for output in row.output:
            number += "message" in output
            sounds = "audio_ms" in output
            outputs.append({**output, "audio_file": str(sound_of(number, _SOUNDS))} if sounds else output)
        replies = [
            {"output": [{**REPLY, "audio_file": str(sound_of(_FIRST_REPLY + at, _SOUNDS))}]} for at in range(3)
        ]
        turn = {"output": outputs, "pace": row.pace, "chunk_ms": 100}
        script = {"voice": "tone", "turn_detection": None if way.how == "local" else detection, "turns": [turn, *replies]}
        self._script = parse_script(script)
        self._announced = 0
        self._messages: list[Any] = []

    async def run(self) -> Outcome:
        """The conversation, from its beginning to the server's verdict."""
        return await asyncio.wait_for(self._run(), _PATIENCE_S)

    async def _run(self) -> Outcome:
        async with StrictServer(self._script) as server:
            self.speaker = Speaker(self._way.sample_rate_hz, self._row.latency_ms, self._way.stall)
            bot = self._bot(server.url)
            await bot.begin()
            await self._talk(bot)
            if self._way.is_heard:
                await self._report(bot)
            await bot.end()
            verdict = await server.verdict()
        return self._outcome(verdict, bot.context(), bot.errors.words)

    def _bot(self, url: str) -> Bot:
        way = self._way
        if way.how == "local":
            detection: Any = False
        else:
            from pipecat.services.openai.realtime.events import TurnDetection

            detection = TurnDetection(create_response=False, interrupt_response=is_cancelling(way.how))
        kind: Any = OpenAIRealtimeLLMService if way.is_heard else PipecatService
        more: dict[str, Any] = {"on_message": self._messages.append} if way.is_heard else {}
        service = make_service(kind, url, detection, **more)

        async def slow_tool() -> str:
            await asyncio.sleep(1.5)
            return "done"

        @service.event_handler("on_conversation_item_created")
        async def on_item(service: Any, item_id: str, item: Any) -> None:
            self._announced += getattr(item, "role", None) == "assistant"

        behind = [service.playout(self.speaker)] if way.is_heard else []
        return Bot(service, self.speaker, behind, way.sample_rate_hz, slow_tool)

    async def _talk(self, bot: Bot) -> None:
        await bot.ask()
        if self._row.cut is not None:
            await self._until_cut()
            await self._interrupt(bot)
        await self._until_quiet()

    async def _until_cut(self) -> None:
        cut = self._row.cut
        assert cut is not None
        if cut.when == "began":
            while len(self.speaker.order) < cut.message:
                await asyncio.sleep(0.002)
        elif cut.when == "ended":
            full_ms = int(self._row.output[0]["audio_ms"])
            while self.speaker.heard_ms(1) < full_ms - _RESAMPLER_MS or time.monotonic() < self.speaker.plays_until_s:
                await asyncio.sleep(0.002)
        elif cut.when == "announced":
            while self._announced < 1:
                await asyncio.sleep(0.002)
        await asyncio.sleep(cut.ms / 1000)

    async def _interrupt(self, bot: Bot) -> None:
        if self._way.how == "local" or is_called(self._way.how):
            await bot.interrupt()
            return
        for block in [_SPEECH] * 10 + [_SILENCE] * 5:
            await bot.hear(block)
            await asyncio.sleep(0.02)

    async def _until_quiet(self) -> None:
        began_s = time.monotonic()
        # A tool takes 1.5 s, and so does the longest pause of a row and what follows it.
        least_s = 3.0 if self._row.is_tool or self._row.cut is None else 1.5
        while True:
            await asyncio.sleep(0.05)
            now_s = time.monotonic()
            if now_s - began_s > least_s and now_s - self.speaker.plays_until_s > _QUIET_S:
                return

    # --- what it came to ---

    async def _report(self, bot: Bot) -> None:
        """Tells the server what was heard, so that its own verdict is one too."""
        numbers = _numbers([(message.item_id, message.generated_text) for message in self._messages])
        sounding = {message.item_id for message in self._messages if message.received_ms}
        for item_id, number in ((item_id, number) for item_id, number in numbers.items() if item_id in sounding):
            report = {"type": "rtmulti.heard", "item_id": item_id, "content_index": 0}
            heard = {"heard_ms": round(self.speaker.heard_ms(number))}
            await bot.service._websocket.socket.send(json.dumps({**report, **heard}))
        await asyncio.sleep(0.05)

    def _outcome(self, verdict: Verdict, context: list[str], errors: list[str]) -> Outcome:
        outcome = Outcome()
        numbers = _numbers([(line.item_id, line.text) for line in verdict.lines])
        heard = {item_id: round(self.speaker.heard_ms(number)) for item_id, number in numbers.items()}
        history: dict[str, str] = {}
        said = list(context)
        for line in verdict.lines:
            if said and line.text.startswith(said[0][:12].strip()):
                history[line.item_id] = said.pop(0)
        is_resampled = self._way.sample_rate_hz != _SERVER_RATE_HZ
        outcome.add(verdict, heard, errors, history, tolerance_ms=_RESAMPLER_MS if is_resampled else 1)
        if self._way.is_heard:
            if said:
                outcome.wrong.append(f"the context has words that nobody heard: {said}")
            for line in verdict.lines:
                words, ms = history.get(line.item_id, ""), heard[line.item_id]
                if ms > _HAS_WORDS_MS and not words:
                    outcome.wrong.append(f"{line.item_id}: {ms} ms heard, and the context has no word of it")
                if line.told == "nothing" and ms and words.strip() != line.text:
                    outcome.wrong.append(f"{line.item_id}: heard in full, and the context has {words!r}")
        return outcome


def _numbers(said: list[tuple[str, str]]) -> dict[str, int]:
    """Which sound each message is, of items with their words in the order in which they were announced: those of the row
    come first, and of one that was cut early not all words are known."""
    numbers = {}
    number, reply = 1, _FIRST_REPLY
    for item_id, text in said:
        if text and REPLY["message"].startswith(text[:4]):
            numbers[item_id], reply = reply, reply + 1
        else:
            numbers[item_id], number = number, number + 1
    return numbers
