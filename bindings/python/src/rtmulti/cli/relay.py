"""`relay`: relays clients to a realtime server, in the pace of the ear. Only the arguments are read here; the relay is in
rtmulti.relay."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import sys
from typing import TYPE_CHECKING

from .problem import Problem
from .screen import say

if TYPE_CHECKING:
    from ..relay import Settings

NAME = "relay"
SUMMARY = "relay any client to a realtime server, so that the server remembers what the listener heard"
EXAMPLES = """\
  python -m rtmulti relay --upstream wss://api.openai.com/v1/realtime --port 8700
  python -m rtmulti relay --upstream wss://api.openai.com/v1/realtime --port 8700 --latency-ms 180
  python -m rtmulti relay --upstream ws://127.0.0.1:8765/v1/realtime --latency-ms measure

a client connects to ws://127.0.0.1:8700/v1/realtime?model=... with its own headers and its own key, and changes nothing
else. One that is unlike the others says so in its URL: ...&rtmulti_latency_ms=250&rtmulti_block_ms=40
the relay authenticates nobody: whoever reaches it reaches the upstream. It logs neither audio nor keys.
docs/relay.md says what it can know of a client's player, and what not.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `relay`."""
    parser.add_argument("--upstream", required=True, metavar="URL", help="the realtime server, ws:// or wss://")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument(
        "--port", type=int, default=0,
        help="the port to listen on (default: 0, which takes a free one)",
    )
    parser.add_argument(
        "--latency-ms",
        default="0",
        metavar="N|measure",
        help="how long after audio came the client's player plays it, or learn it from its truncations (default: 0)",
    )
    parser.add_argument(
        "--block-ms", type=int, default=20,
        help="what the client's player takes at a time (default: 20)",
    )
    lead = "what lies at the client, so that a network that stutters is not heard (default: 100)"
    parser.add_argument("--lead-ms", type=int, default=100, help=lead)
    takes = (
        "how it takes it: blocks (the default), whole-blocks (Pipecat), or frames, which it drops in the middle of a "
        "block"
    )
    parser.add_argument("--takes", default="blocks", metavar="HOW", help=takes)
    parser.add_argument(
        "--connections", type=int, default=500, metavar="N",
        help="how many clients at most (default: 500)",
    )


def run(options: argparse.Namespace) -> int:
    """Relays until it is stopped."""
    try:
        from ..relay import Settings, SettingsError
        from ..relay.settings import latency, takes
    except ImportError as error:
        raise Problem(f"{error}") from error
    try:
        settings = Settings(
            options.upstream,
            options.host,
            options.port,
            latency(options.latency_ms),
            options.block_ms,
            options.lead_ms,
            takes(options.takes),
            options.connections,
        )
    except SettingsError as error:
        raise Problem(str(error)) from error
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    logging.getLogger("rtmulti.relay").setLevel(logging.INFO)
    try:
        asyncio.run(_relay(settings))
    except KeyboardInterrupt:
        print()  # after the ^C of the terminal
    return 0


async def _relay(settings: Settings) -> None:
    from ..relay import Relay

    async with contextlib.AsyncExitStack() as stack:
        try:
            relay = await stack.enter_async_context(Relay(settings))
        except (OSError, UnicodeError) as error:
            words = f"{settings.host}:{settings.port} cannot be used: {getattr(error, 'strerror', None) or error}"
            raise Problem(f"{words}. Leave --port out for a free one.") from error
        say(f"Listening on {relay.url}, for {settings.upstream}")
        sys.stdout.flush()
        await relay.wait_closed()
