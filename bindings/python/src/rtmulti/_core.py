"""What all parts of a session stand on: the handle, the bound functions, and how a result becomes an answer or
an exception. No input and no query is declared here."""

from __future__ import annotations

from ctypes import byref, c_int64, c_void_p, sizeof
from dataclasses import fields

from . import _abi, _library
from ._arguments import UINT32, UINT64, member, record, whole
from .config import Config, Format
from .enums import Codec, Result
from .errors import RtmultiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


class _Answers(dict[int, Result]):
    """A positive answer that only a later library knows is success, as rtmulti.h says."""

    def __missing__(self, _: int) -> Result:
        return Result.OK


#: Results that are not errors, by their number.
ANSWERS = _Answers({int(result): result for result in Result if result >= 0})

#: The fields of a Config, which are those of rtmulti_config.
CONFIG_FIELDS = tuple(field.name for field in fields(Config))


def format_struct(format: Format) -> _abi.rtmulti_format:
    """An rtmulti_format."""
    record("format", format, Format)
    return _abi.rtmulti_format(
        sizeof(_abi.rtmulti_format),
        member("Format.codec", format.codec, Codec),
        whole("Format.sample_rate_hz", format.sample_rate_hz, UINT32),
        whole("Format.channels", format.channels, UINT32),
    )


def config_struct(library: Any, config: Config) -> _abi.rtmulti_config:
    """An rtmulti_config."""
    record("config", config, Config)
    struct = _abi.rtmulti_config()
    library.rtmulti_config_init(byref(struct), sizeof(struct))
    for name in CONFIG_FIELDS:
        limits = UINT64 if name == "max_queued_bytes" else UINT32
        setattr(struct, name, whole(f"Config.{name}", getattr(config, name), limits))
    return struct


def log_lost(problem: BaseException) -> None:
    """Writes what a callback raised into the log "rtmulti", where no call is left that could raise it."""
    import logging

    logging.getLogger("rtmulti").error("a callback raised, and no call could raise it again", exc_info=problem)


class Core:
    """The handle of a session and its results; see Session."""

    def __init__(self, config: Config) -> None:
        self._handle: c_void_p | None = None
        self._is_destroyed = False
        library = _library.load()
        self._library = library
        #: What callbacks raised during the call at hand.
        self._raised: list[BaseException] = []
        handle = c_void_p()
        result = library.rtmulti_session_create(byref(config_struct(library, config)), byref(handle))
        if result < 0:
            self._fail(result)
        self._handle = handle
        # Looked up once: finding a function of the library by name costs as much as a short call.
        self._receive_json = library.rtmulti_session_receive_json
        self._audio = library.rtmulti_session_audio
        self._audio_base64 = library.rtmulti_session_audio_base64
        self._advance = library.rtmulti_session_advance
        self._next_deadline = library.rtmulti_session_next_deadline
        self._progress = library.rtmulti_session_playback_progress
        self._deadline_us = c_int64()
        self._at_deadline = byref(self._deadline_us)

    def _fail(self, result: int) -> NoReturn:
        """Raises what a callback raised during this call, or else the library's error."""
        if self._raised:
            problem, *others = self._raised
            self._raised.clear()
            for other in others:
                log_lost(other)
            raise problem
        sentence: str
        if self._is_destroyed:
            result, sentence = Result.ERROR_CLOSED, "This session was destroyed; make a new one."
        elif result == Result.ERROR_BUSY:
            # Another thread may be inside, so the session's own sentence is not ours to read.
            sentence = self._library.rtmulti_result_text(result).decode()
        else:
            # Without a handle: why none could be made.
            sentence = self._library.rtmulti_session_last_error(self._handle).decode()
        raise RtmultiError(result, self._library.rtmulti_result_name(result).decode(), sentence)

    def _answer(self, result: int) -> Result:
        if result < 0 or self._raised:
            self._fail(result)
        return ANSWERS[result]
