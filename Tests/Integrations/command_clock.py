"""How long after an interruption the first command for what was spoken leaves, on a connection that looks on. Who interrupts, and
what is long, is each measurement's own."""

from __future__ import annotations

import json
import time
from typing import Any

#: What the server is told of a response that is cut; clearing the user's audio is another matter.
_COMMANDS = ("response.cancel", "conversation.item.truncate", "conversation.item.delete")


class CommandClock:
    """The time from an interruption to the first command behind it."""

    def __init__(self) -> None:
        self._began_s: float | None = None
        self.ms: float | None = None

    def reset(self) -> None:
        """Another interruption will come."""
        self._began_s = self.ms = None

    def interrupted(self) -> None:
        """The client learns of an interruption; the first time counts."""
        self._began_s = self._began_s or time.perf_counter()

    def commanded(self) -> None:
        """A command leaves."""
        if self._began_s is not None and self.ms is None:
            self.ms = (time.perf_counter() - self._began_s) * 1000


class WatchedSocket:
    """A connection that notes when the server heard the user, and when a command for what is spoken leaves."""

    def __init__(self, socket: Any, clock: CommandClock) -> None:
        self._socket, self._clock = socket, clock

    async def send(self, text: str) -> None:
        """Sends it."""
        if json.loads(text)["type"] in _COMMANDS:
            self._clock.commanded()
        await self._socket.send(text)

    async def __aiter__(self) -> Any:
        async for message in self._socket:
            if '"input_audio_buffer.speech_started"' in message[:80]:
                self._clock.interrupted()
            yield message

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)
