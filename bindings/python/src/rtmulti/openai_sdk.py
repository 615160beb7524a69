"""The openai SDK's connections, as a Player's `send`. Nothing of the SDK is imported here, and no other SDK is known."""

from __future__ import annotations

from ._arguments import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class OpenAIConnection(Protocol):
        """What `client.realtime.connect(...)` gives inside its block, of AsyncOpenAI or of OpenAI."""

        def send(self, event: Any, /) -> Any:
            """Sends an event, which the SDK encodes."""
            ...


_REMEDY = "give openai_send what `async with client.realtime.connect(...) as connection` gives"


def openai_send(connection: OpenAIConnection) -> Callable[[str], Any]:
    """The `send` of a Player on a connection of the openai SDK, for every release from 2.0.

        async with client.realtime.connect(model="gpt-realtime") as connection:
            async with Player(sink, openai_send(connection)) as player:
                while True:
                    player.feed(await connection.recv_bytes())

    A connection's own `send` would encode JSON text once more, into a JSON string that no server takes. Where the SDK
    has `send_raw` (later than 2.0) the text goes out as it is; else `send` gets it as the dict that it wants.

    When the SDK itself makes a new connection (`on_reconnecting`), call the player's reconnect() there: this function
    stays good.
    """
    send_raw: Callable[[str], Any] | None = getattr(connection, "send_raw", None)
    if callable(send_raw):
        return send_raw
    send = getattr(connection, "send", None)
    # What is not entered yet has a `send` too, which only collects.
    if not callable(send) or hasattr(connection, "__aenter__") or hasattr(connection, "__enter__"):
        raise TypeError(f"connection is no open connection of the openai SDK, but {shown(connection)}: {_REMEDY}")
    import json

    def send_decoded(command: str) -> Any:
        return send(json.loads(command))

    return send_decoded


def check_send(send: object) -> None:
    """Raises TypeError for what is no function, and for the `send` of the openai SDK, which would encode JSON again."""
    owner = getattr(send, "__self__", None)
    if type(owner).__module__.partition(".")[0] == "openai" and getattr(send, "__name__", "") == "send":
        raise TypeError(
            "send is the openai SDK's own, which encodes what it gets, and a command is JSON already: "
            "use send=rtmulti.openai_send(connection)"
        )
    if callable(send):
        return
    if callable(getattr(send, "send_raw", None)) or callable(getattr(send, "send", None)):
        raise TypeError(
            f"send must be a function that takes JSON text, not a connection: use its method, connection.send, and with "
            f"the openai SDK rtmulti.openai_send(connection); this is {shown(send)}"
        )
    raise TypeError(f"send must be a function that takes JSON text, not {shown(send)}")
