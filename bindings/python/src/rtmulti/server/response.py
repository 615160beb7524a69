"""Speaks one turn of the script as one response: which events come, in which order and how far apart. It keeps the
conversation up to date as it goes; it neither sends nor sleeps, so a test or a log can run it in no time."""

from __future__ import annotations

import base64
import enum
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .conversation import Conversation, Item, Part, PartKind
from .script import Call, Fault, Message, Output, Pause, Turn
from .shapes import Event, Shapes, error_event, response_json
from .voice import Format, Voice


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is sent for `ms`."""

    ms: float


Step = Event | Wait


#: Where audio goes that the server plays by itself: the response, the place, the part and how many milliseconds.
Play = Callable[[str, "dict[str, Any]", Part, float], None]


class State(enum.Enum):
    """How far a response has come."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Request:
    """What the client may say about a response, from its session and its `response.create`."""

    format: Format
    voice: Voice
    modality: str = "audio"
    is_out_of_band: bool = False
    metadata: Any = None
    play: Play | None = None  # None: it is sent to the client


class ScriptedResponse:
    """One response. `steps` goes through its turn; `cancel` ends it early; `late_steps` is what still comes then."""

    def __init__(
        self,
        turn: Turn,
        request: Request,
        conversation: Conversation,
        shapes: Shapes,
        now_s: Callable[[], float],
    ) -> None:
        self.id = shapes.ids.new("resp")
        self.turn = turn
        self.request = request
        self.state = State.IN_PROGRESS
        self._conversation = conversation
        self._shapes = shapes
        self._now_s = now_s
        self._items: list[Item] = []
        self._open: tuple[Item, int] | None = None  # the item whose done events have not been made, and its index
        self._held: list[Event] = []  # done events that wait for the end of the turn (batch_done)
        self._details: dict[str, Any] | None = None

    def steps(self) -> Iterator[Step]:
        """The whole response. Each step counts as sent when it is made: once it is cancelled, ask for no more."""
        yield self._shapes.event("response.created", response=self.to_json())
        yield from self._outputs(self.turn.output)
        yield from self._held
        self._held = []
        self._finish(State(self.turn.status), self.turn.reason)
        yield self._shapes.event("response.done", response=self.to_json())

    def cancel(self, reason: str) -> list[Event]:
        """Ends the response as the server does: what is open is closed as incomplete, then `response.done`."""
        events = [*self._held]
        self._held = []
        if self._open is not None:
            item, output_index = self._open
            events += self._done(item, output_index, "incomplete")
        self._finish(State.CANCELLED, reason)
        return [*events, self._shapes.event("response.done", response=self.to_json())]

    def late_steps(self) -> Iterator[Step]:
        """What a hasty server still announces after a cancelled response is done (rule D5)."""
        yield from self._outputs(self.turn.late_output)
        yield from self._held
        self._held = []

    def to_json(self) -> dict[str, Any]:
        """The response as events carry it."""
        return response_json(
            self.id,
            self.state.value,
            self._details,
            [item.to_json() for item in self._items] if self.state is not State.IN_PROGRESS else [],
            None if self.request.is_out_of_band else self._shapes.conversation_id,
            self.request.modality,
            self.request.format,
            self.request.metadata,
        )

    def _finish(self, state: State, reason: str) -> None:
        self.state = state
        match state:
            case State.CANCELLED | State.INCOMPLETE:
                self._details = {"type": state.value, "reason": reason or "max_output_tokens"}
            case State.FAILED:
                message = "The script let this response fail."
                failure = {"type": "server_error", "code": reason or None, "message": message}
                self._details = {"type": "failed", "error": failure}
            case _:
                self._details = None

    def _outputs(self, outputs: tuple[Output, ...]) -> Iterator[Step]:
        for output in outputs:
            match output:
                case Message():
                    yield from self._message(output)
                case Call():
                    yield from self._call(output)
                case Pause():
                    yield Wait(output.pause_ms)
                case Fault():
                    yield error_event(self._shapes, output.code, output.message)

    def _announce(self, item: Item) -> Iterator[Event]:
        output_index = len(self._items)
        self._items.append(item)
        self._open = (item, output_index)
        previous = None
        if self.request.is_out_of_band:
            self._conversation.add_outside(item)
        else:
            previous = self._conversation.add(item)
        yield self._shapes.event("response.output_item.added", **self._place(output_index), item=item.to_json())
        if not self.request.is_out_of_band:
            yield self._shapes.event("conversation.item.added", previous_item_id=previous, item=item.to_json())

    def _message(self, message: Message) -> Iterator[Step]:
        fields: dict[str, Any] = {"role": "assistant"}
        if message.phase is not None:
            fields["phase"] = message.phase
        item = Item(self._shapes.ids.new("item"), "message", fields, status="in_progress", response_id=self.id)
        yield from self._announce(item)
        output_index = len(self._items) - 1
        speaks = message.modality == "audio" and self.request.modality == "audio"
        part = Part(PartKind.AUDIO if speaks else PartKind.TEXT, self.request.format)
        item.parts.append(part)
        where = {**self._place(output_index), "item_id": item.id, "content_index": 0}
        yield self._shapes.event("response.content_part.added", **where, part=_wire_part(part))
        yield from self._audio(message, part, where) if speaks else self._text(message, part, where)
        yield from self._close(item, output_index)

    def _audio(self, message: Message, part: Part, where: dict[str, Any]) -> Iterator[Step]:
        pcm = self.request.voice.say(message.text, message.audio_file, message.audio_ms)
        audio = part.format.encode(pcm)
        chunk = max(2, part.format.bytes_per_second * self.turn.chunk_ms // 1000 & ~1)
        words = re.findall(r"\S+\s*", message.text)
        told = 0  # characters whose transcript has left
        for at in range(0, len(audio), chunk):
            while words and told * len(audio) < (at + chunk) * len(message.text):
                yield self._transcript(part, words[0], where)
                told += len(words.pop(0))
            piece = audio[at : at + chunk]
            if self.request.play is None:
                yield self._delta(part, piece, where)
            else:
                part.sent_bytes += len(piece)
                self.request.play(self.id, where, part, len(piece) * 1000 / part.format.bytes_per_second)
            if self.turn.pace > 0:
                yield Wait(len(piece) * 1000 / part.format.bytes_per_second / self.turn.pace)
        for word in words:
            yield self._transcript(part, word, where)

    def _transcript(self, part: Part, words: str, where: dict[str, Any]) -> Event:
        part.said += words
        return self._shapes.event("response.output_audio_transcript.delta", **where, delta=words)

    def _delta(self, part: Part, piece: bytes, where: dict[str, Any]) -> Event:
        if part.first_sent_s is None:
            part.first_sent_s = self._now_s()
        part.sent_bytes += len(piece)
        return self._shapes.event("response.output_audio.delta", **where, delta=base64.b64encode(piece).decode())

    def _text(self, message: Message, part: Part, where: dict[str, Any]) -> Iterator[Step]:
        for word in re.findall(r"\S+\s*", message.text):
            part.said += word
            yield self._shapes.event("response.output_text.delta", **where, delta=word)

    def _call(self, call: Call) -> Iterator[Step]:
        fields = {"name": call.name, "call_id": self._shapes.ids.new("call"), "arguments": ""}
        item = Item(self._shapes.ids.new("item"), "function_call", fields, status="in_progress", response_id=self.id)
        yield from self._announce(item)
        output_index = len(self._items) - 1
        item.fields["arguments"] = call.arguments
        where = {**self._place(output_index), "item_id": item.id, "call_id": fields["call_id"]}
        yield self._shapes.event("response.function_call_arguments.delta", **where, delta=call.arguments)
        yield from self._close(item, output_index)

    def _close(self, item: Item, output_index: int) -> Iterator[Event]:
        done = self._done(item, output_index, "completed")
        if self.turn.batch_done:
            self._held += done
        else:
            yield from done

    def _done(self, item: Item, output_index: int, status: str) -> list[Event]:
        """The events that end an item, innermost first."""
        self._open = None
        item.status = status
        place = self._place(output_index)
        events: list[Event] = []
        for content_index, part in enumerate(item.parts):
            where = {**place, "item_id": item.id, "content_index": content_index}
            if part.kind is PartKind.AUDIO:
                events.append(self._shapes.event("response.output_audio.done", **where))
                said = self._shapes.event("response.output_audio_transcript.done", **where, transcript=part.said)
            else:
                said = self._shapes.event("response.output_text.done", **where, text=part.said)
            events.append(said)
            events.append(self._shapes.event("response.content_part.done", **where, part=_wire_part(part)))
        if item.type == "function_call":
            where = {**place, "item_id": item.id, "call_id": item.fields["call_id"], "name": item.fields["name"]}
            arguments = item.fields["arguments"]
            events.append(self._shapes.event("response.function_call_arguments.done", **where, arguments=arguments))
        if not self.request.is_out_of_band:
            events.append(self._shapes.event("conversation.item.done", item=item.to_json()))
        events.append(self._shapes.event("response.output_item.done", **place, item=item.to_json()))
        return events

    def _place(self, output_index: int) -> dict[str, Any]:
        return {"response_id": self.id, "output_index": output_index}


def _wire_part(part: Part) -> dict[str, str]:
    # In part events the kinds are "audio" and "text", in items "output_audio" and "output_text".
    if part.kind is PartKind.AUDIO:
        return {"type": "audio", "transcript": part.said}
    return {"type": "text", "text": part.said}
