"""What a server refuses: something of the host's own, and a command of rtmulti's."""

import asyncio
import json

from made_up_call import loudspeaker
from websockets.asyncio.client import ClientConnection, connect

from rtmulti import Diagnostic, Player
from rtmulti.server import StrictServer, parse_script

OUTPUT = [{"message": "It is sunny in Paris.", "audio_ms": 1000}]
REFUSED = {"conversation.item.truncate": {"code": "server_error", "message": "The server had an error."}}
SCRIPT = {"voice": "tone", "refuse": REFUSED, "turns": [{"output": OUTPUT}]}


def note(diagnostic: Diagnostic) -> None:
    print(f"{diagnostic.kind.name.lower()}: {diagnostic.message}")


async def listen(socket: ClientConnection, player: Player) -> None:
    async for message in socket:
        event = json.loads(message)
        if event["type"] == "error":
            print("error event:", event["error"]["message"])
        player.feed(message)


async def main() -> None:
    async with StrictServer(parse_script(SCRIPT)) as server, connect(server.url) as socket:
        async with Player(loudspeaker(), socket.send, on_diagnostic=note) as player:
            listening = asyncio.create_task(listen(socket, player))
            for _ in range(2):  # the second one while the first is answered
                await socket.send('{"type": "response.create"}')
            await asyncio.sleep(0.5)
            await player.interrupt()
            await asyncio.sleep(0.2)
            stats = player.session.stats()
            print(f"commands refused: {stats.commands_refused} of {stats.commands_sent}")
            listening.cancel()


asyncio.run(main())
