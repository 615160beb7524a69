"""Reads the library's memory: bytes, strings and structs at an address, each copied at once.

The library's memory lives only until the callback returns, so nothing here hands out a view of it. What the bytes
mean is _effects.py's business.
"""

from __future__ import annotations

import sys
from ctypes import c_char, sizeof
from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import Structure
    from typing import Any, Protocol

    class _Bytes(Protocol):
        def __getitem__(self, place: slice) -> bytes: ...

        def __buffer__(self, flags: int, /) -> memoryview: ...


#: The memory of this process as one array of bytes: `memory[address : address + size]` is a copy as `bytes`. A
#: slice of it takes a third of the time of ctypes.string_at, which is a call through ffi.
memory: _Bytes = (c_char * sys.maxsize).from_address(0)  # type: ignore[assignment]


def text_at(address: int | None, size: int) -> str:
    """A string of the library. It promises UTF-8; a host that gave it something else must not lose an event."""
    if not size or not address:
        return ""
    data = memory[address : address + size]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def struct_reader(struct: type[Structure]) -> Callable[[int], tuple[Any, ...]]:
    """A function that reads all fields of a struct at once, pointers as addresses.

    Field by field through ctypes it takes ten times as long, and the commands of an interruption wait for it.
    """
    codes = []
    for field in struct._fields_:
        code = getattr(field[1], "_type_", None)
        codes.append(code if isinstance(code, str) else "P")
    layout = Struct("@" + "".join(codes))
    size = sizeof(struct)
    if layout.size != size:
        raise TypeError(f"{struct.__name__} has padding at its end, which one unpack cannot read")
    unpack_from = layout.unpack_from

    def read(address: int) -> tuple[Any, ...]:
        return unpack_from(memory, address)

    return read
