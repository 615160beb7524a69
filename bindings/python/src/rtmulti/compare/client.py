"""What the comparison asks of a framework's client, whichever it is: to open a session, to ask for a response, to interrupt, to
close. How each of them does it stands in a file of its own, and nothing of any framework here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .device import Device

if TYPE_CHECKING:
    from .rows import Row


#: How long a tool of a row takes.
TOOL_S = 1.5


@dataclass(frozen=True, slots=True)
class Scene:
    """What a client is given: where its server is, which conversation it is, whether rtmulti is in it, and what makes its device,
    for a measurement wants one that costs nothing."""

    url: str
    row: Row
    is_heard: bool
    make_device: Callable[..., Any] = Device


class Client(Protocol):
    """A framework's client for one conversation; made of a Scene, used once, on one event loop."""

    #: What the framework plays on.
    device: Device

    async def open(self) -> None:
        """Connects, and returns when the session is ready."""
        ...

    async def ask(self) -> None:
        """The user writes, and a response is asked for."""
        ...

    async def interrupt(self) -> None:
        """The application interrupts, as the framework's documentation says."""
        ...

    async def close(self) -> None:
        """Ends the session."""
        ...
