"""What the programs of this folder share: a sink that plays in virtual time, a conversation that is fed the events of a
server, the events themselves, and the verdict. What went wrong in the field stands in the programs.

Each program ends with VERDICT right (exit 0) or VERDICT NOT RIGHT (exit 1); run.py runs them.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any, NoReturn

import rtmulti


def silence_free(ms: int, rate_hz: int = 24_000) -> str:
    """So much PCM16, in base64, none of it silent."""
    return base64.b64encode(b"\x01\x02" * (rate_hz * ms // 1_000)).decode()


class Segment:
    """What a sink knows of one segment, in frames."""

    def __init__(self) -> None:
        self.written = self.played = 0
        self.is_flushed = self.has_started = False


class VirtualSink(rtmulti.Sink):
    """Plays exactly what is written; answers a clear at once, or when told (`answers=False`)."""

    def __init__(self, answers: bool = True) -> None:
        self.format = rtmulti.SinkFormat()
        self.answers = answers
        self.segments: dict[int, Segment] = {}
        self.waiting: list[int] = []

    def write(self, segment: int, pcm: bytes) -> None:
        if segment not in self.segments:
            self.segments[segment] = Segment()
            self.waiting.append(segment)
        self.segments[segment].written += len(pcm) // self.format.bytes_per_frame

    def flush(self, segment: int) -> None:
        self.segments[segment].is_flushed = True

    def clear(self, segment: int) -> None:
        if self.answers:
            self.answer()

    def answer(self) -> None:
        """Answers a clear: nothing that waits is played any further."""
        playback = self.playback
        while self.waiting and playback is not None:
            segment = self.waiting.pop(0)
            playback.playback_finished(segment, self.segments[segment].played, True)

    def play(self, ms: int) -> None:
        left = self.format.sample_rate_hz * ms // 1_000
        playback = self.playback
        while self.waiting and playback is not None:
            segment = self.waiting[0]
            known = self.segments[segment]
            frames = min(left, known.written - known.played)
            if frames > 0:
                if not known.has_started:
                    known.has_started = True
                    playback.playback_started(segment)
                known.played += frames
                left -= frames
                playback.playback_progress(segment, known.played)
            if known.played < known.written or not known.is_flushed:
                return
            if segment in self.waiting:
                self.waiting.remove(segment)
            playback.playback_finished(segment, known.played, False)


class Conversation:
    """One session and all that came out of it."""

    def __init__(self, sink: VirtualSink | None = None) -> None:
        self.sink = sink or VirtualSink()
        self.came: list[Any] = []
        self.now_ms = 0
        told = self.came.append
        self.session = rtmulti.Session(self.sink, on_event=told, on_command=told, on_diagnostic=told)
        self.session.advance(0)

    def feed(self, **event: Any) -> Any:
        """Gives the session an event of the server; what it refuses is kept with what came."""
        return self.receive(json.dumps(event))

    def receive(self, event: Any) -> Any:
        try:
            return self.session.receive(event)
        except rtmulti.RtmultiError as refused:
            self.came.append(refused)
            return refused

    def advance(self, ms: int) -> None:
        for _ in range(ms):
            self.now_ms += 1
            self.session.advance(self.now_ms * 1_000)
            self.sink.play(1)

    def heard_ms(self, item_id: str) -> int:
        """How much of an item was heard, 0 for one that is not known."""
        position = self.session.position(item_id)
        return 0 if position is None else position.heard_ms

    def told(self) -> list[tuple[str, str | None, int | None]]:
        """The commands: their last word, what they are about, and where they cut it."""
        commands = [json.loads(one.json) for one in self.came if isinstance(one, rtmulti.Command)]
        return [brief(command) for command in commands]

    def records(self) -> list[tuple[str, str, int, int, str]]:
        messages = [one for one in self.came if isinstance(one, rtmulti.Message)]
        return [(one.item_id, one.outcome.name, one.heard_ms, one.received_ms, one.heard_text) for one in messages]

    def diagnostics(self) -> list[str]:
        return [one.kind.name for one in self.came if isinstance(one, rtmulti.Diagnostic)]

    # --- what a server says ---

    def created(self, response: str, **fields: Any) -> None:
        self.feed(type="response.created", response={"id": response, "conversation_id": "conv_1", **fields})

    def added(self, response: str, item: str, index: int = 0) -> None:
        said = {"id": item, "type": "message", "role": "assistant"}
        self.feed(type="response.output_item.added", response_id=response, output_index=index, item=said)

    def part(self, response: str, item: str) -> None:
        self.feed(type="response.content_part.added", part={"type": "audio"}, **of(response, item))

    def audio(self, response: str, item: str, ms: int) -> None:
        self.feed(type="response.output_audio.delta", delta=silence_free(ms), **of(response, item))

    def item_done(self, response: str, item: str) -> None:
        self.feed(type="response.output_audio.done", **of(response, item))
        said = {"id": item, "type": "message"}
        self.feed(type="response.output_item.done", response_id=response, output_index=0, item=said)

    def response_done(self, response: str) -> None:
        said = {"id": response, "status": "completed", "conversation_id": "conv_1"}
        self.feed(type="response.done", response=said)

    def message(self, response: str, item: str, ms: int, index: int = 0) -> None:
        """A whole message, from its announcement to its end."""
        self.added(response, item, index)
        self.part(response, item)
        self.audio(response, item, ms)
        self.item_done(response, item)


def of(response: str, item: str) -> dict[str, Any]:
    """The fields that say what an event is about."""
    return {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}


def brief(command: dict[str, Any]) -> tuple[str, str | None, int | None]:
    """A command in short: its last word, what it is about, and where it cuts that."""
    about = command.get("item_id") or command.get("response_id")
    return command["type"].split(".")[-1], about, command.get("audio_end_ms")


def verdict(is_right: bool, **came: object) -> NoReturn:
    """Says what came and whether it is right, and ends the program."""
    for what, value in came.items():
        print(f"   {what}: {value}")
    print("VERDICT", "right" if is_right else "NOT RIGHT", flush=True)
    sys.exit(0 if is_right else 1)
