"""Is _abi.py the header, one to one? The header is parsed, and a C compiler is asked for sizes and offsets."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import c_header
import pytest
from needs import needs_c_compiler

import rtmulti
from rtmulti import _abi, _functions, _library, enums

HEADER = c_header.read()

#: What each enum of Python is called in the header; a member's name follows.
PREFIXES = {
    enums.Result: "RTMULTI_",
    enums.Choice: "RTMULTI_",
    enums.Codec: "RTMULTI_CODEC_",
    enums.Server: "RTMULTI_SERVER_",
    enums.Delivery: "RTMULTI_DELIVER_",
    enums.Wire: "RTMULTI_WIRE_",
    enums.SinkFlag: "RTMULTI_SINK_",
    enums.Driver: "RTMULTI_DRIVER_",
    enums.Outcome: "RTMULTI_OUTCOME_",
    enums.EventKind: "RTMULTI_EVENT_",
    enums.CommandKind: "RTMULTI_COMMAND_",
    enums.DiagnosticKind: "RTMULTI_DIAGNOSTIC_",
    enums.EffectKind: "RTMULTI_EFFECT_",
    enums.ResponseFlag: "RTMULTI_RESPONSE_",
    enums.Status: "RTMULTI_STATUS_",
    enums.ItemKind: "RTMULTI_ITEM_",
    enums.PartKind: "RTMULTI_PART_",
    enums.Interrupter: "RTMULTI_INTERRUPTED_BY_",
    enums.BufferWord: "RTMULTI_BUFFER_",
}

#: How the header's types are written in ctypes. Strings and audio going in are bytes.
SCALARS = {
    "int32_t": ctypes.c_int32,
    "uint16_t": ctypes.c_uint16,
    "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "size_t": ctypes.c_size_t,
    "void": None,
    "const char*": ctypes.c_char_p,
    "char*": ctypes.c_char_p,
    "const void*": ctypes.c_char_p,
    "void*": ctypes.c_void_p,
    "int16_t*": ctypes.c_void_p,
    "float*": ctypes.c_void_p,
    "rtmulti_session*": ctypes.c_void_p,
    "const rtmulti_session*": ctypes.c_void_p,
    "rtmulti_session**": ctypes.POINTER(ctypes.c_void_p),
    "rtmulti_device*": ctypes.c_void_p,
    "const rtmulti_device*": ctypes.c_void_p,
    "rtmulti_device**": ctypes.POINTER(ctypes.c_void_p),
    "const char**": ctypes.POINTER(ctypes.c_void_p),
    "int64_t*": ctypes.POINTER(ctypes.c_int64),
    "size_t*": ctypes.POINTER(ctypes.c_size_t),
}


def parameter_type(written: str) -> object:
    """The ctypes type of a parameter or result."""
    if written in SCALARS:
        return SCALARS[written]
    if written in HEADER.numbers:
        return SCALARS[HEADER.numbers[written]]
    if written in HEADER.callbacks:
        return getattr(_abi, written)
    struct = written.removeprefix("const ").removesuffix("*")
    return ctypes.POINTER(getattr(_abi, struct))


def field_type(written: str) -> object:
    """The ctypes type of a struct's field: what the library hands out is an address."""
    if written == "const rtmulti_kept_item*const*":
        return ctypes.POINTER(ctypes.POINTER(_abi.rtmulti_kept_item))
    if written.endswith("*"):
        return ctypes.c_void_p
    return parameter_type(written)


def test_the_header_was_read() -> None:
    assert len(HEADER.functions) > 40
    assert len(HEADER.structs) > 10
    assert len(HEADER.callbacks) > 10
    assert len(HEADER.constants) > 80


def test_every_function_is_declared_and_no_other() -> None:
    assert sorted(HEADER.functions) == sorted(f"rtmulti_{name}" for name in _functions.FUNCTIONS)


@pytest.mark.parametrize("name", sorted(HEADER.functions))
def test_a_function_takes_and_returns_what_the_header_says(name: str) -> None:
    result, parameters = HEADER.functions[name]
    declared = _functions.FUNCTIONS[name.removeprefix("rtmulti_")]
    assert declared == (parameter_type(result), tuple(parameter_type(kind) for kind in parameters))
    function = getattr(_library.load(), name)
    assert (function.restype, tuple(function.argtypes)) == declared


@pytest.mark.parametrize("name", sorted(HEADER.structs))
def test_a_struct_has_the_fields_of_the_header(name: str) -> None:
    fields = getattr(_abi, name)._fields_
    assert [field[0] for field in fields] == [field for _, field in HEADER.structs[name]]
    for (field, declared, *_), (written, _) in zip(fields, HEADER.structs[name], strict=True):
        assert declared == field_type(written), field


@pytest.mark.parametrize("name", sorted(HEADER.callbacks))
def test_a_callback_takes_and_returns_what_the_header_says(name: str) -> None:
    result, parameters = HEADER.callbacks[name]
    declared = getattr(_abi, name)
    expected = parameter_type(result), tuple(field_type(kind) for kind in parameters)
    assert (declared._restype_, tuple(declared._argtypes_)) == expected


@needs_c_compiler
def test_a_c_compiler_sees_the_same_sizes_and_offsets(tmp_path: Path) -> None:
    expected = []
    lines = ["#include <stddef.h>", "#include <stdio.h>", '#include "rtmulti.h"', "int main(void) {"]
    for name in HEADER.structs:
        struct = getattr(_abi, name)
        lines.append(f'  printf("{name} %zu\\n", sizeof({name}));')
        expected.append(f"{name} {ctypes.sizeof(struct)}")
        for field, *_ in struct._fields_:
            lines.append(f'  printf("{name}.{field} %zu\\n", offsetof({name}, {field}));')
            expected.append(f"{name}.{field} {getattr(struct, field).offset}")
    (tmp_path / "layout.c").write_text("\n".join([*lines, "  return 0;", "}"]))
    program = tmp_path / "layout"
    include = f"-I{c_header.HEADER.parent}"
    command = ["cc", "-std=c99", include, "-o", str(program), str(tmp_path / "layout.c")]
    subprocess.run(command, check=True)
    printed = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
    assert printed.splitlines() == expected


def test_every_constant_is_a_member_and_every_member_a_constant() -> None:
    members = {f"{prefix}{member.name}": int(member) for kind, prefix in PREFIXES.items() for member in kind}
    members.pop("RTMULTI_RESPONSE_NONE", None)  # Python's word for no bit at all, in an iteration of Python 3.10
    members["RTMULTI_ABI"] = _abi.RTMULTI_ABI
    members["RTMULTI_NOW"] = _abi.RTMULTI_NOW
    members["RTMULTI_UNLIMITED"] = rtmulti.UNLIMITED
    assert members == HEADER.constants


@pytest.mark.parametrize(("record", "struct"), [(rtmulti.Config, "config"), (rtmulti.Format, "format")])
def test_defaults_are_those_of_the_library(record: type, struct: str) -> None:
    library = _library.load()
    filled = getattr(_abi, f"rtmulti_{struct}")()
    getattr(library, f"rtmulti_{struct}_init")(ctypes.byref(filled), ctypes.sizeof(filled))
    chosen = record()
    fields = [field for field, *_ in filled._fields_ if field not in ("struct_size", "reserved")]
    assert {field: int(getattr(chosen, field)) for field in fields} == {
        field: getattr(filled, field) for field in fields
    }


def test_the_default_sink_is_that_of_the_library() -> None:
    library = _library.load()
    filled = _abi.rtmulti_sink()
    library.rtmulti_sink_init(ctypes.byref(filled), ctypes.sizeof(filled))
    chosen = rtmulti.SinkFormat()
    callbacks = ("write", "write_codes", "flush", "clear", "pause", "resume", "text_write", "release", "user_data")
    unchosen = ("struct_size", "reserved", *callbacks)
    fields = [field for field, *_ in filled._fields_ if field not in unchosen]
    assert {field: int(getattr(chosen, field)) for field in fields} == {
        field: getattr(filled, field) for field in fields
    }


def test_results_and_diagnostics_bear_the_names_of_the_library() -> None:
    library = _library.load()
    for result in enums.Result:
        assert library.rtmulti_result_name(result).decode() == f"RTMULTI_{result.name}"
    for kind in enums.DiagnosticKind:
        assert library.rtmulti_diagnostic_name(kind).decode() == kind.name.lower()


def test_the_package_has_the_version_of_the_library() -> None:
    assert rtmulti.version() == rtmulti.__version__
