"""A session with a sink in virtual time, and a server whose words a test writes. No test lives here."""

from __future__ import annotations

import base64
import json
from typing import Any

from conversation import pcm

import rtmulti
from rtmulti import Result

RATE_HZ = 24_000


class Clockwork(rtmulti.Sink):
    """Plays in virtual time what it was given, reports it exactly, and answers a clear at once."""

    def __init__(self) -> None:
        self.format = rtmulti.SinkFormat()
        self.waiting: dict[int, list[int]] = {}
        self.heard = bytearray()

    def write(self, segment: int, pcm: bytes) -> int | None:
        self.waiting.setdefault(segment, [0, 0, 0])[0] += len(pcm) // 2
        self.heard += pcm
        return None

    def flush(self, segment: int) -> None:
        self.waiting.setdefault(segment, [0, 0, 0])[2] = 1

    def clear(self, segment: int) -> None:
        assert self.playback is not None
        for unsettled, (_, played, _) in list(self.waiting.items()):
            del self.waiting[unsettled]
            self.playback.playback_finished(unsettled, played, True)

    def play(self, ms: int) -> None:
        assert self.playback is not None
        left = RATE_HZ // 1000 * ms
        while left > 0 and self.waiting:
            segment = next(iter(self.waiting))
            counts = self.waiting[segment]
            step = min(left, counts[0] - counts[1])
            if step > 0:
                counts[1] += step
                left -= step
                self.playback.playback_progress(segment, counts[1])
                continue
            if not counts[2]:
                return
            del self.waiting[segment]
            self.playback.playback_finished(segment, counts[1])


class Line:
    """A session, its server, and what came of it."""

    def __init__(self, **config: Any) -> None:
        self.sink = Clockwork()
        self.out: list[Any] = []
        self.now_ms = 0
        put = self.out.append
        self.session = rtmulti.Session(
            self.sink, config=rtmulti.Config(**config), on_event=put, on_command=put, on_diagnostic=put
        )
        self.session.advance(0)

    def say(self, type: str, **fields: Any) -> Result:
        """The server sends an event."""
        return self.session.receive(json.dumps({"type": type, **fields}))

    def created(self, response_id: str = "r1", **fields: Any) -> Result:
        return self.say("response.created", response={"id": response_id, **fields})

    def audio(self, ms: int = 100, delta: bytes | None = None, **fields: Any) -> Result:
        payload = base64.b64encode(pcm(ms) if delta is None else delta).decode()
        return self.say("response.output_audio.delta", delta=payload, **fields)

    def done(self, response_id: str = "r1") -> Result:
        return self.say("response.done", response={"id": response_id, "status": "completed"})

    def wait(self, ms: int) -> None:
        """Time passes, and the sink plays."""
        for _ in range(ms // 10):
            self.now_ms += 10
            self.sink.play(10)
            self.session.advance(self.now_ms * 1000)

    def records(self) -> list[tuple[str, str, int, str]]:
        return [(o.item_id, o.outcome.name, o.heard_ms, o.heard_text) for o in self.out if isinstance(o, rtmulti.Message)]

    def told(self) -> list[tuple[str, str]]:
        """The commands by their last word, and what they are about."""
        commands = [json.loads(o.json) for o in self.out if isinstance(o, rtmulti.Command)]
        return [(c["type"].split(".")[-1], c.get("item_id") or c["response_id"]) for c in commands]

    def diagnostics(self) -> list[str]:
        return [o.kind.name for o in self.out if isinstance(o, rtmulti.Diagnostic)]
