"""Callbacks that C calls, and signals whose handlers raise, as Ctrl-C does. What the callbacks do stands elsewhere.

Python runs the handler of a signal that came while C was running at the first instruction of the next function, which may
be a callback: before its `try`. What the handler raises then reaches ctypes, which drops it, and with it the effect that
the callback was called for: a command that nobody sends. Up to Python 3.10 no signal is handled in front of a `try`. From
3.11 on the instruction RESUME at the beginning says by its argument whether it looks for signals; with 2, that of a function
that goes on behind `await`, it does not, and the next look falls into the `try`.
"""

from __future__ import annotations

import sys
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FunctionType
    from typing import Any, TypeVar, cast

    Callback = TypeVar("Callback", bound=Callable[..., Any])

_NO_LOOK = 2
#: Before RESUME stand at most COPY_FREE_VARS, and MAKE_CELL for each variable that is shared.
_PROLOGUE = 16
#: The versions in which this was tried; in others a callback is left as it is.
_KNOWN = ((3, 11), (3, 14))


def tries_first(callback: Callback) -> Callback:
    """Sees to it that a function that begins with `try` is in it before a signal is handled: nothing may stand in front of it."""
    if sys.implementation.name == "cpython" and _KNOWN[0] <= sys.version_info[:2] <= _KNOWN[1]:
        function = cast("FunctionType", callback) if TYPE_CHECKING else callback
        function.__code__ = _without_look(function.__code__)
    return callback


def has_begun(problem: BaseException) -> bool:
    """Whether the hook that a callback called had begun when it raised.

    Not so where the handler of a signal raised in front of the hook's first line: then nobody has been told, and the hook must
    be called again. To be asked in the `except` of the callback.
    """
    here = problem.__traceback__
    inner = None if here is None else here.tb_next
    # A hook without a frame is none of Python's, and returns before a signal is handled.
    return inner is None or inner.tb_lasti > _entry(inner.tb_frame.f_code)


@cache
def _entry(code: CodeType) -> int:
    """The place at which a function looks for signals before it begins, as a traceback has it."""
    place = _resume_of(code.co_code)
    return -1 if place is None else place


@cache
def _without_look(code: CodeType) -> CodeType:
    words = bytearray(code.co_code)
    place = _resume_of(words)
    if place is None:
        return code
    words[place + 1] = _NO_LOOK
    return code.replace(co_code=bytes(words))


def _resume_of(words: bytes | bytearray) -> int | None:
    from opcode import opmap

    resume = opmap.get("RESUME")
    return next((place for place in range(0, min(len(words), 2 * _PROLOGUE), 2) if words[place] == resume), None)
