"""One client of the strict server: takes its events one by one, lets the responses of the script run in real time, and
closes with a verdict. The rules of the conversation, the shapes and the words of refusals live in their own files."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine, Iterator
from typing import Any

from . import fields, refusal
from .beta import from_beta, to_beta
from .conversation import Conversation, Item
from .listening import Heard, InputBuffer
from .outbox import Outbox, Unread
from .output_buffer import OutputBuffer
from .refusal import Refusal
from .response import Request, ScriptedResponse, State, Step, Wait
from .script import Fault, Script, Turn
from .settings import FORMATS, Settings, modality_of
from .shapes import Event, Shapes, error_event
from .verdict import Verdict, judge
from .voice import Format

_SHORTEST_COMMIT_MS = 100
#: What a client may have remembered, in its life and of its mistakes.
_MOST_ITEMS = 10_000
_MOST_MADE_BYTES = 64 << 20
_MOST_REFUSALS = 200
_LONGEST_KIND = 100


class Connection:
    """The conversation with one client, over whatever carries its messages: `send` takes one JSON text.

    is_beta: the client speaks the beta of the protocol, and is spoken to so.
    """

    def __init__(
        self,
        script: Script,
        send: Callable[[str], Awaitable[None]],
        drop: Callable[[], None] = lambda: None,
        lost: Connection | None = None,
        is_beta: bool = False,
    ) -> None:
        self._script = script
        self._turns: Iterator[Turn] = iter(script.turns) if lost is None else lost._turns
        self._send_text = send
        self._drop = drop
        self._is_beta = is_beta
        #: Whether the script had it lost, so that it has no verdict of its own.
        self.is_lost = False
        self._shapes: Shapes = Shapes() if lost is None else Shapes(lost._shapes.ids)
        self._settings = Settings(self._shapes.session_id, script)
        self._conversation: Conversation = (
            Conversation() if lost is None else Conversation.after(lost._conversation)
        )
        self._input = InputBuffer()
        self._speaking_item_id = ""  # the id that the user's next item will have, known since it began to speak
        self._active: dict[str, tuple[ScriptedResponse, asyncio.Event]] = {}
        self._refuse: dict[str, Fault] = dict(script.refuse) if lost is None else lost._refuse
        self._refused: list[tuple[str, Refusal]] = [] if lost is None else lost._refused
        #: Items named by an event that the script told us to refuse.
        self._excused: set[str] = set() if lost is None else lost._excused
        self._outbox = Outbox()
        self._event_bytes = 0  # of the client's event at hand
        self._made_bytes = 0  # of all items that it has made
        self._tasks: set[asyncio.Task[None]] = set()
        self._obey: dict[str, Callable[[dict[str, Any]], None]] = {
            "session.update": self._session_update,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
            "conversation.item.create": self._item_create,
            "conversation.item.retrieve": self._item_retrieve,
            "conversation.item.truncate": self._item_truncate,
            "conversation.item.delete": self._item_delete,
            "response.create": self._response_create,
            "response.cancel": self._response_cancel,
            "rtmulti.heard": self._heard,
            "rtmulti.shown": self._shown,
        }
        self._output: OutputBuffer | None = None
        if script.owns_playout:
            self._output = OutputBuffer(self._conversation, self._send, asyncio.get_running_loop().time)
            self._obey["output_audio_buffer.clear"] = self._output_clear

    async def run(self, messages: AsyncIterable[str | bytes]) -> Verdict:
        """Serves the client until it leaves."""
        writer = asyncio.create_task(self._write())
        self._send("session.created", session=self._settings.to_json())
        if self._output is not None:
            self._start(self._output.play())
        try:
            async for message in messages:
                self._receive(message)
        except Unread:
            # It will not read the rest either.
            writer.cancel()
            raise
        finally:
            for task in self._tasks:
                task.cancel()
            ended = await asyncio.gather(*self._tasks, return_exceptions=True)
            self._outbox.end()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        for result in ended:
            if isinstance(result, Exception):
                raise result
        return self.verdict()

    def verdict(self) -> Verdict:
        """The verdict over all that was said until now."""
        return judge(self._conversation, self._refused, self._excused)

    async def _write(self) -> None:
        """Sends in the order of birth, whoever made the event."""
        while (text := await self._outbox.first()) is not None:
            await self._send_text(text)
            self._outbox.taken()

    def _put(self, event: Event) -> None:
        said = to_beta(event) if self._is_beta else event
        if said is not None:
            self._outbox.put(json.dumps(said))

    def _send(self, kind: str, **values: Any) -> None:
        self._put(self._shapes.event(kind, **values))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.create_task(work))

    def _refuse_event(self, kind: str, refused: Refusal, event_id: str | None) -> None:
        if len(self._refused) < _MOST_REFUSALS:
            self._refused.append((kind[:_LONGEST_KIND], refused))
        self._put(error_event(self._shapes, refused.code, refused.message, refused.param, event_id))

    def _receive(self, message: str | bytes) -> None:
        kind, event_id = "", None
        self._event_bytes = len(message)
        try:
            event = fields.parse_event(message)
            if self._is_beta:
                event = from_beta(event)
            event_id = fields.optional_text(event, "event_id")
            kind = fields.text(event, "type")
            obey = self._obey.get(kind)
            if obey is None:
                raise refusal.wrong_value("type", kind, self._obey)
            if kind in self._refuse:
                fault = self._refuse.pop(kind)
                self._excused.add(str(event.get("item_id")))
                self._put(error_event(self._shapes, fault.code, fault.message, None, event_id))
                return
            obey(event)
        except Refusal as refused:
            self._refuse_event(kind, refused, event_id)

    # --- session and input audio ---------------------------------------------------------------------------------

    def _session_update(self, event: dict[str, Any]) -> None:
        self._settings.update(event)
        self._send("session.updated", session=self._settings.to_json())

    def _append(self, event: dict[str, Any]) -> None:
        try:
            audio = base64.b64decode(fields.text(event, "audio"), validate=True)
        except ValueError as error:
            raise refusal.wrong_type("audio", "base64", event["audio"]) from error
        for noticed, at_ms in self._input.append(audio, self._settings.input_format, self._settings.turn_detection):
            if noticed is Heard.SPEECH_STARTED:
                self._speech_started(at_ms)
            else:
                self._speech_stopped(at_ms)

    def _commit(self, event: dict[str, Any]) -> None:
        if self._input.buffered_ms < _SHORTEST_COMMIT_MS:
            raise refusal.buffer_too_small(self._input.buffered_ms)
        self._commit_input(self._shapes.ids.new("item"))

    def _clear(self, event: dict[str, Any]) -> None:
        self._input.clear()
        self._send("input_audio_buffer.cleared")

    def _speech_started(self, at_ms: int) -> None:
        self._speaking_item_id = self._shapes.ids.new("item")
        self._send("input_audio_buffer.speech_started", audio_start_ms=at_ms, item_id=self._speaking_item_id)
        if self._vad("interrupt_response"):
            for response, _ in list(self._active.values()):
                if not response.request.is_out_of_band:
                    self._cancel(response, "turn_detected")
            if self._output is not None:
                self._output.clear()

    def _speech_stopped(self, at_ms: int) -> None:
        self._send("input_audio_buffer.speech_stopped", audio_end_ms=at_ms, item_id=self._speaking_item_id)
        self._commit_input(self._speaking_item_id)
        # The service does not answer either while another response is being made.
        if self._vad("create_response") and self._in_conversation() is None:
            turn = next(self._turns, None)
            if turn is not None:
                self._respond(turn, self._request())

    def _vad(self, key: str) -> bool:
        vad = self._settings.turn_detection
        return vad is not None and bool(vad.get(key))

    def _commit_input(self, item_id: str) -> None:
        self._input.clear()
        content = [{"type": "input_audio", "transcript": None}]
        item = Item(item_id, "message", {"role": "user"}, client_content=content)
        previous = self._conversation.add(item)
        self._send("input_audio_buffer.committed", item_id=item_id, previous_item_id=previous)
        self._show(item, previous)

    def _output_clear(self, event: dict[str, Any]) -> None:
        if self._output is not None:
            self._output.clear()

    # --- the conversation ----------------------------------------------------------------------------------------

    def _show(self, item: Item, previous_item_id: str | None) -> None:
        for kind in ("conversation.item.added", "conversation.item.done"):
            self._send(kind, previous_item_id=previous_item_id, item=item.to_json())

    def _item_create(self, event: dict[str, Any]) -> None:
        made = fields.table(event, "item")
        if made is None:
            raise refusal.missing("item")
        kind = fields.text(event, "item", "type")
        content = made.get("content")
        item = Item(
            fields.optional_text(event, "item", "id") or self._shapes.ids.new("item"),
            kind,
            {key: value for key, value in made.items() if key not in ("id", "object", "type", "status", "content")},
            client_content=content if isinstance(content, list) else None,
        )
        previous = fields.optional_text(event, "previous_item_id")
        if len(self._conversation.items) >= _MOST_ITEMS or self._made_bytes + self._event_bytes > _MOST_MADE_BYTES:
            raise refusal.too_much("items", f"{_MOST_ITEMS} items, and makes {_MOST_MADE_BYTES >> 20} MiB of them")
        self._show(item, self._conversation.insert(item, previous))
        self._made_bytes += self._event_bytes

    def _item_retrieve(self, event: dict[str, Any]) -> None:
        item = self._conversation.retrieve(fields.text(event, "item_id"))
        self._send("conversation.item.retrieved", item=item.to_json())

    def _item_truncate(self, event: dict[str, Any]) -> None:
        item_id = fields.text(event, "item_id")
        content_index = fields.integer(event, "content_index")
        audio_end_ms = fields.integer(event, "audio_end_ms")
        if self._output is not None:
            raise refusal.plays_by_itself()
        self._conversation.truncate(item_id, content_index, audio_end_ms)
        self._send(
            "conversation.item.truncated", item_id=item_id, content_index=content_index, audio_end_ms=audio_end_ms
        )

    def _item_delete(self, event: dict[str, Any]) -> None:
        item_id = fields.text(event, "item_id")
        self._conversation.delete(item_id)
        self._send("conversation.item.deleted", item_id=item_id)

    def _heard(self, event: dict[str, Any]) -> None:
        now_s = asyncio.get_running_loop().time() if self._script.real_time_listener else None
        place = fields.text(event, "item_id"), fields.integer(event, "content_index")
        self._conversation.report_heard(*place, fields.integer(event, "heard_ms"), now_s)

    def _shown(self, event: dict[str, Any]) -> None:
        self._conversation.report_shown(fields.text(event, "item_id"), fields.text(event, "text"))

    # --- responses -----------------------------------------------------------------------------------------------

    def _in_conversation(self) -> ScriptedResponse | None:
        return next((one for one, _ in self._active.values() if not one.request.is_out_of_band), None)

    def _response_create(self, event: dict[str, Any]) -> None:
        is_out_of_band = fields.choice(event, ("auto", "none"), "response", "conversation") == "none"
        asked = fields.choice(event, FORMATS, "response", "audio", "output", "format", "type")
        request = Request(
            Format(asked) if asked else self._settings.output_format,
            self._script.voice,
            modality_of(event, "response") or self._settings.modality,
            is_out_of_band,
            fields.table(event, "response", "metadata"),
            None if self._output is None else self._output.add,
        )
        active = self._in_conversation()
        if active is not None and not is_out_of_band:
            raise refusal.response_already_active(active.id)
        turn = next(self._turns, None)
        if turn is None:
            raise refusal.script_finished()
        self._respond(turn, request)

    def _request(self) -> Request:
        """What the session says of a response for which nobody has asked."""
        play = None if self._output is None else self._output.add
        return Request(self._settings.output_format, self._script.voice, self._settings.modality, play=play)

    def _response_cancel(self, event: dict[str, Any]) -> None:
        response_id = fields.optional_text(event, "response_id")
        named = self._active.get(response_id, (None, None))[0] if response_id else self._in_conversation()
        if named is None:
            raise refusal.cancel_not_active()
        self._cancel(named, "client_cancelled")

    def _respond(self, turn: Turn, request: Request) -> None:
        loop = asyncio.get_running_loop()
        response = ScriptedResponse(turn, request, self._conversation, self._shapes, loop.time)
        over = asyncio.Event()
        self._active[response.id] = (response, over)
        self._start(self._speak(response, over))
        if turn.speech_at_ms is not None and self._settings.turn_detection is not None:
            self._start(self._user_speaks(turn.speech_at_ms, turn.speech_ms))
        if turn.drop_at_ms is not None:
            self._start(self._lose_connection(turn.drop_at_ms))

    async def _lose_connection(self, drop_at_ms: int) -> None:
        await asyncio.sleep(drop_at_ms / 1000)
        self.is_lost = True
        self._drop()

    async def _speak(self, response: ScriptedResponse, over: asyncio.Event) -> None:
        await self._go_through(response.steps(), over)
        if response.state is not State.CANCELLED:
            del self._active[response.id]
            self._generated(response)

    async def _go_through(self, steps: Iterator[Step], over: asyncio.Event) -> None:
        """Sends and waits until the steps are done or `over` is set, keeping time against one clock."""
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for step in steps:
            if isinstance(step, Wait):
                due_s += step.ms / 1000
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(over.wait(), max(0.0, due_s - loop.time()))
            else:
                self._put(step)
                await asyncio.sleep(0)  # a burst must not keep the client's events waiting
                await self._outbox.room()
            if over.is_set():
                return

    def _cancel(self, response: ScriptedResponse, reason: str) -> None:
        _, over = self._active.pop(response.id)
        over.set()
        for event in response.cancel(reason):
            self._put(event)
        self._generated(response)
        self._start(self._go_through(response.late_steps(), asyncio.Event()))

    def _generated(self, response: ScriptedResponse) -> None:
        if self._output is not None:
            self._output.generated(response.id)

    def user_speaks(self, speech_ms: int) -> None:
        """The user is heard to speak from now on, without a microphone; ignored where no turn detection listens."""
        if self._settings.turn_detection is not None:
            self._start(self._user_speaks(0, speech_ms))

    async def _user_speaks(self, speech_at_ms: int, speech_ms: int) -> None:
        """The user of the script, who is heard without a microphone."""
        began_s = asyncio.get_running_loop().time()
        await asyncio.sleep(speech_at_ms / 1000)
        at_ms = int(self._input.total_ms) + speech_at_ms
        self._speech_started(at_ms)
        await asyncio.sleep(began_s + (speech_at_ms + speech_ms) / 1000 - asyncio.get_running_loop().time())
        self._speech_stopped(at_ms + speech_ms)
