"""Turns what a host gives into what the library takes, or says in one sentence what is wrong with it: which argument,
what came, and what is allowed. Only what C could not even be given is refused here; the library judges the rest.
"""

from __future__ import annotations

from operator import index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from enum import IntEnum, IntFlag
    from typing import Any, TypeVar

    Record = TypeVar("Record")

INT32 = -(2**31), 2**31 - 1
UINT32 = 0, 2**32 - 1
INT64 = -(2**63), 2**63 - 1
UINT64 = 0, 2**64 - 1

#: What a time must be.
US_REMEDY = " of us, as int(time.monotonic() * 1_000_000) is"

#: No value is shown longer.
_LONGEST_SHOWN = 60


def shown(value: object) -> str:
    """A value as a sentence shows it: its type, and it, if that is short."""
    text = repr(value)
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 1] + "…"
    return "None" if value is None else f"{type(value).__name__} {text}"


def given(name: str, text: str) -> tuple[bytes, int]:
    """A string: its bytes and their number."""
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a str, not {shown(text)}")
    try:
        encoded = text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} has half a surrogate pair in it, which is no UTF-8: {shown(text)}") from None
    return encoded, len(encoded)


def named(name: str, text: str | None) -> tuple[bytes | None, int]:
    """A string that may be left out."""
    return (None, 0) if text is None else given(name, text)


def whole(name: str, number: int, limits: tuple[int, int], remedy: str = "") -> int:
    """A whole number, of whatever type it is, within the limits of its type in C."""
    try:
        value = index(number)
    except TypeError:
        raise TypeError(f"{name} must be a whole number{remedy}, not {shown(number)}") from None
    least, most = limits
    if not least <= value <= most:
        raise ValueError(f"{name} is {value}, and it must be from {least} to {most}{remedy}")
    return value


def moment(at_us: int | None) -> int:
    """The `at_us` of a report: None is the present, RTMULTI_NOW."""
    return -1 if at_us is None else whole("at_us", at_us, INT64, US_REMEDY)


def member(name: str, value: int, kind: type[IntEnum]) -> int:
    """One of the numbers of an enum."""
    if isinstance(value, kind):
        return value
    allowed = ", ".join(f"{kind.__name__}.{one}" for one in kind.__members__)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be one of {allowed}, not {shown(value)}")
    if value not in list(kind):
        raise ValueError(f"{name} is {value}, and it must be one of {allowed}")
    return value


def flags(name: str, value: int, kind: type[IntFlag]) -> int:
    """A set of the bits of an enum."""
    allowed = " | ".join(f"{kind.__name__}.{one}" for one, bit in kind.__members__.items() if bit)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be made of {allowed}, not {shown(value)}")
    known = 0
    for bit in kind.__members__.values():
        known |= int(bit)
    if int(value) & ~known:
        raise ValueError(f"{name} is {int(value)}, and it must be made of {allowed}")
    return int(value)


def record(name: str, value: Record, kind: type[Record]) -> Record:
    """A Config, a Format or a SinkFormat."""
    if not isinstance(value, kind):
        how = f"{kind.__name__}(**{name})" if isinstance(value, dict) else f"{kind.__name__}(…)"
        raise TypeError(f"{name} must be an rtmulti.{kind.__name__}, for example {how}, not {shown(value)}")
    return value


def data(name: str, value: bytes | bytearray | memoryview) -> bytes:
    """Bytes that go in."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    raise TypeError(f"{name} must be bytes, a bytearray or a memoryview, not {shown(value)}")


def writable(name: str, buffer: Any) -> memoryview:
    """The bytes of a buffer that is filled."""
    try:
        view = memoryview(buffer)
    except TypeError:
        raise TypeError(f"{name} must be a buffer that can be filled, as a bytearray is, not {shown(buffer)}") from None
    if view.readonly or not view.c_contiguous:
        raise TypeError(f"{name} must be in one piece and not read-only, as a bytearray is, not {shown(buffer)}")
    return view.cast("B")
