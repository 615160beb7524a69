"""A WebSocket relay between any client, in any language, and a realtime server: the client changes a URL, and the server
remembers what its listener heard. Needs the package websockets.

    async with Relay(Settings("wss://api.openai.com/v1/realtime")) as relay:
        print(relay.url)  # what the client connects to
        await relay.wait_closed()

It authenticates nobody and adds no key: the client's headers go to the one upstream as they came. docs/relay.md says what it
can know and what not. The rooms:

settings.py      what is configured, for all connections and by one connection's URL
server.py        Relay: listens, connects to the upstream, counts connections
link.py          one connection: carries messages both ways until a side leaves
exchange.py      what is done with each message: what passes, what waits, what is an interrupt
formats.py       in what a session speaks
waiting.py       the server's events that wait until the audio before them has gone
output.py        the sink: blocks of audio as deltas, in the pace of the ear
ear.py           what the client's player has played of what it was sent
outbox.py        what waits to be sent to a client, bounded
"""

from __future__ import annotations

from .._websockets import no_websockets

try:
    import websockets.asyncio.server  # noqa: F401
except ImportError as missing:
    raise no_websockets("The relay") from missing

from .ear import Takes
from .server import Relay
from .settings import MEASURED, Settings, SettingsError

__all__ = ["MEASURED", "Relay", "Settings", "SettingsError", "Takes"]
