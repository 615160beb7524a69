"""What the documents of docs/rules say, as values: the rules with the tests that they name, and the list of what this
tree does not keep yet. Nothing is judged here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

RULE_ID = r"[A-H][1-9][0-9]?"
_RULE = re.compile(rf"^- ({RULE_ID}) .*(?:\n {{6}}.*)*", re.MULTILINE)
_TESTS = re.compile(r"\bTests?:\s+((?:[\w/.+-]+\s+`[^`]+`(?:,\s+)?)+)")
_TEST = re.compile(r"([\w/.+-]+)\s+`([^`]+)`")


@dataclass(frozen=True)
class NamedTest:
    """A test that a rule names because the scenario format cannot say what it covers."""

    path: str
    name: str


@dataclass
class Rule:
    """One rule of the page."""

    name: str
    tests: list[NamedTest] = field(default_factory=list)


@dataclass
class OpenList:
    """docs/rules/open.txt: rules that are not kept yet, rules that are kept but not named at their place, lines of the
    scenario format that are not read yet, and programs of Tests/Field that are not right yet (Tests/Field/run.py sees to
    those); each with the number of its line."""

    rules: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    programs: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_rules(root: Path) -> dict[str, Rule]:
    """The rules by their name, in the order of the page."""
    rules: dict[str, Rule] = {}
    for match in _RULE.finditer((root / "docs/rules/RULES.md").read_text(encoding="utf-8")):
        rule = rules[match[1]] = Rule(match[1])
        for tests in _TESTS.findall(match[0]):
            rule.tests += [NamedTest(path, name) for path, name in _TEST.findall(tests)]
    return rules


def read_open_list(root: Path) -> OpenList:
    """The entries of open.txt: `rule A6: why`, `place A6: why`, `line > unexpect T: why`,
    `field header-utf8.c: why`."""
    found = OpenList()
    path = root / "docs/rules/open.txt"
    kinds = {"rule": found.rules, "place": found.places, "line": found.lines, "field": found.programs}
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], 1):
        if not text or text.startswith("#"):
            continue
        match = re.fullmatch(r"(rule|place|line|field) (.+?): \S.*", text)
        if match is None:
            found.faults.append(
                f"docs/rules/open.txt:{number}: an entry is `rule NAME: why`, `place NAME: why`, "
                "`line LINE: why` or `field NAME: why`")
            continue
        entries = kinds[match[1]]
        if match[2] in entries:
            found.faults.append(f"docs/rules/open.txt:{number}: {match[1]} {match[2]} stands here twice")
        entries[match[2]] = number
    return found
