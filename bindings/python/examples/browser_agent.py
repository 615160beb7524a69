"""Talk to a voice agent in your browser, and speak over it: what you did not hear, it did not say. One command, no keys: a
model of our own answers, which hums where no espeak-ng is installed. For a real one, name its URL.

    pip install '.[browser]' && python bindings/python/examples/browser_agent.py
    OPENAI_API_KEY=… python bindings/python/examples/browser_agent.py "wss://api.openai.com/v1/realtime?model=gpt-realtime"
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from rtmulti import Event, HeardText, Message
from rtmulti.browser.host import BrowserHost
from rtmulti.server import StrictServer, parse_script

PORT = 8780
WORDS = [
    ["Hello, I live on your own machine.", "Speak over me while I talk, and I shall remember what you heard, and no more."],
    ["You have the word.", "What I had not said yet is struck out above, and the server has forgotten it, too."],
    ["Now load this page again while I am speaking.", "I go on where you stopped hearing me, for nothing was lost."],
    ["Open me in a second tab, if you like.", "The newest tab has the voice, and the older one falls silent."],
]


async def talk(model_url: str) -> None:
    """One conversation with the model, on whichever page came last. The model's first words wait for one."""

    def on_event(event: Event) -> None:
        if isinstance(event, HeardText):
            page.show(item=event.item_id, heard=event.text)
        elif isinstance(event, Message):
            words = {"text": event.heard_text, "generated": event.generated_text}
            page.show(item=event.item_id, ms=event.heard_ms, of=event.received_ms, **words)

    async def on_object(said: dict[str, object]) -> None:
        # The space bar: silence, and where there was silence, the next words.
        if said == {"press": True} and not await page.player.interrupt():
            await model.send('{"type": "response.create"}')

    key = os.environ.get("OPENAI_API_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key and model_url.startswith("wss://api.openai.com/") else None
    html = Path(__file__).with_suffix(".html")
    async with (
        connect(model_url, additional_headers=headers) as model,
        BrowserHost(model.send, html, PORT, on_event=on_event, on_object=on_object) as page,
    ):
        print(f"Please open http://localhost:{PORT} and press the button. Ctrl-C ends it.", flush=True)
        await model.send('{"type": "response.create"}')
        async for message in model:
            page.player.feed(message)
            event = json.loads(message)
            if event["type"] == "conversation.item.truncated":
                page.show(item=event["item_id"], remembers=event["audio_end_ms"])


async def try_it() -> None:
    """With a model of our own: a strict server that knows what was heard."""
    turns = [{"output": [{"message": words} for words in turn], "pace": 4} for turn in WORDS]
    async with StrictServer(parse_script({"turns": turns * 50})) as model:
        await talk(model.url)


if __name__ == "__main__":
    try:
        asyncio.run(talk(sys.argv[1]) if len(sys.argv) > 1 else try_it())
    except (OSError, WebSocketException) as problem:
        sys.exit(f"The conversation is over: {problem}")
    except KeyboardInterrupt:
        print()
