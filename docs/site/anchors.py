"""Anchors that a Markdown page writes as `<a id="A1"></a>`, so that they work wherever it is read: on the site each
becomes the id of its section or of its point in a list, with a link to itself. An extension of Sphinx."""

from __future__ import annotations

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_ANCHOR = re.compile(r'<a id="([\w-]+)">')


class Anchors(SphinxTransform):
    """Makes ids of raw HTML."""

    default_priority = 300  # before MyST looks for what links on the same page mean

    def apply(self, **kwargs: object) -> None:
        """See Transform."""
        slugs = {}
        for raw, name in list(_anchors_in(self.document)):
            owner = _owner_of(raw)
            closing = raw.next_node(siblings=True, descend=False)
            raw.parent.remove(raw)
            if isinstance(closing, nodes.raw) and closing.astext() == "</a>":
                closing.parent.remove(closing)
            owner["ids"].insert(0, name)
            slugs[name] = (owner.line or 0, name, name)
            if isinstance(owner, nodes.list_item):
                kind, shown = _link_to_itself(owner, name)
                self.env.domains.standard_domain.note_object(kind, shown, name, location=owner)
        if slugs:
            setattr(self.document, "myst_slugs", {**getattr(self.document, "myst_slugs", {}), **slugs})  # noqa: B010
            metadata = self.env.metadata[self.env.docname]
            metadata["myst_slugs"] = {**metadata.get("myst_slugs", {}), **slugs}
            metadata["anchors"] = list(slugs)


def _anchors_in(document: nodes.document) -> Iterator[tuple[nodes.raw, str]]:
    for raw in document.findall(nodes.raw):
        found = _ANCHOR.fullmatch(raw.astext())
        if found:
            yield raw, found[1]


def _owner_of(raw: nodes.raw) -> nodes.Element:
    """What an anchor stands at the beginning of."""
    owner: nodes.Element = raw.parent
    while not isinstance(owner, nodes.list_item | nodes.section | nodes.document):
        owner = owner.parent
    return owner


def _link_to_itself(item: nodes.list_item, name: str) -> tuple[str, str]:
    """The name of a rule, or the word that a glossary explains, leads to its own place. What it is, and its name."""
    item["classes"].append("anchored")
    paragraph = item[0]
    assert isinstance(paragraph, nodes.paragraph)
    first = paragraph[0]
    if isinstance(first, nodes.Text) and first.strip() == name:
        item["classes"].append("rule")
        paragraph.remove(first)
        shown: nodes.Node = nodes.Text(name)
    else:
        shown = next(node for node in paragraph if isinstance(node, nodes.strong))
        paragraph.remove(shown)
    link = nodes.reference("", "", shown, internal=True, refid=name, classes=["anchor"])
    paragraph.insert(0, link)
    if isinstance(shown, nodes.Text):
        paragraph.insert(1, nodes.Text(" "))
    return "rule" if "rule" in item["classes"] else "word", shown.astext()


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    # So that a search finds them by their names.
    app.add_object_type("rule", "rule")
    app.add_object_type("word", "word")
    app.add_transform(Anchors)
    return {"parallel_read_safe": True}
