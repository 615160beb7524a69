"""When a truncate leaves, and what a process holds: watched from outside of the frameworks, at the WebSocket library that they
send through."""

from __future__ import annotations

import ctypes
import gc
import os
import time
from typing import Any


class Departures:
    """Notes when a `conversation.item.truncate` is handed to the WebSocket library: websockets' or aiohttp's, as far as they are
    installed."""

    def __init__(self) -> None:
        self.truncate_s: float | None = None
        try:
            from websockets.asyncio.connection import Connection
        except ImportError:
            pass
        else:
            self._watch(Connection, "send")
        try:
            from aiohttp import ClientWebSocketResponse
        except ImportError:
            pass
        else:
            self._watch(ClientWebSocketResponse, "send_str")

    def note(self, text: Any) -> None:
        """Something leaves."""
        if self.truncate_s is None and isinstance(text, str) and "conversation.item.truncate" in text:
            self.truncate_s = time.perf_counter()

    def _watch(self, kind: Any, name: str) -> None:
        send, note = getattr(kind, name), self.note

        async def noted(socket: Any, text: Any, *arguments: Any, **more: Any) -> Any:
            note(text)
            return await send(socket, text, *arguments, **more)

        setattr(kind, name, noted)


def resident_kib() -> float:
    """What this process has resident; what is free was given back before."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm", encoding="utf-8") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024
