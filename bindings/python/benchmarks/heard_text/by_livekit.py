"""livekit-agents, as its AgentSession speaks a realtime model's message: its own forward_generation() into its own
TranscriptSynchronizer, in virtual time, and what it would record as heard. Around it stand only a model that sends, a
sink that plays, and a screen that shows. Runs in an environment of its own, so rtmulti is not known here.

usage: by_livekit.py SPEECH-FOLDER ANSWERS-FILE [EVERY]
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
from answers import Answer, Case, Reports, answer, write_answers
from cases import chosen, work
from clips import BYTES_PER_MS, RATE_HZ, Clip, clips
from deliveries import Arrival, AudioDelta, Course, Delivery, TextDelta
from livekit import rtc
from livekit.agents.types import TimedString
from livekit.agents.voice import io
from livekit.agents.voice.generation import forward_generation
from livekit.agents.voice.speech_handle import SpeechHandle
from livekit.agents.voice.transcription import TranscriptSynchronizer
from livekit.agents.voice.transcription._speaking_rate import SpeakingRateStream
from virtual_time import new_loop

NAME = "livekit-agents"


class Speaker(io.AudioOutput):
    """Takes everything at once and plays it by the clock, as the room's output does; it says when it began and ended.

    The synchronizer asks its sink for no more than that: reports of progress pass it by.
    """

    def __init__(self, course: Course) -> None:
        super().__init__(
            label="speaker",
            capabilities=io.AudioOutputCapabilities(pause=True),
            sample_rate=RATE_HZ,
        )
        self._course = course
        self._is_playing = False
        self._is_cleared = asyncio.Event()
        self._waiting: asyncio.Task[None] | None = None

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self._is_playing:
            self._is_playing = True
            self.on_playback_started(created_at=time.time())

    def flush(self) -> None:
        super().flush()
        if self._is_playing:
            self._waiting = asyncio.create_task(self._wait_for_playout())

    def clear_buffer(self) -> None:
        if self._is_playing:
            self._is_cleared.set()

    async def _wait_for_playout(self) -> None:
        """The room's output says that it is finished from a task of its own, too, and not from inside clear_buffer."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._is_cleared.wait(), max(0.0, self._course.ends_ms / 1000 - loop.time()))
        self._is_playing = False
        position_ms = self._course.position_ms(loop.time() * 1000)
        self.on_playback_finished(playback_position=position_ms / 1000, interrupted=self._is_cleared.is_set())


class Screen(io.TextOutput):
    """Shows what is released, and sees how far that is beyond what was heard."""

    def __init__(self, clip: Clip, course: Course) -> None:
        super().__init__(label="screen", next_in_chain=None)
        self._clip, self._course = clip, course
        self._shown = ""
        self._is_open = True
        self.words_beyond = 0

    async def capture_text(self, text: str) -> None:
        self._shown += text
        if self._is_open:
            heard = self._clip.words_heard(self._course.position_ms(asyncio.get_running_loop().time() * 1000))
            self.words_beyond = max(self.words_beyond, self._clip.words_in(self._shown) - heard)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        """What comes after the interruption is no longer seen."""
        self._is_open = False


async def _when_it_arrives(arrivals: list[Arrival], kind: type) -> AsyncIterator[Any]:
    """The deltas of a kind, each at its moment; it ends when the item is done, with the last delta of any kind."""
    loop = asyncio.get_running_loop()
    for arrival in arrivals:
        await asyncio.sleep(max(0.0, arrival.at_ms / 1000 - loop.time()))
        if isinstance(arrival.delta, kind):
            yield arrival.delta


async def _audio(clip: Clip, arrivals: list[Arrival]) -> AsyncIterator[rtc.AudioFrame]:
    async for delta in _when_it_arrives(arrivals, AudioDelta):
        pcm = clip.pcm[delta.start_ms * BYTES_PER_MS : delta.end_ms * BYTES_PER_MS]
        yield rtc.AudioFrame(pcm, RATE_HZ, 1, len(pcm) // 2)


async def _text(arrivals: list[Arrival]) -> AsyncIterator[str]:
    async for delta in _when_it_arrives(arrivals, TextDelta):
        if delta.end_ms < 0:
            yield delta.text
        else:
            yield TimedString(delta.text, start_time=delta.start_ms / 1000, end_time=delta.end_ms / 1000)


@dataclass(frozen=True)
class Spoken:
    """What came of a message that was interrupted."""

    position_ms: float
    #: What its session would put into the chat context.
    text: str
    words_beyond: int


async def speak(clip: Clip, course: Course, until_ms: float) -> Spoken:
    """Speaks the clip, and interrupts it at this moment."""
    screen = Screen(clip, course)
    synchronizer = TranscriptSynchronizer(next_in_chain_audio=Speaker(course), next_in_chain_text=screen)
    handle = SpeechHandle.create()
    speaking = asyncio.create_task(
        forward_generation(
            speech_handle=handle,
            audio_output=synchronizer.audio_output,
            text_output=synchronizer.text_output,
            audio_source=_audio(clip, course.arrivals),
            text_source=_text(course.arrivals),
            on_first_frame=lambda *_: None,
            reconcile_playout_pause=lambda: None,
        )
    )
    await asyncio.sleep(until_ms / 1000)
    screen.close()
    handle.interrupt()
    output = await speaking
    await synchronizer.aclose()
    handle._mark_done()
    return Spoken(output.playback_position * 1000, output.forwarded_text, screen.words_beyond)


def remember_speaking_rates() -> None:
    """The same second of sound is looked at in each of the twenty interruptions of each case; its rate is a pure
    function of it, and costs more than all the rest."""
    compute = SpeakingRateStream._compute_speaking_rate
    rates: dict[tuple[bytes, int], float] = {}

    def remembered(self: SpeakingRateStream, audio: np.ndarray[Any, Any], sample_rate: int) -> float:
        key = audio.tobytes(), sample_rate
        if key not in rates:
            rates[key] = compute(self, audio, sample_rate)
        return rates[key]

    SpeakingRateStream._compute_speaking_rate = remembered  # type: ignore[method-assign]


def answers(clip: Clip, case: Case) -> list[Answer]:
    course = Course(clip, case.delivery, case.starved)
    found: list[Answer] = []
    for interruption in course.interruptions():
        with asyncio.Runner(loop_factory=new_loop) as runner:  # type: ignore[attr-defined]  # since Python 3.11
            spoken = runner.run(speak(clip, course, interruption.at_ms))
        if abs(spoken.position_ms - interruption.position_ms) > 1:
            raise RuntimeError(f"{clip.name} at {interruption}: the speaker was at {spoken.position_ms} ms")
        found.append(answer(NAME, clip, case, course, interruption, spoken.text, spoken.words_beyond))
    return found


def _measure(jobs: list[tuple[Clip, Case]]) -> list[Answer]:
    """A clip in all its cases. Sinks that report progress or do not are the same to it, and so is a codec: it is
    given what the decoder gives."""
    logging.disable(logging.CRITICAL)
    remember_speaking_rates()
    known: dict[tuple[Delivery, bool], list[Answer]] = {}
    found: list[Answer] = []
    for clip, case in jobs:
        key = case.delivery, case.starved
        if key not in known:
            known[key] = answers(clip, replace(case, codec="pcm16", reports=Reports.ALL))
        found.extend(replace(one, codec=case.codec, reports=case.reports.value) for one in known[key])
    return found


def main() -> None:
    speech, into, *every = sys.argv[1:]
    jobs: dict[str, list[tuple[Clip, Case]]] = {}
    for clip, case in work(chosen(clips(Path(speech)), int(every[0]) if every else 1)):
        jobs.setdefault(clip.name, []).append((clip, case))
    with Pool(os.cpu_count()) as pool, open(into, "w", encoding="utf-8") as file:
        for some in pool.imap(_measure, jobs.values()):
            write_answers(file, some)


if __name__ == "__main__":
    main()
