"""`timeline`: plays a recorded log, or a trace, in no time and draws what was heard; the drawing itself is in
rtmulti.timeline. Also what `play` shares with it: the options that say what is played, and the saving of a picture."""

from __future__ import annotations

import argparse
import importlib.util
import math
from collections.abc import Callable
from pathlib import Path

from .._files import read_file
from ..timeline import Timeline, draw_html, draw_png, draw_svg
from ..timeline.png import NEEDS, UndrawableError
from ..trace import is_trace
from .event_log import MOST_BYTES, read_log
from .playback import Plan, Played, play_log
from .problem import Problem
from .screen import say
from .traced import Watch, log_of, play_trace, read_trace

NAME = "timeline"
SUMMARY = "draw what was received, heard and never heard of each message"
EXAMPLES = """\
  python -m rtmulti timeline SESSION.jsonl --interrupt-at 2.4 --out t.svg
  python -m rtmulti timeline SESSION.jsonl --interrupt-at 2.4 --out t.html --title "The weather call"
  python -m rtmulti timeline call.trace --out t.png

a page (.html) can be zoomed and asked, by mouse and by keys; a .png needs: pip install 'rtmulti[png]'
"""
PICTURES = ".svg, .png or .html"
_DRAWINGS: dict[str, Callable[[Timeline], str | bytes]] = {
    ".svg": draw_svg,
    ".png": draw_png,
    ".html": draw_html,
    ".htm": draw_html,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `timeline`."""
    add_log_arguments(parser)
    parser.add_argument(
        "--out",
        type=picture_file,
        metavar="FILE",
        default=Path("timeline.svg"),
        help=f"{PICTURES} (default: timeline.svg)",
    )
    parser.add_argument("--title", default="", help="what stands above the picture")


def run(options: argparse.Namespace) -> int:
    """Plays the log and draws the picture."""
    played = played_file(options.log, options.interrupt_at, Watch(title=options.title))
    write_picture(played.timeline, options.out)
    say(f"Saved the timeline: {options.out}")
    return 0


def played_file(path: Path, interrupt_at_s: list[float], watch: Watch) -> Played:
    """Plays a log; or a trace, as it happened, or with other interruptions its events alone."""
    stops_ms = [seconds * 1000 for seconds in interrupt_at_s]
    data = read_file(path, MOST_BYTES)
    if is_trace(data):
        trace = read_trace(path, data)
        if not stops_ms:
            return play_trace(trace, watch)
        entries = log_of(trace)[0]
    else:
        entries = read_log(path, data)
    return play_log(Plan(entries, stops_ms, watch.heard_path, watch.is_real_time, watch.title, watch.progress))


def add_log_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what `play` and `timeline` share."""
    parser.add_argument(
        "log",
        type=Path,
        metavar="SESSION",
        help="a log, SESSION.jsonl (see `record`); or a trace (see `trace`), which is played as it happened, "
        "and with --interrupt-at anew",
    )
    parser.add_argument(
        "--interrupt-at",
        type=_seconds,
        action="append",
        default=[],
        metavar="SECONDS",
        help="the listener interrupts so long after the beginning of the log; may be given again",
    )


def picture_file(text: str) -> Path:
    """The argument that names a picture. What cannot be drawn is refused before anything is played."""
    path = Path(text)
    draw = _DRAWINGS.get(path.suffix.lower())
    if draw is None:
        raise argparse.ArgumentTypeError(f"'{text}' must end with what it is to be: {PICTURES}")
    if draw is draw_png and importlib.util.find_spec("resvg_py") is None:
        raise argparse.ArgumentTypeError(f"'{text}': {NEEDS}")
    return path


def write_picture(timeline: Timeline, path: Path) -> None:
    """Draws to `path`, as its ending says."""
    try:
        drawn = _DRAWINGS[path.suffix.lower()](timeline)
    except UndrawableError as error:
        raise Problem(f"{path} cannot be drawn: {error}.") from error
    try:
        path.write_bytes(drawn if isinstance(drawn, bytes) else drawn.encode())
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
