"""Plays a response of three spoken messages on the default output device, with sounddevice. The device takes its frames
itself (Driver.PULLED); with a number of seconds, the listener interrupts so long after the second message began.

    python bindings/python/examples/sounddevice_player.py Tests/Fixtures 0.5

PortAudio's thread calls `fill`, which must get hold of the interpreter first: about 10 us when it is free, and more
while another thread computes. 60 ms of latency bear that; bindings/c/examples/portaudio_player.c does without Python.
"""

import sys
import time
from pathlib import Path
from typing import Any

import sounddevice

from rtmulti import Codec, Command, Driver, Event, Format, PlaybackStarted, Session, Settled, Sink, SinkFormat

RATE_HZ = 48_000
PLAY_OUT_S = 0.2  # what a device has claimed before a cut is still heard, and PortAudio drops it when it is stopped
MESSAGES = {"A": "speech-a.opus", "B": "speech-b.opus", "C": "speech-c.opus"}
INTERRUPTED = "B"


class DeviceSink(Sink):
    """Nothing is written to it: its thread pulls."""

    format = SinkFormat(sample_rate_hz=RATE_HZ, gapless=True, driver=Driver.PULLED)


def now_us() -> int:
    return time.monotonic_ns() // 1000


def play(fixtures: Path, interrupt_after_s: float | None) -> None:
    interrupt_us, is_settled, delay_frames = sys.maxsize, False, 0

    def on_event(event: Event) -> None:
        nonlocal interrupt_us, is_settled
        begins = isinstance(event, PlaybackStarted) and event.item_id == INTERRUPTED
        if begins and interrupt_after_s is not None:
            interrupt_us = now_us() + int(interrupt_after_s * 1e6)
        is_settled = is_settled or isinstance(event, Settled)

    def on_command(command: Command) -> None:
        print(f"to the server: {command.json}")

    def fill(block: Any, frames: int, times: Any, status: Any) -> None:
        nonlocal delay_frames
        # What lies between this block and the ear.
        delay_frames = max(0, int((times.outputBufferDacTime - times.currentTime) * RATE_HZ))
        device.pull(block, delay_frames)

    session = Session(DeviceSink(), format=Format(Codec.OGG_OPUS), on_event=on_event, on_command=on_command)
    device = session.device()
    stream = sounddevice.RawOutputStream(RATE_HZ, RATE_HZ // 100, None, 1, "int16", 0.06, callback=fill)
    with session, stream:
        session.response_created("response")
        for item_id, file in MESSAGES.items():
            session.item_added("response", item_id)
            session.audio("response", item_id, (fixtures / file).read_bytes())
            session.item_done(item_id)
        session.response_done("response")
        while not is_settled:
            session.advance(now_us())
            if now_us() >= interrupt_us:
                print(f"interrupted at {now_us()} us; the device is {delay_frames * 1000 // RATE_HZ} ms late")
                interrupt_us = sys.maxsize
                session.interrupt()
            wake_us = min(session.next_deadline() or now_us() + 10_000, interrupt_us)
            time.sleep(max(0, wake_us - now_us()) / 1e6)
        time.sleep(PLAY_OUT_S)
        stream.stop()  # no pull comes after it

    print("\n message     heard  outcome")
    for item_id in MESSAGES:
        if (record := session.message(item_id)) is not None:
            print(f" {item_id:7}  {record.heard_ms:5} ms  {record.outcome.name.lower()}")


if __name__ == "__main__":
    play(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else None)
