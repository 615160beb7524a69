"""Talk to a voice agent in your browser, and speak over it: what you did not hear, it did not say. One command, no keys: a
model of our own answers, which hums where no espeak-ng is installed. For a real one, name its URL.

    pip install websockets && python examples/browser_agent.py
    OPENAI_API_KEY=… python examples/browser_agent.py "wss://api.openai.com/v1/realtime?model=gpt-realtime"
"""

import asyncio
import contextlib
import json
import logging
import os
import sys
from base64 import b64encode
from collections import deque
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.http11 import Request, Response
from websockets.typing import Origin

from rtmulti import Event, HeardText, Message, Player
from rtmulti.browser import MODULE, PAGE, BrowserSink
from rtmulti.server import StrictServer, parse_script

PORT = 8780
FILES = {"/": (Path(__file__).with_suffix(".html"), "text/html"), "/rtmulti.js": (MODULE, "text/javascript")}
WORDS = [
    ["Hello, I live on your own machine.", "Speak over me while I talk, and I shall remember what you heard, and no more."],
    ["You have the word.", "What I had not said yet is struck out above, and the server has forgotten it, too."],
    ["Now load this page again while I am speaking.", "I go on where you stopped hearing me, for nothing was lost."],
    ["Open me in a second tab, if you like.", "The newest tab has the voice, and the older one falls silent."],
]


class Agent:
    """One conversation with the model, on whichever page came last."""

    def __init__(self, model: ClientConnection) -> None:
        self.model, self.page = model, list[ServerConnection]()
        self.player = Player(None, model.send, config=PAGE, on_event=self.on_event)
        self.shown = deque[str](maxlen=1000)  # for a page that is loaded again

    def on_event(self, event: Event) -> None:
        if isinstance(event, HeardText):
            self.show(item=event.item_id, heard=event.text)
        elif isinstance(event, Message):
            words = {"text": event.heard_text, "generated": event.generated_text}
            self.show(item=event.item_id, ms=event.heard_ms, of=event.received_ms, **words)

    def show(self, **what: object) -> None:
        self.shown.append(json.dumps(what))
        broadcast(self.page, self.shown[-1])

    async def listen(self) -> None:
        """What the model says goes into the player; its first words wait there for a page."""
        await self.model.send('{"type": "response.create"}')
        async for message in self.model:
            self.player.feed(message)
            event = json.loads(message)
            if event["type"] == "conversation.item.truncated":
                self.show(item=event["item_id"], remembers=event["audio_end_ms"])

    async def take(self, page: ServerConnection) -> None:
        """A page comes, or comes again: it has the voice now, and what was not heard yet plays there."""
        sink = BrowserSink(page.send)
        self.player.set_sink(sink)
        for shown in self.shown:
            broadcast([page], shown)
        self.page = [page]
        with contextlib.suppress(ConnectionClosed):
            async for message in page:
                voice = sink.receive(message)
                if voice:
                    append = {"type": "input_audio_buffer.append", "audio": b64encode(voice).decode()}
                    await self.model.send(json.dumps(append))
                elif message == '{"press":true}':  # in a task: the page's answer to it comes by this loop
                    self.pressing = asyncio.create_task(self.press())
        sink.end()

    async def press(self) -> None:
        """The space bar: silence, and where there was silence, the next words."""
        if not await self.player.interrupt():
            await self.model.send('{"type": "response.create"}')


def file_of(connection: ServerConnection, request: Request) -> Response | None:
    """The page and the module, over HTTP."""
    if request.path == "/voice":
        return None
    if request.path not in FILES:
        return connection.respond(404, "There is no such page.\n")
    file, kind = FILES[request.path]
    response = connection.respond(200, file.read_text())
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = f"{kind}; charset=utf-8"
    return response


async def host(model_url: str) -> None:
    key = os.environ.get("OPENAI_API_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key and model_url.startswith("wss://api.openai.com/") else None
    origins = [Origin(f"http://{name}:{PORT}") for name in ("localhost", "127.0.0.1")]  # no other site may come in
    async with connect(model_url, additional_headers=headers) as model:
        agent = Agent(model)
        async with agent.player, serve(agent.take, "127.0.0.1", PORT, process_request=file_of, origins=origins):
            print(f"Please open http://localhost:{PORT} and press the button. Ctrl-C ends it.", flush=True)
            await agent.listen()


async def try_it() -> None:
    """With a model of our own: a strict server that knows what was heard."""
    turns = [{"output": [{"message": words} for words in turn], "pace": 4} for turn in WORDS]
    async with StrictServer(parse_script({"turns": turns * 50})) as model:
        await host(model.url)


if __name__ == "__main__":
    # Browsers open connections to have one ready, and close them unused; websockets would complain of each.
    logging.getLogger("websockets.server").setLevel(logging.CRITICAL)
    try:
        asyncio.run(host(sys.argv[1]) if len(sys.argv) > 1 else try_it())
    except (OSError, WebSocketException) as problem:
        sys.exit(f"The conversation is over: {problem}")
    except KeyboardInterrupt:
        print()
