"""Session: one conversation, as Python sees it. Its life, its sink and handlers, its time, and what the host
wants stand here; what the server says is in _inputs.py, what can be asked in _queries.py.

No rule of the engine lives in this package: every method converts, calls and answers.
"""

from __future__ import annotations

import sys
from ctypes import addressof, byref, c_void_p, create_string_buffer, sizeof

from . import _abi, _callbacks, _effects, _library
from ._arguments import INT64, UINT32, UINT64, US_REMEDY, given, member, moment, named, whole
from ._arguments import flags as flags_of
from ._core import ANSWERS, log_lost
from ._inputs import Inputs
from ._queries import Queries
from ._trace import Trace
from .config import Config, Format
from .device import Device
from .enums import Interrupter, Result, Server
from .errors import RtmultiError
from .playout import Playback, Sink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike
    from types import TracebackType
    from typing import Any, NoReturn

    from ._trace import Writable
    from .events import Command, Diagnostic, Effect, Event, HeardAudio


class Session(Inputs, Queries):
    """Plays the messages of a realtime speech model one after another and knows what was heard of each.

    Give it the server's events with receive(), the time with advance(), and a sink. It calls the handlers and
    the sink from inside your calls, on your thread; what you tell it from inside one is QUEUED and runs after
    the effects at hand. An exception raised in a handler or a sink comes out of the call that was running:
    that effect counts as delivered, the rest waits for the next call.

    A session belongs to one thread at a time (else ERROR_BUSY) and to the process that made it (else
    ERROR_FORKED). Methods raise RtmultiError when the library refuses, and then changed nothing.
    """

    def __init__(
        self,
        sink: Sink | None = None,
        *,
        config: Config = Config(),
        format: Format | None = None,
        on_event: Callable[[Event], object] | None = None,
        on_command: Callable[[Command], object] | None = None,
        on_json: Callable[[str], object] | None = None,
        on_diagnostic: Callable[[Diagnostic], object] | None = None,
        on_heard_audio: Callable[[HeardAudio], object] | None = None,
    ) -> None:
        # Before there is a handle: destroy() needs them, also where a signal breaks into what follows.
        self._is_closed = False
        self._sink: Sink | None = None
        self._sink_struct: Any = None
        self._handlers_struct: Any = None
        self._trace: Trace | None = None
        super().__init__(config)
        self._effect = _abi.rtmulti_effect(sizeof(_abi.rtmulti_effect))
        if any((on_event, on_command, on_json, on_diagnostic, on_heard_audio)):
            self.set_handlers(
                on_event=on_event,
                on_command=on_command,
                on_json=on_json,
                on_diagnostic=on_diagnostic,
                on_heard_audio=on_heard_audio,
            )
        if format is not None:
            self.set_format(format)
        if sink is not None:
            self.set_sink(sink)

    # --- life ---

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except RtmultiError as refused:
            # A forked child leaves the block, too; the conversation is still its parent's.
            if refused.result != Result.ERROR_FORKED:
                raise

    def close(self) -> None:
        """Ends the conversation in whatever state it is (rule B10). Closing twice is harmless.

        The sink is cleared, everything settles at the last known position and what is generating is cancelled,
        all before this returns. Afterwards inputs raise ERROR_CLOSED, and queries still work.
        """
        if self._is_destroyed:
            return
        result = self._library.rtmulti_session_close(self._handle)
        if result == Result.ERROR_CLOSED and not self._raised:
            return
        if result not in (Result.ERROR_BUSY, Result.ERROR_FORKED):
            self._is_closed = True
        self._answer(result)

    @property
    def is_closed(self) -> bool:
        """Whether close() has ended this conversation."""
        return self._is_closed

    @property
    def is_destroyed(self) -> bool:
        """Whether destroy() has given this session's memory back."""
        return self._is_destroyed

    def destroy(self) -> None:
        """Gives the session's memory back; without it that happens when nobody holds it any more.

        From inside a callback it takes effect when the call that is running returns, and else at once. Nothing is settled
        or told: close() does that. Destroying twice is harmless.
        """
        if self._is_destroyed or self._handle is None:
            return
        result = self._library.rtmulti_session_destroy(self._handle)
        if result >= 0:
            self._is_destroyed = True
            self._handle = None
        if result == Result.OK:
            # The library calls nobody any more.
            if self._trace is not None and self._trace.problem is not None:
                log_lost(self._trace.problem)
            self._sink = self._sink_struct = self._handlers_struct = self._trace = None
        self._answer(result)

    def __del__(self) -> None:
        # While the interpreter ends, Python must not be called back; the memory goes with the process.
        if not sys.is_finalizing() and getattr(self, "_handle", None) is not None:
            self.destroy()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Session cannot be copied or pickled: it is one conversation, with one hold on the library")

    def __repr__(self) -> str:
        state = "destroyed" if self._is_destroyed else "closed" if self._is_closed else "open"
        sink = "no sink" if self._sink is None else type(self._sink).__name__
        return f"<rtmulti.Session: {state}, {sink}>"

    def trace(self, to: str | PathLike[str] | Writable | None) -> None:
        """Traces every input from now on; `rtmulti-harness --replay` plays the trace again.

        Before the session's first input; `to` is a path, or a file that is open for bytes. None ends the trace,
        as destroy() does, and raises what the file raised if it has failed meanwhile: that ends the trace, and
        never the conversation. A trace holds the audio and the text of the conversation as they came.
        """
        if to is None:
            result = self._library.rtmulti_session_trace(
                self._handle, _abi.rtmulti_trace_write_fn(), _abi.rtmulti_release_fn(), None
            )
            self._answer(result)
            trace, self._trace = self._trace, None
            if trace is not None and trace.problem is not None:
                raise trace.problem
            return
        trace = Trace(to, self._raised)
        result = self._library.rtmulti_session_trace(
            self._handle, trace.take_piece, trace.release, None
        )
        if trace.problem is not None:
            raise trace.problem
        self._answer(result)
        self._trace = trace

    def set_sink(self, sink: Sink | None, *, playback: Playback | None = None) -> None:
        """Sets or replaces the sink (rule E5): what is unheard plays on the new one, under new segment ids.

        None takes it away; audio then waits. The sink reports to `playback`, else to this session. Raises
        ValueError for the sink that is set already, ERROR_INVALID when its format is none, and
        ERROR_IN_CALLBACK from inside a callback.
        """
        if sink is None:
            result = self._library.rtmulti_session_set_sink(self._handle, None)
            if result >= 0:
                self._sink = self._sink_struct = None
            self._answer(result)
            return
        if sink is self._sink:
            raise ValueError("this sink is set already; a sink is used once, so set a new one")
        struct = _callbacks.sink_struct(self._library, self._handle, sink, self._raised)
        sink.attach(self if playback is None else playback)
        before = self._sink, self._sink_struct
        # Kept alive before the call: the library may write to the new sink at once.
        self._sink, self._sink_struct = sink, struct
        result = self._library.rtmulti_session_set_sink(self._handle, byref(struct))
        if result < 0:
            self._sink, self._sink_struct = before
            sink.detach()
        self._answer(result)

    def set_handlers(
        self,
        *,
        on_event: Callable[[Event], object] | None = None,
        on_command: Callable[[Command], object] | None = None,
        on_json: Callable[[str], object] | None = None,
        on_diagnostic: Callable[[Diagnostic], object] | None = None,
        on_heard_audio: Callable[[HeardAudio], object] | None = None,
    ) -> None:
        """Replaces all handlers; what is None is dropped. on_heard_audio needs Config.heard_audio.

        `on_json` gets the JSON of each command, ready to send, before on_command gets the command itself; alone it
        costs half as much, because nothing else is read.
        """
        struct = _callbacks.handlers_struct(
            self._library, self._raised, on_event, on_command, on_json, on_diagnostic, on_heard_audio
        )
        before = self._handlers_struct
        result = self._library.rtmulti_session_set_handlers(self._handle, byref(struct))
        if result >= 0 or self._raised:
            self._handlers_struct = struct
        self._answer(result)
        del before  # alive until the library had let go of it

    # --- time ---

    def advance(self, now_us: int) -> Result:
        """Says that it is now `now_us`, in us of any clock that never runs backwards (rule C7)."""
        if type(now_us) is not int or not -(2**63) <= now_us < 2**63:
            now_us = whole("now_us", now_us, INT64, US_REMEDY)
        result = self._advance(self._handle, now_us)
        if result < 0 or self._raised:
            self._fail(result)
        return ANSWERS[result]

    # --- what the host wants ---

    def interrupt(
        self, response_id: str | None = None, *, by: Interrupter = Interrupter.LISTENER
    ) -> Result:
        """The listener spoke over us, or the host wants silence.

        `response_id` (or an expected token) names one response, None means everything that plays or waits.
        rtmulti.h has the chart of which callback comes when; with a sink that answers clear() at once, all of
        them come before this returns. IGNORED when there was nothing to interrupt.
        """
        return self._answer(
            self._library.rtmulti_session_interrupt(
                self._handle, *named("response_id", response_id), member("by", by, Interrupter)
            )
        )

    def cancel(self, response_id: str | None = None) -> Result:
        """The server shall stop generating a response, or with None all of the conversation; nothing is cut (rule D15).

        What was received plays on and settles by itself. An interrupt that follows sends no second CANCEL. IGNORED when
        nothing was being generated, or it was told already.
        """
        return self._answer(self._library.rtmulti_session_cancel(self._handle, *named("response_id", response_id)))

    def set_server(self, server: Server) -> Result:
        """What the server does and can be told from now on, as Config.server said it before.

        What was told stays told. ERROR_UNSUPPORTED when Server.OWNS_PLAYOUT is to change.
        """
        return self._answer(self._library.rtmulti_session_set_server(self._handle, flags_of("server", server, Server)))

    def set_clear_timeout(self, clear_timeout_ms: int) -> Result:
        """How long the sink may take to answer a clear from now on (rule E2); one that is out keeps its time."""
        return self._answer(
            self._library.rtmulti_session_set_clear_timeout(
                self._handle, whole("clear_timeout_ms", clear_timeout_ms, UINT32)
            )
        )

    def set_audio_enabled(self, enabled: bool) -> Result:
        """Switches the audio off, or on again: what is unheard is shown instead of spoken while it is off (rule B11).

        The sink is cleared and no more written to. The message that is being heard, and each later one in its turn, is
        Outcome.TEXT_ONLY: its text goes to the sink's text_write, where it has one, and the server is told nothing of it, for
        the listener has read it. Switched on again, what was not shown yet is spoken. IGNORED when it is so already.
        """
        return self._answer(self._library.rtmulti_session_set_audio_enabled(self._handle, bool(enabled)))

    def pause(self) -> Result:
        """Stops playing without losing anything (rule E3). ERROR_UNSUPPORTED when the sink cannot pause."""
        return self._answer(self._library.rtmulti_session_pause(self._handle))

    def resume(self) -> Result:
        """Goes on where pause() stopped; IGNORED if it is not paused."""
        return self._answer(self._library.rtmulti_session_resume(self._handle))

    # --- what the sink says (Playback) ---

    def playback_started(self, segment: int, *, at_us: int | None = None) -> Result:
        """The sink began to play this segment; `at_us` says when, on the clock of advance(), and None is now."""
        return self._answer(
            self._library.rtmulti_session_playback_started(
                self._handle, whole("segment", segment, UINT64), moment(at_us)
            )
        )

    def playback_progress(self, segment: int, frames: int, *, at_us: int | None = None) -> Result:
        """The sink has played `frames` frames of this segment so far, at its own rate.

        `at_us` says when that was so, on the clock of advance(): estimates go on from there (rule C8). None is now.
        """
        if (
            type(segment) is not int
            or type(frames) is not int
            or not (0 <= segment < 2**64 and -(2**63) <= frames < 2**63)
        ):
            segment, frames = whole("segment", segment, UINT64), whole("frames", frames, INT64)
        result = self._progress(self._handle, segment, frames, _abi.RTMULTI_NOW if at_us is None else moment(at_us))
        if result < 0 or self._raised:
            self._fail(result)
        return ANSWERS[result]

    def playback_finished(
        self, segment: int, frames: int, interrupted: bool = False, *, at_us: int | None = None
    ) -> Result:
        """The sink is done with this segment after `frames` frames: played out, or dropped by a clear.

        `at_us` says since when, on the clock of advance(); None is now.
        """
        return self._answer(
            self._library.rtmulti_session_playback_finished(
                self._handle,
                whole("segment", segment, UINT64),
                whole("frames", frames, INT64),
                bool(interrupted),
                moment(at_us),
            )
        )

    def playback_mark(self, name: str, *, at_us: int | None = None) -> Result:
        """A mark came back: what lies before it has been played (rule E6).

        `at_us` says when it was passed over there, on the clock of advance(), for a mark that took its time to come
        back; None is now.
        """
        return self._answer(
            self._library.rtmulti_session_playback_mark(self._handle, *given("name", name), moment(at_us))
        )

    def playback_queued(self, frames: int) -> Result:
        """The far end of a paced sink has `frames` frames left to play: the rest has been played."""
        return self._answer(
            self._library.rtmulti_session_playback_queued(self._handle, whole("frames", frames, INT64), _abi.RTMULTI_NOW)
        )

    def sink_ready(self) -> Result:
        """The sink can take more after it was full."""
        return self._answer(self._library.rtmulti_session_sink_ready(self._handle))

    def text_delivered(self, item_id: str) -> Result:
        """The host showed the text that Sink.text took; IGNORED for an item that waits for none."""
        return self._answer(self._library.rtmulti_session_text_delivered(self._handle, *given("item_id", item_id)))

    # --- what a device takes, for sinks whose format says Driver.PULLED ---

    def device(self) -> Device:
        """The device of the sink at hand, from which one thread pulls. ERROR_UNSUPPORTED for another driver."""
        handle = c_void_p()
        self._answer(self._library.rtmulti_session_device(self._handle, byref(handle)))
        return Device(handle)

    # --- polling, for sessions with Config(delivery=Delivery.BY_POLLING) ---

    def poll(self) -> Effect | None:
        """Takes the next effect, in the order in which callbacks would have come; None when nothing is left.

        Poll until None after each input. ERROR_UNSUPPORTED when the session delivers by callback.
        """
        while True:
            result = self._library.rtmulti_session_poll(self._handle, byref(self._effect))
            if self._answer(result) is Result.DONE:
                return None
            effect = _effects.effect_at(addressof(self._effect))
            if effect is not None:
                return effect

    def poll_accept(self, frames: int) -> None:
        """After a polled Write: only `frames` of it were taken; the rest is offered again later."""
        self._answer(self._library.rtmulti_session_poll_accept(self._handle, whole("frames", frames, UINT32)))


def mark_name(segment: int, frames: int) -> str:
    """The name of a mark for sinks that answer in marks (telephony, rule E6).

    Send it behind `frames` frames of the segment, and give it to playback_mark when the far end returns it.
    Raises ValueError for a place that cannot be one.
    """
    name = create_string_buffer(48)
    segment, frames = whole("segment", segment, UINT64), whole("frames", frames, INT64)
    if _library.load().rtmulti_mark_name(segment, frames, name, sizeof(name)) == 0:
        raise ValueError(f"there can be no mark behind {frames} frames of segment {segment}")
    return name.value.decode()
