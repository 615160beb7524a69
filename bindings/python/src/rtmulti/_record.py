"""Frozen, slotted records: what `dataclasses.dataclass(frozen=True, slots=True)` gives, without its import.

Importing dataclasses costs more than all of rtmulti (it reads inspect, ast and re), and `import rtmulti` has a
budget. A type checker sees a frozen dataclass. No record is declared here.

A record keeps its values in one tuple, because they come from the library all at once and most are never asked
for: making it costs the same for two fields and for twelve.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from typing_extensions import dataclass_transform

    Class = TypeVar("Class")

_set = object.__setattr__


def _init(self: Any, *values: Any, **named: Any) -> None:
    if len(values) != len(self.__match_args__) or named:
        values = _bound(type(self), values, named)
    _set(self, "_values", values)


def _bound(cls: type[Any], values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """The values of all fields, as a call means them."""
    fields: tuple[str, ...] = cls.__match_args__
    if len(values) > len(fields):
        raise TypeError(f"{cls.__name__} has {len(fields)} fields, and {len(values)} values were given")
    bound = {**cls.__record_defaults__, **dict(zip(fields, values, strict=False))}
    for name, value in named.items():
        if name not in fields:
            raise TypeError(f"{cls.__name__} has no field {name!r}")
        if name in fields[: len(values)]:
            raise TypeError(f"{cls.__name__} was given {name!r} twice")
        bound[name] = value
    for name in fields:
        if name not in bound:
            raise TypeError(f"{cls.__name__} needs a value for {name!r}")
    return tuple(bound[name] for name in fields)


def _field(place: int) -> property:
    return property(lambda self: self._values[place])


def _refuse(self: Any, name: str, *_: Any) -> None:
    raise AttributeError(f"{type(self).__name__} is immutable: {name!r} cannot be set; make a new one")


def _equal(self: Any, other: object) -> Any:
    return self._values == other._values if type(other) is type(self) else NotImplemented  # type: ignore[attr-defined]


def _hash(self: Any) -> int:
    return hash((type(self), self._values))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={value!r}" for name, value in zip(self.__match_args__, self._values, strict=True))
    return f"{type(self).__name__}({shown})"


def _reduce(self: Any) -> Any:
    return type(self), self._values


def _record(cls: Any) -> Any:
    fields = tuple(cls.__annotations__)
    own = {name: value for name, value in vars(cls).items() if name not in ("__dict__", "__weakref__")}
    defaults = {name: own.pop(name) for name in fields if name in own}
    own.update({name: _field(place) for place, name in enumerate(fields)})
    own.update(
        __slots__=("_values",),
        __match_args__=fields,
        __record_defaults__=defaults,
        __init__=_init,
        __setattr__=_refuse,
        __delattr__=_refuse,
        __eq__=_equal,
        __hash__=_hash,
        __repr__=_repr,
        __reduce__=_reduce,
    )
    # Slots can only be given at a class's birth, so it is born again.
    return type(cls)(cls.__name__, cls.__bases__, own)


if TYPE_CHECKING:

    @dataclass_transform(frozen_default=True)
    def record(cls: type[Class]) -> type[Class]:
        """Turns a class of annotated fields into a frozen, slotted record."""
        ...

else:
    record = _record
