"""`python -m rtmulti rules`: prints the rules that the docstrings cite ("rule A4"), from the page that comes with the
package. What a rule means for the engine is the library's."""

from __future__ import annotations

import argparse
import re
from importlib import resources

from .problem import Problem
from .screen import say

NAME = "rules"
SUMMARY = "print the rules that the documentation cites, all or some"
EXAMPLES = """\
  python -m rtmulti rules A4         # what "rule A4" says
  python -m rtmulti rules B2 C1      # two of them
  python -m rtmulti rules            # the whole page"""

_ANCHOR = re.compile(r'<a id="\w+"></a>')
_RULE = re.compile(r"^- ([A-Z]\d+) .*(?:\n {6}.*)*", re.MULTILINE)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command line may hold."""
    command.add_argument("rule", nargs="*", help="a rule as it is cited: A4")


def run(options: argparse.Namespace) -> int:
    """Prints the page, or the rules that were asked for in that order."""
    page = _ANCHOR.sub("", resources.files("rtmulti").joinpath("RULES.md").read_text(encoding="utf-8"))
    if not options.rule:
        say(page, end="")
        return 0
    rules = {match[1]: match[0] for match in _RULE.finditer(page)}
    for name in options.rule:
        if name.upper() not in rules:
            first, last = next(iter(rules)), list(rules)[-1]
            raise Problem(f"there is no rule {name}; rules are named {first} to {last}, and `rules` alone prints all")
        say(rules[name.upper()])
    return 0
