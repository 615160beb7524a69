"""Makes a link of what a page cites in words: a rule ("rule A4", "rules F1, F10", "(D12)", "docs/rules/RULES.md#B")
leads to its anchor, and "docs/wire.md" to that guide. An extension of Sphinx."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

RULES = "docs/rules/RULES"
_CITED = re.compile(
    r"docs/rules/RULES\.md#(?P<anchor>[A-H]\d*)|\b(?P<rule>[A-H][1-9]\d?)\b|\b(?P<page>docs/[\w/-]+)\.md\b"
)
#: The tests that a rule names at its end: "Test: Tests/C/limits.c `check_text`".
_TESTS = re.compile(r"\bTests?:\s*(?:Tests/|$)")
#: In these a rule's name is something else, or a link already.
_NOT_IN = (nodes.reference, nodes.literal, nodes.literal_block, nodes.title, nodes.raw, addnodes.desc_signature)


class NamedTests(SphinxTransform):
    """Sets the tests that a rule names apart from its words."""

    default_priority = 310

    def apply(self, **kwargs: object) -> None:
        """See Transform."""
        if self.env.docname != RULES:
            return
        for text in list(self.document.findall(nodes.Text)):
            found = _TESTS.search(text)
            if found and isinstance(text.parent, nodes.paragraph):
                paragraph, at = text.parent, text.parent.index(text)
                rest = [nodes.Text(text[found.start() :]), *paragraph.children[at + 1 :]]
                paragraph.children[at:] = []
                paragraph += [nodes.Text(text[: found.start()]), nodes.inline("", "", *rest, classes=["tests"])]


class Titles(SphinxTransform):
    """A link that a page writes as the name of a file (`[wire.md](wire.md)`) says the title of what it leads to."""

    default_priority = 320

    def apply(self, **kwargs: object) -> None:
        """See Transform."""
        for link in self.document.findall(addnodes.pending_xref):
            if link.get("refdomain") == "doc" and link.astext().endswith(".md"):
                link["refexplicit"] = False


class Citations(SphinxPostTransform):
    """Looks for citations in the words of a page."""

    default_priority = 400

    def run(self, **kwargs: object) -> None:
        """See SphinxPostTransform."""
        for text in list(self.document.findall(nodes.Text)):
            if _CITED.search(text) and not any(isinstance(parent, _NOT_IN) for parent in _parents_of(text)):
                text.parent.replace(text, list(self._linked(text)))

    def _linked(self, text: nodes.Text) -> Iterator[nodes.Node]:
        before = 0
        for found in _CITED.finditer(text):
            name, page = found["anchor"] or found["rule"], found["page"]
            if page:
                is_known, shown, anchor = page in self.env.found_docs, found[0], ""
            else:
                is_known, page, anchor = name in self.env.metadata[RULES].get("anchors", ()), RULES, f"#{name}"
                shown = f"rules {name}" if len(name) == 1 else found[0]
            if is_known:
                yield nodes.Text(text[before : found.start()])
                place = self.app.builder.get_relative_uri(self.env.docname, page) + anchor
                yield nodes.reference("", shown, internal=True, refuri=place)
                before = found.end()
        yield nodes.Text(text[before:])


def _parents_of(node: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None:
        node = node.parent
        yield node


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    app.add_transform(NamedTests)
    app.add_transform(Titles)
    app.add_post_transform(Citations)
    return {"parallel_read_safe": True}
