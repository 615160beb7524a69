"""Which rules the sources name at the place that decides them. Such a place is a condition: a comment counts behind
one, or directly above a statement or function that has one. It names at most two rules; the head of a file and the
comment of a type count for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rulebook import RULE_ID

_CITATION = re.compile(rf"\b[Rr]ules?\s+({RULE_ID}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*–\s*|\s+to\s+){RULE_ID})*)")
_SPAN = re.compile(rf"([A-H])([0-9]+)(?:\s*–\s*|\s+to\s+)\1([0-9]+)")
_CONDITION = re.compile(
    r"\b(?:switch|if|guard|while|where|default:|min|max)\b|&&|\|\||(?<![=!<>])==|!=|<=|>=| [<>] | \? | \?\? ")
_ANSWER = re.compile(r"\breturn\b")
_SWITCH_CASE = re.compile(r"^\s*case\b[^:]*:")
_TABLE_ROW = re.compile(r"^\s*(?:\.init)?[\[({].*[\])}],?\s*$")
_TYPE = re.compile(r"^(?:[\w()@]+ )*(?:struct|class|enum|extension|protocol|actor|typealias|import|namespace)\b")
_COMMENT = re.compile(r"^\s*(?:///?|/\*+|\*)(?!/)")
_GOES_ON = re.compile(r"^\s*(?:&&|\|\||\?|:|\.)")
_ATTRIBUTE = re.compile(r"^\s*@\w+(?:\([^)]*\))?\s*$")
MOST_RULES_OF_A_COMMENT = 2
LONGEST_STATEMENT_LINES = 80


@dataclass(frozen=True)
class Place:
    """One comment that names rules, and whether it counts."""

    line: int
    rules: tuple[str, ...]
    counts: bool


def rules_in(comment: str) -> tuple[str, ...]:
    """The rules that a comment names, each once; a span (`rules A1 to A3`) names all that lie in it."""
    names: list[str] = []
    for citation in _CITATION.findall(comment):
        names += re.findall(RULE_ID, citation)
        for letter, first, last in _SPAN.findall(citation):
            names += [f"{letter}{number}" for number in range(int(first), int(last) + 1)]
    return tuple(dict.fromkeys(names))


def _without_strings(code: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', code)


def _split(line: str) -> tuple[str, str]:
    """The code of a line, and the comment behind it."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', lambda text: '"' + " " * (len(text[0]) - 2) + '"', line)
    match = re.search(r"//|/\*", bare)
    return (line, "") if match is None else (line[: match.start()], line[match.start():])


def _decides(code: str) -> bool:
    code = _without_strings(code)
    bare = re.sub(r"\([^()]*\)", "", code)
    return bool(_CONDITION.search(code) or _SWITCH_CASE.search(bare) or _TABLE_ROW.search(code))


def _statement(lines: list[str], start: int) -> str:
    """The statement or declaration that begins at a line, to the end of its brackets."""
    taken: list[str] = []
    depth = 0
    for line in lines[start: start + LONGEST_STATEMENT_LINES]:
        if taken and depth <= 0 and not _GOES_ON.match(line):
            break
        code, _ = _split(line)
        taken.append("" if _COMMENT.match(line) else code)
        bare = _without_strings(taken[-1])
        depth += sum(bare.count(sign) for sign in "([{") - sum(bare.count(sign) for sign in ")]}")
    return "\n".join(taken)


def _counts_above(lines: list[str], start: int) -> bool:
    while start < len(lines) and _ATTRIBUTE.match(lines[start]):
        start += 1
    if start == len(lines) or not lines[start].strip() or _TYPE.match(lines[start].strip()):
        return False
    statement = _statement(lines, start)
    return any(_decides(line) for line in statement.splitlines())


def places_in(source: str) -> list[Place]:
    """Every comment of a source file that names a rule."""
    lines = source.splitlines()
    places: list[Place] = []
    number = 0
    while number < len(lines):
        if not _COMMENT.match(lines[number]):
            code, comment = _split(lines[number])
            if names := rules_in(comment):
                counts = len(names) <= MOST_RULES_OF_A_COMMENT and bool(_decides(code) or _ANSWER.search(code))
                places.append(Place(number + 1, names, counts))
            number += 1
            continue
        first = number
        while number < len(lines) and _COMMENT.match(lines[number]):
            number += 1
        block = " ".join(re.sub(r"^\s*(?:///?|/\*+|\*)", "", line) for line in lines[first:number])
        if names := rules_in(block):
            counts = first > 0 and len(names) <= MOST_RULES_OF_A_COMMENT and _counts_above(lines, number)
            places.append(Place(first + 1, names, counts))
    return places
