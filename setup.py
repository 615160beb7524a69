"""Builds librtmulti out of the sources around this file and puts it into the package, so that one `pip install` is all
that it takes, from a checkout, an sdist or a git URL. What the package is called and what it needs stands in
pyproject.toml; how the library is built is the Makefile's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

SONAME = "librtmulti.so.0"
#: How the library was built, in a few words: a file beside it, which `rtmulti --version` shows.
BUILT = "built.txt"
ROOT = Path(__file__).resolve().parent
LOG = ROOT / "build" / "log" / "pip-install.log"
#: Where `make lib` lets the Swift compiler say what it is at.
STEPS = ROOT / "build" / "log" / "library.log"


def give_up(sentence: str) -> None:
    """Ends the installation with a sentence instead of a traceback."""
    sys.exit(
        f"\nrtmulti: {sentence}\nOn Linux on x86-64 the wheel needs no Swift and no compiler (docs/install.md). "
        f"A library that was built elsewhere does as well: RTMULTI_LIBRARY=/path/to/{SONAME} pip install .\n"
    )


def library() -> Path:
    """The library for this machine, built if it is not there yet."""
    named = os.environ.get("RTMULTI_LIBRARY")
    if named:
        if not Path(named).is_file():
            give_up(f"RTMULTI_LIBRARY names {named}, and there is no such file.")
        return Path(named)
    for tool, advice in (
        ("make", "On Debian: apt-get install make"),
        ("swift", "Please install the Swift 6.3 toolchain from swift.org and put its usr/bin on your PATH."),
    ):
        if shutil.which(tool) is None:
            give_up(f"building the library needs {tool}, which is not here. {advice}")
    build()
    return ROOT / "build" / "lib" / SONAME


def build() -> None:
    """`make lib`, which does nothing when all is built; what it says goes to a log."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    STEPS.unlink(missing_ok=True)
    # A make above us must not hand its job server down to one that it does not know.
    of_make = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    environment = {name: value for name, value in os.environ.items() if name not in of_make}
    with LOG.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(["make", "lib"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        show_progress(process)
    if process.returncode != 0:
        reason = "\n".join(LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
        give_up(f"the library could not be built. `make lib` in {ROOT} says:\n\n{reason}\n\nAll of it: {LOG}")


def show_progress(process: subprocess.Popen[bytes]) -> None:
    """Says what the compiler is at until `make lib` has ended. pip keeps what a build prints to itself unless it runs
    with -v, so the lines go past it, to the terminal, where there is one."""
    begun_s = time.monotonic()
    steps = newest_steps()
    with audience() as person:
        while process.poll() is None:
            time.sleep(0.2)
            for step in steps:
                if step is None:
                    break
                # pip's spinner stands on the line and is wiped off it.
                wipe = "\r\x1b[K" if person.isatty() else ""
                print(f"{wipe}  rtmulti: {step} ({time.monotonic() - begun_s:.0f} s)", file=person, flush=True)


def audience() -> TextIO:
    """The terminal, or else the output that `pip install -v` shows."""
    try:
        terminal = open("/dev/tty", "w", encoding="utf-8")
    except OSError:
        return open(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    print("\n  rtmulti: building the library with Swift, one to three minutes", file=terminal, flush=True)
    return terminal


def newest_steps() -> Iterator[str | None]:
    """Each module that the compiler has come to, as it says so; None where there is nothing new yet."""
    said: set[str] = set()
    while True:
        lines = STEPS.read_text(encoding="utf-8", errors="replace").splitlines() if STEPS.is_file() else []
        for line in lines:
            # "[13/19] Compiling RTMultiCore Deadlines.swift": each module once, without its files.
            step = " ".join(line.split()[:3])
            if line.startswith("[") and any(verb in step for verb in (" Compiling ", " Linking ")):
                module = step.partition("] ")[2]
                if module not in said:
                    said.add(module)
                    yield step
        yield None


class BuildWithLibrary(build_py):
    """The Python files, and beside them the library; an editable install uses that of the checkout."""

    def run(self) -> None:
        super().run()
        built = library()
        if not self.editable_mode:
            place = Path(self.build_lib) / "rtmulti" / "_lib"
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(built.resolve(), place / SONAME)
            if (built.parent / BUILT).is_file():
                shutil.copy(built.parent / BUILT, place / BUILT)


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
