"""What the tests of the binding share: a sink that plays what it is told to, and small conversations. No test
lives here."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Coroutine
from typing import Any

import rtmulti


class HandSink(rtmulti.Sink):
    """Takes everything and plays nothing by itself; a clear is answered with what the test said was played."""

    def __init__(self, format: rtmulti.SinkFormat = rtmulti.SinkFormat()) -> None:
        self.format = format
        self.asked: list[tuple[Any, ...]] = []
        self.written: dict[int, bytes] = {}
        self.played: dict[int, int] = {}

    def write(self, segment: int, pcm: bytes) -> int | None:
        self.asked.append(("write", segment, len(pcm) // self.format.bytes_per_frame))
        self.written[segment] = self.written.get(segment, b"") + pcm
        return None

    def flush(self, segment: int) -> None:
        self.asked.append(("flush", segment))

    def clear(self, segment: int) -> None:
        self.asked.append(("clear", segment))
        assert self.playback is not None
        for unsettled in self.written:
            self.playback.playback_finished(unsettled, self.played.get(unsettled, 0), True)

    def pause(self) -> None:
        self.asked.append(("pause",))

    def resume(self) -> None:
        self.asked.append(("resume",))

    def text(self, item_id: str, text: str) -> None:
        self.asked.append(("text", item_id, text))

    def play(self, segment: int, frames: int) -> None:
        """Plays and reports `frames` frames of a segment, as far as they were written."""
        assert self.playback is not None
        if segment not in self.played:
            self.playback.playback_started(segment)
        before = -1
        # A report brings more: the session writes only a little ahead.
        while before < self.played.get(segment, 0) < frames or before < 0:
            before = self.played.get(segment, 0)
            written = len(self.written.get(segment, b"")) // self.format.bytes_per_frame
            self.played[segment] = min(frames, written)
            self.playback.playback_progress(segment, self.played[segment])

    def finish(self, segment: int) -> None:
        """Plays a segment to its end."""
        assert self.playback is not None
        self.play(segment, 1 << 40)
        self.playback.playback_finished(segment, self.played[segment])


def pcm(ms: int, rate_hz: int = 24_000) -> bytes:
    """PCM16 that is not silent."""
    return b"".join((i * 37 % 20_000 - 10_000).to_bytes(2, "little", signed=True) for i in range(ms * rate_hz // 1000))


def created(response_id: str) -> str:
    """response.created, as the server sends it."""
    return json.dumps({"type": "response.created", "response": {"id": response_id, "object": "realtime.response"}})


def done(response_id: str) -> str:
    """response.done."""
    return json.dumps({"type": "response.done", "response": {"id": response_id, "status": "completed"}})


def message(response_id: str, item_id: str, index: int, ms: int, text: str) -> list[str]:
    """The events of a whole message: its announcement, its audio in one delta, its transcript, its end."""
    where = {"response_id": response_id, "item_id": item_id, "output_index": index, "content_index": 0}
    item = {"id": item_id, "type": "message", "role": "assistant", "content": []}
    audio = base64.b64encode(pcm(ms)).decode()
    part = {"type": "audio"}
    return [
        json.dumps({"type": "response.output_item.added", **where, "item": item}),
        json.dumps({"type": "response.content_part.added", **where, "part": part}),
        json.dumps({"type": "response.output_audio.delta", **where, "delta": audio}),
        json.dumps({"type": "response.output_audio_transcript.delta", **where, "delta": text}),
        json.dumps({"type": "response.output_audio.done", **where}),
        json.dumps({"type": "response.output_item.done", **where, "item": {**item, "status": "completed"}}),
    ]


def two_messages(response_id: str = "r1") -> list[str]:
    """A response of two messages of one second each, A and B, complete."""
    return [
        created(response_id),
        *message(response_id, "A", 0, 1000, "Let me check."),
        *message(response_id, "B", 1, 1000, "It is sunny in Paris."),
        done(response_id),
    ]


def run(steps: Coroutine[Any, Any, Any]) -> Any:
    """Runs a test's coroutine; none may take long."""
    return asyncio.run(asyncio.wait_for(steps, 10))


class Server:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def send(self, text: str) -> None:
        """A plain function."""
        self.told.append(json.loads(text))

    async def send_slowly(self, text: str) -> None:
        """A coroutine function that lets others run in between."""
        await asyncio.sleep(0.002)
        self.send(text)

    def send_in_a_task(self, text: str) -> Awaitable[object]:
        """Returns something to await that is no coroutine."""
        return asyncio.ensure_future(self.send_slowly(text))

    @property
    def types(self) -> list[str]:
        """The commands by their last word."""
        return [event["type"].split(".")[-1] for event in self.told]
