"""The enums and records are those of the standard library, and help() says what each field is."""

from __future__ import annotations

import copy
import dataclasses
import enum
import inspect
import json
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


@pytest.mark.parametrize("kind", ENUMS)
def test_an_enum_prints_its_name_and_counts_as_its_number(kind: Any) -> None:
    for name, member in kind.__members__.items():
        assert str(member) == f"{member}" == name
        assert f"{member:>40}" == name.rjust(40)
        assert f"{member:d} {member:04x}" == f"{int(member)} {int(member):04x}"
        assert str(int(member)) == json.dumps(member)
        assert f"{kind.__name__}.{name}" in repr(member)


def test_a_set_of_bits_prints_the_names_of_all() -> None:
    assert f"{rtmulti.Server.TRUNCATES | rtmulti.Server.DELETES}" == "TRUNCATES|DELETES"
    assert str(rtmulti.Server.DELETES | rtmulti.Server(1 << 20)) == f"DELETES|{1 << 20}"
    assert (str(rtmulti.Server(0)), str(rtmulti.ResponseFlag(0))) == ("0", "NONE")


def test_a_number_of_a_later_library_prints_as_unknown() -> None:
    assert str(rtmulti.Outcome(99)) == "UNKNOWN_99" and rtmulti.Outcome(99) == 99


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
    # What has a default is shown where it differs.
    shown = [field.name for field in dataclasses.fields(record) if getattr(one, field.name) != field.default]
    assert repr(one).startswith(f"{record.__name__}(" + (f"{shown[0]}=" if shown else ")"))
    for name in names:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, name, None)
    with pytest.raises(TypeError):
        record(no_such_field=1)


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_becomes_a_dict_and_json(record: Any) -> None:
    one = filled(record)
    as_dict = dataclasses.asdict(one)
    assert list(as_dict) == [field.name for field in dataclasses.fields(record)]
    # Audio is bytes, for which JSON has no word: whoever wants it says how.
    text = json.dumps(as_dict, default=bytes.hex)
    back = json.loads(text)
    for name, value in back.items():
        given = getattr(one, name)
        if isinstance(given, bytes):
            assert value == given.hex()
        elif isinstance(given, tuple):
            assert value == [dataclasses.asdict(each) if dataclasses.is_dataclass(each) else each for each in given]
        else:
            assert value == given


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
