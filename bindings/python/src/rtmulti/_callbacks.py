"""The C callbacks of a session's sink and handlers: made once, kept alive by whoever gave them to the library.

An exception cannot fly through C. A callback catches it, leaves it in `raised` and answers RAISED; the library
stops there, and the call that was running raises it again (_core.py).
"""

from __future__ import annotations

from ctypes import byref, sizeof

from . import _abi, _effects
from ._arguments import UINT32, member, record, whole
from ._hooks import check_sink, refuse_awaitable, refuse_coroutine
from ._memory import memory, text_at
from ._signals import has_begun, tries_first
from .config import SinkFormat
from .enums import Codec, Driver
from .playout import Sink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .events import Command, Diagnostic, Event, HeardAudio

#: What a callback returns when it raised: an error to the library, and no result that it has itself.
RAISED = -64


def sink_struct(library: Any, handle: Any, sink: Sink, raised: list[BaseException]) -> Any:
    """An rtmulti_sink whose callbacks call `sink`. It must live as long as the library may call them."""
    check_sink(sink)
    format = record(f"{type(sink).__name__}.format", sink.format, SinkFormat)
    struct = _abi.rtmulti_sink()
    library.rtmulti_sink_init(byref(struct), sizeof(struct))
    struct.flags = format.flags
    struct.sample_rate_hz = whole("SinkFormat.sample_rate_hz", format.sample_rate_hz, UINT32)
    struct.channels = whole("SinkFormat.channels", format.channels, UINT32)
    struct.output_latency_ms = whole("SinkFormat.output_latency_ms", format.output_latency_ms, UINT32)
    struct.driver = member("SinkFormat.driver", format.driver, Driver)
    struct.frame_ms = whole("SinkFormat.frame_ms", format.frame_ms, UINT32)
    struct.lead_ms = whole("SinkFormat.lead_ms", format.lead_ms, UINT32)
    struct.prebuffer_ms = whole("SinkFormat.prebuffer_ms", format.prebuffer_ms, UINT32)
    struct.max_prebuffer_ms = whole("SinkFormat.max_prebuffer_ms", format.max_prebuffer_ms, UINT32)
    struct.pad_last_frame = bool(format.pad_last_frame)
    struct.fade_us = whole("SinkFormat.fade_us", format.fade_us, UINT32)
    struct.codec = member("SinkFormat.codec", format.codec, Codec)
    if struct.driver != Driver.HOST and struct.codec != Codec.PCM16:
        struct.write_codes = _abi.rtmulti_sink_write_codes_fn(_writer(sink, raised))
    elif struct.driver != Driver.HOST:
        struct.write = _abi.rtmulti_sink_write_fn(_writer(sink, raised))
    elif getattr(type(sink), "may_play", Sink.may_play) is not Sink.may_play:
        struct.write = _abi.rtmulti_sink_write_fn(_granter(library, handle, sink, raised))
    struct.flush = _abi.rtmulti_sink_flush_fn(_asker(sink, "flush", raised))
    struct.clear = _abi.rtmulti_sink_clear_fn(_asker(sink, "clear", raised))
    struct.pause = _abi.rtmulti_sink_pause_fn(_asker(sink, "pause", raised))
    struct.resume = _abi.rtmulti_sink_resume_fn(_asker(sink, "resume", raised))
    if format.takes_text:
        struct.text_write = _abi.rtmulti_sink_text_write_fn(_text_writer(sink, raised))
    struct.release = _abi.rtmulti_release_fn(_releaser(sink, raised))
    return struct


def _writer(sink: Sink, raised: list[BaseException]) -> Any:
    write = sink.write
    bytes_per_frame = sink.format.bytes_per_frame

    @tries_first
    def on_write(_: int | None, segment: int, address: int, frames: int) -> int:
        try:
            taken = write(segment, memory[address : address + frames * bytes_per_frame])
            return frames if taken is None or taken == frames else _taken(sink, "write", taken, frames)
        except BaseException as problem:
            raised.append(problem)
            return RAISED

    return on_write


def _taken(sink: Sink, name: str, taken: object, frames: int) -> int:
    """What a sink says that it took of `frames` frames, if it can be so many."""
    refuse_awaitable(f"{type(sink).__name__}.{name}", taken)
    if not isinstance(taken, int) or not 0 <= taken <= frames:
        raise ValueError(
            f"{type(sink).__name__}.{name} must return None or how many of the {frames} frames it took, not {taken!r}"
        )
    return taken


def _granter(library: Any, handle: Any, sink: Sink, raised: list[BaseException]) -> Any:
    may_play = sink.may_play
    struct = _abi.rtmulti_segment(sizeof(_abi.rtmulti_segment))
    known = 0
    item_id = ""

    @tries_first
    def on_grant(_: int | None, segment: int, address: int | None, frames: int) -> int:
        nonlocal known, item_id
        try:
            if segment != known:
                library.rtmulti_session_segment(handle, segment, byref(struct))
                known, item_id = segment, text_at(struct.item_id, struct.item_id_size)
            taken = may_play(segment, item_id, frames)
            return frames if taken is None or taken == frames else _taken(sink, "may_play", taken, frames)
        except BaseException as problem:
            raised.append(problem)
            return RAISED

    return on_grant


def _asker(sink: Sink, name: str, raised: list[BaseException]) -> Any:
    ask = getattr(sink, name)

    @tries_first
    def on_ask(_: int | None, *segment: int) -> int:
        try:
            answer = ask(*segment)
            if answer is not None:
                refuse_awaitable(f"{type(sink).__name__}.{name}", answer)
            return 0
        except BaseException as problem:
            raised.append(problem)
            if not has_begun(problem):
                on_ask(_, *segment)
            return RAISED

    return on_ask


def _text_writer(sink: Sink, raised: list[BaseException]) -> Any:
    @tries_first
    def on_text(
        _: int | None, item: int, item_size: int, text: int, text_size: int, is_called: bool = False
    ) -> int:
        try:
            item_id, words = text_at(item, item_size), text_at(text, text_size)
            is_called = True
            answer: object = sink.text(item_id, words)  # type: ignore[func-returns-value]
            if answer is not None:
                refuse_awaitable(f"{type(sink).__name__}.text", answer)
            return 0
        except BaseException as problem:
            raised.append(problem)
            if not (is_called and has_begun(problem)):
                on_text(_, item, item_size, text, text_size)
            return RAISED

    return on_text


def _releaser(sink: Sink, raised: list[BaseException]) -> Any:
    @tries_first
    def on_release(_: int | None) -> None:
        try:
            sink.detach()
        except BaseException as problem:
            raised.append(problem)
            if not has_begun(problem):
                on_release(_)

    return on_release


def _teller(
    name: str,
    tell: Callable[[Any], object],
    read: Callable[[int], object],
    raised: list[BaseException],
) -> Any:
    @tries_first
    def on_tell(_: int | None, address: int, is_called: bool = False) -> int:
        try:
            told = read(address)
            is_called = True
            answer = None if told is None else tell(told)
            if answer is not None:
                refuse_awaitable(name, answer)
            return 0
        except BaseException as problem:
            raised.append(problem)
            if not (is_called and has_begun(problem)):
                on_tell(_, address)
            return RAISED

    return on_tell


def _json_teller(
    on_json: Callable[[str], object],
    on_command: Callable[[Command], object] | None,
    raised: list[BaseException],
) -> Any:
    tell_json = _teller("on_json", on_json, _effects.command_json_at, raised)
    if on_command is None:
        return tell_json
    tell_command = _teller("on_command", on_command, _effects.command_at, raised)

    @tries_first
    def on_tell(_: int | None, address: int) -> int:
        try:
            # Neither raises, and whatever happened in the one, the other has not been told yet.
            of_json: int = tell_json(_, address)
            of_command: int = tell_command(_, address)
            return of_command or of_json
        except BaseException as problem:
            raised.append(problem)
            return RAISED

    return on_tell


def handlers_struct(
    library: Any,
    raised: list[BaseException],
    on_event: Callable[[Event], object] | None,
    on_command: Callable[[Command], object] | None,
    on_json: Callable[[str], object] | None,
    on_diagnostic: Callable[[Diagnostic], object] | None,
    on_heard_audio: Callable[[HeardAudio], object] | None,
) -> Any:
    """An rtmulti_handlers whose callbacks call these. What is None is never made into an object at all."""
    handlers: dict[str, Callable[..., object] | None] = {
        "on_event": on_event,
        "on_command": on_command,
        "on_json": on_json,
        "on_diagnostic": on_diagnostic,
        "on_heard_audio": on_heard_audio,
    }
    for name, handler in handlers.items():
        refuse_coroutine(name, handler)
    struct = _abi.rtmulti_handlers()
    library.rtmulti_handlers_init(byref(struct), sizeof(struct))
    if on_event is not None:
        struct.on_event = _abi.rtmulti_on_event_fn(_teller("on_event", on_event, _effects.event_at, raised))
    if on_json is not None:
        struct.on_command = _abi.rtmulti_on_command_fn(_json_teller(on_json, on_command, raised))
    elif on_command is not None:
        struct.on_command = _abi.rtmulti_on_command_fn(_teller("on_command", on_command, _effects.command_at, raised))
    if on_diagnostic is not None:
        struct.on_diagnostic = _abi.rtmulti_on_diagnostic_fn(
            _teller("on_diagnostic", on_diagnostic, _effects.diagnostic_at, raised)
        )
    if on_heard_audio is not None:
        struct.on_heard_audio = _abi.rtmulti_on_heard_audio_fn(
            _teller("on_heard_audio", on_heard_audio, _effects.heard_audio_at, raised)
        )
    return struct
