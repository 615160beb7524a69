"""A call in virtual time: a session, its media stream, a network and a telephone, without sockets and without waiting.
No test lives here."""

from __future__ import annotations

import heapq
import itertools
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from phone_company import Network, Telephone, Way

import rtmulti
from rtmulti.telephony import CALL, MediaStream

#: What the messages are made of, one byte each, so that it can be counted what was heard of which.
BYTES = (0x91, 0x92, 0x93, 0x94, 0x95)
DELTA_MS = 50
_STEP_MS = 5


class _InTime:
    """The session as the stream's Playback, at the time that it is."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *arguments, **options: self._call.tell(getattr(self._call.session, name), *arguments, **options)

    def now_us(self) -> int:
        """The clock of a Player."""
        return int(self._call.now_ms * 1000)


class Call:
    """One conversation. `at(ms, function)` before run() says what happens when."""

    def __init__(
        self,
        network: Network = Network(),
        *,
        late_start_ms: float = 0,
        company: type[Telephone] = Telephone,
        **options: Any,
    ) -> None:
        self.now_ms = 0.0
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._network = network
        self._there, self._back = Way(network, "there"), Way(network, "back")
        #: What the stream sent, but for what was binary.
        self.sent: list[dict[str, Any]] = []
        self.commands: list[rtmulti.Command] = []
        self.diagnostics: list[rtmulti.Diagnostic] = []
        self.session = rtmulti.Session(
            config=CALL,
            format=rtmulti.Format(rtmulti.Codec.ULAW, 8000),
            on_command=self.commands.append,
            on_diagnostic=self.diagnostics.append,
        )
        self.telephone = company("MZ1", self._say, late_start_ms=late_start_ms)
        self.stream = self.new_stream(**options)
        self.session.set_sink(self.stream, playback=_InTime(self))  # type: ignore[arg-type]
        self.telephone.begin()
        self._messages: dict[str, tuple[int, int]] = {}

    def new_stream(self, **options: Any) -> MediaStream:
        """A stream to the telephone."""
        options = {"now_s": lambda: self.now_ms / 1000, "on_diagnostic": self.diagnostics.append} | options
        return MediaStream(self._send, **options)

    def plug_in(self, stream: MediaStream) -> None:
        """The stream is the session's sink from now on."""
        self.stream = stream
        self.tell(lambda: self.session.set_sink(stream, playback=_InTime(self)))  # type: ignore[arg-type]

    def _send(self, message: str | bytes) -> None:
        is_audio = isinstance(message, bytes) or '"media"' in message
        if isinstance(message, str):
            self.sent.append(json.loads(message))
            if self.sent[-1].get("streamSid", self.telephone.stream_sid) != self.telephone.stream_sid:
                return  # to a stream that is gone
        way = self._back if self._network.stalls_back else self._there
        if self._network.stall_ms and way.stall_from_ms is None and is_audio:
            way.stall_from_ms = self.now_ms + self._network.stall_at_ms
        telephone = self.telephone
        self.at(self._there.arrival(self.now_ms), lambda: telephone.take(self.now_ms, message))

    def _say(self, at_ms: float, message: str | bytes) -> None:
        self.at(self._back.arrival(at_ms), lambda: self.stream.receive(message))

    def at(self, ms: float, function: Callable[[], object]) -> None:
        """Calls it at that time."""
        heapq.heappush(self._events, (ms, next(self._numbers), function))

    def tell(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Gives the session an input at the time that it is."""
        self.session.advance(int(self.now_ms * 1000))
        return function(*arguments, **options)

    def answer(self, *messages_ms: int) -> None:
        """The model answers with these messages, faster than anybody can listen."""
        self.tell(self._answer, messages_ms)

    def _answer(self, messages_ms: tuple[int, ...]) -> None:
        self.session.response_created("response")
        for index, (byte, length_ms) in enumerate(zip(BYTES, messages_ms, strict=False)):
            item = f"message {index}"
            self._messages[item] = byte, length_ms
            self.session.item_added("response", item, index)
            for _ in range(length_ms // DELTA_MS):
                self.session.audio("response", item, bytes([byte]) * (8 * DELTA_MS))
            self.session.part_done(item)
            self.session.item_done(item)
        self.session.response_done("response")

    def interrupt(self) -> None:
        """The listener is heard to speak."""
        self.tell(self.session.interrupt)

    def run(self, to_ms: float) -> None:
        """Lets time pass."""
        while self.now_ms < to_ms:
            step_ms = min(to_ms, self.now_ms + _STEP_MS)
            while self._events and self._events[0][0] <= step_ms:
                due_ms, _, function = heapq.heappop(self._events)
                self.now_ms = max(self.now_ms, due_ms)
                function()
            self.now_ms = step_ms
            self.telephone.advance(step_ms)
            deadline_us = self.session.next_deadline()
            if deadline_us is not None and deadline_us <= step_ms * 1000:
                self.session.advance(int(step_ms * 1000))

    def heard_and_kept(self) -> dict[str, tuple[float, int]]:
        """Of each message what the caller heard and what the server remembers, in ms."""
        kept = {item: length_ms for item, (_, length_ms) in self._messages.items()}
        for command in self.commands:
            if isinstance(command, rtmulti.Truncate):
                kept[command.item_id] = command.audio_end_ms
            elif isinstance(command, rtmulti.Delete):
                kept[command.item_id] = 0
        return {item: (heard_ms, kept[item]) for item, heard_ms in self._heard_ms().items()}

    def _heard_ms(self) -> dict[str, float]:
        if self.telephone.bytes_per_ms == 8:
            counts = Counter(self.telephone.heard)
            return {item: counts[byte] / 8 for item, (byte, _) in self._messages.items()}
        # What was resampled is told by its place: each message has whole blocks, and they follow one another.
        left_ms, heard = self.telephone.heard_ms(), {}
        for item, (_, length_ms) in self._messages.items():
            heard[item] = min(left_ms, length_ms)
            left_ms -= heard[item]
        return heard

    def wrong_by_ms(self) -> float:
        """The largest difference between the two."""
        return max(abs(heard_ms - kept_ms) for heard_ms, kept_ms in self.heard_and_kept().values())
