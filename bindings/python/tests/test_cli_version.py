"""`--version`: which library is loaded, and what it says of how it was built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import rtmulti
from rtmulti import _library


def ask(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rtmulti", "--version"],
        capture_output=True, text=True, timeout=30, check=False, env={**os.environ, **environment},
    )


def said(**environment: str) -> list[str]:
    done = ask(**environment)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.splitlines()


def a_copy(folder: Path) -> Path:
    copy = folder / _library.SONAME
    shutil.copy(_library.load()._name, copy)
    return copy


def test_a_library_says_how_it_was_built_by_the_file_beside_it(tmp_path: Path) -> None:
    copy = a_copy(tmp_path)
    (tmp_path / "built.txt").write_text("on a Sunday, with care\n")
    head = f"rtmulti {rtmulti.version()} (ABI {_library.load().rtmulti_abi()})"
    assert said(RTMULTI_LIBRARY=str(copy)) == [head, f"library: {copy}", "built:   on a Sunday, with care"]


def test_one_without_such_a_file_is_from_source(tmp_path: Path) -> None:
    assert said(RTMULTI_LIBRARY=str(a_copy(tmp_path)))[2] == "built:   from source"


def test_one_that_the_system_has_is_of_whoever_packaged_it(tmp_path: Path) -> None:
    a_copy(tmp_path)
    # The system's loader looks there for a name without a folder.
    lines = said(RTMULTI_LIBRARY=_library.SONAME, LD_LIBRARY_PATH=str(tmp_path))
    assert lines[1:] == [f"library: {_library.SONAME}", "built:   by whoever packaged it for this system"]


def test_without_a_library_it_ends_with_a_sentence() -> None:
    done = ask(RTMULTI_LIBRARY="/nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("rtmulti: librtmulti.so.0 was not found.")
