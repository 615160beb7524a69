"""What is not an interruption row: how a pipeline ends, an output that refuses or only sends, an interruption from behind the
service, a new connection, a session of text, and what is said when the pipeline or Pipecat is not as it must be."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import websockets
from heard_judge import Outcome
from loguru import logger
from pipecat.frames.frames import InterruptionFrame, TTSAudioRawFrame, TTSStartedFrame, TTSStoppedFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService as PipecatService
from pipeline import Bot, make_service, websocket_transport
from speaker import LEVEL, Speaker, sound_of

from rtmulti.integrations.pipecat import OpenAIRealtimeLLMService
from rtmulti.server import StrictServer, Verdict, parse_script

_SOUNDS = Path(__file__).resolve().parents[3] / "build" / "integrations" / "sounds"
_RATE_HZ = 24_000
_FULL_MS = 600
#: How far a position may be off that follows the clock: three blocks of the output, for the machine is busy.
_PACED_MS = 120
_CONNECT_TRIES = 50


async def _no_tool() -> str:
    return ""


def _script(turns: int = 1, pace: float = 0) -> Any:
    """Each turn is two messages; their sounds are numbered through all turns."""
    spoken = []
    for turn in range(turns):
        numbers = (2 * turn + 1, 2 * turn + 2)
        says = [
            {"message": f"This is message {at} of all.", "audio_ms": _FULL_MS, "audio_file": str(sound_of(at, _SOUNDS))}
            for at in numbers
        ]
        spoken.append({"output": says, "pace": pace, "chunk_ms": 100})
    return parse_script({"voice": "tone", "turn_detection": None, "turns": spoken})


def _bot(
    url: str, output: Any, first: tuple[Any, ...] = (), before: tuple[Any, ...] = (), **more: Any
) -> Bot:
    service = make_service(OpenAIRealtimeLLMService, url, False, **more)
    return Bot(service, output, [service.playout(output)], _RATE_HZ, _no_tool, first=first, before=before)


def _judge(verdict: Verdict, heard_ms: list[float], errors: list[str], tolerance_ms: float = 1) -> Outcome:
    outcome = Outcome(wrong=[f"the application saw {words}" for words in errors])
    for line, heard in zip(verdict.lines, heard_ms, strict=False):
        if abs(line.remembered_ms - heard) > tolerance_ms:
            outcome.wrong.append(f"{line.item_id}: heard {heard:.0f} ms, remembered {line.remembered_ms}")
    outcome.wrong += [f"refused: {words}" for words in verdict.refusals]
    outcome.items_wrong = len(outcome.wrong)
    return outcome


def _expect(outcome: Outcome, holds: bool, words: str) -> None:
    if not holds:
        outcome.wrong.append(words)


async def _until_quiet(speaker: Speaker) -> None:
    while time.monotonic() < speaker.plays_until_s + 1.0:
        await asyncio.sleep(0.05)


async def _until_heard(speaker: Speaker) -> None:
    """Waits for the middle of the first message."""
    while speaker.heard_ms(1) < 200:
        await asyncio.sleep(0.002)


async def farewell() -> Outcome:
    """A pipeline that is to end says first what the model has said."""
    speaker = Speaker(_RATE_HZ)
    async with StrictServer(_script()) as server:
        bot = _bot(server.url, speaker)
        await bot.begin()
        await bot.ask()
        await asyncio.sleep(0.4)
        await bot.finish()
        outcome = _judge(await server.verdict(), [speaker.heard_ms(1), speaker.heard_ms(2)], bot.errors.words)
    _expect(outcome, speaker.heard_ms(2) == _FULL_MS, f"only {speaker.heard_ms(2)} ms of the second message were heard")
    _expect(outcome, len(bot.context()) == 2, f"the context has {bot.context()}")
    return outcome


async def hang_up() -> Outcome:
    """A pipeline that is cancelled in mid-message tells what was heard until then."""
    speaker = Speaker(_RATE_HZ)
    async with StrictServer(_script()) as server:
        bot = _bot(server.url, speaker)
        await bot.begin()
        await bot.ask()
        await _until_heard(speaker)
        await bot.end()
        return _judge(await server.verdict(), [speaker.heard_ms(1), 0.0], bot.errors.words)


class _Button(FrameProcessor):
    """Stands between the service and the output, and interrupts from there."""

    async def process_frame(self, frame: Any, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)


async def interrupted_behind() -> Outcome:
    """An interruption that begins behind the service, and does not pass it, cuts all the same."""
    speaker, button = Speaker(_RATE_HZ), _Button()
    async with StrictServer(_script()) as server:
        bot = _bot(server.url, speaker, before=(button,))
        await bot.begin()
        await bot.ask()
        await _until_heard(speaker)
        await button.push_frame(InterruptionFrame())
        await asyncio.sleep(0.5)
        heard = [speaker.heard_ms(1), speaker.heard_ms(2)]
        await bot.end()
        outcome = _judge(await server.verdict(), heard, bot.errors.words)
    _expect(outcome, heard[0] < _FULL_MS and not heard[1], f"{heard} ms were heard: nothing was cut")
    return outcome


class _Refusing(Speaker):
    """Refuses all that comes behind the first blocks, as a transport does whose client has left."""

    takes = 3

    async def write_audio_frame(self, frame: Any) -> bool:
        self.takes -= 1
        return self.takes >= 0 and await super().write_audio_frame(frame)


async def refused_writes() -> Outcome:
    """What the output does not take was not heard, and the answer ends there."""
    speaker = _Refusing(_RATE_HZ)
    messages: list[Any] = []
    async with StrictServer(_script()) as server:
        bot = _bot(server.url, speaker, on_message=messages.append)
        await bot.begin()
        await bot.ask()
        await asyncio.sleep(1)
        before_end = len(messages)
        heard = [speaker.heard_ms(1), speaker.heard_ms(2)]
        await bot.end()
        outcome = _judge(await server.verdict(), heard, bot.errors.words)
    _expect(outcome, heard == [120, 0], f"{heard} ms were heard")
    _expect(outcome, before_end == 2, "the answer was not over when the output refused it")
    return outcome


async def new_connection() -> Outcome:
    """reset_conversation() in mid-message: what plays plays on, and the new connection's answer is heard."""
    speaker = Speaker(_RATE_HZ)
    async with StrictServer(_script()) as server:
        bot = _bot(server.url, speaker)
        await bot.begin()
        await bot.ask()
        await _until_heard(speaker)
        await bot.service.reset_conversation()
        old = await server.verdict()
        await _until_quiet(speaker)
        first = speaker.heard_ms(1), speaker.heard_ms(2)
        await bot.service.send_client_event(events.ResponseCreateEvent())
        await asyncio.sleep(0.5)
        await _until_quiet(speaker)
        both = [speaker.heard_ms(1) - first[0], speaker.heard_ms(2) - first[1]]
        await bot.end()
        outcome = _judge(await server.verdict(), both, bot.errors.words)
    _expect(outcome, first == (_FULL_MS, _FULL_MS), f"{first} ms of the lost connection's messages were heard")
    _expect(outcome, both == [_FULL_MS, _FULL_MS], f"{both} ms of the new connection's messages were heard")
    _expect(outcome, not old.refusals, f"the lost connection refused {old.refusals}")
    return outcome


async def text_session() -> Outcome:
    """A session whose answers are text is Pipecat's own affair: the context is what it is alone, and no message is deleted."""
    alone, _ = await _said_in_text(PipecatService)
    said, verdict = await _said_in_text(OpenAIRealtimeLLMService)
    outcome = Outcome(wrong=[f"{line.item_id} was told {line.told}" for line in verdict.lines if line.told != "nothing"])
    _expect(outcome, len(verdict.lines) == 2, f"the server said {verdict.lines}")
    _expect(outcome, said == alone, f"the context has {said}, and alone {alone}")
    return outcome


async def _said_in_text(kind: Any) -> tuple[list[str], Verdict]:
    """What the context and the server have of a session of text, with this service."""
    speaker = Speaker(_RATE_HZ)
    async with StrictServer(_script()) as server:
        service = make_service(kind, server.url, False, output_modalities=["text"])
        behind = [service.playout(speaker)] if kind is OpenAIRealtimeLLMService else []
        bot = Bot(service, speaker, behind, _RATE_HZ, _no_tool)
        await bot.begin()
        await bot.ask()
        await asyncio.sleep(1)
        await bot.end()
        return bot.context(), await server.verdict()


async def websocket_client() -> Outcome:
    """A real WebSocket transport of Pipecat's, whose client plays what it gets and drops the rest when it is told to."""
    transport, port, deserialize = websocket_transport(_RATE_HZ)
    async with StrictServer(_script(pace=2)) as server:
        bot = _bot(server.url, transport.output(), first=(transport.input(),))
        await bot.begin()
        loop = asyncio.get_running_loop()
        heard = {1: 0.0, 2: 0.0}
        ends_s = 0.0
        async with await _connected(port) as client:
            await asyncio.sleep(0.1)
            await bot.ask()

            async def play() -> None:
                nonlocal ends_s
                async for message in client:
                    frame = await deserialize(message)
                    if frame is None or not hasattr(frame, "audio"):
                        continue
                    samples = array("h", frame.audio)
                    ends_s = max(ends_s, loop.time()) + len(samples) / _RATE_HZ
                    for number in heard:
                        heard[number] += sum((at + LEVEL // 2) // LEVEL == number for at in samples) * 1000 / _RATE_HZ

            playing = asyncio.create_task(play())
            while heard[2] < 200:
                await asyncio.sleep(0.005)
            unplayed_ms = max(0.0, ends_s - loop.time()) * 1000
            heard_ms = [heard[1], heard[2] - unplayed_ms]
            await bot.interrupt()
            await asyncio.sleep(0.5)
            after_ms = heard[2] - heard_ms[1] - unplayed_ms
            playing.cancel()
            await bot.end()
        outcome = _judge(await server.verdict(), heard_ms, bot.errors.words, _PACED_MS)
    _expect(outcome, after_ms <= _PACED_MS, f"{after_ms:.0f} ms more were sent behind the interruption")
    return outcome


async def _connected(port: int) -> Any:
    """A connection to a transport that may still be about to listen."""
    for attempt in count(1):
        try:
            return await websockets.connect(f"ws://127.0.0.1:{port}")
        except OSError:
            if attempt == _CONNECT_TRIES:
                raise
            await asyncio.sleep(0.1)


async def seam_is_gone() -> Outcome:
    """A Pipecat that keeps its connection elsewhere is refused with a sentence."""
    moved = type("Moved", (OpenAIRealtimeLLMService,), {"_websocket": None})
    try:
        make_service(moved, "ws://127.0.0.1:1", False)
    except RuntimeError as problem:
        return Outcome(wrong=[] if "does not keep its connection in _websocket" in str(problem) else [str(problem)])
    return Outcome(wrong=["nothing was said"])


async def _says(behind: list[Any], service: Any, speaker: Speaker, words: str) -> Outcome:
    """Whether a pipeline that is built wrongly says so: raised where Pipecat lets it through, else in its log."""
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), level="ERROR", backtrace=False, diagnose=False)
    bot = Bot(service, speaker, behind, _RATE_HZ, _no_tool)
    try:
        await bot.begin()
    except RuntimeError as problem:
        lines.append(str(problem))
    finally:
        logger.remove(sink)
    await bot.end()
    return Outcome(wrong=[] if any(words in line for line in lines) else ["nothing was said"])


async def playout_is_missing() -> Outcome:
    """A pipeline without the playout says so."""
    service = make_service(OpenAIRealtimeLLMService, "ws://127.0.0.1:1", False)
    return await _says([], service, Speaker(_RATE_HZ), "put llm.playout(output) directly behind the output")


async def playout_is_elsewhere() -> Outcome:
    """So does one whose playout does not stand directly behind the output."""
    async with StrictServer(_script()) as server:
        speaker = Speaker(_RATE_HZ)
        service = make_service(OpenAIRealtimeLLMService, server.url, False)
        return await _says([_Button(), service.playout(speaker)], service, speaker, "must stand directly behind")


async def audio_of_others() -> Outcome:
    """Speech that is not the model's passes to the output untouched, also behind an interruption."""
    speaker, button = Speaker(_RATE_HZ), _Button()
    async with StrictServer(_script()) as server:
        bot = _bot(server.url, speaker, before=(button,))
        await bot.begin()
        await bot.ask()
        await _until_heard(speaker)
        await bot.interrupt()
        await asyncio.sleep(0.3)
        pcm = array("h", [9 * LEVEL]).tobytes() * (_RATE_HZ * 200 // 1000)
        await button.push_frame(TTSStartedFrame())
        await button.push_frame(TTSAudioRawFrame(audio=pcm, sample_rate=_RATE_HZ, num_channels=1))
        await button.push_frame(TTSStoppedFrame())
        await asyncio.sleep(0.6)
        await bot.end()
        outcome = _judge(await server.verdict(), [speaker.heard_ms(1), 0.0], bot.errors.words)
    _expect(outcome, speaker.heard_ms(9) == 200, f"{speaker.heard_ms(9)} of 200 ms of the others' speech were heard")
    return outcome


CHECKS: dict[str, Callable[[], Awaitable[Outcome]]] = {
    check.__name__.replace("_", " "): check
    for check in (
        farewell,
        hang_up,
        interrupted_behind,
        refused_writes,
        new_connection,
        text_session,
        websocket_client,
        audio_of_others,
        seam_is_gone,
        playout_is_missing,
        playout_is_elsewhere,
    )
}
