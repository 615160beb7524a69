"""Finds librtmulti, loads it once and checks that it fits. What its functions take is _functions.py's business."""

from __future__ import annotations

import os
import sys
from ctypes import PyDLL

from . import _abi, _functions
from .errors import LibraryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SONAME = "librtmulti.so.0"
VARIABLE = "RTMULTI_LIBRARY"

_HOW_TO_GET_IT = (
    "Run `make lib` in the rtmulti repository, or `pip install .` there, or install its wheel, "
    f"or set {VARIABLE} to the path of {SONAME}."
)

_loaded: Any = None


def candidates() -> list[str]:
    """Where the library may lie, first choice first; the last one is left to the system's loader."""
    named = os.environ.get(VARIABLE)
    if named:
        return [named]
    here = os.path.dirname(os.path.abspath(__file__))
    repository = os.path.normpath(os.path.join(here, "..", "..", "..", ".."))
    return [
        os.path.join(here, "_lib", SONAME),
        os.path.join(repository, "build", "lib", SONAME),
        SONAME,
    ]


def _open(path: str) -> Any:
    # PyDLL keeps the GIL: a call takes microseconds, and giving the GIL away would let a busy thread hold an
    # interruption up for a whole switch interval (5 ms). Callbacks take turns with other threads as ever.
    return PyDLL(path)


def _find() -> Any:
    refusals = []
    for path in candidates():
        is_file = os.path.isfile(path)
        if os.path.sep in path and not is_file:
            refusals.append(f"  {path}: there is no such file")
            continue
        try:
            return _open(path)
        except OSError as problem:
            refusals.append(f"  {path}: {problem}")
            if is_file:
                advice = (
                    "It is there, so something that it needs is missing, or it was built for another machine. "
                    "One that was built from source wants the Opus, Ogg, SpeexDSP and simdjson of the system that it "
                    "was built on; that of the wheel brings them along."
                )
                raise LibraryError(f"{path} cannot be loaded: {problem}. {advice}") from problem
    looked = "\n".join(refusals)
    raise LibraryError(f"{SONAME} was not found. {_HOW_TO_GET_IT} It was looked for here:\n{looked}")


def _check(library: Any) -> Any:
    path = library._name
    try:
        number = library.rtmulti_abi()
    except AttributeError:
        raise LibraryError(f"{path} is not librtmulti: it has no function rtmulti_abi. {_HOW_TO_GET_IT}") from None
    if number < _abi.RTMULTI_ABI:
        raise LibraryError(
            f"{path} speaks ABI {number}, and this package needs {_abi.RTMULTI_ABI} or a later one. {_HOW_TO_GET_IT}"
        )
    try:
        _functions.declare(library)
    except AttributeError as problem:
        raise LibraryError(
            f"{path} lacks a function that this package needs ({problem}): it is older. {_HOW_TO_GET_IT}"
        ) from None
    return library


def _refuse_sub_interpreter() -> None:
    """Up to Python 3.12 a callback of ctypes waits for the main interpreter's GIL, which its own thread holds: for ever."""
    if sys.version_info >= (3, 13) or sys.implementation.name != "cpython":
        return
    from ctypes import c_void_p, pythonapi

    get, main = pythonapi.PyInterpreterState_Get, pythonapi.PyInterpreterState_Main
    get.restype = main.restype = c_void_p
    if get() != main():
        raise LibraryError(
            "rtmulti works in a sub-interpreter from Python 3.13 on, and this is one of Python "
            f"{sys.version_info.major}.{sys.version_info.minor}: use a thread or a process."
        )


def load() -> Any:
    """The library, loaded at the first call. Raises LibraryError with the fix when there is none that fits."""
    global _loaded
    if _loaded is None:
        if sys.byteorder != "little" or sys.maxsize < 2**32:
            raise LibraryError("rtmulti runs on 64 bit little-endian machines (x86-64, arm64) only.")
        _refuse_sub_interpreter()
        _loaded = _check(_find())
    return _loaded


def version() -> str:
    """The library's own version, "0.1.0" for example."""
    text: bytes = load().rtmulti_version()
    return text.decode()
