"""Builds librtmulti out of the checkout around this folder and puts it into the package, so that one `pip install`
is all that it takes. What the package is called and what it needs stands in pyproject.toml."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

SONAME = "librtmulti.so.0"
PROJECT = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """The rtmulti repository: around this folder, or where pip was started: older pips copy the folder away first."""
    started = Path(os.environ.get("PWD", "/")).resolve()
    for folder in (*PROJECT.parents, started, *started.parents):
        if all((folder / name).is_file() for name in ("Makefile", "Package.swift", "include/rtmulti.h")):
            return folder
    return None


def give_up(sentence: str) -> None:
    """Ends the installation with a sentence instead of a traceback."""
    sys.exit(
        f"\nrtmulti: {sentence}\nA library that was built elsewhere does as well: "
        f"RTMULTI_LIBRARY=/path/to/{SONAME} pip install ./bindings/python\n"
    )


def library() -> Path:
    """The library for this machine, built if it is not there yet."""
    named = os.environ.get("RTMULTI_LIBRARY")
    if named:
        if not Path(named).is_file():
            give_up(f"RTMULTI_LIBRARY names {named}, and there is no such file.")
        return Path(named)
    root = checkout()
    if root is None:
        give_up(
            f"{PROJECT} is not inside a checkout of rtmulti, so there is nothing to build {SONAME} from. "
            "Please run `pip install ./bindings/python` in the repository."
        )
    build(root)
    return root / "build" / "lib" / SONAME


def build(root: Path) -> None:
    """`make lib`, which does nothing when all is built; what it says goes to a log."""
    log = root / "build" / "log" / "pip-install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    # A make above us must not hand its job server down to one that it does not know.
    of_make = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in of_make}
    try:
        with log.open("w", encoding="utf-8") as file:
            code = subprocess.call(["make", "lib"], cwd=root, env=environment, stdout=file, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        give_up("building the library needs make, which is not here. On Debian: apt-get install make")
    if code != 0:
        reason = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
        give_up(f"the library could not be built. `make lib` in {root} says:\n\n{reason}\n\nAll of it: {log}")


class BuildWithLibrary(build_py):
    """The Python files, and beside them the library; an editable install uses that of the checkout."""

    def run(self) -> None:
        super().run()
        built = library()
        if not self.editable_mode:
            place = Path(self.build_lib) / "rtmulti" / "_lib"
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(built.resolve(), place / SONAME)


class PlatformWheel(bdist_wheel):
    """A wheel for any Python 3, but for this kind of machine only."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


class BinaryDistribution(Distribution):
    """One that knows that it carries machine code."""

    def has_ext_modules(self) -> bool:
        return True


# Nothing that is made on the way stays in the checkout, and no file of an older build gets into a wheel.
with tempfile.TemporaryDirectory(prefix="rtmulti-build-") as scratch:
    setup(
        cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
        distclass=BinaryDistribution,
        options={"build": {"build_base": scratch}, "egg_info": {"egg_base": scratch}},
    )
