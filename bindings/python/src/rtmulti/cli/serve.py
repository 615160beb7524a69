"""`serve`: runs the strict local server and prints its verdicts; the server itself is in rtmulti.server."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from .problem import Problem

if TYPE_CHECKING:
    from ..server import Script, Verdict

NAME = "serve"
SUMMARY = "run a strict local Realtime server that checks whether its client tells the truth"
EXAMPLES = """\
  python -m rtmulti serve --script scripts/weather.json
  python -m rtmulti serve --script scripts/weather.json --port 8765 --once && echo green

a client connects to ws://127.0.0.1:PORT/v1/realtime, and says what its sink really played of a message with
  {"type": "rtmulti.heard", "item_id": "...", "content_index": 0, "heard_ms": 1213}
when it leaves, the server compares that with what it remembers, item by item.
a client that says nothing of the kind, as `record` does, gets no verdict.
exit code: 0 if every verdict was green, 1 if not.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `serve`."""
    parser.add_argument("--script", type=Path, required=True, metavar="FILE", help="what the server says, as JSON")
    parser.add_argument("--port", type=int, default=0, help="the port on loopback; 0 takes a free one; 0")
    parser.add_argument("--once", action="store_true", help="end when the first client has left")
    parser.add_argument("--json", action="store_true", help="print verdicts as JSON, one a line")


def run(options: argparse.Namespace) -> int:
    """Serves until it is stopped, or once."""
    try:
        from ..server import ScriptError, load_script
    except ImportError as error:
        raise Problem(f"{error}") from error
    if not 0 <= options.port < 65536:
        raise Problem(f"--port must be between 0 and 65535, and {options.port} is not.")
    verdicts: list[Verdict] = []
    try:
        asyncio.run(_serve(load_script(options.script), options, verdicts))
    except ScriptError as error:
        raise Problem(str(error)) from error
    except OSError as error:
        raise Problem(
            f"port {options.port} cannot be used: {error.strerror}. Leave --port out for a free one."
        ) from error
    except KeyboardInterrupt:
        print()  # after the ^C of the terminal
    return 0 if all(verdict.is_green for verdict in verdicts) else 1


async def _serve(script: Script, options: argparse.Namespace, verdicts: list[Verdict]) -> None:
    from ..server import StrictServer

    async with StrictServer(script, options.port) as server:
        print(f"Listening on {server.url}", flush=True)
        while True:
            verdicts.append(await server.verdict())
            print(json.dumps(verdicts[-1].to_json()) if options.json else f"\n{verdicts[-1]}", flush=True)
            if options.once:
                return
