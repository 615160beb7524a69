"""rtmulti-scenario-python: runs scenario files through the Python binding. Reads the command line, prints one line for
each file and the sum, and answers with the exit status of docs/rules/SCENARIOS.md.

The runner in C runs a file first: it knows the grammar, plays server, sink and listener, checks what is expected and
records what its session was given. The binding is then given the same, and must say the same, effect by effect.
"""

from __future__ import annotations

import itertools
import sys

import harness
from driver import Driver
from questions import AnswerError

from rtmulti.trace import DifferentError, Trace, TraceError

USAGE = """\
usage: rtmulti-scenario-python [--poll] [--deadlines] FILE.scenario...
  --poll       take the effects by polling instead of by callback
  --deadlines  wake the session only at its deadlines and at what happens to it
Exit status: 0 all passed, 1 one failed, 2 a file could not be read.
"""
OPTIONS = ("--poll", "--deadlines")


def difference(ran: harness.Run) -> tuple[int, str] | None:
    """Where the binding does something else than the runner in C did: the line of the file, and a sentence."""
    ours: list[str] = []
    problem = ""
    try:
        driver = Driver(Trace(ran.trace))
        ours = driver.lines
        driver.play()
    except (AnswerError, DifferentError, TraceError) as found:
        problem = str(found)
    effects = 0
    for expected, came in itertools.zip_longest(ran.listing, ours, fillvalue="nothing more"):
        if expected != came:
            at = min(effects, len(ran.lines) - 1)
            line = ran.lines[at] if ran.lines else 1
            if problem and came == "nothing more":
                return line, problem
            return line, f"`{expected}` was expected, as from the runner in C, came `{came}`"
        effects += harness.is_effect(expected)
    return (ran.lines[-1] if ran.lines else 1, problem) if problem else None


def run_file(path: str, options: list[str]) -> int:
    """Runs one file and prints its line."""
    ran = harness.run(path, options)
    status, verdict = ran.status, ran.verdict
    if status == harness.PASSED and (found := difference(ran)) is not None:
        line, sentence = found
        status, verdict = harness.FAILED, f"FAIL {path}:{line}: {sentence}"
    print(verdict, flush=True)
    return status


def main(arguments: list[str]) -> int:
    """Runs what the command line names."""
    options = list(itertools.takewhile(lambda word: word.startswith("--"), arguments))
    paths = arguments[len(options) :]
    if options == ["--help"]:
        print(USAGE, end="")
        return harness.PASSED
    if not paths or any(option not in OPTIONS for option in options):
        print(USAGE, end="", file=sys.stderr)
        return harness.UNREADABLE
    try:
        statuses = [run_file(path, options) for path in paths]
    except harness.HarnessError as problem:
        print(f"rtmulti-scenario-python: {problem}", file=sys.stderr)
        return harness.UNREADABLE
    passed = statuses.count(harness.PASSED)
    print(f"{passed} passed, {len(statuses) - passed} failed")
    return max(statuses)
