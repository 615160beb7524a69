"""A page's loudspeaker over a WebSocket as a sink that knows what was heard. Needs no other package, and brings the page's
half along: MODULE, one file without a build step.

    page = BrowserSink(websocket.send)
    async with Player(page, model.send, config=PAGE) as player:
        async for message in websocket:
            voice = page.receive(message)

docs/browser.md has the page's side, what is exact about it, and what becomes of reloads and second tabs.
"""

from pathlib import Path

from ..config import Config
from ..enums import UNLIMITED
from .sink import BrowserSink, State

__all__ = ["MODULE", "PAGE", "BrowserSink", "State"]

#: The page's half, to be served as text/javascript: `import { connect } from "/rtmulti.js"`.
MODULE = Path(__file__).with_name("rtmulti.js")

#: What a page needs of its session's configuration; dataclasses.replace changes the rest. The sink itself bounds how much
#: is written ahead, a report every 20 ms needs no estimates in between, and an answer to a clear needs its way.
PAGE = Config(write_ahead_ms=UNLIMITED, estimate=False, clear_timeout_ms=1500)
