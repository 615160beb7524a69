"""Holds the tree to docs/rules: no citation dangles, each rule has a scenario or names its test, each rule is named in
Sources at the place that decides it, each line of the scenario format is read. What docs/rules/open.txt lists is passed
over, and an entry there that has become needless is a fault.

usage: check.py [--runner PROGRAM]... [ROOT]     (a runner of scenarios, which is asked whether it reads each line)
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import format_lines
import places
from citations import Citations
from rulebook import NamedTest, OpenList, Rule, read_open_list, read_rules

SOURCE_SUFFIXES = {".swift", ".c", ".cpp", ".h"}
# Where nothing is the tree's own: what is built, and git's.
BUILT = ("build", ".build", ".git")
# Inputs of the fuzzer are bytes that machines made; what the self test plants is meant to dangle.
NOT_READ = ("Tests/Fuzzing/corpus/", "Tests/Rules/self_test.py")


def tracked_files(root: Path) -> list[str]:
    """The files of the tree: those that git knows, in a copy without git all that are not built. A link stands for where
    it leads."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True).stdout
        names = listed.split("\0")
    except (OSError, subprocess.CalledProcessError):
        paths = (path.relative_to(root) for path in root.rglob("*"))
        names = [str(path) for path in paths if not path.parts[0].startswith(BUILT)]
    return [name for name in names if (root / name).is_file() and not (root / name).is_symlink()]


def is_text(path: Path) -> bool:
    """Whether a file is made of words, and not of bytes."""
    try:
        return "\0" not in path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False


class Check:
    """One look at one tree. Each method yields a sentence for each thing that it looked at: empty when all is well."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.tracked = tracked_files(self.root)
        self.files = [name for name in self.tracked if not name.startswith(NOT_READ) and is_text(self.root / name)]
        self.rules: dict[str, Rule] = read_rules(self.root)
        self.open: OpenList = read_open_list(self.root)

    def all(self, runners: list[Path]) -> Iterator[str]:
        """Everything that is checked."""
        yield from self.citations()
        yield from self.coverage()
        yield from self.decisions()
        yield from self.open_rules()
        yield from self.lines(runners)

    def citations(self) -> Iterator[str]:
        """Dangling citations, file by file."""
        citations = Citations(self.root, self.tracked, self.rules)
        for path in self.files:
            yield "\n".join(citations.dangling(path))

    def coverage(self) -> Iterator[str]:
        """Each rule has a scenario or a test that it names; each scenario begins with its rule."""
        covered = set()
        for path in self.files:
            if not path.endswith(".scenario") or not path.startswith("Tests/Scenarios/"):
                continue
            name = Path(path).name.partition("-")[0]
            covered.add(name)
            begins = re.match(rf"# {name}[:,] ", (self.root / path).read_text(encoding="utf-8"))
            well = begins and name in self.rules
            fault = f"{path}: the file's name and its first line begin with the rule that it shows (`# A1: …`)"
            yield "" if well else fault
        for rule in self.rules.values():
            missing = [test for test in rule.tests if not self.has_test(test)]
            yield "\n".join(f"rule {rule.name} names {test.path} `{test.name}`, which is not there" for test in missing)
            if rule.name not in covered and not rule.tests and rule.name not in self.open.rules:
                yield f"rule {rule.name} has no scenario in Tests/Scenarios, and names no test"

    def has_test(self, test: NamedTest) -> bool:
        """Whether a named test is there: a function of that name, and in C one that is called as well."""
        if test.path not in self.files:
            return False
        text = (self.root / test.path).read_text(encoding="utf-8")
        name = re.escape(test.name)
        if test.path.endswith(".c"):
            return len(re.findall(rf"\b{name}\b", text)) > 1
        return re.search(rf"\b(?:func|def|class|struct) {name}\b", text) is not None

    def decisions(self) -> Iterator[str]:
        """Each rule is named in Sources where it is decided."""
        decided: set[str] = set()
        elsewhere: dict[str, list[str]] = {}
        for path in self.files:
            if not path.startswith("Sources/") or Path(path).suffix not in SOURCE_SUFFIXES:
                continue
            for place in places.places_in((self.root / path).read_text(encoding="utf-8")):
                for name in place.rules:
                    if place.counts:
                        decided.add(name)
                    else:
                        elsewhere.setdefault(name, []).append(f"{path}:{place.line}")
        for name in self.rules:
            if name in self.open.places and name in decided:
                yield f"docs/rules/open.txt:{self.open.places[name]}: rule {name} is named at its place now"
            elif name in decided or name in self.open.rules or name in self.open.places:
                yield ""
            else:
                seen = f" (only beside it, at {', '.join(elsewhere[name])})" if name in elsewhere else ""
                yield f"rule {name} is not named in Sources at the place that decides it{seen}"

    def open_rules(self) -> Iterator[str]:
        """The entries of open.txt are readable and about rules that there are."""
        yield from self.open.faults
        for name, number in [*self.open.rules.items(), *self.open.places.items()]:
            yield "" if name in self.rules else f"docs/rules/open.txt:{number}: there is no rule {name}"

    def lines(self, runners: list[Path]) -> Iterator[str]:
        """Each line of docs/rules/SCENARIOS.md has a sample; each sample is read by the runners or stands in open.txt."""
        page = (self.root / "docs/rules/SCENARIOS.md").read_text(encoding="utf-8")
        for word in sorted(format_lines.words_without_a_sample(page)):
            yield f"docs/rules/SCENARIOS.md has `{word}`, of which Tests/Rules/format_lines.py has no sample"
        unread_by = {runner: format_lines.unread_by(runner) for runner in runners}
        for sample in format_lines.samples():
            unread = [str(runner) for runner, lines in unread_by.items() if sample in lines]
            if sample in self.open.lines:
                stale = bool(runners) and not unread
                yield f"docs/rules/open.txt:{self.open.lines[sample]}: all runners read `{sample}` now" if stale else ""
            else:
                yield f"`{sample}` is not read by {', '.join(unread)}" if unread else ""
        for entry, number in self.open.lines.items():
            if entry not in format_lines.samples():
                yield f"docs/rules/open.txt:{number}: `{entry}` is no sample of Tests/Rules/format_lines.py"


def main(arguments: list[str]) -> int:
    """Checks a tree and says how many of the things looked at are as they should be."""
    runners: list[Path] = []
    while arguments[:1] == ["--runner"]:
        runners.append(Path(arguments[1]).resolve())
        arguments = arguments[2:]
    root = Path(arguments[0]) if arguments else Path(__file__).parents[2]
    passed = failed = 0
    for answer in Check(root).all(runners):
        for fault in filter(None, answer.split("\n")):
            print(f"FAIL rules: {fault}")
            failed += 1
        passed += not answer
    print(f"rules: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
