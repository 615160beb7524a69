"""The enums and records are those of the standard library, and help() says what each field is."""

from __future__ import annotations

import copy
import dataclasses
import enum
import inspect
import pickle
import re
from typing import Any

import pytest

import rtmulti
from rtmulti import answers, config, enums, events, queue_sink

ENUMS = [
    kind
    for name, kind in inspect.getmembers(enums, inspect.isclass)
    if kind.__module__ == enums.__name__ and not name.startswith("_")
]
RECORDS: list[Any] = [
    kind
    for module in (answers, config, events, queue_sink)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if kind.__module__ == module.__name__ and dataclasses.is_dataclass(kind)
]
#: A value for a field of each type.
SAMPLES: dict[str, Any] = {
    "int": 7,
    "int | None": 7,
    "str": "word",
    "str | None": "word",
    "bool": True,
    "Choice | bool": enums.Choice.YES,
    "bytes": b"\x01\x00",
    "tuple[KeptItem, ...]": (events.KeptItem("item", None),),
    "tuple[str, ...]": ("item",),
}


def filled(record: Any) -> Any:
    """A record with a value in each field."""
    values = {}
    for field in dataclasses.fields(record):
        kind = getattr(enums, str(field.type), None)
        values[field.name] = next(iter(kind)) if kind else SAMPLES[str(field.type)]
    return record(**values)


def test_what_mypy_passes_runs() -> None:
    assert rtmulti.Outcome["FULL"] is rtmulti.Outcome.FULL
    assert dataclasses.replace(rtmulti.Config(), estimate=False) == rtmulti.Config(estimate=False)
    assert {"Config", "Message", "Truncate", "Stats"} <= {record.__name__ for record in RECORDS}


@pytest.mark.parametrize("kind", ENUMS)
def test_an_enum_is_one_of_the_standard_library(kind: Any) -> None:
    assert issubclass(kind, (enum.IntEnum, enum.IntFlag))
    for name, member in kind.__members__.items():
        assert isinstance(member, enum.Enum)
        assert kind[name] is kind(int(member)) is member
        assert member == int(member)
        assert copy.copy(member) is copy.deepcopy(member) is pickle.loads(pickle.dumps(member)) is member
    with pytest.raises(ValueError, match=kind.__name__):
        kind("no such")


def test_flags_are_sets_of_bits() -> None:
    both = rtmulti.Server.TRUNCATES | rtmulti.Server.DELETES
    assert isinstance(both, rtmulti.Server)
    assert rtmulti.Server.DELETES in both
    assert rtmulti.Server.SYNCS not in both
    assert both & ~rtmulti.Server.DELETES is rtmulti.Server.TRUNCATES
    assert pickle.loads(pickle.dumps(both)) == copy.copy(both) == both == 3


def test_a_match_finds_members_and_fields() -> None:
    match filled(rtmulti.Truncate):
        case rtmulti.Truncate(item_id=item, audio_end_ms=ms):
            assert (item, ms) == ("word", 7)
        case _:
            pytest.fail("no case took it")
    match rtmulti.Outcome.PARTIAL:
        case rtmulti.Outcome.FULL:
            pytest.fail("the wrong case took it")
        case rtmulti.Outcome.PARTIAL:
            pass
        case _:
            pytest.fail("no case took it")


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_is_a_frozen_dataclass(record: Any) -> None:
    one, same = filled(record), filled(record)
    assert one == same and hash(one) == hash(same) and one is not same
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert dataclasses.replace(one) == one
    assert not hasattr(one, "__dict__")
    names = [field.name for field in dataclasses.fields(record)]
    assert repr(one).startswith(f"{record.__name__}(" + (f"{names[0]}=" if names else ")"))
    for name in names:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, name, None)
    with pytest.raises(TypeError):
        record(no_such_field=1)


@pytest.mark.parametrize("kind", [*RECORDS, *ENUMS])
def test_help_says_what_each_field_is(kind: Any) -> None:
    names = list(kind.__members__) if kind in ENUMS else [field.name for field in dataclasses.fields(kind)]
    said = inspect.getdoc(kind) or ""
    for name in names:
        assert re.search(rf"^{name}: \S.*", said, re.MULTILINE), f"{kind.__name__} does not say what {name} is"


@pytest.mark.parametrize(("union", "size"), [(rtmulti.Event, 7), (rtmulti.Command, 6), (rtmulti.Effect, 21)])
def test_a_family_works_with_isinstance(union: Any, size: int) -> None:
    assert len(union.__args__) == size
    assert isinstance(filled(union.__args__[0]), union)
    assert not isinstance(rtmulti.Config(), union)
