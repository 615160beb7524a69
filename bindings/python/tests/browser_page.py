"""A page in frames instead of time: what rtmulti.js does with what it gets, for tests without a browser, and a
conversation that is played to it in virtual time behind a network. No test lives here."""

from __future__ import annotations

import heapq
import itertools
import json
import struct
from collections import deque
from collections.abc import Callable
from typing import Any

import rtmulti
from rtmulti.browser import PAGE, BrowserSink

QUANTUM = 128
RATE_HZ = 24_000
_MS = RATE_HZ // 1000


class Page:
    """One page: `say` gets what it sends. `late_frames` is how far the ear is behind what it renders."""

    def __init__(self, say: Callable[[str], object], rate_hz: int = RATE_HZ, late_frames: int = 0) -> None:
        self._say = say
        self._late_frames = late_frames
        self.rate_hz = rate_hz
        #: What was rendered, frame by frame, as segment and sample.
        self.ear: list[tuple[int, int]] = []
        self.is_over = False
        self._now = self._told = 0
        self._blocks: deque[list[Any]] = deque()
        self._rendered: dict[int, int] = {}
        self._reports: deque[tuple[int, int, int]] = deque()
        self._is_paused = False

    def begin(self) -> None:
        """Its first word."""
        self._tell("hello", 1, self.rate_hz)

    def _tell(self, *report: Any) -> None:
        self._say(json.dumps(report))

    def take(self, message: str | bytes) -> None:
        """A message of the host arrives."""
        if self.is_over:
            return
        if isinstance(message, bytes):
            segment, first = struct.unpack_from("<dd", message)
            samples = struct.unpack_from(f"<{(len(message) - 16) // 2}h", message, 16)
            self._blocks.append([int(segment), int(first), deque(samples)])
            return
        kind, *values = json.loads(message)
        if kind == "pause":
            (self._is_paused,) = values
            return
        assert kind in ("clear", "over"), message
        if kind == "over":
            self.leave()
        else:
            self._stop(*values)

    def leave(self) -> None:
        """Falls silent for good, asked or not."""
        if not self.is_over:
            self.is_over = True
            self._stop(0)

    def _stop(self, number: int) -> None:
        self._tell("cleared", number, list(self._rendered.items()))
        self._blocks.clear()
        self._rendered.clear()
        self._reports.clear()

    def render(self) -> None:
        """One render quantum."""
        while self._reports and self._reports[0][0] <= self._now:
            _, segment, frames = self._reports.popleft()
            if self._rendered.get(segment) == frames:
                del self._rendered[segment]
            self._tell("heard", segment, frames)
        room = QUANTUM
        while room and self._blocks and not self._is_paused:
            block = self._blocks[0]
            segment, first, samples = block
            count = min(room, len(samples))
            self.ear += [(segment, samples.popleft()) for _ in range(count)]
            room -= count
            block[1] = self._rendered[segment] = first + count
            if not samples:
                self._blocks.popleft()
            if first == 0 or not samples or self._now >= self._told + self.rate_hz // 50:
                self._told = self._now
                self._reports.append((self._now + QUANTUM + self._late_frames, segment, block[1]))
        self._now += QUANTUM


class Conversation:
    """A session, its sink and a page, with `one_way_ms` between them. `at(ms, function)` before run() says what happens."""

    def __init__(self, one_way_ms: float = 0, late_frames: int = 0, **options: Any) -> None:
        self.now_ms = 0.0
        self._one_way_ms, self._late_frames = one_way_ms, late_frames
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self.commands: list[rtmulti.Command] = []
        self.records: list[rtmulti.Message] = []
        self.diagnostics: list[rtmulti.Diagnostic] = []
        self.session = rtmulti.Session(
            config=PAGE,
            on_command=self.commands.append,
            on_event=lambda event: self.records.append(event) if isinstance(event, rtmulti.Message) else None,
            on_diagnostic=self.diagnostics.append,
        )
        self.pages: list[Page] = []
        self.sinks: list[BrowserSink] = []
        self.open(**options)

    def open(self, **options: Any) -> BrowserSink:
        """Another page comes and takes the voice."""

        def say(text: str) -> None:
            self.at(self.now_ms + self._one_way_ms, lambda: sink.receive(text))

        def send(message: str | bytes) -> None:
            self.at(self.now_ms + self._one_way_ms, lambda: page.take(message))

        page = Page(say, late_frames=self._late_frames)
        sink = BrowserSink(send, on_diagnostic=self.diagnostics.append, **options)
        self.pages.append(page)
        self.sinks.append(sink)
        self.session.set_sink(sink)
        page.begin()
        return sink

    def at(self, ms: float, what: Callable[[], object]) -> None:
        """Lets something happen then."""
        heapq.heappush(self._events, (ms, next(self._numbers), what))

    def speak(self, *messages_ms: int) -> None:
        """A response of these messages, A, B, C …; each frame of them has a value of its own, up to 32,767 of them."""
        self.session.response_created("r")
        frame = 0
        for name, ms in zip("ABCDE", messages_ms, strict=False):
            pcm = struct.pack(f"<{ms * _MS}h", *(1 + (frame + at) % 32_767 for at in range(ms * _MS)))
            frame += ms * _MS
            self.session.item_added("r", name)
            self.session.audio("r", name, pcm)
            self.session.item_done(name)
        self.session.response_done("r")

    def run(self, until_ms: float) -> None:
        """Lets time pass."""
        quantum_ms = QUANTUM / _MS
        while self.now_ms < until_ms:
            for page in self.pages:
                page.render()
            self.now_ms += quantum_ms
            while self._events and self._events[0][0] <= self.now_ms:
                heapq.heappop(self._events)[2]()
            self.session.advance(int(self.now_ms * 1000))

    def heard(self, page: int = 0) -> list[int]:
        """The samples that this page has rendered."""
        return [sample for _, sample in self.pages[page].ear]
