"""Holds the virtual time of by_livekit.py to the real one: the same interruptions of one clip in both, side by side. A
real clock is some ms late at every step, so a word may differ here and there, and no more than one. Runs in the environment
of livekit-agents and takes the time that the clip takes.

usage: check_virtual_time.py SPEECH-FOLDER [CLIP]
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from by_livekit import Spoken, remember_speaking_rates, speak
from clips import Clip, clips
from deliveries import Course, Delivery
from virtual_time import new_loop

DELIVERIES = (Delivery.AHEAD, Delivery.WITH_AUDIO)
UNTIL_MS = (3200.0, 6200.0, 9000.0)


class RealTimeLoop(asyncio.SelectorEventLoop):
    """A loop of the usual kind whose time begins at 0."""

    def __init__(self) -> None:
        super().__init__()
        self._began_s = time.monotonic()

    def time(self) -> float:
        return time.monotonic() - self._began_s


def spoken(
    new_loop: Callable[[], asyncio.AbstractEventLoop], clip: Clip, delivery: Delivery, until_ms: float
) -> Spoken:
    with asyncio.Runner(loop_factory=new_loop) as runner:  # type: ignore[attr-defined]  # since Python 3.11
        said: Spoken = runner.run(speak(clip, Course(clip, delivery), until_ms))
    return said


def main() -> None:
    logging.disable(logging.CRITICAL)
    name = sys.argv[2] if len(sys.argv) > 2 else "english-05"
    clip = next(clip for clip in clips(Path(sys.argv[1])) if clip.name == name)
    moments = [(delivery, until_ms) for delivery in DELIVERIES for until_ms in UNTIL_MS]
    # The first run computes what the others remember: a virtual clock does not move while that takes its time.
    remember_speaking_rates()
    spoken(RealTimeLoop, clip, *moments[0])
    real = [spoken(RealTimeLoop, clip, *moment) for moment in moments]
    differ = 0
    for (delivery, _), in_real in zip(moments, real):
        # Where the real clock was late, the virtual one is as late.
        in_virtual = spoken(new_loop, clip, delivery, in_real.position_ms)
        words = clip.words_in(in_real.text), clip.words_in(in_virtual.text)
        differ += abs(words[0] - words[1]) > 1
        print(f"{delivery.value}, {in_real.position_ms:.0f} ms: {words[0]} words in real time, {words[1]} in virtual")
    if differ:
        raise SystemExit(f"In {differ} of {len(moments)} the two times differ by more than one word.")


if __name__ == "__main__":
    main()
