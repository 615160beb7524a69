"""Opens the pages of the built site in a real Chromium, from their files, at a width and in a theme. What is asked of
them is the business of check_site.py and pictures.py."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Integrations" / "browser"))

from chromium import Chromium, NoChromium, Tab
from pages import name_of

__all__ = ["NoChromium", "pages_of", "shown"]

_HEIGHT = 900
#: What the theme keeps of what its reader has chosen, before its own scripts run.
_THEME = "localStorage.setItem('theme', '{theme}')"


def pages_of(site: Path) -> list[str]:
    """The names of all pages."""
    return sorted(name_of(path, site) for path in site.rglob("*.html"))


async def shown(site: Path, pages: Iterable[str], width: int, theme: str = "light") -> AsyncIterator[tuple[str, Tab]]:
    """Each page in turn, loaded."""
    async with Chromium() as chromium:
        tab = await chromium.open("about:blank", before=_THEME.format(theme=theme))
        await tab.resize(width, _HEIGHT)
        for page in pages:
            await tab.go((site / f"{page}.html").as_uri())
            yield page, tab
