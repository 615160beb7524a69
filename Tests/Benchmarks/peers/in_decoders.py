"""The answers of those who decode Opus from Python, all on the packets of Tests/Fixtures: PyAV, opuslib, livekit's decoder of
streams, and rtmulti. Each says what one packet of 20 ms cost it in processor time."""

from __future__ import annotations

import asyncio
import importlib.metadata
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FILES = ("speech-a.opus", "speech-b.opus", "speech-c.opus")
_RATE_HZ = 24_000
_FRAMES = _RATE_HZ // 50
_ROUNDS = 3


def _packets(file: bytes) -> Iterator[bytes]:
    """The audio packets of an Ogg file whose packets end on their pages."""
    at, found = 0, 0
    while at < len(file):
        sizes = file[at + 27 : at + 27 + file[at + 26]]
        end = start = at + 27 + len(sizes)
        for size in sizes:
            end += size
            if size < 255:
                found += 1
                if found > 2:  # the first two describe the stream
                    yield file[start:end]
                start = end
        at = end


class Subject:
    """One decoder: "PyAV", "opuslib", "livekit" or "rtmulti"."""

    def __init__(self, name: str, fixtures: str) -> None:
        self._name = name
        self._files = [(Path(fixtures) / file).read_bytes() for file in _FILES]
        self._packets = [packet for file in self._files for packet in _packets(file)]

    async def version(self) -> dict[str, Any]:
        """Which release it is."""
        if self._name == "rtmulti":
            import rtmulti

            return {"version": rtmulti.__version__}
        package = {"PyAV": "av", "opuslib": "opuslib", "livekit": "livekit-agents"}[self._name]
        return {"version": importlib.metadata.version(package)}

    async def decode(self) -> dict[str, Any]:
        """Processor time for a packet, and how much audio all of them became."""
        ways: dict[str, Any] = {
            "PyAV": self._by_pyav,
            "opuslib": self._by_opuslib,
            "rtmulti": self._by_rtmulti,
        }
        us = []
        for _ in range(_ROUNDS):
            begin_s = time.process_time()
            frames = await self._by_livekit() if self._name == "livekit" else ways[self._name]()
            us.append((time.process_time() - begin_s) * 1e6 / len(self._packets))
            seconds = frames / _RATE_HZ
            if abs(seconds - len(self._packets) / 50) > 0.5:
                raise RuntimeError(f"{len(self._packets) / 50:.1f} s were to be decoded, and {seconds:.1f} s came")
        return {"us": sorted(us)[len(us) // 2]}

    def _by_pyav(self) -> int:
        from av import AudioResampler, CodecContext, Packet

        context: Any = CodecContext.create("libopus", "r")
        context.layout, context.sample_rate = "mono", 48_000
        resampler = AudioResampler("s16", "mono", _RATE_HZ)
        frames = 0
        for packet in self._packets:
            for frame in context.decode(Packet(packet)):
                for resampled in resampler.resample(frame):
                    frames += len(bytes(resampled.planes[0])[: resampled.samples * 2]) // 2
        return frames

    def _by_opuslib(self) -> int:
        import opuslib

        decoder = opuslib.Decoder(_RATE_HZ, 1)
        return sum(len(decoder.decode(packet, _FRAMES)) // 2 for packet in self._packets)

    async def _by_livekit(self) -> int:
        from livekit.agents.utils.codecs import AudioStreamDecoder

        frames = 0
        for file in self._files:
            decoder = AudioStreamDecoder(sample_rate=_RATE_HZ, num_channels=1, format="audio/ogg")
            decoder.push(file)
            decoder.end_input()
            async for frame in decoder:
                frames += frame.samples_per_channel
            await decoder.aclose()
            await asyncio.sleep(0)
        return frames

    def _by_rtmulti(self) -> int:
        import rtmulti

        from .in_rtmulti import Instant

        sink = Instant()
        format = rtmulti.Format(codec=rtmulti.Codec.OPUS, sample_rate_hz=48_000)
        config = rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED)
        with rtmulti.Session(sink, config=config, format=format) as session:
            session.response_created("resp_1")
            session.item_added("resp_1", "item_1")
            session.part_added("resp_1", "item_1", 0)
            for packet in self._packets:
                session.audio("resp_1", "item_1", packet, 0)
        return sink.bytes // 2
