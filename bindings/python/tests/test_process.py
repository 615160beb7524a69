"""Finding and loading the library, importing the package, and what a forked child may do."""

from __future__ import annotations

import ast
import copy
import os
import pickle
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from conversation import HandSink, created
from needs import needs_c_compiler

import rtmulti
from rtmulti import _library

SOURCE = str(Path(rtmulti.__file__).parents[1])


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs code in a Python of its own."""
    environment = {**os.environ, "PYTHONPATH": SOURCE, **variables}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)


def library_of_its_own(folder: Path, source: str) -> str:
    """Compiles a library that is not rtmulti, or is an older one."""
    (folder / "other.c").write_text(source)
    path = folder / "libother.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(path), str(folder / "other.c")], check=True)
    return str(path)


def test_importing_brings_in_nothing_heavy() -> None:
    heavy = "('asyncio', 'json', 'base64', 'typing', 'dataclasses', 'enum', 'wave', 'ctypes')"
    done = run(f"import sys, rtmulti; print([name for name in {heavy} if name in sys.modules])")
    assert done.stdout == "[]\n", done.stderr


def test_a_type_checker_and_the_interpreter_see_the_same_names() -> None:
    tree = ast.parse(Path(rtmulti.__file__).read_text())
    checked = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {
        name.name: node.module for node in checked.body if isinstance(node, ast.ImportFrom) for name in node.names
    }
    assert imported == rtmulti._MODULES
    assert sorted(imported) == sorted(rtmulti.__all__)
    assert set(imported) <= set(dir(rtmulti))
    for name in rtmulti.__all__:
        assert getattr(rtmulti, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        rtmulti.Sesion  # noqa: B018


def test_an_integration_is_imported_when_it_is_first_used_and_says_what_it_needs() -> None:
    done = run("import sys, rtmulti; print('livekit' in dir(rtmulti), 'rtmulti.integrations' in sys.modules)")
    assert done.stdout == "True False\n", done.stderr
    # None in sys.modules is how Python says that a module cannot be imported.
    done = run("import sys; sys.modules['livekit'] = None; import rtmulti; rtmulti.livekit")
    assert "ImportError: rtmulti.livekit needs LiveKit Agents: pip install 'rtmulti[livekit]'" in done.stderr
    done = run("import sys; sys.modules['agents'] = None; import rtmulti; rtmulti.openai_agents")
    assert "ImportError: rtmulti.openai_agents needs openai-agents: pip install 'rtmulti[openai-agents]'" in done.stderr
    done = run("import sys; sys.modules['pipecat'] = None; import rtmulti; rtmulti.pipecat")
    assert "ImportError: rtmulti.pipecat needs pipecat-ai 0.0.90 or later: pip install 'rtmulti[pipecat]'" in done.stderr


@pytest.mark.parametrize("name", rtmulti._INTEGRATIONS)
def test_an_integration_has_its_short_name_in_an_import_too(name: str) -> None:
    # In place of the framework, for its room is what is imported: another that can be told from it.
    program = f"""
import sys, types
room = types.ModuleType("rtmulti.integrations.{name}")
room.wrap = "of the room"
sys.modules[room.__name__] = room
from rtmulti.{name} import wrap
import rtmulti, rtmulti.{name} as short
print(wrap, short is room, rtmulti.{name} is room)
"""
    done = run(program)
    assert done.stdout == "of the room True True\n", done.stderr
    framework = {"openai_agents": "agents"}.get(name, name)
    done = run(f"import sys; sys.modules['{framework}'] = None; import rtmulti.{name}")
    assert f"ImportError: rtmulti.{name} needs " in done.stderr


def test_importing_does_not_need_the_library() -> None:
    done = run("import rtmulti; print(rtmulti.Config())", RTMULTI_LIBRARY="/nowhere/librtmulti.so.0")
    assert done.returncode == 0, done.stderr


def test_everything_that_is_named_is_there() -> None:
    assert all(hasattr(rtmulti, name) for name in rtmulti.__all__)
    assert set(rtmulti.__all__) <= set(dir(rtmulti))
    with pytest.raises(AttributeError, match="nothing_of_this"):
        _ = rtmulti.nothing_of_this


def test_a_missing_library_is_named_with_the_fix() -> None:
    done = run("import rtmulti; rtmulti.Session()", RTMULTI_LIBRARY="/nowhere/librtmulti.so.0")
    assert done.returncode == 1
    assert "LibraryError" in done.stderr and "make lib" in done.stderr
    assert "/nowhere/librtmulti.so.0: there is no such file" in done.stderr


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    (tmp_path / "librtmulti.so.0").write_text("not a library")
    done = run("import rtmulti; rtmulti.Session()", RTMULTI_LIBRARY=str(tmp_path / "librtmulti.so.0"))
    assert "cannot be loaded" in done.stderr and "that of the wheel brings them along" in done.stderr


@needs_c_compiler
def test_somebody_elses_library_is_named(tmp_path: Path) -> None:
    other = library_of_its_own(tmp_path, "int something(void) { return 1; }")
    done = run("import rtmulti; rtmulti.Session()", RTMULTI_LIBRARY=other)
    assert "is not librtmulti" in done.stderr and other in done.stderr


@needs_c_compiler
def test_an_older_abi_is_refused(tmp_path: Path) -> None:
    older = library_of_its_own(tmp_path, "unsigned rtmulti_abi(void) { return 0; }")
    done = run("import rtmulti; rtmulti.Session()", RTMULTI_LIBRARY=older)
    assert "speaks ABI 0, and this package needs 1" in done.stderr and "make lib" in done.stderr


@needs_c_compiler
def test_a_library_without_all_functions_is_refused(tmp_path: Path) -> None:
    half = library_of_its_own(tmp_path, "unsigned rtmulti_abi(void) { return 1; }")
    done = run("import rtmulti; rtmulti.Session()", RTMULTI_LIBRARY=half)
    assert "lacks a function" in done.stderr and "rtmulti_result_name" in done.stderr


def test_the_library_in_the_package_comes_before_the_one_in_the_repository(tmp_path: Path) -> None:
    shutil.copytree(Path(rtmulti.__file__).parent, tmp_path / "rtmulti", ignore=shutil.ignore_patterns("_lib"))
    (tmp_path / "rtmulti" / "_lib").mkdir()
    shutil.copy(_library.load()._name, tmp_path / "rtmulti" / "_lib" / "librtmulti.so.0")
    environment = {key: value for key, value in os.environ.items() if key != "RTMULTI_LIBRARY"}
    environment["PYTHONPATH"] = str(tmp_path)
    code = "import rtmulti._library as library; print(library.load()._name)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == str(tmp_path / "rtmulti" / "_lib" / "librtmulti.so.0"), done.stderr


def test_a_forked_child_is_told_and_the_parent_goes_on() -> None:
    session = rtmulti.Session(HandSink())
    session.receive(created("r1"))
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other tests' threads are long gone
        child = os.fork()
    if child == 0:
        try:
            session.receive(created("r2"))
            answer = "taken"
        except rtmulti.RtmultiError as refused:
            answer = str(refused)
        try:
            with session:
                answer += " left"
            session.destroy()
            answer += " destroyed"
        except BaseException as problem:
            answer += f" {problem!r}"
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    assert answer.startswith("RTMULTI_ERROR_FORKED: ") and "parent" in answer
    assert answer.endswith(" left destroyed")
    assert session.receive(created("r2")) is rtmulti.Result.OK


def test_an_interpreter_that_ends_with_a_session_open_ends_well() -> None:
    code = (
        "import rtmulti\n"
        "class Quiet(rtmulti.Sink):\n"
        "    def write(self, segment, pcm): pass\n"
        "session = rtmulti.Session(Quiet(), on_event=print)\n"
        "session.response_created('r1'); session.item_added('r1', 'A'); session.audio('r1', 'A', bytes(960))\n"
    )
    done = run(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_holds_the_library_is_no_value_to_copy(tmp_path: Path) -> None:
    session = rtmulti.Session(HandSink(rtmulti.SinkFormat(driver=rtmulti.Driver.PULLED)))
    session.receive(created("r1"))
    for one in (session, session.device(), rtmulti.Player(HandSink(), print)):
        for take in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="cannot be copied or pickled"):
                take(one)
    assert session.response_done("r1") is rtmulti.Result.OK
    for sink in (session._sink, rtmulti.WavSink(tmp_path / "heard.wav")):
        for take in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="cannot be copied or pickled: it"):
                take(sink)
    assert copy.copy(HandSink()).playback is None


def test_what_they_show_of_themselves() -> None:
    session = rtmulti.Session()
    assert repr(session) == "<rtmulti.Session: open, no sink>"
    session.set_sink(HandSink())
    session.close()
    assert repr(session) == "<rtmulti.Session: closed, HandSink>"
    session.destroy()
    assert repr(session) == "<rtmulti.Session: destroyed, no sink>"
    assert repr(rtmulti.Player(HandSink(), print)) == "<rtmulti.Player: HandSink, not entered>"
