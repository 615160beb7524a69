"""Runs a test of this folder again where the sound server lost sound or the machine stood still. What a stumble is, in
a recording, is told by sentences.py and monitor.py."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

from monitor import PIECE_MS, Recording
from sentences import Stumbled

#: A recorder that waited so long for a piece of PIECE_MS was on a machine that stood still.
STILL_MS = 4 * PIECE_MS
#: How often a test runs, at most, when the sound server stumbles. A fault of a player shows in the last run too.
RUNS = 4

Arguments = ParamSpec("Arguments")


def again_after_a_stumble(test: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Runs a test again where the sound server is known to have lost sound, or the machine to have stood still."""

    @functools.wraps(test)
    def run_again(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        for left in reversed(range(RUNS)):
            try:
                return test(*args, **kwargs)
            except (AssertionError, Stumbled) as failure:
                still_ms = Recording.newest.longest_wait_ms
                if left == 0 or not (isinstance(failure, Stumbled) or still_ms > STILL_MS):
                    raise
                why = failure if isinstance(failure, Stumbled) else f"for {still_ms:.0f} ms nothing was recorded"
                print(f"The sound server stumbled, and the test runs again: {why}.")

    return run_again
