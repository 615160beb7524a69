"""The pages of the built site, read as HTML: their ids, their links, their words. Nothing is judged here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_LINKS = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src"}


@dataclass
class Page:
    """What was found on one page.

    ids: how often each id stands there.
    links: where each link, picture, script and style sheet leads, as written.
    words: all text.
    """

    ids: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    words: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        attributes = dict(attrs)
        if identity := attributes.get("id"):
            self.page.ids[identity] += 1
        if target := attributes.get(_LINKS.get(tag, "")):
            self.page.links.append(target)

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        self.page.words += data


def name_of(path: Path, site: Path) -> str:
    """A page's name."""
    return str(path.relative_to(site)).removesuffix(".html")


def read_pages(site: Path) -> dict[str, Page]:
    """All pages by their names: where they are below the site's folder, without their ending."""
    pages = {}
    for path in sorted(site.rglob("*.html")):
        reader = _Reader()
        reader.feed(path.read_text(encoding="utf-8"))
        pages[name_of(path, site)] = reader.page
    return pages
