"""Who holds how many, where the asking is no worker's: a program in C that says how late its latest audio was, and the relay, whose
load Tests/Integrations/relay/relay_load.py measures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .searching import Search
from .workers import ROOT, Program, Unanswered, python_of, run_anywhere

_SECONDS = 2


class Searched:
    """A program that is asked for more and more sessions."""

    def __init__(self, program: Program, word: str) -> None:
        self._program, self._word = program, word

    def ask(self, question: Mapping[str, int]) -> dict[str, int]:
        """How many it holds."""
        search = Search(question["first"], question["most"])
        while not search.is_over:
            search.tell(self._program.ask([self._word, search.count, _SECONDS])["ms"])
        return {"sessions": search.best}


class RelayLoad:
    """The relay: how many connections would fill a core by the processor time of 100. How late it is, is not measured."""

    def ask(self, _: Any) -> dict[str, float]:
        """See above."""
        program = str(ROOT / "Tests" / "Integrations" / "relay" / "relay_load.py")
        said = run_anywhere([python_of("peers-rtmulti"), program, "100", "5"])
        found = re.search(r"([\d.]+) ms for each second of a connection", said)
        if found is None:
            raise Unanswered("relay_load.py did not say what it cost")
        return {"sessions": 1e3 / float(found[1])}
