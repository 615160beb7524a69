"""Holds the built site to the tree: no link leads nowhere, each rule and each word of the glossary has its anchor, all
that the header declares and all public names of the Python package stand in a reference, each guide is in a group; and,
where there is a Chromium, no page is wider than a phone, and dark is dark. Each kind of fault is planted once, and must
be noticed.

usage: check_site.py [SITE]       (build/site, after `make docs`)
"""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import importlib
import inspect
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / part) for part in ("docs/site", "Tests/Rules", "bindings/python/src")]

import rtmulti  # noqa: E402
from browser import NoChromium, pages_of, shown  # noqa: E402 - it is no package
from guides import groups_of  # noqa: E402
from header_text import sections_of, short_names_of  # noqa: E402
from pages import Page, name_of, read_pages  # noqa: E402
from rulebook import read_rules  # noqa: E402

RULES, GLOSSARY, WIRE = "docs/rules/RULES", "docs/glossary", "docs/wire"
_ROOMS = ("telephony", "browser", "server", "relay", "timeline", "trace", "compare")
_FRAMEWORKS = ("livekit", "openai_agents", "pipecat")
_PHONE_PX = 400
#: The theme lets what is too wide scroll within the column, so the column is asked as well as the page.
_WIDTH = "Math.max(document.documentElement.scrollWidth, document.querySelector('.content')?.scrollWidth ?? 0)"
_SEARCHED = {
    "rtmulti_session_poll": "reference/c/events.html#c.rtmulti_session_poll",
    "Player.interrupt": "reference/python/player.html#rtmulti.Player.interrupt",
    "A4": f"{RULES}.html#A4",
    "segment": f"{GLOSSARY}.html#segment",
}
_IS_FOUND = "[...document.querySelectorAll('#search-results a')].some((a) => a.getAttribute('href') === '{place}')"
_IS_DARK = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).every((part) => part < 64)"


def links(site: Path, pages: dict[str, Page]) -> Iterator[str]:
    """Each link within the site leads to a page or a file, and to an id that is there."""
    for name, page in pages.items():
        for link in dict.fromkeys(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = site / f"{name}.html"
            target = path.parent / unquote(parts.path) if parts.path else path
            place = name_of(target.resolve(), site.resolve())
            if not target.exists():
                yield f"{name}: the link to {link} leads to a file that is there"
            elif parts.fragment and place in pages and parts.fragment not in pages[place].ids:
                yield f"{name}: the link to {link} leads to an id that is there"
            else:
                yield ""


def rule_anchors(pages: dict[str, Page]) -> Iterator[str]:
    """Each rule, and each group of them, has one anchor; each that the header cites is linked from the C reference."""
    rules = read_rules(ROOT)
    for name in [*rules, *dict.fromkeys(rule[0] for rule in rules)]:
        count = pages[RULES].ids[name]
        yield "" if count == 1 else f"rule {name} has one anchor in {RULES}, not {count}"
    cited = set(re.findall(r"\b([A-H][1-9]\d?)\b", (ROOT / "include/rtmulti.h").read_text(encoding="utf-8")))
    linked = {link for name, page in pages.items() if name.startswith("reference/c/") for link in page.links}
    for name in sorted(cited & rules.keys()):
        yield "" if f"../../{RULES}.html#{name}" in linked else f"the C reference has a link to rule {name}"


def glossary_words(pages: dict[str, Page]) -> Iterator[str]:
    """Each word that the design lists has its place in the glossary."""
    design = (ROOT / "docs/rules/DESIGN.md").read_text(encoding="utf-8")
    listed = re.search(r"^## 7\. Words\n\n(.*?)\. Units", design, re.MULTILINE | re.DOTALL)
    assert listed is not None, "docs/rules/DESIGN.md has a section 7, Words"
    without_meanings = re.sub(r"\s*\([^)]*\)", "", listed[1].replace("\n", " "))
    for word in re.split(r", | and ", without_meanings):
        anchor = word.strip().replace(" ", "-")
        yield "" if pages[GLOSSARY].ids[anchor] == 1 else f"the glossary explains the word {word!r} (#{anchor})"


def header_names(pages: dict[str, Page]) -> Iterator[str]:
    """All that the header declares stands in the C reference, once, under its own name."""
    header = (ROOT / "include/rtmulti.h").read_text(encoding="utf-8")
    names: Counter[str] = Counter()
    for name, page in pages.items():
        if name.startswith("reference/c/"):
            # The id of an enumerator is c.ENUM.NAME.
            names += Counter(identity.rpartition(".")[2] for identity in page.ids if identity.startswith("c."))
            yield f"{name} has no anonymous enum or struct" if "anonymous" in page.words else ""
    declared = [thing.name for section in sections_of(header) for thing in section.declared]
    for name in [*declared, *short_names_of(header).values()]:
        count = names[name]
        yield "" if count == 1 else f"{name} stands once in the C reference, not {count} times"


def python_names(pages: dict[str, Page]) -> Iterator[str]:
    """All public names of the Python package stand in its reference, once."""
    ids: Counter[str] = Counter()
    for name, page in pages.items():
        if name.startswith("reference/python/"):
            ids += page.ids
    for name in public_names():
        yield "" if ids[name] == 1 else f"{name} stands once in the Python reference, not {ids[name]} times"


def public_names() -> Iterator[str]:
    """What the package and its rooms offer: names, and the methods, fields and members of what they name."""
    for module in (rtmulti, *(importlib.import_module(f"rtmulti.{room}") for room in _ROOMS)):
        for name in module.__all__:
            yield f"{module.__name__}.{name}"
            thing = getattr(module, name)
            if inspect.isclass(thing):
                yield from (f"{module.__name__}.{name}.{part}" for part in _parts_of(thing))
    for framework in _FRAMEWORKS:
        # Importing one wants its framework.
        text = (ROOT / f"bindings/python/src/rtmulti/integrations/{framework}/__init__.py").read_text(encoding="utf-8")
        offered = re.search(r"^__all__ = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
        assert offered is not None, f"rtmulti.{framework} has an __all__"
        yield from (f"rtmulti.{framework}.{name}" for name in re.findall(r'"(\w+)"', offered[1]))


def _parts_of(thing: type) -> Iterator[str]:
    if issubclass(thing, enum.Enum):
        yield from thing.__members__
        return
    if dataclasses.is_dataclass(thing):
        yield from (field.name for field in dataclasses.fields(thing) if not field.name.startswith("_"))
    for name, part in vars(thing).items():
        if not name.startswith("_") and (inspect.isfunction(part) or isinstance(part, property | classmethod)):
            yield name


def guides(pages: dict[str, Page]) -> Iterator[str]:
    """Each guide is named by a row of docs/README.md, and so is in a group of the sidebar."""
    grouped = {page for names in groups_of((ROOT / "docs/README.md").read_text("utf-8")).values() for page in names}
    for path in sorted(ROOT.glob("docs/*.md")):
        name = f"docs/{path.stem}"
        if path.stem != "README":
            yield "" if name in grouped else f"docs/README.md has a row for {path.name}"
            yield "" if f"{name}.html" in pages["index"].links else f"the sidebar has {name}"


def machine(pages: dict[str, Page]) -> Iterator[str]:
    """No page names a folder of the machine that made it."""
    for name, page in pages.items():
        yield f"{name} does not name {ROOT}" if str(ROOT) in page.words else ""


def planted(site: Path, pages: dict[str, Page]) -> Iterator[str]:
    """A fault of each kind is noticed."""
    poll, session = "c.rtmulti_session_poll", "rtmulti.Session.poll"
    faults: dict[str, tuple[Callable[[dict[str, Page]], Iterator[str]], Callable[[dict[str, Page]], object]]] = {
        "a link to no file": (partial(links, site), lambda copy: copy["index"].links.append("nowhere.html")),
        "a link to no id": (partial(links, site), lambda copy: copy["index"].links.append(f"{RULES}.html#Z9")),
        "a rule without an anchor": (rule_anchors, lambda copy: copy[RULES].ids.pop("A4")),
        "a rule with two": (rule_anchors, lambda copy: copy[RULES].ids.update(["A4"])),
        "a word that is not explained": (glossary_words, lambda copy: copy[GLOSSARY].ids.pop("segment")),
        "a function that is left out": (header_names, lambda copy: copy["reference/c/events"].ids.pop(poll)),
        "a method that is left out": (python_names, lambda copy: copy["reference/python/events"].ids.pop(session)),
        "a folder of this machine": (machine, lambda copy: setattr(copy["index"], "words", f"see {ROOT}/x")),
        "a guide that is left out": (guides, lambda copy: copy["index"].links.remove(f"{WIRE}.html")),
    }
    for what, (look, plant) in faults.items():
        copy = deepcopy(pages)
        plant(copy)
        yield "" if any(look(copy)) else f"{what} is noticed"


async def in_a_browser(site: Path) -> AsyncIterator[str]:
    """No page is wider than a phone, and a page is dark for who wants it so."""
    async for page, tab in shown(site, pages_of(site), _PHONE_PX):
        width = await tab.ask(_WIDTH)
        yield "" if width <= _PHONE_PX else f"{page} fits on a phone of {_PHONE_PX} pixels: it is {width} wide"
    async for page, tab in shown(site, ["search"], _PHONE_PX):
        for words, place in _SEARCHED.items():
            await tab.go((site / f"{page}.html").as_uri() + f"?q={words}")
            try:
                await tab.until(_IS_FOUND.format(place=place))
                yield ""
            except TimeoutError:
                yield f"a search for {words} finds {place}"
    async for page, tab in shown(site, ["index"], _PHONE_PX, "dark"):
        yield "" if await tab.ask(_IS_DARK) else f"{page} is dark for who prefers that"
        await tab.ask("document.querySelector('.content p').style.width = '500px'")
        yield "" if await tab.ask(_WIDTH) > _PHONE_PX else "a page that is too wide is noticed"


async def check(site: Path) -> int:
    """Checks all of it, and says how much was as it should be."""
    pages = read_pages(site)
    looked_at = [
        *links(site, pages),
        *rule_anchors(pages),
        *glossary_words(pages),
        *header_names(pages),
        *python_names(pages),
        *guides(pages),
        *machine(pages),
        *planted(site, pages),
    ]
    try:
        looked_at += [complaint async for complaint in in_a_browser(site)]
    except NoChromium as missing:
        print(f"How wide the pages are was not looked at. {missing}")
    complaints = [complaint for complaint in looked_at if complaint]
    for complaint in complaints:
        print(f"not true: {complaint}")
    print(f"{len(looked_at) - len(complaints)} passed, {len(complaints)} failed")
    return 1 if complaints or not looked_at else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(check(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build" / "site")))
