"""Takes a picture of every page of the site in a real Chromium, as long as the page is, at the width of a phone and of
a screen, in light or dark: for a person to look at. What can be measured, check_site.py measures.

usage: make/site-pictures.sh [--dark] [--width PIXELS]... [PAGE...]       (after `make docs`)
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from browser import pages_of, shown

ROOT = Path(__file__).resolve().parents[2]
_WIDTHS = (400, 1400)


async def main(arguments: argparse.Namespace) -> int:
    """Writes build/site-pictures/WIDTH[-dark]/PAGE.png."""
    site = ROOT / "build" / "site"
    pages = arguments.pages or pages_of(site)
    theme = "dark" if arguments.dark else "light"
    for width in arguments.width or _WIDTHS:
        folder = ROOT / "build" / "site-pictures" / (f"{width}-dark" if arguments.dark else str(width))
        async for page, tab in shown(site, pages, width, theme):
            path = folder / f"{page.replace('/', '-')}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            await tab.picture(path, whole=True)
        print(f"{len(pages)} pictures are in {folder.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dark", action="store_true", help="as a reader sees it who prefers dark")
    parser.add_argument("--width", type=int, action="append", help="in pixels; 400 and 1400 unless given")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="docs/python, for example; all unless given")
    sys.exit(asyncio.run(main(parser.parse_args())))
