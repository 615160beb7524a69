"""Player: a Session in asyncio, from its entry to its close. How the session's time is kept is _on_loop.py's business,
how commands are sent _line.py's, who waits for a response _settlements.py's. No rule of the engine lives here."""

from __future__ import annotations

import asyncio
from typing import overload

from ._arguments import given
from ._arguments import record as checked
from ._closing import silence_and_close
from ._hooks import check_sink, log_diagnostic, refuse_coroutine
from ._interruption import Interruption, check_timeout, not_sent
from ._line import Line
from ._player_controls import PlayerControls
from ._player_inputs import PlayerInputs
from ._server_event import created_response
from ._settlements import Settlements
from ._signals import tries_first
from ._spoken import spoken
from ._trace import checked_target
from .config import Config, Format
from .enums import Interrupter, ItemKind, PartKind, ResponseFlag, Result
from .errors import RtmultiError
from .events import Diagnostic, Message
from .openai_sdk import check_send
from .playout import Sink
from .session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike
    from types import TracebackType
    from typing import Any, NoReturn, TypeVar

    from ._line import Send
    from ._trace import Writable
    from ._server_event import ServerEvent
    from .events import Command, Event

    Answer = TypeVar("Answer")


#: How long interrupt() and close() wait for `send`, unless the host says otherwise.
PATIENCE_S = 2.0


class Player(PlayerControls, PlayerInputs):
    """Plays a realtime session's speech on a sink and tells the server, through `send`, what was heard.

        async with Player(sink=WavSink("heard.wav"), send=websocket.send) as player:
            async for event in websocket:
                player.feed(event)

    `send` gets each command as JSON text, one at a time, in order and once, however many callers wait; it may be a
    plain function or return an awaitable; with the openai SDK it is openai_send(connection). What it raises comes out of
    the player's next call, after that call has done its work, and the command is tried again with each call until it is
    sent or reconnect() says that the line is gone.

    `on_event`, `on_command` and `on_diagnostic` see what the session says as it happens; they run inside calls of the
    player, must be quick, and are plain functions: a coroutine function is refused with TypeError. Without `on_diagnostic` each diagnostic is a warning of the logger
    "rtmulti". With `trace`, a path or a file, the session is traced there (Session.trace).

    `sink` may be None: a phone that calls later is given to set_sink(), and until then audio waits.

    A player belongs to the event loop in which it was entered. For its sink it is the Playback to report to. Any of its
    coroutines may be cancelled at any await: what was begun goes to its end, and the player stays as it was.

    Every method raises RuntimeError before the block and on another thread than that of its loop; RtmultiError where the
    session refuses, with ERROR_CLOSED after close(); TypeError and ValueError for an argument that cannot be one; and,
    when it has done its work, what `send`, a hook or the sink has raised meanwhile. What else one raises stands there.
    """

    def __init__(
        self,
        sink: Sink | None,
        send: Send,
        *,
        config: Config = Config(),
        format: Format | None = None,
        on_event: Callable[[Event], object] | None = None,
        on_command: Callable[[Command], object] | None = None,
        on_diagnostic: Callable[[Diagnostic], object] | None = None,
        trace: str | PathLike[str] | Writable | None = None,
    ) -> None:
        hooks = {"on_event": on_event, "on_command": on_command, "on_diagnostic": on_diagnostic}
        for name, hook in hooks.items():
            refuse_coroutine(name, hook)
        if sink is not None:
            check_sink(sink)
        checked("config", config, Config)
        if format is not None:
            checked("format", format, Format)
        super().__init__(sink)
        self._send = _checked(send)
        self._config = config
        self._format = format
        self._on_event_hook = on_event
        self._on_command_hook = on_command
        self._on_diagnostic = on_diagnostic or log_diagnostic
        self._trace = None if trace is None else checked_target("trace", trace)
        self._local_responses = 0

    # --- life ---

    async def __aenter__(self) -> Player:
        if self._session is not None:
            raise RuntimeError("this player was entered before; make a new one")
        self._enter_loop()
        self._line = Line(self._send, self._loop)
        self._settlements = Settlements(self._loop)
        session = self._session = Session(
            config=self._config,
            format=self._format,
            on_event=self._on_event,
            on_command=self._on_command_hook,
            on_json=self._put,
            on_diagnostic=self._on_diagnostic,
        )
        try:
            if self._trace is not None:
                session.trace(self._trace)
            if self._sink is not None:
                self._run(self._plug_in, session, self._sink)
        except BaseException:
            self._stop_timer()
            session.destroy()
            self._session = None
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self.close()
        except Exception as refused:
            if isinstance(refused, RtmultiError) and refused.result == Result.ERROR_FORKED:
                return  # a forked child leaves the block, too; the conversation is still its parent's
            # What went wrong in the block matters more than that its server cannot be told any more.
            if problem is None:
                raise

    async def close(self, *, timeout: float | None = PATIENCE_S) -> tuple[str, ...]:
        """Ends the conversation (rule B10): everything settles, the server is told, the sink is let go.

        Waits at most `timeout` seconds (None: as long as it takes): for what the sink answers to its clear, as interrupt()
        does, and for `send`. Returns the commands that it has not taken by then, as JSON, and tells of them in one
        diagnostic; they are given up. Closing twice is harmless, and so is closing what was never entered. Whoever waits
        for a response that never came gets ERROR_CLOSED.

        Raises ValueError for a timeout that is none, and what every method of a player does; it is closed all the same.
        """
        session = self._session
        if session is None:
            return ()
        self._check_thread()
        check_timeout(timeout)
        patience_s = PATIENCE_S if timeout is None else timeout
        until_s = None if timeout is None else self._loop.time() + timeout
        try:
            if not session.is_closed:
                self._line.retry()
                await silence_and_close(session, self._run, lambda: self._told(session, until_s))
            unsent = await self._sent(timeout, until_s)
            patience_s = 0
            return unsent
        finally:
            self._stop_timer()
            session.destroy()
            self._line.end(patience_s)
            sentence = "The player was closed, and the response never came."
            self._settlements.end(RtmultiError(Result.ERROR_CLOSED, "RTMULTI_ERROR_CLOSED", sentence))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Player cannot be copied or pickled: it is one conversation on one event loop")

    def __repr__(self) -> str:
        inside = "not entered" if self._session is None else repr(self._session)
        sink = "no sink" if self._sink is None else type(self._sink).__name__
        return f"<rtmulti.Player: {sink}, {inside}>"

    # --- what the host says ---

    def _call(self, call: Callable[..., Answer], *arguments: Any) -> Answer:
        """A call of the host: it does its work first, and then raises what `send` has raised meanwhile.

        Not where the sink says what it played, or a hook calls: whoever called from outside may be told of it.
        """
        answer = self._run(call, *arguments)
        if not self._is_inside:
            self._line.check()
        return answer

    def feed(self, event: ServerEvent) -> Result:
        """Takes one event of the server as it came; see Session.receive. On the event loop's thread only.

        Raises ERROR_INVALID for what is no event, ERROR_LIMIT_… past a limit of Config, and what every method of a player
        does.
        """
        return self._call(self._feed, self.session, event)

    def _feed(self, session: Session, event: ServerEvent) -> Result:
        result = session.receive(event)
        response_id = created_response(event)
        if response_id is not None and result is not Result.IGNORED:
            self._settlements.created(response_id)
        return result

    async def interrupt(
        self,
        response_id: str | None = None,
        *,
        by: Interrupter = Interrupter.LISTENER,
        timeout: float | None = PATIENCE_S,
    ) -> Interruption:
        """The listener spoke over us, or the host wants silence; see Session.interrupt.

        The sink is cleared and `send` called before the first await; then this waits until the server has been told: the
        sink has answered its clear, late as that may be, and all commands were sent; at most `timeout` seconds (None: as
        long as it takes). What was not sent by then is told in one diagnostic and stands in what is returned, which is
        false when there was nothing to interrupt.

        Raises ValueError for a timeout that is none, and what every method of a player does.
        """
        session = self.session
        self._check_thread()
        check_timeout(timeout)
        self._line.retry()
        until_s = None if timeout is None else self._loop.time() + timeout
        unsent: tuple[str, ...] = ()
        try:
            result = self._run(lambda: session.interrupt(response_id, by=by))
        finally:
            # Also when a hook raised over it.
            is_told = await self._told(session, until_s)
            unsent = await self._sent(timeout, until_s)
        return Interruption(result is not Result.IGNORED, unsent, is_told)

    async def _told(self, session: Session, until_s: float | None) -> bool:
        """Waits until what was interrupted has settled: its commands are born then."""
        while not session.is_closed and session.stats().responses_being_cut:
            left_s = None if until_s is None else until_s - self._loop.time()
            if left_s is not None and left_s <= 0:
                return False
            await asyncio.wait({self._settlements.next()}, timeout=left_s)
        return True

    def set_sink(self, sink: Sink | None) -> None:
        """Another phone, page or device: what is unheard plays on this one, and nothing is lost (rule E5).

        None takes the sink away, for as long as there is none; audio then waits, and interrupts count as ever. A sink is
        used once: one that comes back is a new one. See Session.set_sink.

        Raises TypeError for what is no sink, ValueError for the one that is set already, ERROR_INVALID for a format that
        is none, ERROR_IN_CALLBACK from inside a hook or a sink, and what every method of a player does.
        """
        if sink is not None:
            check_sink(sink)
        self._call(self._plug_in, self.session, sink)

    def reconnect(self, send: Send | None = None) -> list[Message]:
        """The connection was lost, and a new one begins (rule F8). Returns what was heard so far, to seed the new one.

        Commands that the old line had not taken are thrown away, for they name what only the old session knows;
        whoever waits for them returns. Those that come from now on go to `send`, where it is given, else to the one
        before. A `send` of the old line that still waits, or raises later, is nobody's business any more.

        Raises TypeError for a `send` that is no function, and what every method of a player does.
        """
        session = self.session
        self._run(self._reconnect, session, self._send if send is None else _checked(send))
        return session.history()

    def _reconnect(self, session: Session, send: Send) -> None:
        old, self._line, self._send = self._line, Line(send, self._loop), send
        old.lose()
        session.reconnect()
        self._settlements.reconnected()

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

        Raises TypeError and ValueError for what is no audio (text, a whole file), ERROR_UNSUPPORTED for a format that is
        none, ERROR_LIMIT_… past a limit of Config, and what every method of a player does.
        """
        session = self.session
        given("text", text)
        pieces = spoken(audio, self._format if format is None else format)
        self._local_responses += 1
        response_id = f"rtmulti_local_{self._local_responses}"
        flags = ResponseFlag.LOCAL
        if uninterruptible:
            flags |= ResponseFlag.UNINTERRUPTIBLE
        self._call(self._say, session, response_id, flags, pieces, text, format)
        return response_id

    def _say(
        self,
        session: Session,
        response_id: str,
        flags: ResponseFlag,
        pieces: Iterable[bytes],
        text: str,
        format: Format | None,
    ) -> None:
        item_id = f"{response_id}_message"
        session.response_created(response_id, flags)
        self._settlements.created(response_id, is_local=True)
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

    @overload
    async def settled(self, response_id: str, timeout: None = None) -> tuple[Message, ...]: ...

    @overload
    async def settled(self, response_id: str, timeout: float) -> tuple[Message, ...] | None: ...

    async def settled(
        self, response_id: str, timeout: float | None = None
    ) -> tuple[Message, ...] | None:
        """Waits until every message of a response has its outcome; returns their records in order.

        It may be called before the response is created and after it has settled (the newest 64 are known); after a
        reconnect() an id means the new connection's response. None when it has not settled within `timeout` seconds.

        Raises ERROR_CLOSED when the player was closed before that response came, ValueError for a timeout that is none,
        and what every method of a player does.
        """
        session = self.session
        self._check_thread()
        given("response_id", response_id)
        check_timeout(timeout)
        self._line.check()
        known = self._settlements.known(response_id)
        if known is not None:
            return known
        if session.is_closed:
            sentence = f"The player was closed, and the response {response_id!r} never came."
            raise RtmultiError(Result.ERROR_CLOSED, "RTMULTI_ERROR_CLOSED", sentence)
        future = self._settlements.awaited(response_id)
        try:
            # It waits for what others wait for too, so that neither its timeout nor its cancellation ends that.
            done, _ = await asyncio.wait({future}, timeout=timeout)
        finally:
            self._settlements.leave(response_id, future)
        return future.result() if done else None

    # --- what the session says ---

    def _on_event(self, event: Event) -> object:
        self._settlements.told(event)
        return None if self._on_event_hook is None else self._on_event_hook(event)

    @tries_first
    def _put(self, command: str) -> None:
        self._line.put(command)

    async def _sent(self, timeout: float | None, until_s: float | None = None) -> tuple[str, ...]:
        """Waits for what was born until now, at most `timeout` seconds, of which some may be over: then it is until `until_s`.
        Tells of what was not sent in time, and raises what `send` raised."""
        line = self._line
        unsent = await line.sent(timeout if until_s is None else max(0, until_s - self._loop.time()))
        line.check()
        if unsent and not line.is_lost:
            self._on_diagnostic(not_sent(unsent, timeout))
        return unsent


def _checked(send: Send) -> Send:
    check_send(send)
    return send
