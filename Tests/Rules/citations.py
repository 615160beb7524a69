"""Whether what a text points at is there: a rule, a document, a section of one, an anchor, a file of the tree. Which
texts there are, and what a citation in the sources is worth, is not known here.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from rulebook import RULE_ID, Rule

# Words that look like rules and are none: editions of the language C.
NO_RULES = {"C11", "C99"}
# Names that stand for those of somebody's own files: Tests/Scenarios/mine.scenario.
_STANDS_FOR_ANOTHER = re.compile(r"/(?:mine|N|NAME)\.")
# The text that names files as they were called once.
HISTORY = "CHANGELOG.md"
# Bytes in text form, where a rule's name is an accident.
DATA_SUFFIXES = {".jsonl", ".svg", ".csv"}

# Between letters, digits and the signs of base64 such a word is no name.
_NAME = re.compile(rf"(?<![\w+/=.#-])({RULE_ID})(?![\w+/=]|\.\d)")
_CALLED_A_RULE = re.compile(r"\b[Rr]ules? ([A-Z][0-9]+)\b")
_DOCUMENT = re.compile(r"(?<![\w/.\"-])((?:[\w.-]+/)*[A-Z]{3,}\.md)(?:#([\w.-]+)| §(\d+)| ([A-Z])(?![\w'’]))?")
_FILE = re.compile(
    r"(?<![\w/.$}*-])((?:Sources|Tests|bindings|docs|include|make)/[\w/+-]+(?:\.[\w-]+)+)(?:#([\w.-]+))?")
_WITHOUT_SUFFIX = re.compile(r"\b(RULES|DESIGN|SCENARIOS)(?: §?\w+)\b")
_LINK = re.compile(r"\]\(([^)#:\s]*)#([^)\s]+)\)")
_OF_ANOTHER_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+: \S+")
_WORDS_OF_A_LINK = re.compile(r"\[[^\[\]]*\]\(")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def anchors_of(markdown: str) -> set[str]:
    """What may follow a `#` in a link to this text: explicit anchors, and what code hosts make of headings."""
    anchors = set(re.findall(r'<a id="([^"]+)">', markdown))
    for heading in _HEADING.findall(markdown):
        words = re.sub(r"<[^>]*>|[^\w\s-]", "", heading.lower()).strip()
        anchors.add(re.sub(r"\s", "-", words))
    return anchors


def sections_of(markdown: str) -> set[str]:
    """The numbers and letters of a document's sections (`## 2. Rooms`, `## B. Outcome`)."""
    return set(re.findall(r"^## (?:<a [^>]*></a>)?(\w+)\.", markdown, re.MULTILINE))


class Citations:
    """Finds the dangling citations of a tree."""

    def __init__(self, root: Path, tracked: list[str], rules: dict[str, Rule]) -> None:
        self._root = root
        self._tracked = set(tracked)
        self._rules = rules

    def dangling(self, path: str) -> list[str]:
        """One sentence for each citation in a file that points at nothing."""
        if PurePosixPath(path).suffix in DATA_SUFFIXES:
            return []
        text = (self._root / path).read_text(encoding="utf-8")
        faults: list[str] = []
        for number, line in enumerate(text.splitlines(), 1):
            faults += [f"{path}:{number}: {fault}" for fault in self._faults_in(path, line)]
        return faults

    def _faults_in(self, path: str, line: str) -> list[str]:
        faults = []
        line = _OF_ANOTHER_REPOSITORY.sub("", line)
        if path.endswith(".md"):
            line = _WORDS_OF_A_LINK.sub("](", line)
        for name in sorted(set(_NAME.findall(line)) | set(_CALLED_A_RULE.findall(line))):
            if name not in self._rules and name not in NO_RULES:
                faults.append(f"there is no rule {name} (if it is none at all, add it to NO_RULES)")
        for document, anchor, number, letter in _DOCUMENT.findall(line):
            faults += self._faults_of(path, document, anchor, number or letter)
        for file, anchor in _FILE.findall(line):
            if not re.search(r"[A-Z]{3,}\.md$", file) and not _STANDS_FOR_ANOTHER.search(file) and path != HISTORY:
                faults += self._faults_of(path, file, anchor, "")
        if path.endswith(".md"):
            for document, anchor in _LINK.findall(line):
                target = document or PurePosixPath(path).name
                if not re.search(r"[A-Z]{3,}\.md$", target) or not document:
                    faults += self._faults_of(path, target, anchor, "")
        elif match := _WITHOUT_SUFFIX.search(line):
            faults.append(f"say where it is: docs/rules/{match[1]}.md")
        return faults

    def _faults_of(self, path: str, document: str, anchor: str, section: str) -> list[str]:
        found = self._find(path, document)
        if found is None:
            return [f"there is no {document}, neither from the root nor from here"]
        if not anchor and not section:
            return []
        text = (self._root / found).read_text(encoding="utf-8")
        if anchor and anchor not in anchors_of(text):
            return [f"{document} has no anchor #{anchor}"]
        if section and section not in sections_of(text):
            return [f"{document} has no section {section}"]
        return []

    def _find(self, path: str, document: str) -> str | None:
        """A document is named from the root of the tree, or from the folder of the text that names it."""
        beside = (self._root / path).parent / document
        for candidate in (self._root / document, beside):
            resolved = candidate.resolve()
            if resolved.is_relative_to(self._root) and str(resolved.relative_to(self._root)) in self._tracked:
                return str(resolved.relative_to(self._root))
        return None
