"""HeardModel: a RealtimeModel around a RealtimeModel. It says who is told what: the session gets what passes, the player what
the server says and what the application wants, the server what the player commands.
"""

from __future__ import annotations

import dataclasses

from agents.realtime import OpenAIRealtimeWebSocketModel, RealtimeModel, RealtimeModelListener
from agents.realtime.model_inputs import (
    RealtimeModelSendInterrupt,
    RealtimeModelSendRawMessage,
    RealtimeModelSendToolOutput,
    RealtimeModelSendUserInput,
)

import rtmulti
from rtmulti import Config, Interrupter, Player

from .commands import Commands
from .delivery import Delivery
from .deltas import Deltas
from .history import History
from .playout import HANDOVER_MS, MOST_UNREPORTED_MS, Handout, logger
from .tracker import HeardTracker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from rtmulti.events import Diagnostic, Event, Message

#: The application answers for a clear in less than this, as long as it plays at all (playout.py).
CLEAR_TIMEOUT_MS = 2_000
#: The audio deltas of the wire, GA and beta; the player learns of them from the framework's `audio` events.
_AUDIO_DELTAS = ("response.output_audio.delta", "response.audio.delta")
_TRANSCRIPT_DELTAS = ("response.output_audio_transcript.delta", "response.audio_transcript.delta")
#: So many tool calls and cut responses are remembered; a tool answers for one of the newest.
_NEWEST = 256


class HeardModel(RealtimeModel, RealtimeModelListener):
    """A realtime model whose server remembers what was heard.

        model = HeardModel()
        session = await RealtimeRunner(agent, model=model).run(model_config={"playback_tracker": model.tracker})

    inner: the model that talks to the server; without one it is OpenAIRealtimeWebSocketModel().
    write_ahead_ms: how far ahead of what was reported as played `audio` events are handed on; at least 100, and more than
        twice the longest block that the application's player reports.
    answer_after_cut: False: what a tool returns that was called in a response which was then interrupted goes to the server,
        and no response is asked for; the model says it when it is next spoken to.
    on_message: gets the record of each message when it has its outcome, on the event loop; a plain, quick function.

    It belongs to the event loop that connects it, and may be connected again after close(). Where the framework or the
    application interrupts, send_event() returns when the server has been told what was heard, at most two seconds later.
    """

    def __init__(
        self,
        inner: RealtimeModel | None = None,
        *,
        write_ahead_ms: int = 200,
        answer_after_cut: bool = True,
        on_message: Callable[[Message], object] | None = None,
    ) -> None:
        if write_ahead_ms < 100:
            raise ValueError(f"write_ahead_ms is {write_ahead_ms}; less than 100 leaves a player nothing to play")
        self.inner: Any = OpenAIRealtimeWebSocketModel() if inner is None else inner
        #: What to give as "playback_tracker", and to tell what was played.
        self.tracker = HeardTracker()
        self._write_ahead_ms = write_ahead_ms
        self._answers_after_cut = answer_after_cut
        self._on_message_hook = on_message
        self._listeners: list[RealtimeModelListener] = []
        self._player: Player | None = None
        self.inner.add_listener(self)

    @property
    def player(self) -> Player:
        """The player inside, for its queries; RuntimeError when the model is not connected.

        It knows then what the tracker was told until now; keep the model, and not the player.
        """
        if self._player is None:
            raise RuntimeError("this model is not connected")
        self._handout.tell()
        return self._player

    # --- RealtimeModel ---

    async def connect(self, options: Any) -> None:
        """Connects the inner model. ValueError when the options name another tracker than this model's."""
        if options.get("playback_tracker") is not self.tracker:
            raise ValueError(
                'a HeardModel must be told what was played: give model_config={"playback_tracker": model.tracker}, and call '
                "model.tracker.on_play_bytes() for each block that was played"
            )
        if self._player is not None:
            raise RuntimeError("this model is connected already")
        player = self._player = self._begin_conversation()
        await player.__aenter__()
        self.tracker.attach(self._handout, self._count)
        try:
            await self.inner.connect(options)
        except BaseException:
            await self._end_conversation(timeout=0)
            raise

    def add_listener(self, listener: RealtimeModelListener) -> None:
        """See RealtimeModel."""
        if listener not in self._listeners:
            self._listeners.append(listener)

    def remove_listener(self, listener: RealtimeModelListener) -> None:
        """See RealtimeModel."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    async def send_event(self, event: Any) -> None:
        """See RealtimeModel. An interrupt is the player's; before what asks for a response the player expects one."""
        if isinstance(event, RealtimeModelSendInterrupt):
            if getattr(event, "cancel_response_only", False):
                await self.inner.send_event(event)
            else:
                await self._interrupt(getattr(event, "response_id", None))
            return
        if isinstance(event, RealtimeModelSendToolOutput) and event.start_response and self._is_unwanted(event):
            event = dataclasses.replace(event, start_response=False)
        if _asks(event):
            self._expect()
        await self.inner.send_event(event)

    async def send_event_if(self, event: Any, send_if: Callable[[], bool]) -> bool:
        """See RealtimeModel: the framework's feedback behind a guardrail's trip."""

        def commit() -> bool:
            if not send_if():
                return False
            if _asks(event):
                self._expect()
            return True

        return bool(await self.inner.send_event_if(event, commit))

    def _retire_response_audio(self, response_id: str) -> None:
        retire = getattr(self.inner, "_retire_response_audio", None)
        if retire is not None:
            retire(response_id)

    async def close(self) -> None:
        """Ends the conversation: the server is told what was heard until now. Closing twice is harmless."""
        try:
            await self._end_conversation(timeout=2)
        finally:
            await self.inner.close()

    # --- one conversation ---

    def _begin_conversation(self) -> Player:
        self._history = History()
        self._commands = Commands(self.inner, self._history)
        #: Events of the player for the session.
        self._delivery = Delivery(self._listeners)
        self._is_expecting = self._is_expectation_cut = False
        #: Responses that the server generates, those that were cut, and in which of them a tool was called.
        self._ongoing: set[str] = set()
        self._cut_responses: dict[str, None] = {}
        self._calls: dict[str, str] = {}
        deltas = Deltas(lambda *audio: self._tell(player.audio, *audio), lambda event: self._tell(player.feed, event))
        self._handout = Handout(
            self._delivery.put,
            deltas,
            find_part=lambda segment: _content_index(player, segment),
            take_reports=self.tracker.take,
            write_ahead_ms=self._write_ahead_ms,
        )
        player = Player(
            self._handout,
            self._commands.send,
            config=Config(
                interrupt_on_speech=True,
                estimate=False,
                write_ahead_ms=self._write_ahead_ms + MOST_UNREPORTED_MS,
                handover_ms=HANDOVER_MS,
                clear_timeout_ms=CLEAR_TIMEOUT_MS,
            ),
            on_event=self._on_player_event,
            on_diagnostic=_log,
        )
        return player

    async def _end_conversation(self, timeout: float) -> None:
        player, self._player = self._player, None
        if player is None:
            return
        self.tracker.detach()
        try:
            await player.close(timeout=timeout)
        finally:
            self._delivery.close()

    async def _interrupt(self, response_id: str | None) -> None:
        if self._player is None:
            return
        self._is_expectation_cut = self._is_expecting
        # Nobody else cancels what the application or a guardrail interrupts, so it is never "the server's" (rule D13).
        await self._player.interrupt(response_id, by=Interrupter.HOST)

    def _expect(self) -> None:
        player = self._player
        if player is None:
            return
        if self._is_expecting:
            if not self._is_expectation_cut or not self._ongoing:
                return
            # The framework has not asked yet, for a response is still ongoing, and will ask once for both: the answer is
            # to what was said after the interruption.
            player.unexpect_response()
        self._is_expecting, self._is_expectation_cut = True, False
        player.expect_response()

    def _is_unwanted(self, event: Any) -> bool:
        return not self._answers_after_cut and self._calls.get(event.tool_call.call_id) in self._cut_responses

    # --- what the server says (RealtimeModelListener) ---

    async def on_event(self, event: Any) -> None:
        """One event of the inner model: the player learns of it, and the session gets it unless it is the player's to say."""
        kind = event.type
        player = self._player
        if player is not None:
            if kind == "audio":
                # The framework has decoded it, so that nobody reads the base64 again.
                if not self._history.is_cut(event.item_id):
                    with self._delivery:
                        self._handout.put_audio(event, self.tracker.frames_per_byte)
                return
            if kind == "raw_server_event":
                data = event.data
                if type(data) is dict and data.get("type") not in _AUDIO_DELTAS:
                    self._on_raw(player, data)
            elif kind in ("audio_interrupted", "audio_done"):
                return  # playout.py says them when they are due
            elif kind == "transcript_delta":
                if self._history.is_cut(event.item_id):
                    return
            elif kind == "item_updated":
                event = self._history.as_heard(event)
                if event is None:
                    return
            elif kind == "error" and self._commands.is_answer(event.error):
                return
        for listener in list(self._listeners):
            await listener.on_event(event)

    def _on_raw(self, player: Player, data: dict[str, Any]) -> None:
        kind = data.get("type")
        if kind in _TRANSCRIPT_DELTAS:
            self._handout.put_words(data)
            return
        self._commands.before(kind)
        if kind == "response.created":
            self._ongoing.add(data["response"]["id"])
            self._is_expecting = False
        elif kind == "response.function_call_arguments.done":
            _remember(self._calls, data["call_id"], data["response_id"])
        self._tell(player.feed, data)
        if kind == "response.done":
            self._ongoing.discard(data["response"]["id"])

    def _tell(self, call: Callable[..., object], *arguments: object) -> None:
        try:
            call(*arguments)
        except rtmulti.RtmultiError as refused:
            logger.warning("rtmulti refused what the server said: %s", refused)

    # --- what the application played ---

    def _count(self) -> None:
        with self._delivery:
            self._handout.count()

    # --- what the player says ---

    def _on_player_event(self, event: Event) -> None:
        if isinstance(event, rtmulti.Message):
            self._handout.forget(event.item_id)
            self._commands.on_message(event)
            update = self._history.on_message(event)
            if update is not None:
                self._delivery.put(update)
            if self._on_message_hook is not None:
                self._on_message_hook(event)
        elif isinstance(event, rtmulti.Settled) and event.interrupted:
            _remember(self._cut_responses, event.response_id, None)


def _content_index(player: Player, segment: int) -> int:
    known = player.session.segment(segment)
    return 0 if known is None else known.content_index


def _remember(where: dict[str, Any], key: str, value: Any) -> None:
    where[key] = value
    if len(where) > _NEWEST:
        del where[next(iter(where))]


def _asks(event: Any) -> bool:
    """Whether the server will be asked for a response."""
    if isinstance(event, RealtimeModelSendRawMessage):
        return bool(event.message["type"] == "response.create")
    if isinstance(event, RealtimeModelSendToolOutput):
        return bool(event.start_response)
    return isinstance(event, RealtimeModelSendUserInput)


def _log(diagnostic: Diagnostic) -> None:
    logger.debug("%s %s %s", diagnostic.kind.name, diagnostic.item_id, diagnostic.message)
