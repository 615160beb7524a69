"""`compare`: the same conversations through every installed framework. Only the arguments are read here; what is played stands
in rtmulti.compare."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .._websockets import no_websockets
from .problem import Problem

if TYPE_CHECKING:
    from ..compare import Framework, Row, Way

NAME = "compare"
SUMMARY = "play the same interrupted conversations through every installed framework, alone and with rtmulti"
EXAMPLES = """\
  python -m rtmulti compare
  python -m rtmulti compare --only openai-agents --row d1 --row e --verbose
  python -m rtmulti compare --only relay --how api --json
  python -m rtmulti compare --seed 7 --count 20 --picture compare.svg

frameworks: livekit, pipecat, openai-agents; relay means all of them behind the relay. One that is not installed is left out.
each conversation takes some four seconds, and four are played at a time.
exit code: 0 if every cell with rtmulti is what it must be, 1 if not. docs/compare.md says how each is driven.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `compare`."""
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this framework; may come again")
    parser.add_argument("--row", action="append", default=[], metavar="NAME", help="this row; may come again")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N",
        help="the first seed of random conversations (default: 1)",
    )
    parser.add_argument(
        "--count", type=int, metavar="N",
        help="how many random conversations (default: 5, or none with --row)",
    )
    parser.add_argument(
        "--how", choices=("vad", "api"), default="vad",
        help="who interrupts: speech (the default), or the application",
    )
    parser.add_argument(
        "--far-ms", type=int, default=0, metavar="N",
        help="how far away the clients are, each way (default: 0)",
    )
    parser.add_argument(
        "--beside", type=int, default=4, metavar="N",
        help="how many conversations at a time (default: 4)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="also draw the sums as SVG")
    parser.add_argument("--verbose", action="store_true", help="also one line for each row of each cell")


def run(options: argparse.Namespace) -> int:
    """Plays, prints and judges."""
    try:
        import websockets.asyncio.server  # noqa: F401
    except ImportError as error:
        raise Problem(f"{no_websockets('compare')}") from error
    try:
        from .. import compare
        from ..compare import report
        from ..compare.clock import FairLoop
        from ..compare.talk import describe
    except ImportError as error:
        raise Problem(f"{error}") from error
    rows = _rows(options)
    if options.picture is not None:
        _check_writable(options.picture)
    frameworks, left_out = _frameworks(options.only)
    for words in left_out:
        print(words, file=sys.stderr)
    if not frameworks:
        packages = "livekit-agents with livekit-plugins-openai, pipecat-ai or openai-agents"
        raise Problem(f"no framework is installed that could be compared: pip install {packages}.")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    try:
        asyncio.set_event_loop(loop := FairLoop())
        beside, far_ms = max(1, options.beside), max(0, options.far_ms)
        cells = loop.run_until_complete(compare.play(frameworks, rows, options.how, beside, _told, far_ms))
    finally:
        logging.disable(logging.NOTSET)
    if options.json:
        print(json.dumps(report.to_json(cells, [describe(row) for row in rows], left_out), indent=1))
    else:
        if options.verbose:
            print(report.by_row(cells), end="\n\n")
        print(report.table(cells, len(rows)))
    if options.picture is not None:
        try:
            options.picture.write_text(report.picture(cells, len(rows)), encoding="utf-8")
        except OSError as error:
            raise Problem(f"{options.picture} cannot be written: {error.strerror}.") from error
    exit_code = 1 if any(cell.faults() for cell in cells) else 0
    # Some frameworks leave threads behind that nobody can end, and Python would wait for them.
    sys.stdout.flush()
    os._exit(exit_code)


def _check_writable(path: Path) -> None:
    """Before anything is played, which takes minutes."""
    is_new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error
    if is_new:
        path.unlink()


def _told(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _rows(options: argparse.Namespace) -> list[Row]:
    from ..compare import ROWS, random_row

    known = {row.name: row for row in ROWS}
    for name in options.row:
        if name not in known:
            raise Problem(f"--row: there is no row {name!r}; there are {', '.join(known)}.")
    chosen = [known[name] for name in dict.fromkeys(options.row)] or list(ROWS)
    count = (0 if options.row else 5) if options.count is None else options.count
    if not 0 <= count <= 10_000:
        raise Problem(f"--count must be from 0 to 10000, and {count} is not.")
    return chosen + [random_row(seed) for seed in range(options.seed, options.seed + count)]


def _frameworks(only: Sequence[str]) -> tuple[list[tuple[Framework, list[Way]]], list[str]]:
    """What is played, and a sentence about each thing that is left out."""
    from ..compare import FRAMEWORKS, NAMES, Way

    for name in only:
        if name not in NAMES:
            raise Problem(f"--only: there is no {name!r}; there are {', '.join(NAMES)}.")
    wants_relay = not only or "relay" in only
    chosen: list[tuple[Framework, list[Way]]] = []
    left_out: list[str] = []
    for framework in FRAMEWORKS:
        is_wanted = not only or framework.name in only
        ways = [Way.ALONE, Way.RTMULTI] if is_wanted else []
        ways += [Way.RELAY] if wants_relay else []
        if not ways:
            continue
        try:
            framework.make()
        except ImportError as error:
            left_out.append(f"{framework.name} is left out: {_why(framework, error)}")
            continue
        if Way.RTMULTI in ways and not framework.has_integration():
            ways.remove(Way.RTMULTI)
            module = f"rtmulti.integrations.{framework.integration}"
            left_out.append(f"{framework.name} with rtmulti is left out: {module} cannot be imported.")
        chosen.append((framework, ways))
    return chosen, left_out


def _why(framework: Framework, error: ImportError) -> str:
    if framework.version is None:
        return f"the package {framework.package} is not installed."
    return f"{framework.package} {framework.version} cannot be driven here ({error})."
