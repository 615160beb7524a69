"""The accounts: an rtmulti session of a host that plays by itself (rule E11). LiveKit plays, and the session is told how far
it came.

This is the only file that calls the library. It knows segments, frames and microseconds; everybody else knows items and
seconds. Nothing of LiveKit is known here.
"""

from __future__ import annotations

import asyncio
import logging

import rtmulti
from rtmulti.playout import Sink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from rtmulti.events import Command, Diagnostic, Event, Message

logger = logging.getLogger("rtmulti.livekit")

#: What the accounts count in; the audio of every plugin but few, and that of those few is counted in the same seconds.
RATE_HZ = 24_000
#: Deltas wait for one another until they hold so many characters: told together they cost half as much.
WAITING_CHARACTERS = 32_768
#: The host answers for a clear itself, in less than this (playout.py).
CLEAR_TIMEOUT_MS = 5_000


class Accounts(Sink):
    """What the server was told, what was heard, and what follows from it, for one RealtimeSession.

    on_command: gets what the server must be told.
    on_event: gets what became of each message.
    on_clear: is asked to say finished() of the item that the output has, now or later.

    It belongs to the thread of the event loop in which it was made.
    """

    format = rtmulti.SinkFormat(
        driver=rtmulti.Driver.HOST, sample_rate_hz=RATE_HZ, takes_text=True, can_pause=False
    )

    def __init__(
        self,
        server: rtmulti.Server,
        *,
        on_command: Callable[[Command], object],
        on_event: Callable[[Event], object],
        on_clear: Callable[[], object],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_us = 0
        #: Deltas that the session has not been told of; it is before it is told or asked anything else.
        self._deltas: list[dict[str, Any]] = []
        self._delta_characters = 0
        self._on_clear = on_clear
        #: What LiveKit plays: items that have begun, their segments, and how much of these it may play.
        self._begun: set[str] = set()
        self._segments: dict[str, int] = {}
        self._frames: dict[int, int] = {}
        #: The item whose turn it is and which LiveKit has not begun.
        self._offered: str | None = None
        self._is_audio_enabled = True
        self._texts_asked: set[str] = set()
        self._texts_shown: set[str] = set()
        self._told: set[str] = set()
        # Nothing is estimated here: what an output that says nothing has played is playout.py's to say. Who interrupts
        # is LiveKit's to say, so no word of the server's is an interrupt of its own.
        config = rtmulti.Config(
            server=server,
            interrupt_on_speech=False,
            estimate=False,
            write_ahead_ms=rtmulti.UNLIMITED,
            clear_timeout_ms=CLEAR_TIMEOUT_MS,
        )
        self._session = rtmulti.Session(
            self, config=config, on_command=on_command, on_event=on_event, on_diagnostic=self._on_diagnostic
        )

    # --- what the server says ---

    def receive(self, event: dict[str, Any]) -> None:
        """One event of an OpenAI server. Of an audio delta the base64 is handed on as it is; nothing is decoded in Python."""
        self._tell(self._session.receive, event)

    def receive_delta(self, event: dict[str, Any]) -> None:
        """A piece of audio or text from an OpenAI server. LiveKit plays it, so nothing hangs on when the session learns of it."""
        self._deltas.append(event)
        self._delta_characters += len(event["delta"])
        if self._delta_characters >= WAITING_CHARACTERS:
            self._tell(_nothing)

    def response_created(self, response_id: str) -> None:
        """A response begins."""
        self._tell(self._session.response_created, response_id)

    def item_added(self, response_id: str, item_id: str) -> None:
        """A response has one message more."""
        self._tell(self._session.item_added, response_id, item_id)

    def audio(self, response_id: str, item_id: str, pcm: bytes) -> None:
        """Audio of a message, mono at RATE_HZ. The samples are needed: heard text listens for the pauses in them."""
        self._tell(self._session.audio, response_id, item_id, pcm)

    def words(self, response_id: str, item_id: str, text: str) -> None:
        """Text of a message, as it is spoken."""
        self._tell(self._session.text, response_id, item_id, text)

    def item_done(self, item_id: str) -> None:
        """No more comes of a message."""
        self._tell(self._session.item_done, item_id)

    def response_done(self, response_id: str) -> None:
        """No more comes of a response."""
        self._tell(self._session.response_done, response_id)

    def rejected(self, event_id: str | None, code: str | None, message: str | None) -> None:
        """The server refused something (rule F5)."""
        self._tell(self._session.command_rejected, event_id, code, message)

    def reconnect(self, server: rtmulti.Server) -> None:
        """The connection was lost, and the plugin has made another one (rule F8), with a server that may be another (rule F1)."""
        self._tell(self._session.reconnect)
        self._tell(self._session.set_server, server)

    # --- what LiveKit wants ---

    def expect(self, token: str) -> None:
        """A response was asked for under this token (rule D12)."""
        self._tell(self._session.expect_response, token)

    def interrupt(self, response_id: str, *, by_listener: bool) -> None:
        """A response, or one that is expected under this token, is not to be heard any further."""
        by = rtmulti.Interrupter.LISTENER if by_listener else rtmulti.Interrupter.HOST
        self._tell(lambda: self._session.interrupt(response_id, by=by))

    def cancel(self, response_id: str) -> None:
        """The server is to stop generating a response; what has come of it is heard all the same (rule D15)."""
        self._tell(self._session.cancel, response_id)

    # --- what LiveKit's output says ---

    def begun(self, item_id: str) -> None:
        """The output gets this item now; what stands before it and never began was not heard."""
        self._begun.add(item_id)
        self._tell(self._session.sink_ready)
        while item_id not in self._segments and self._offered is not None:
            passed = self._offered
            self._offered = None
            self._begun.add(passed)
            self._tell(self._session.sink_ready)
            self.finished(passed, 0.0, interrupted=False)

    def started(self, item_id: str) -> None:
        """The output began to play this item."""
        segment = self._segments.get(item_id)
        if segment is not None:
            self._tell(self._session.playback_started, segment)

    def finished(self, item_id: str, position_s: float | None, *, interrupted: bool) -> None:
        """The output is done with this item after so many seconds of it; None means after all of it."""
        self._begun.discard(item_id)
        segment = self._segments.pop(item_id, None)
        if segment is None:
            return
        frames = self._frames.pop(segment)
        if position_s is not None:
            frames = min(frames, int(position_s * RATE_HZ + 0.5))
        self._tell(self._session.playback_finished, segment, frames, interrupted)

    def set_audio_enabled(self, is_enabled: bool) -> None:
        """Whether what comes is heard; else its text is shown instead (rule B11)."""
        if is_enabled is not self._is_audio_enabled:
            self._is_audio_enabled = is_enabled
            self._tell(self._session.set_audio_enabled, is_enabled)

    def shown(self, item_id: str) -> None:
        """The text of this item was given to LiveKit's text output (rule B6)."""
        self._texts_shown.add(item_id)
        if item_id in self._texts_asked:
            self._tell(self._session.text_delivered, item_id)

    # --- questions ---

    def heard_text(self, item_id: str) -> str:
        """The words of an item that were heard so far."""
        self._tell_now()
        return self._session.heard_text(item_id) or ""

    def message(self, item_id: str) -> Message | None:
        """The record of an item as it stands; None for one that is unknown."""
        self._tell_now()
        return self._session.message(item_id)

    def close(self) -> None:
        """Settles everything at the last known position (rule B10). Closing twice is harmless."""
        self._tell_now()
        if self._timer is not None:
            self._timer.cancel()
        self._session.close()

    # --- how the session is told ---

    def _tell_now(self) -> None:
        if self._deltas:
            self._tell(_nothing)

    def _tell(self, call: Callable[..., object], *arguments: object) -> None:
        session = self._session
        if session.is_closed:
            return
        session.advance(int(self._loop.time() * 1e6))
        if self._deltas:
            self._tell_deltas()
        try:
            call(*arguments)
        except rtmulti.RtmultiError as refused:
            self._warn_refused(refused)
        deadline_us = session.next_deadline()
        if deadline_us is not None and (self._timer is None or deadline_us < self._timer_us):
            if self._timer is not None:
                self._timer.cancel()
            self._timer_us = deadline_us
            self._timer = self._loop.call_at(deadline_us / 1e6, self._on_timer)

    def _tell_deltas(self) -> None:
        deltas, self._deltas, self._delta_characters = self._deltas, [], 0
        receive = self._session.receive
        for event in deltas:
            try:
                receive(event)
            except rtmulti.RtmultiError as refused:
                self._warn_refused(refused)

    def _on_timer(self) -> None:
        self._timer = None
        self._tell(_nothing)

    # --- the sink of the session, which has the audio already ---

    def may_play(self, segment: int, item_id: str, frames: int) -> int | None:
        """LiveKit may play so much more of an item; it takes it when it has begun it."""
        if item_id not in self._begun:
            self._offered = item_id
            return 0
        if item_id == self._offered:
            self._offered = None
        self._segments[item_id] = segment
        self._frames[segment] = self._frames.get(segment, 0) + frames
        return None

    def clear(self, segment: int) -> None:
        """LiveKit drops what is unheard by itself; it only has to say what that was."""
        self._on_clear()

    def text(self, item_id: str, text: str) -> None:
        """It is the turn of a message without audio; LiveKit may have shown it already."""
        self._texts_asked.add(item_id)
        if item_id in self._texts_shown:
            self._session.text_delivered(item_id)

    def _on_diagnostic(self, diagnostic: Diagnostic) -> None:
        logger.debug("%s %s %s", diagnostic.kind.name, diagnostic.item_id, diagnostic.message)

    def _warn_refused(self, refused: rtmulti.RtmultiError) -> None:
        sentence = f"rtmulti refused what it was told: {refused}"
        if sentence not in self._told:
            self._told.add(sentence)
            logger.warning(sentence)


def _nothing() -> None:
    """What is told where only deltas or the time are."""
