"""The service: Pipecat's own, with a player between it and its server. Here stands who is told what: which events of the
server Pipecat sees, which frames of Pipecat's go on, and when the player is interrupted.
"""

from __future__ import annotations

import json

from pipecat.frames.frames import (
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService as PipecatService

import rtmulti
from rtmulti import Config, Driver, Interrupter, Outcome, Player, SinkFormat

from .._outbox import Outbox
from .playout import Playout, logger
from .speech import Speech
from .wire import AUDIO_DELTAS, Tap, event_type, is_answer, name_request, spoken_modalities

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from typing import Any

    from rtmulti.events import Diagnostic, Event, Message

#: What Pipecat says when it comes, and what is said here when it is heard (told.py, speech.py).
_SAID_WHEN_HEARD = (
    TTSTextFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    LLMFullResponseStartFrame,
    LLMFullResponseEndFrame,
)
#: Frames that may also come from elsewhere, and then only pass through.
_MAY_PASS = (*_SAID_WHEN_HEARD, LLMTextFrame, TTSAudioRawFrame)
#: A farewell is played to its end, unless nothing more of it is heard for so long.
_STANDSTILL_S = 2.0
#: How many blocks of the output the player must be ahead of it.
_LEAST_BLOCKS = 3

_CHECKED = "0.0.90 to 1.14.0"


class OpenAIRealtimeLLMService(PipecatService):
    """Pipecat's OpenAIRealtimeLLMService, whose server remembers what was heard.

        llm = OpenAIRealtimeLLMService(api_key=..., settings=...)
        Pipeline([transport.input(), aggregators.user(), llm, output, llm.playout(output), aggregators.assistant()])

    All arguments are Pipecat's, but for these:

    write_ahead_ms: how far ahead of what was heard the output is written to; at least three of its blocks (40 ms each,
        unless audio_out_10ms_chunks says otherwise).
    on_message: gets the record of each message when it has its outcome, on the event loop; a plain, quick function.

    It belongs to one pipeline. RuntimeError when this version of Pipecat keeps its connection elsewhere than the versions
    that were checked.
    """

    #: The connection, in place of Pipecat's attribute of that name.
    _tap: Tap | None = None
    _is_watched = False
    _connections = 0

    def __init__(
        self,
        *,
        write_ahead_ms: int = 200,
        on_message: Callable[[Message], object] | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        if not self._is_watched or not callable(getattr(super(), "_connect", None)):
            raise RuntimeError(_seam("_websocket, and opens it in _connect()"))
        if write_ahead_ms < 60:
            raise ValueError(f"write_ahead_ms is {write_ahead_ms}; less than 60 leaves the output nothing to write")
        self._write_ahead_ms = write_ahead_ms
        self._on_message_hook = on_message
        self._player: Player | None = None
        self._playout: Playout | None = None
        self._speech: Speech | None = None
        self._outbox = Outbox(super().push_frame)
        self._outbox_task: asyncio.Task[None] | None = None
        #: Whether the session's answers are spoken; text for a TTS service is Pipecat's own affair.
        self._speaks = True
        self._is_interrupting = False
        self._interruption: InterruptionFrame | None = None
        self._user_speaks = False
        self._awaits_audio = False
        #: The ids of frames that are passing through.
        self._passing: set[int] = set()
        self._unsettled: set[str] = set()
        self._heard_responses: set[str] = set()

    @property
    def player(self) -> Player:
        """The player inside, for its queries; RuntimeError when the pipeline does not run."""
        if self._player is None:
            raise RuntimeError("this service is in no running pipeline")
        return self._player

    def playout(
        self, output: Any, *, driver: Driver | None = None, output_latency_ms: int = 0
    ) -> Playout:
        """The processor that goes directly behind the output, transport.output().

        driver: REPORTED where a write ends when the block has been played; PACED where it only says that the block was
            sent, so that the position follows the clock. Without one it is PACED for WebSocket transports.
        output_latency_ms: how much later the listener hears it than the output says, at most 5000: the network's way and
            the buffer of the far end.
        """
        if self._playout is not None:
            raise RuntimeError("this service has its playout already; it speaks through one output")
        if driver not in (None, Driver.REPORTED, Driver.PACED):
            raise ValueError(f"driver is {driver!r}; an output is REPORTED or PACED")
        self._playout = Playout(self, output, driver, output_latency_ms)
        return self._playout

    # --- life ---

    async def setup(self, setup: Any) -> None:
        """See FrameProcessor. RuntimeError when the pipeline lacks the playout."""
        if self._playout is None:
            raise RuntimeError(
                "nobody says what was heard: put llm.playout(output) directly behind the output, "
                "Pipeline([..., llm, output, llm.playout(output), ...])"
            )
        config = Config(estimate=False, write_ahead_ms=self._write_ahead_ms)
        self._player = Player(
            None, self._send, config=config, on_event=self._on_player_event, on_diagnostic=_log
        )
        await self._player.__aenter__()
        await super().setup(setup)
        self._outbox_task = self.create_task(self._outbox.run())

    async def cleanup(self) -> None:
        """See FrameProcessor."""
        await self._end_conversation()
        if self._outbox_task is not None:
            await self.cancel_task(self._outbox_task)
            self._outbox_task = None
        await super().cleanup()

    async def cancel(self, frame: Any) -> None:
        """The pipeline stops at once: what was heard until now is told, while there is a connection."""
        await self._end_conversation()
        await super().cancel(frame)

    async def stop(self, frame: Any) -> None:
        """The pipeline ends: what has been said is heard to its end, and then the connection closes."""
        await self._play_out()
        await self._end_conversation()
        await self._outbox.flush()
        await super().stop(frame)

    async def _end_conversation(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            # First cut, for the output's account of the block in its hand is asked for then.
            await player.interrupt(by=Interrupter.HOST, timeout=1)
            await player.close(timeout=1)

    async def _play_out(self) -> None:
        for response_id in sorted(self._unsettled):
            heard = -1
            while self._player is not None and self._speech is not None and heard != self._speech.played_frames:
                heard = self._speech.played_frames
                if await self._player.settled(response_id, timeout=_STANDSTILL_S) is not None:
                    break

    def begin_speech(self, sample_rate_hz: int, block_bytes: int) -> Speech:
        """The output is ready; said by the playout, once for each time that it is."""
        assert self._playout is not None
        block_ms = block_bytes * 1000 // (2 * sample_rate_hz)
        if self._write_ahead_ms < _LEAST_BLOCKS * block_ms:
            logger.warning(
                "the output writes blocks of %d ms, and write_ahead_ms is %d: give at least %d, or the speech has gaps",
                block_ms, self._write_ahead_ms, _LEAST_BLOCKS * block_ms,
            )  # fmt: skip
        format = SinkFormat(
            driver=self._playout.driver,
            sample_rate_hz=sample_rate_hz,
            gapless=True,
            can_pause=False,
            takes_text=True,
            lead_ms=max(2 * block_ms, 80),
            output_latency_ms=self._playout.output_latency_ms,
        )
        self._speech = Speech(format, block_bytes, self._outbox, self._playout.told, self._show)
        if self._player is not None:
            self._player.set_sink(self._speech)
        return self._speech

    # --- the connection: Pipecat's attribute, watched ---

    @property
    def _websocket(self) -> Tap | None:
        return self._tap

    @_websocket.setter
    def _websocket(self, socket: Any) -> None:
        self._is_watched = True
        self._tap = None if socket is None else Tap(socket, self)
        if socket is None:
            return
        self._connections += 1
        if self._connections > 1 and self._player is not None:
            self._player.reconnect()

    async def _send(self, command: str) -> None:
        if self._tap is None:
            return
        try:
            await self._tap.socket.send(command)
        except Exception as problem:
            # Pipecat says that the connection is gone when it finds out by itself.
            logger.warning("a command could not be sent: %s", problem)

    async def from_server(self, raw: str) -> bool:
        """Sees an event of the server, and says whether Pipecat may see it too; called by the connection."""
        kind = event_type(raw)
        player = self._player
        if player is not None:
            try:
                player.feed(raw)
            except rtmulti.RtmultiError as refused:
                logger.warning("rtmulti refused what the server said: %s", refused)
        if kind in AUDIO_DELTAS:
            if self._awaits_audio:
                self._awaits_audio = False
                await self.stop_ttfb_metrics()
            return False
        if kind == "response.created":
            self._awaits_audio = True
            self._unsettled.add(json.loads(raw)["response"]["id"])
        elif kind in ("session.created", "session.updated"):
            speaks = spoken_modalities(raw)
            self._speaks = self._speaks if speaks is None else speaks
        elif kind == "input_audio_buffer.speech_started":
            self._user_speaks = True
        elif kind == "input_audio_buffer.speech_stopped":
            self._user_speaks = False
        elif kind == "error":
            return not is_answer(raw)
        return True

    def to_server(self, text: str) -> str | None:
        """What the server gets of an event of Pipecat's; called by the connection."""
        kind = event_type(text)
        if kind == "response.cancel" and self._is_interrupting:
            return None  # the player cancels what there is to cancel, by its name
        if kind == "response.create" and self._player is not None:
            text, token = name_request(text)
            if token:
                self._player.expect_response(token)
        return text

    # --- frames ---

    async def process_frame(self, frame: Any, direction: FrameDirection) -> None:
        """See FrameProcessor. An interruption is the player's first, so that what was heard is ahead of it everywhere."""
        if isinstance(frame, InterruptionFrame):
            self._interruption = frame
            await self._interrupt()
            self._is_interrupting = True
            try:
                await super().process_frame(frame, direction)
            finally:
                self._is_interrupting = False
        elif isinstance(frame, _MAY_PASS):
            self._passing.add(frame.id)
            try:
                await super().process_frame(frame, direction)
            finally:
                self._passing.discard(frame.id)
        else:
            await super().process_frame(frame, direction)

    async def push_frame(
        self, frame: Any, direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> None:
        """See FrameProcessor. What Pipecat's service says of speech is said when it is heard."""
        if self._speaks and direction is FrameDirection.DOWNSTREAM and frame.id not in self._passing:
            if isinstance(frame, _SAID_WHEN_HEARD):
                return
            if isinstance(frame, LLMTextFrame) and getattr(frame, "append_to_context", False):
                return
            if isinstance(frame, TTSAudioRawFrame):
                raise RuntimeError(_seam("_websocket, and speech comes from it"))
        await super().push_frame(frame, direction)

    async def on_output_interrupted(self, frame: InterruptionFrame) -> None:
        """An interruption has reached the playout, perhaps from a processor behind this one."""
        if frame is not self._interruption and self._speech is not None and self._speech.is_playing:
            self._interruption = frame
            await self._interrupt()

    async def on_output_refused(self, speech: Speech) -> None:
        """The output took no block: nobody hears this answer, and nothing more is said of it."""
        speech.drop_block()
        if self._player is not None and speech.is_playing:
            logger.warning("the output takes no audio, so the answer is cut there: is a client connected?")
            await self._player.interrupt(by=Interrupter.HOST)

    async def _interrupt(self) -> None:
        if self._player is None:
            return
        # Where the user speaks the server may cancel by itself; what a button or a local VAD interrupts nobody else does.
        by = Interrupter.LISTENER if self._user_speaks else Interrupter.HOST
        await self._player.interrupt(by=by)

    # --- what the player says ---

    def _show(self, item_id: str, text: str) -> None:
        if self._speaks and self._playout is not None:
            self._playout.told.shown(item_id, text)

    def _on_player_event(self, event: Event) -> None:
        assert self._playout is not None
        told = self._playout.told
        if isinstance(event, rtmulti.HeardText):
            told.heard(event.text)
        elif isinstance(event, rtmulti.PlaybackStarted):
            self._heard_responses.add(event.response_id)
            told.message_begins(event.item_id)
        elif isinstance(event, rtmulti.Message):
            if event.outcome in (Outcome.FULL, Outcome.PARTIAL):
                told.message_ends(event.item_id, is_cut=event.interrupted and event.outcome is Outcome.PARTIAL)
            if self._on_message_hook is not None:
                self._on_message_hook(event)
        elif isinstance(event, rtmulti.Settled):
            self._unsettled.discard(event.response_id)
            if event.response_id not in self._heard_responses and not event.interrupted and self._speaks:
                told.silent_response_ends()
            self._heard_responses.discard(event.response_id)
            if self._speech is not None:
                self._speech.stop_if_silent()


def _seam(what: str) -> str:
    from importlib.metadata import version

    return (
        f"pipecat-ai {version('pipecat-ai')} does not keep its connection in {what}, as {_CHECKED} do, so that rtmulti cannot "
        "see what the server says: use one of those, or pipecat's own OpenAIRealtimeLLMService"
    )


def _log(diagnostic: Diagnostic) -> None:
    logger.debug("%s %s %s", diagnostic.kind.name, diagnostic.item_id, diagnostic.message)
