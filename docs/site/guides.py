"""The groups of guides, as docs/README.md has them: a heading, and below it a table whose rows begin with a link to a
page. A page that no row names is in the group "More", so that it is on the site in any case. An extension of Sphinx.

    .. guides::         the sidebar's groups, and a list of them with what each page is for
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

CONTENTS = "docs/README"
_GROUP = re.compile(r"^## (?P<title>.+)$|^\| \[[^\]]*\]\((?P<page>[^)#]+)\.md\) \| (?P<for_whom>.*) \|$", re.MULTILINE)


def groups_of(contents: str) -> dict[str, list[str]]:
    """The names of the pages by group, from the root of the tree."""
    groups: dict[str, list[str]] = {}
    title = ""
    for found in _GROUP.finditer(contents):
        if found["title"]:
            title = found["title"]
        else:
            groups.setdefault(title, []).append(posixpath.normpath(f"docs/{found['page']}"))
    return groups


class Guides(SphinxDirective):
    """A table of contents for each group."""

    def run(self) -> list[nodes.Node]:
        """See Directive."""
        path = Path(self.env.doc2path(CONTENTS))
        self.env.note_dependency(str(path))
        groups = groups_of(path.read_text(encoding="utf-8"))
        listed = {CONTENTS, *(page for pages in groups.values() for page in pages)}
        unlisted = [page for page in sorted(self.env.found_docs) if page.startswith("docs/") and page not in listed]
        container = nodes.container()
        lines = list(_toctrees({**groups, **({"More": unlisted} if unlisted else {})}))
        self.state.nested_parse(StringList(lines, source=str(path)), 0, container)
        return container.children


def _toctrees(groups: dict[str, list[str]]) -> Iterator[str]:
    for title, pages in groups.items():
        yield from (".. toctree::", f"   :caption: {title}", "   :hidden:", "", *(f"   /{page}" for page in pages), "")


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    app.add_directive("guides", Guides)
    return {"parallel_read_safe": True}
