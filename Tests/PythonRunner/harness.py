"""The runner in C: what it says of a file, and what its session was given and did. Nothing of Python's is run here."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

HARNESS = Path(__file__).resolve().parents[2] / "build" / "rtmulti-harness"

PASSED, FAILED, UNREADABLE = 0, 1, 2


@dataclass
class Run:
    """One file as the runner in C ran it."""

    status: int
    #: "PASS file" or "FAIL file:line: what was expected, what came".
    verdict: str
    #: The trace of its session.
    trace: bytes
    #: One line for each effect and the result of each input, in order.
    listing: list[str]
    #: For each effect of the listing, the line of the file that it comes of.
    lines: list[int]


class HarnessError(Exception):
    """The runner in C is not there, or cannot be understood."""


def _run(*arguments: str) -> tuple[int, list[str]]:
    try:
        done = subprocess.run([str(HARNESS), *arguments], capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        raise HarnessError(f"{HARNESS} is not there; please run: make harness") from None
    if done.returncode not in (PASSED, FAILED, UNREADABLE) or done.stderr:
        raise HarnessError(f"{HARNESS} ended with {done.returncode}: {done.stderr.strip()}")
    return done.returncode, done.stdout.split("\n")[:-1]


def is_effect(line: str) -> bool:
    """Whether a line of a listing says what came out, and not what became of an input."""
    return not line.lstrip().startswith("input ") and not line.startswith("line ")


def _lines_of_effects(traced: list[str]) -> list[int]:
    lines = []
    at = 1
    for line in traced:
        if line.startswith("line "):
            at = int(line[5:])
        elif is_effect(line):
            lines.append(at)
    return lines


def run(path: str, options: list[str]) -> Run:
    """Runs a scenario file with these options of the harness (--poll, …)."""
    with tempfile.TemporaryDirectory(prefix="rtmulti-scenario-") as folder:
        trace = Path(folder) / "trace"
        status, said = _run(*options, "--trace", "--record", str(trace), path)
        *traced, verdict, _ = said
        if status != PASSED:
            return Run(status, verdict, b"", [], [])
        replayed, listing = _run("--inputs", "--replay", str(trace))
        if replayed != PASSED:
            raise HarnessError(f"{HARNESS} cannot replay what it recorded of {path}")
        listing = [line for line in listing if not line.startswith("unheard ")]
        return Run(status, verdict, trace.read_bytes(), listing, _lines_of_effects(traced))
