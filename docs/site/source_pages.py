"""Links from a page to a file or a folder of the tree that is no page of the site: each such file gets a page that
shows it. An extension of Sphinx."""

from __future__ import annotations

import html
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments.lexers import guess_lexer_for_filename
from pygments.util import ClassNotFound
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.osutil import relative_uri

ROOT = Path(__file__).parents[2]
_FOLDER = "source"
#: What stands on the site under another name: the README begins the first page, and the header is the C reference.
_ELSEWHERE = {"README.md": "index", "include/rtmulti.h": "reference/c/index"}


class SourceLinks(SphinxTransform):
    """Finds the links that lead out of the site."""

    default_priority = 200  # before Sphinx collects what is to be downloaded

    def apply(self, **kwargs: object) -> None:
        """See Transform."""
        here = self.env.docname
        links = [*self.document.findall(addnodes.download_reference), *self.document.findall(addnodes.pending_xref)]
        for link in links:
            path = _leads_to(link, here)
            if path is None or not (ROOT / path).exists():
                continue
            page = _ELSEWHERE.get(path)
            if f"{path}/README" in self.env.found_docs:
                page = f"{path}/README"
            if page is None:
                page = f"{_FOLDER}/{path}"
                self.env.metadata[here].setdefault("shown", []).append(path)
            uri = relative_uri(self.app.builder.get_target_uri(here), self.app.builder.get_target_uri(page))
            link.replace_self(nodes.reference("", "", *link[0].children, internal=True, refuri=uri))


def _leads_to(link: nodes.Element, here: str) -> str | None:
    """The file or folder that a link leads to, from the root of the tree; None for what is a page or somewhere else."""
    target = link["reftarget"].partition("#")[0]
    if link.get("reftype") != "myst" or link.get("refdomain") == "doc" or not target:
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
    return None if path.startswith("..") else path


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """A page for each file, and for each folder one that lists its files."""
    shown = {path for metadata in app.env.metadata.values() for path in metadata.get("shown", ())}
    for path in sorted(shown):
        if (ROOT / path).is_dir():
            files = sorted(file.name for file in (ROOT / path).iterdir() if file.is_file() and _text_of(file))
            links = (f'<li><a href="{_last(path)}/{name}.html">{name}</a></li>' for name in files)
            yield _page(path, "".join(links), "ul")
            shown |= {f"{path}/{name}" for name in files}
    for path in sorted(shown):
        if (ROOT / path).is_file():
            text = _text_of(ROOT / path) or "This file is not made of words."
            yield _page(path, app.builder.highlighter.highlight_block(text, _language_of(path, text)), "div")  # type: ignore[attr-defined]


def _page(path: str, body: str, tag: str) -> tuple[str, dict[str, Any], str]:
    body = f"<h1>{html.escape(_last(path))}</h1><p><code>{html.escape(path)}</code></p><{tag}>{body}</{tag}>"
    return f"{_FOLDER}/{path}", {"title": _last(path), "body": body}, "page.html"


def _text_of(file: Path) -> str:
    """What stands in a file; nothing where that is bytes."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _last(path: str) -> str:
    return posixpath.basename(path)


def _language_of(path: str, text: str) -> str:
    try:
        return guess_lexer_for_filename(path, text).aliases[0]
    except (ClassNotFound, IndexError):
        return "text"


def setup(app: Sphinx) -> dict[str, bool]:
    """See Sphinx."""
    app.add_transform(SourceLinks)
    app.connect("html-collect-pages", _pages)
    return {"parallel_read_safe": True}
