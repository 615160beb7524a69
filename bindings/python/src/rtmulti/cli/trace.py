"""`trace`: prints a trace (Session.trace, rtmulti_session_trace) for people, and turns it into a log and a picture. How
its lines look is in trace_lines.py, how it is played in traced.py."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .._files import read_file
from ..trace import Trace
from .event_log import MOST_BYTES, write_entry
from .problem import Problem
from .screen import say
from .table import Table
from .timeline import PICTURES, picture_file, write_picture
from .trace_lines import Lines
from .traced import Watch, log_of, play_trace, read_trace

NAME = "trace"
SUMMARY = "print the trace of a session: everything that it was told, and everything that it did"
EXAMPLES = """\
  python -m rtmulti trace call.trace
  python -m rtmulti trace call.trace --all | less
  python -m rtmulti trace call.trace --out SESSION.jsonl --timeline t.svg
  python -m rtmulti trace call.trace --json | jq 'select(.who == "> server")'

a trace is written by Player(..., trace="call.trace"), Session.trace("call.trace") or, in C, rtmulti_session_trace.
each line says when, who said it ("server", "sink", "host") or was told it ("> server", "> sink", "> host"), and what.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `trace`."""
    parser.add_argument("trace", type=Path, metavar="TRACE", help="the file that a session was traced to")
    parser.add_argument("--all", action="store_true", help="a line for each piece of audio and each report, too")
    parser.add_argument("--out", type=Path, metavar="SESSION.jsonl", help="write the server's events to this log")
    parser.add_argument("--timeline", type=picture_file, metavar="FILE", help=f"draw the timeline: {PICTURES}")
    parser.add_argument("--json", action="store_true", help="print the lines as JSON, one a line")


def run(options: argparse.Namespace) -> int:
    """Prints the trace and writes the files that were asked for."""
    trace = read_trace(options.trace, read_file(options.trace, MOST_BYTES))
    lines = Lines(is_all=options.all)
    try:
        played = play_trace(trace, Watch(lines))
    finally:
        # Also as far as it could be played.
        if not options.json:
            say(f"Traced with rtmulti {trace.version}. Behind a > stands what the session said, and to whom.\n")
        for line in lines.lines:
            print(json.dumps(line.to_json())) if options.json else say(line)
    if not options.json:
        if played.timeline.tracks:
            say()
            Table(sys.stdout).show(played.timeline)
        for sentence in played.notes:
            say(f"\n{sentence}")
    saved = []
    if options.timeline is not None:
        write_picture(played.timeline, options.timeline)
        saved.append(f"Saved the timeline: {options.timeline}")
    if options.out is not None:
        saved += _write_log(trace, options.out, [stop.at_ms for stop in played.timeline.interruptions if stop.had_effect])
    if saved and not options.json:
        say("\n" + "\n".join(saved))
    return 0


def _write_log(trace: Trace, path: Path, stops_ms: list[float]) -> list[str]:
    """Writes the log; what a person should know of it."""
    entries, events = log_of(trace)
    try:
        with path.open("w", encoding="utf-8") as file:
            for entry in entries:
                write_entry(file, entry)
    except OSError as error:
        raise Problem(f"{path} cannot be written: {error.strerror}.") from error
    said = [f"Saved {len(entries)} events of the server: {path}"]
    if events.without:
        words = ", ".join(f"{word} ({count})" for word, count in sorted(events.without.items()))
        said.append(f"No event says the same as these, so they are not in it: {words}.")
    if entries and stops_ms:
        at = " ".join(f"--interrupt-at {round(ms / 1000, 3):g}" for ms in stops_ms)
        said.append(f"To hear it interrupted as it was: python -m rtmulti play {path} {at}")
    return said
