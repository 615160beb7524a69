"""`python -m rtmulti.scenario`: reads the command line, prints one line for each file and the sum, and answers with
the exit status of the page."""

from __future__ import annotations

import sys
from enum import IntEnum

from .file import Unreadable, load
from .run import Run

USAGE = """usage: python -m rtmulti.scenario [--poll] [--trace] FILE...
  --poll   take the effects by polling instead of by callback
  --trace  print every effect and the result of every input
Exit status: 0 all passed, 1 one failed, 2 a file could not be read.
"""


class Outcome(IntEnum):
    """What became of a file; the worst of all files is the exit status."""

    PASSED = 0
    FAILED = 1
    UNREADABLE = 2


def run_file(path: str, *, polls: bool = False, traces: bool = False) -> Outcome:
    """Runs one file and prints its line."""
    try:
        failure = Run(load(path), polls=polls, traces=traces).play()
    except Unreadable as problem:
        print(f"FAIL {path}:{problem.line}: {problem.sentence}")
        return Outcome.UNREADABLE
    if failure is None:
        print(f"PASS {path}")
        return Outcome.PASSED
    print(f"FAIL {path}:{failure.line}: {failure.sentence}")
    return Outcome.FAILED


def main(arguments: list[str]) -> int:
    """Runs the files of a command line; returns the exit status."""
    options: dict[str, bool] = {"--poll": False, "--trace": False}
    files = list(arguments)
    while files and files[0].startswith("--"):
        option = files.pop(0)
        if option == "--help":
            sys.stdout.write(USAGE)
            return 0
        if option not in options:
            sys.stderr.write(USAGE)
            return 2
        options[option] = True
    if not files:
        sys.stderr.write(USAGE)
        return 2
    outcomes = []
    for path in files:
        outcomes.append(run_file(path, polls=options["--poll"], traces=options["--trace"]))
        sys.stdout.flush()
    passed = outcomes.count(Outcome.PASSED)
    print(f"{passed} passed, {len(outcomes) - passed} failed")
    return int(max(outcomes))


if __name__ == "__main__":
    # Ids and heard texts are UTF-8 whatever the terminal says; one that it cannot show must not end the run.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
