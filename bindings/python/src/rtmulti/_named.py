"""What the enums are made of: numbers of rtmulti.h that print their names. No number of the header lives here.

They stay numbers everywhere else: in comparisons, in JSON, and where a format asks for one, as `f"{outcome:d}"` does.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self

#: The last character of a format that wants a number, and no text.
_NUMERIC = frozenset("bcdeEfFgGnoxX%")


class Named(IntEnum):
    """One of some numbers: `print(Outcome.FULL)` shows FULL."""

    def __str__(self) -> str:
        return self.name

    def __format__(self, form: str) -> str:
        return format(int(self) if form[-1:] in _NUMERIC else str(self), form)


class Open(Named):
    """One that comes out of the library, and to which a later library may add: its number then has no name here."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = value
        return member


class Flags(IntFlag):
    """A set of bits: `print(Server.TRUNCATES | Server.DELETES)` shows TRUNCATES|DELETES, and the empty set 0."""

    def __str__(self) -> str:
        # Put together here, because Python 3.10 has no name for several bits.
        bits = [bit for bit in type(self).__members__.values() if bit and bit in self]
        rest = int(self) & ~sum(map(int, bits))
        names = [bit.name or "" for bit in bits] + ([str(rest)] if rest else [])
        return "|".join(names) or self.name or "0"

    def __format__(self, form: str) -> str:
        return format(int(self) if form[-1:] in _NUMERIC else str(self), form)
