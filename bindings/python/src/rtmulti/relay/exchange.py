"""One conversation that is relayed: what is done with each message of the client and of the server. What passes, passes as it
came. The sockets are link.py's business, which events wait waiting.py's."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import statistics
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final

from .._interruption import Interruption
from ..config import Config
from ..enums import Codec, Interrupter, Outcome
from ..errors import RtmultiError
from ..events import Diagnostic, Event, Message, Settled
from ..player import Player
from .ear import DOUBT_US, HANDING_US, Ear, Takes
from .formats import USUAL, Form, output_format
from .output import Output, delta, delta_head
from .settings import MEASURED, Settings
from .waiting import Waiting

#: How far a message's beginning is looked at for its type, before it is parsed.
_HEAD: Final = 512
#: Shorter events are parsed; of longer ones those that carry audio are recognised without.
_SHORT: Final = 1024
_AUDIO: Final = re.compile(r'"type"\s*:\s*"(response\.(?:output_)?audio\.delta)"')
_SESSION: Final = re.compile(r'"type"\s*:\s*"session\.(?:created|updated)"')
_VOICE: Final = re.compile(r'"type"\s*:\s*"input_audio_buffer\.append"')
#: The session writes on while the sink takes it: how much lies at the client is the sink's to say.
_WRITE_AHEAD_MS: Final = 10_000
_LONGEST_LATENCY_MS: Final = 2_000
_ROUND_TRIPS: Final = 5
#: A client's player may be so much further than the ear believes, which gives each client the same time to hand a block on.
_EARLY_US: Final = 2 * HANDING_US
#: Our commands bear ids that begin so; what the server answers to them is none of the client's.
_OUR_IDS: Final = "rtmulti_"


class Exchange:
    """Between one client and its server: `to_client` takes one message and never waits, `to_server` one of our commands.

    Belongs to the event loop in which it is entered, as its player does.
    """

    def __init__(
        self,
        settings: Settings,
        to_client: Callable[[str | bytes], object],
        to_server: Callable[[str], Awaitable[object]],
    ) -> None:
        self._settings = settings
        self._to_client = to_client
        self._waiting = Waiting(to_client, self._without_unsaid, settings.most_waiting_bytes)
        config = Config(
            estimate=False,
            write_ahead_ms=_WRITE_AHEAD_MS,
            max_queued_bytes=settings.most_waiting_bytes,
            max_event_bytes=settings.largest_message_bytes,
        )
        self._player = Player(None, to_server, config=config, on_event=self._on_event, on_diagnostic=self._on_diagnostic)
        self._output: Output | None = None
        self._format = USUAL
        #: How a delta is called here: "response.output_audio.delta", or as the beta has it.
        self._delta_type = "response.output_audio.delta"
        self._deltas = 0
        self._output_index: dict[str, int] = {}
        #: Of the segments at the sink: their message, and how each of their deltas begins.
        self._segments: dict[int, tuple[str, str, str]] = {}
        self._sent_bytes: dict[str, int] = {}
        #: Whether the server speaks in a format that nobody here knows: then everything passes, and nothing is told.
        self._steps_aside = False
        self._written: deque[str] = deque(maxlen=64)  # responses that are text and nothing else: they pass
        self._latency_ms = 0 if settings.latency_ms == MEASURED else settings.latency_ms
        self._latencies_ms: deque[int] = deque(maxlen=5)
        self._round_trips_us: deque[int] = deque(maxlen=_ROUND_TRIPS)
        #: Interrupts that wait for what the client says next.
        self._silences: list[asyncio.Task[Interruption]] = []
        #: How often the library found something odd in what the server said.
        self.diagnostics = 0

    async def __aenter__(self) -> Exchange:
        await self._player.__aenter__()
        self._plug_in(USUAL)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for interrupt in self._silences:
            interrupt.cancel()
        await self._player.__aexit__(kind, problem, trace)

    def round_trip(self, seconds: float) -> None:
        """So long a message was on its way to the client and its answer on the way back; one that met with a delay is no
        measure, so the shortest of the last ones counts."""
        self._round_trips_us.append(int(seconds * 1_000_000))
        if self._output is not None:
            self._output.ear.round_trip_us = min(self._round_trips_us)

    # --- what the server says ---

    def from_server(self, message: str | bytes) -> None:
        """Takes one message of the server. Raises Overflow, and what sending to the server has raised."""
        if isinstance(message, bytes) or (self._steps_aside and not _SESSION.search(message, 0, _HEAD)):
            self._to_client(message)
            return
        found = _AUDIO.search(message, 0, _HEAD) if len(message) > _SHORT else None
        if found is not None:
            self._delta_type = found.group(1)
            self._feed(message)
            return
        event = _parsed(message)
        kind = event.get("type")
        if kind in ("response.output_audio.delta", "response.audio.delta"):
            self._delta_type = str(kind)
            self._feed(message)
        elif kind == "error" and _text(event.get("error"), "event_id").startswith(_OUR_IDS):
            self._feed(message)
        elif kind == "response.done":
            self._feed(message)
            self._waiting.end(_text(event.get("response"), "id"), message)
        elif kind == "response.output_item.added" and self._may_speak(event):
            item_id = _text(event["item"], "id")
            index = event.get("output_index")
            self._output_index[item_id] = index if isinstance(index, int) else 0
            self._waiting.announce(item_id, _text(event, "response_id"))
            self._feed(message)
            self._waiting.event(item_id, 0, message)
        elif kind == "conversation.item.deleted" and self._waiting.is_unsaid(_text(event, "item_id")):
            self._feed(message)
        elif self._waiting.knows(item_id := _text(event, "item_id") or _text(event.get("item"), "id")):
            self._feed(message)
            self._waiting.event(item_id, self._received_ms(item_id), message)
        else:
            # The client hears it first: of speech that has begun, so that it falls silent.
            self._to_client(message)
            self._feed(message)
            if kind in ("session.created", "session.updated"):
                form = output_format(event.get("session"), self._format)
                self._steps_aside = form is None
                if form is not None and form != self._format:
                    self._plug_in(form)
            elif kind == "response.created" and _is_written(event.get("response")):
                self._written.append(_text(event["response"], "id"))

    def _feed(self, message: str) -> None:
        try:
            self._player.feed(message)
        except RtmultiError:
            # What cannot be read changes nothing; the client gets it all the same.
            self.diagnostics += 1

    def _may_speak(self, event: dict[str, Any]) -> bool:
        item = event.get("item")
        return (
            _text(item, "type") == "message"
            and _text(item, "id") != ""
            and _text(event, "response_id") not in self._written
        )

    def _received_ms(self, item_id: str) -> int:
        record = self._record(item_id)
        return 0 if record is None else record.received_ms

    def _record(self, item_id: str) -> Message | None:
        """The record of a message; None for one that is not known, or whose id is none."""
        try:
            return self._player.session.message(item_id)
        except (RtmultiError, ValueError):
            return None

    def _without_unsaid(self, message: str) -> str:
        """The end of a response, without the messages of which the client has never heard."""
        dropped = self._waiting.dropped
        event = _parsed(message) if dropped else {}
        response = event.get("response")
        output = response.get("output") if isinstance(response, dict) else None
        if not isinstance(output, list) or not any(_text(item, "id") in dropped for item in output):
            return message
        event["response"]["output"] = [item for item in output if _text(item, "id") not in dropped]
        return json.dumps(event)

    def _plug_in(self, form: Form) -> None:
        """A sink for this format."""
        self._format = form
        settings = self._settings
        self._segments.clear()
        ear = Ear(form[1], settings.block_ms, self._latency_ms, settings.takes)
        ear.round_trip_us = min(self._round_trips_us, default=0)
        self._output = Output(self._send_block, self._show, *form, settings.block_ms, settings.lead_ms, ear)
        self._player.set_sink(self._output)

    # --- what the client says ---

    async def from_client(self, message: str | bytes) -> str | bytes | None:
        """Takes one message of the client; returns what is to go on to the server, which is told the rest before."""
        if isinstance(message, bytes) or self._steps_aside or _VOICE.search(message, 0, _HEAD):
            return message
        event = _parsed(message)
        kind = event.get("type")
        if kind == "conversation.item.truncate":
            return None if await self._truncated(event) else message
        if kind == "response.cancel":
            # HOST: a client that cancels wants silence, whoever has the last word on speech.
            named = _text(event, "response_id") or None
            return None if await self._fell_silent(named, Interrupter.HOST) else message
        await self._end_silences()
        if kind == "response.create":
            # One too many is the server's to refuse.
            with contextlib.suppress(RtmultiError):
                self._player.expect_response(out_of_band=_text(event.get("response"), "conversation") == "none")
        return message

    async def _truncated(self, event: dict[str, Any]) -> bool:
        """The client has cut a message, says where, and is not believed. False: it is none of those that we play."""
        item_id, audio_end_ms = _text(event, "item_id"), event.get("audio_end_ms")
        record, output = self._record(item_id), self._output
        if record is None or output is None:
            return False
        if not self._waiting.has_settled(record.response_id):
            said_us = self._said_at(item_id, audio_end_ms)
            self._measure(item_id, audio_end_ms)
            if said_us is None:
                await self._fell_silent(None, Interrupter.LISTENER)
                return True
            output.client_is_silent(said_us)
            with contextlib.suppress(RtmultiError):
                await self._player.interrupt(by=Interrupter.LISTENER)
            output.client_may_play()
        await self._end_silences()
        return True

    async def _fell_silent(self, response_id: str | None, by: Interrupter) -> bool:
        """The client has fallen silent, and did not say where. False: there was nothing to interrupt.

        Many say it next, for they cancel first, or begin with a message that they have heard to its end; the cut waits a moment
        for that.
        """
        output = self._output
        if output is None:
            return False
        interrupt = asyncio.create_task(self._player.interrupt(response_id, by=by))
        # It has cleared by the time of its first await, and then it waits until the server was told.
        await asyncio.sleep(0)
        if output.is_clearing:
            output.client_may_say(output.now_us())
            self._silences.append(interrupt)
            return True
        return await _had_effect(interrupt)

    async def _end_silences(self) -> None:
        """What the client has to say of its silence has been said."""
        interrupts, self._silences = self._silences, []
        if interrupts and self._output is not None:
            self._output.client_is_silent(None)
            self._output.client_may_play()
        for interrupt in interrupts:
            await _had_effect(interrupt)

    def _segment_of(self, item_id: str) -> int | None:
        return next((one for one, (its_item, _, _) in self._segments.items() if its_item == item_id), None)

    def _said_at(self, item_id: str, audio_end_ms: object) -> int | None:
        """When the client fell silent, by the place that it names in the message; None if that is nowhere near what we know.

        It may come from its player, or from a clock that knows of no latency. It only tells which moment that was, a moment
        ago or as good as now; or the end of the block that its player has in hand.
        """
        output = self._output
        if output is None or not isinstance(audio_end_ms, int):
            return None
        segment = self._segment_of(item_id)
        now_us = output.now_us()
        ahead_us = _EARLY_US
        if self._settings.takes is Takes.BLOCKS:
            ahead_us += self._settings.block_ms * 1000
        for place_ms in (audio_end_ms, audio_end_ms - self._latency_ms):
            frames = place_ms * output.format.sample_rate_hz // 1000
            at_us = None if segment is None or frames < 0 else output.ear.time_at(segment, frames)
            if at_us is not None and now_us - DOUBT_US <= at_us <= now_us + ahead_us:
                # The end of a block in hand is not the beginning of the next.
                return at_us if at_us <= now_us + _EARLY_US else at_us - 1
        return None

    def _measure(self, item_id: str, audio_end_ms: object) -> None:
        """Learns the latency of a client that knows what it has played: how far behind one without any it is."""
        output, segment = self._output, self._segment_of(item_id)
        if self._settings.latency_ms != MEASURED or output is None or segment is None:
            return
        # One that has heard all of it may have done so at any time.
        if not isinstance(audio_end_ms, int) or audio_end_ms >= self._sent_ms(item_id):
            return
        at_ms = output.ear.position(segment, output.now_us()) * 1000 // output.format.sample_rate_hz
        self._latencies_ms.append(min(max(at_ms - audio_end_ms, 0), _LONGEST_LATENCY_MS))
        self._latency_ms = int(statistics.median_low(self._latencies_ms))
        output.ear.begin_later_by(self._latency_ms)

    # --- what the session says ---

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Message):
            self._waiting.over(event.item_id, event.outcome is not Outcome.SKIPPED)
            self._sent_bytes.pop(event.item_id, None)
            self._output_index.pop(event.item_id, None)
        elif isinstance(event, Settled):
            self._waiting.settled(event.response_id)

    def _on_diagnostic(self, diagnostic: Diagnostic) -> None:
        self.diagnostics += 1

    def _send_block(self, segment: int, audio: bytes) -> None:
        known = self._segments.get(segment)
        if known is None:
            place = self._player.session.segment(segment)
            if place is None:
                return
            index = self._output_index.get(place.item_id, 0)
            head = delta_head(self._delta_type, place.response_id, place.item_id, index, place.content_index)
            known = self._segments[segment] = (place.item_id, place.response_id, head)
            for old in list(self._segments)[:-32]:
                del self._segments[old]
        item_id, response_id, head = known
        self._waiting.audio(item_id, response_id)
        self._deltas += 1
        self._to_client(delta(head, self._deltas, audio))
        self._sent_bytes[item_id] = self._sent_bytes.get(item_id, 0) + len(audio)
        self._waiting.audio_sent(item_id, self._sent_ms(item_id))

    def _sent_ms(self, item_id: str) -> int:
        """How much audio of a message the client was sent."""
        codec, rate_hz = self._format
        return self._sent_bytes.get(item_id, 0) * 1000 // (rate_hz * (2 if codec is Codec.PCM16 else 1))

    def _show(self, item_id: str) -> None:
        self._waiting.over(item_id, was_heard=True)


async def _had_effect(interrupt: Awaitable[Interruption]) -> bool:
    try:
        return bool(await interrupt)
    except (RtmultiError, ValueError):
        return False  # it names what cannot be a name


def _parsed(message: str) -> dict[str, Any]:
    """A message as an object; what is none is one without a type, and passes."""
    try:
        event = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _text(table: object, key: str) -> str:
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, str) else ""


def _is_written(response: object) -> bool:
    """Whether a response is text and nothing else, in the words of the GA and of the beta."""
    if not isinstance(response, dict):
        return False
    modalities = response.get("output_modalities", response.get("modalities"))
    return modalities == ["text"] and _text(response, "id") != ""
