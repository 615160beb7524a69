"""`play`: plays a recorded log, or a trace, and says what was heard; the playing itself is in playback.py."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..timeline import Timeline
from .playback import Played
from .screen import say
from .table import Table
from .timeline import PICTURES, add_log_arguments, picture_file, played_file, write_picture
from .traced import Watch

NAME = "play"
SUMMARY = "play a recorded event log, or a trace, and show what was heard of each message"
EXAMPLES = """\
  python -m rtmulti play SESSION.jsonl
  python -m rtmulti play SESSION.jsonl --interrupt-at 2.4 --out heard.wav --timeline t.svg
  python -m rtmulti play SESSION.jsonl --interrupt-at 2.4 --realtime
  python -m rtmulti play call.trace --out heard.wav
  python -m rtmulti play SESSION.jsonl --json | jq '.commands[].command'
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `play`."""
    add_log_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="WAV", help="write what was heard, and nothing else, to this file")
    parser.add_argument("--timeline", type=picture_file, metavar="FILE", help=f"draw the timeline: {PICTURES}")
    parser.add_argument("--realtime", action="store_true", help="take as long as the conversation took")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Plays the log, shows the table or the JSON, and writes the files that were asked for."""
    table = Table(sys.stdout)
    is_watched = options.realtime and not options.json
    watch = Watch(
        progress=table.update if is_watched else None, is_real_time=options.realtime, heard_path=options.out
    )
    played = played_file(options.log, options.interrupt_at, watch)
    if options.json:
        print(json.dumps(played.to_json(), indent=2))
    else:
        table.show(played.timeline)
        _show_rest(played)
    if options.timeline is not None:
        write_picture(played.timeline, options.timeline)
    if not options.json:
        for path, what in ((options.out, "what was heard"), (options.timeline, "the timeline")):
            if path is not None:
                say(f"Saved {what}: {path}")
    return 0


def _show_rest(played: Played) -> None:
    """What the table has no place for."""
    if played.timeline.told:
        say("\nThe server is told:")
    for told in played.timeline.told:
        say(f"  {told.at_ms / 1000:7.3f} s  {told.item_id or told.response_id}: {told.words()}")
    for stop in _unheard_interruptions(played.timeline):
        say(f"\nAt {stop:g} s nothing was playing, so there was nothing to interrupt.")
    for diagnostic in played.diagnostics:
        say(f"\nNote ({diagnostic.kind.name.lower()}): {diagnostic.message}")
    for sentence in played.notes:
        say(f"\n{sentence}")
    for words in played.refused:
        say(f"\nNot understood: {words}")


def _unheard_interruptions(timeline: Timeline) -> list[float]:
    return [stop.at_ms / 1000 for stop in timeline.interruptions if not stop.had_effect]
