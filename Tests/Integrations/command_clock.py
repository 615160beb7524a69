"""How long after an interruption the commands for what was spoken leave, on a connection that looks on. Who interrupts, and
what is long, is each measurement's own."""

from __future__ import annotations

import json
import time
from typing import Any

#: What the server is told of a response that is cut; clearing the user's audio is another matter.
_COMMANDS = ("response.cancel", "conversation.item.truncate", "conversation.item.delete")


class CommandClock:
    """The commands behind an interruption, with the ms from it to each."""

    def __init__(self) -> None:
        self._began_s: float | None = None
        self._sent: list[tuple[float, dict[str, Any]]] = []

    def interrupted(self) -> None:
        """The client learns of an interruption; the first time counts."""
        self._began_s = self._began_s or time.perf_counter()

    def commanded(self, command: dict[str, Any]) -> None:
        """A command leaves."""
        if self._began_s is not None:
            self._sent.append(((time.perf_counter() - self._began_s) * 1000, command))

    @property
    def ms(self) -> float | None:
        """How long it took until the first command."""
        return self._sent[0][0] if self._sent else None

    def last(self, kind: str) -> tuple[float, dict[str, Any]] | None:
        """The last command of this kind, and how long it took."""
        return next((one for one in reversed(self._sent) if one[1]["type"] == kind), None)


class WatchedSocket:
    """A connection that notes when the server heard the user, and when a command for what is spoken leaves."""

    def __init__(self, socket: Any, clock: CommandClock) -> None:
        self._socket, self._clock = socket, clock

    async def send(self, text: str) -> None:
        """Sends it."""
        command = json.loads(text)
        if command["type"] in _COMMANDS:
            self._clock.commanded(command)
        await self._socket.send(text)

    async def __aiter__(self) -> Any:
        async for message in self._socket:
            if '"input_audio_buffer.speech_started"' in message[:80]:
                self._clock.interrupted()
            yield message

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)
