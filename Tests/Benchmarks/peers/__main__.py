"""Measures rtmulti side by side with its peers: prints a table, writes build/bench/peers.jsonl, one line a figure, and with --write
the tables of docs/performance.md and docs/peers.svg. A figure is no verdict: only what cannot run at all is an error.

usage: make bench-peers [ARGUMENTS="[--write] [--rounds N] [SECTION...]"]
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import platform
import re
import sys
import time
from typing import Any

from .sections import SECTIONS, Figure, Subjects, cases_of, measure
from .table import tables
from .workers import ROOT, Servers

_LINES = ROOT / "build" / "bench" / "peers.jsonl"
_PAGE = ROOT / "docs" / "performance.md"
_PICTURE = ROOT / "docs" / "peers.svg"
_BEGIN, _END = "<!-- written by make bench-peers -->\n", "<!-- end -->\n"


def machine() -> str:
    """The processor, the cores, and the Python, by their own names."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    found = re.search(r"model name\s*: (.*)", text)
    name = found[1] if found else "a processor of unknown name"
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _keep(figures: list[Figure], about: dict[str, Any]) -> None:
    _LINES.parent.mkdir(parents=True, exist_ok=True)
    _LINES.write_text("".join(json.dumps(one.to_json() | about) + "\n" for one in figures), encoding="utf-8")


def _write(text: str, figures: list[Figure]) -> None:
    from .picture import draw

    before, rest = _PAGE.read_text(encoding="utf-8").split(_BEGIN)
    _, after = rest.split(_END, 1)
    _PAGE.write_text(before + _BEGIN + text + _END + after, encoding="utf-8")
    _PICTURE.write_text(draw(figures), encoding="utf-8")


def main() -> int:
    """Measures what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench-peers", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and docs/peers.svg")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is asked (3)")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error(f"there is no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}; please ask at least once")
    wanted = [name for name in SECTIONS if not options.sections or name in options.sections]
    if options.write and len(wanted) < len(SECTIONS):
        parser.error("--write writes all sections; please name none")
    begin_s, load = time.monotonic(), os.getloadavg()[0]
    figures: list[Figure] = []
    subjects = Subjects()
    try:
        with Servers() as servers:
            about = {"machine": machine(), "load_before": round(load, 1), "versions": subjects.versions()}
            for section in wanted:
                for case in cases_of(section, subjects, servers, options.rounds):
                    figures += measure(case)
                    # A run that is broken off leaves what it has measured.
                    _keep(figures, about)
    finally:
        subjects.close()
    text = tables(figures, about)
    print(text)
    if options.write:
        _write(text, figures)
    print(f"{len(figures)} figures in {time.monotonic() - begin_s:.0f} s: {_LINES.relative_to(ROOT)}", file=sys.stderr)
    return 0 if any(one.median is not None for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
