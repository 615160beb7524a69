"""Named numbers: what `enum.IntEnum` and `enum.IntFlag` give, without their import.

Importing enum and making its classes costs half of what `import rtmulti` may take. A type checker sees the enums
of the standard library. No number is declared here.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from enum import IntEnum, IntFlag

    Number = IntEnum
    Flags = IntFlag
else:

    class _Names(type):
        """Makes a member of each number in a class body, and keeps the class from changing."""

        def __new__(mcls, name, bases, body):
            numbers = {key: value for key, value in body.items() if type(value) is int}
            cls = super().__new__(mcls, name, bases, {k: v for k, v in body.items() if k not in numbers})
            members = {}
            for key, value in numbers.items():
                member = int.__new__(cls, value)
                member.name = key
                members[int(value)] = member
                type.__setattr__(cls, key, member)
            type.__setattr__(cls, "_members", members)
            return cls

        def __call__(cls, value):
            member = cls._members.get(value)
            return cls._unnamed(value) if member is None else member

        def __iter__(cls):
            return iter(cls._members.values())

        def __len__(cls):
            return len(cls._members)

        def __contains__(cls, value):
            return value in cls._members

        def __setattr__(cls, name, value):
            raise AttributeError(f"{cls.__name__} cannot be changed")

    class _Named(int, metaclass=_Names):
        """An int with a name."""

        @property
        def value(self):
            """The plain number."""
            return int(self)

        def __repr__(self):
            return f"<{type(self).__name__}.{self.name}: {int(self)}>"

        def __reduce__(self):
            return type(self), (int(self),)

    class Number(_Named):
        """One of several numbers."""

        @classmethod
        def _unnamed(cls, value):
            raise ValueError(f"{value!r} is not a {cls.__name__}")

    class Flags(_Named):
        """A set of bits."""

        @classmethod
        def _unnamed(cls, value):
            known = 0
            for bit in cls._members:
                known |= bit
            if not isinstance(value, int) or value & ~known:
                raise ValueError(f"{value!r} has bits that are no {cls.__name__}")
            member = int.__new__(cls, value)
            member.name = "|".join(bit.name for number, bit in cls._members.items() if number & value) or "0"
            return member

        def __or__(self, other):
            return type(self)(int(self) | int(other))

        def __and__(self, other):
            return type(self)(int(self) & int(other))

        __ror__, __rand__ = __or__, __and__
