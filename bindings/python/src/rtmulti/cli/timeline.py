"""`timeline`: plays a recorded log in no time and draws what was heard; the drawing itself is in rtmulti.timeline. Also
what `play` shares with it: the options that say what is played, and the saving of a picture."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from ..timeline import Timeline, draw_html, draw_svg
from .event_log import read_log
from .playback import Plan, play_log
from .problem import Problem

NAME = "timeline"
SUMMARY = "draw what was received, heard and never heard of each message"
EXAMPLES = """\
  python -m rtmulti timeline SESSION.jsonl --interrupt-at 2.4 --out t.svg
  python -m rtmulti timeline SESSION.jsonl --interrupt-at 2.4 --out t.html --title "The weather call"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `timeline`."""
    add_log_arguments(parser)
    parser.add_argument(
        "--out", type=Path, metavar="FILE", default=Path("timeline.svg"), help=".svg or .html; timeline.svg"
    )
    parser.add_argument("--title", default="", help="what stands above the picture")


def run(options: argparse.Namespace) -> int:
    """Plays the log and draws the picture."""
    stops_ms = [seconds * 1000 for seconds in options.interrupt_at]
    played = play_log(Plan(read_log(options.log), stops_ms, title=options.title))
    write_picture(played.timeline, options.out)
    print(f"Saved the timeline: {options.out}")
    return 0


def add_log_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `play` and `timeline` share."""
    parser.add_argument("log", type=Path, metavar="SESSION.jsonl", help="one server event a line (see `record`)")
    parser.add_argument(
        "--interrupt-at",
        type=_seconds,
        action="append",
        default=[],
        metavar="SECONDS",
        help="the listener interrupts so long after the beginning of the log; may be given again",
    )


def write_picture(timeline: Timeline, path: Path) -> None:
    """Draws to `path`: a page for .html and .htm, else SVG."""
    text = draw_html(timeline) if path.suffix.lower() in (".html", ".htm") else draw_svg(timeline)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of seconds, 2.4 for example")
    return seconds
