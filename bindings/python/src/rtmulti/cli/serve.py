"""`serve`: runs the strict local server and prints its verdicts; the server itself is in rtmulti.server."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from typing import TYPE_CHECKING

from .problem import Problem
from .screen import complain, say

if TYPE_CHECKING:
    from ..server import Script

NAME = "serve"
SUMMARY = "run a strict local Realtime server that checks whether its client tells the truth"
EXAMPLES = """\
  python -m rtmulti serve --list
  python -m rtmulti serve weather
  python -m rtmulti serve weather --port 8765 --once && echo green
  python -m rtmulti serve my-script.json

docs/server.md says what a script may hold.
a client connects to ws://127.0.0.1:PORT/v1/realtime, and says what its sink really played of a message with
  {"type": "rtmulti.heard", "item_id": "...", "content_index": 0, "heard_ms": 1213}
when it leaves, the server compares that with what it remembers, item by item.
a client that says nothing of the kind, as `record` does, gets no verdict.
exit code: 0 if every verdict was green, 1 if not.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `serve`."""
    parser.add_argument(
        "script", nargs="?", metavar="SCRIPT", help="what the server says: a name of --list, or the path of a JSON file"
    )
    parser.add_argument(
        "--list", action="store_true", help="print the scripts that come with rtmulti, and serve nothing"
    )
    parser.add_argument("--port", type=int, default=0, help="the port on loopback (default: 0, which takes a free one)")
    parser.add_argument("--once", action="store_true", help="end when the first client has left")
    parser.add_argument("--json", action="store_true", help="print verdicts, or the list, as JSON, one a line")


def run(options: argparse.Namespace) -> int:
    """Serves until it is stopped, or once."""
    try:
        from ..server import ScriptError, load_script, shipped_scripts
    except ImportError as error:
        raise Problem(f"{error}") from error
    if options.list:
        _print_list({name: load_script(path).about for name, path in shipped_scripts().items()}, options.json)
        return 0
    if options.script is None:
        names = ", ".join(shipped_scripts())
        raise Problem(f"say what is to be served: {names}, or the path of a JSON file. --list says what each is.")
    if not 0 <= options.port < 65536:
        raise Problem(f"--port must be between 0 and 65535, and {options.port} is not.")
    options.is_all_green = True
    try:
        script = load_script(options.script)
        asyncio.run(_serve(script, options))
    except ScriptError as error:
        raise Problem(str(error)) from error
    except KeyboardInterrupt:
        print()  # after the ^C of the terminal
    return 0 if options.is_all_green else 1


def _print_list(abouts: dict[str, str], as_json: bool) -> None:
    width = max(map(len, abouts))
    for name, about in abouts.items():
        print(json.dumps({"name": name, "about": about}) if as_json else f"{name:{width}}  {about}")


async def _serve(script: Script, options: argparse.Namespace) -> None:
    from ..server import StrictServer

    async with contextlib.AsyncExitStack() as stack:
        try:
            server = await stack.enter_async_context(StrictServer(script, options.port))
        except OSError as error:
            words = f"port {options.port} cannot be used: {error.strerror}"
            raise Problem(f"{words}. Leave --port out for a free one.") from error
        say(f"Listening on {server.url}")
        sys.stdout.flush()
        while True:
            try:
                verdict = await server.verdict()
            except Exception as error:
                # One client's conversation; the server goes on.
                options.is_all_green = False
                complain(f"a conversation has failed, and has no verdict: {type(error).__name__}: {error}")
            else:
                options.is_all_green &= verdict.is_green
                print(json.dumps(verdict.to_json())) if options.json else say(f"\n{verdict}")
                sys.stdout.flush()
            if options.once:
                return
