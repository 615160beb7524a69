"""Player: a Session in asyncio. It keeps the session's time on the event loop, drives a clocked sink, sends
commands in order and lets a host wait for a response. No rule of the engine lives here."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from ._outbox import Outbox
from .config import Config, Format
from .enums import Interrupter, ItemKind, PartKind, ResponseFlag, Result
from .errors import RtmultiError
from .events import Message, Settled
from .playout import Sink
from .session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from os import PathLike
    from types import TracebackType
    from typing import Any, TypeVar

    from ._inputs import ServerEvent
    from ._recording import Writable
    from .events import Command, Diagnostic, Event
    from .sinks import ClockedSink

    Answer = TypeVar("Answer")

#: How often a clocked sink plays while it has something to play. A cut does not wait for it.
TICK_US = 10_000

#: How many settled responses are remembered for settled().
REMEMBERED_RESPONSES = 64


class Player:
    """Plays a realtime session's speech on a sink and tells the server, through `send`, what was heard.

        async with Player(sink=WavSink("heard.wav"), send=websocket.send) as player:
            async for event in websocket:
                player.feed(event)

    `send` gets each command as JSON text, one at a time and in order; it may be a plain function or return an
    awaitable. What it raises comes out of the player's next call. `on_event`, `on_command` and `on_diagnostic`
    see what the session says as it happens; they run inside calls of the player and must be quick. With `record`,
    a path or a file, the session is recorded there as a trace (Session.record).

    A player belongs to the event loop in which it was entered. For its sink it is the Playback to report to.
    """

    def __init__(
        self,
        sink: Sink,
        send: Callable[[str], Awaitable[object] | object],
        *,
        config: Config = Config(),
        format: Format | None = None,
        on_event: Callable[[Event], object] | None = None,
        on_command: Callable[[Command], object] | None = None,
        on_diagnostic: Callable[[Diagnostic], object] | None = None,
        record: str | PathLike[str] | Writable | None = None,
    ) -> None:
        self._sink = sink
        #: The sink, if it wants to be told how late it is.
        self._clocked: ClockedSink | None = sink if hasattr(sink, "play_until") else None  # type: ignore[assignment]
        self._send = send
        self._config = config
        self._format = format
        self._on_event_hook = on_event
        self._on_command_hook = on_command
        self._on_diagnostic_hook = on_diagnostic
        self._record = record
        self._session: Session | None = None
        self._is_inside = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_us = 0
        self._local_responses = 0
        self._records: dict[str, list[Message]] = {}
        self._settled: OrderedDict[str, tuple[Message, ...]] = OrderedDict()
        self._awaited: dict[str, asyncio.Future[tuple[Message, ...]]] = {}

    # --- life ---

    async def __aenter__(self) -> Player:
        if self._session is not None:
            raise RuntimeError("this player was entered before; make a new one")
        self._loop = asyncio.get_running_loop()
        self._outbox = Outbox(self._send, self._loop)
        self._session = Session(
            config=self._config,
            format=self._format,
            on_event=self._on_event,
            on_command=self._on_command_hook,
            on_json=self._outbox.put,
            on_diagnostic=self._on_diagnostic_hook,
        )
        if self._record is not None:
            self._session.record(self._record)
        self._run(self._plug_in)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self.close()
        except Exception:
            # What went wrong in the block matters more than that its server cannot be told any more.
            if problem is None:
                raise

    def _plug_in(self) -> None:
        self.session.set_sink(self._sink, playback=self)

    async def close(self) -> None:
        """Ends the conversation (rule B10): everything settles, the server is told, the sink is let go.

        Closing twice is harmless. Whoever waits for a response that never came gets ERROR_CLOSED.
        """
        session = self._session
        if session is None or session.is_destroyed:
            return
        try:
            self._close_session(session)
            await self._outbox.sent()
        finally:
            if self._timer is not None:
                self._timer.cancel()
            session.destroy()
            for response_id, future in self._awaited.items():
                if not future.done():
                    sentence = f"The player was closed, and the response {response_id!r} never came."
                    future.set_exception(
                        RtmultiError(Result.ERROR_CLOSED, "RTMULTI_ERROR_CLOSED", sentence)
                    )
            self._awaited.clear()

    def _close_session(self, session: Session) -> None:
        """Closes it, and delivers the rest when a hook raises: each has its turn, then the first is raised."""
        first: Exception | None = None
        while True:
            try:
                self._run(session.close)
                break
            except RtmultiError:
                raise
            except Exception as problem:
                first = first or problem
        if first is not None:
            raise first

    @property
    def session(self) -> Session:
        """The session inside, for its queries; what changes it should go through the player."""
        if self._session is None:
            raise RuntimeError("a player works inside its block: async with Player(...) as player")
        return self._session

    # --- time ---

    def now_us(self) -> int:
        """The session's clock: the event loop's, in us."""
        return int(self._loop.time() * 1_000_000)

    def _run(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        """Calls the session at the time that it is now, and sees to it that it is called again in time."""
        if self._is_inside:
            # From a callback, or from the sink while it plays: the call outside keeps the time.
            return call(*arguments)
        self._is_inside = True
        try:
            try:
                self._catch_up()
            finally:
                # Also when a hook raised over something older: an interruption must not be lost to it.
                answer = call(*arguments)
            return answer
        except RtmultiError:
            raise
        except BaseException:
            # A hook stopped the delivery; what is left of it must not wait until somebody says something.
            self._loop.call_soon(self._deliver_rest)
            raise
        finally:
            self._is_inside = False
            self._arm()

    def _catch_up(self) -> None:
        now_us = self.now_us()
        if not self.session.is_closed:
            self.session.advance(now_us)
        if self._clocked is not None:
            self._clocked.play_until(now_us)

    def _arm(self) -> None:
        session = self.session
        if session.is_closed:
            return
        deadline_us = session.next_deadline()
        if self._clocked is not None and self._clocked.is_playing:
            tick_us = self.now_us() + TICK_US
            deadline_us = tick_us if deadline_us is None else min(deadline_us, tick_us)
        if deadline_us is None or (self._timer is not None and self._timer_us <= deadline_us):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_us = deadline_us
        self._timer = self._loop.call_at(deadline_us / 1_000_000, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._deliver_rest()

    def _deliver_rest(self) -> None:
        if not self.session.is_closed:
            self._run(lambda: None)

    # --- what the host says ---

    def feed(self, event: ServerEvent) -> Result:
        """Takes one event of the server as it came; see Session.receive."""
        self._outbox.check()
        return self._run(self.session.receive, event)

    async def interrupt(
        self, response_id: str | None = None, *, by: Interrupter = Interrupter.LISTENER
    ) -> bool:
        """The listener spoke over us, or the host wants silence; see Session.interrupt.

        The sink is cleared and `send` called before the first await; then this waits until what was born was
        sent. False when there was nothing to interrupt.
        """
        self._outbox.hold()
        try:
            result = self._run(self._interrupt, response_id, by)
        finally:
            await self._outbox.sent()
        return result is not Result.IGNORED

    def _interrupt(self, response_id: str | None, by: Interrupter) -> Result:
        return self.session.interrupt(response_id, by=by)

    def pause(self) -> Result:
        """Stops playing without losing anything; see Session.pause."""
        return self._run(self.session.pause)

    def resume(self) -> Result:
        """Goes on where pause() stopped."""
        return self._run(self.session.resume)

    def expect_response(self, token: str) -> Result:
        """A response was asked for; an interrupt covers it already (rule D12)."""
        return self._run(self.session.expect_response, token)

    def reconnect(self) -> list[Message]:
        """The connection was lost (rule F8). Returns what was heard so far, to seed the new one."""
        self._run(self.session.reconnect)
        return self.session.heard()

    def say(
        self,
        audio: bytes | Iterable[bytes],
        text: str = "",
        *,
        format: Format | None = None,
        uninterruptible: bool = False,
    ) -> str:
        """Plays the host's own audio in its turn (greeting, filler): the server is never told (rule A11).

        `audio` is PCM, G.711 or Ogg Opus as bytes, or raw Opus packets one by one, in `format` (else the
        session's). Returns the id of the response, for settled().
        """
        self._local_responses += 1
        response_id = f"rtmulti_local_{self._local_responses}"
        flags = ResponseFlag.LOCAL
        if uninterruptible:
            flags |= ResponseFlag.UNINTERRUPTIBLE
        pieces = [audio] if isinstance(audio, (bytes, bytearray, memoryview)) else audio
        self._run(self._say, response_id, flags, pieces, text, format)
        return response_id

    def _say(
        self,
        response_id: str,
        flags: ResponseFlag,
        pieces: Iterable[bytes],
        text: str,
        format: Format | None,
    ) -> None:
        session = self.session
        item_id = f"{response_id}_message"
        session.response_created(response_id, flags)
        try:
            session.item_added(response_id, item_id, 0, ItemKind.MESSAGE)
            session.part_added(response_id, item_id, 0, PartKind.AUDIO, format)
            if text:
                session.text(response_id, item_id, text, 0)
            for piece in pieces:
                session.audio(response_id, item_id, piece, 0)
        finally:
            # Also when a piece was refused: what was taken plays, and its turn ends.
            session.response_done(response_id)

    async def settled(self, response_id: str) -> tuple[Message, ...]:
        """Waits until every message of a response has its outcome; returns their records in order.

        It may be called before the response is created and after it has settled (the newest 64 are known).
        """
        self._outbox.check()
        known = self._settled.get(response_id)
        if known is not None:
            return known
        if self.session.is_closed:
            sentence = f"The player was closed, and the response {response_id!r} never came."
            raise RtmultiError(Result.ERROR_CLOSED, "RTMULTI_ERROR_CLOSED", sentence)
        future = self._awaited.get(response_id)
        if future is None:
            future = self._awaited[response_id] = self._loop.create_future()
        return await asyncio.shield(future)

    # --- what the sink says (Playback) ---

    def playback_started(self, segment: int) -> Result:
        """See Playback."""
        return self._run(self.session.playback_started, segment)

    def playback_progress(self, segment: int, frames: int) -> Result:
        """See Playback."""
        return self._run(self.session.playback_progress, segment, frames)

    def playback_finished(self, segment: int, frames: int, interrupted: bool = False) -> Result:
        """See Playback."""
        return self._run(self.session.playback_finished, segment, frames, interrupted)

    def playback_mark(self, name: str) -> Result:
        """See Playback."""
        return self._run(self.session.playback_mark, name)

    def playback_queued(self, frames: int) -> Result:
        """The far end of the sink has `frames` frames left to play."""
        return self._run(self.session.playback_queued, frames)

    def sink_ready(self) -> Result:
        """See Playback."""
        return self._run(self.session.sink_ready)

    def text_delivered(self, item_id: str) -> Result:
        """See Playback."""
        return self._run(self.session.text_delivered, item_id)

    # --- what the session says ---

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Message):
            self._records.setdefault(event.response_id, []).append(event)
        elif isinstance(event, Settled):
            self._remember(event.response_id)
        if self._on_event_hook is not None:
            self._on_event_hook(event)

    def _remember(self, response_id: str) -> None:
        records = tuple(self._records.pop(response_id, ()))
        self._settled[response_id] = records
        while len(self._settled) > REMEMBERED_RESPONSES:
            self._settled.popitem(last=False)
        future = self._awaited.pop(response_id, None)
        if future is not None and not future.done():
            future.set_result(records)
