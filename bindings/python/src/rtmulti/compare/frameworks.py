"""Which frameworks are compared, in which ways, and which of them are installed here. How each is driven stands in its own file
by_*.py, which is only imported when its framework is there."""

from __future__ import annotations

import enum
import importlib
import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .client import Client, Scene


class Way(enum.Enum):
    """How a framework is played."""

    ALONE = "alone"
    RTMULTI = "with rtmulti"
    RELAY = "behind the relay"


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework: its package, the file that drives it, and what it needs to be played with rtmulti.

    block_ms: what its player takes at a time.
    takes: how it takes it, as the relay is told.
    """

    name: str
    package: str
    driver: str
    integration: str
    block_ms: int
    takes: str = "blocks"

    @property
    def version(self) -> str | None:
        """The installed version, or None."""
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            return None

    def make(self) -> Callable[[Scene], Client]:
        """What makes its clients. Raises ImportError when it cannot be played here."""
        module = importlib.import_module(f"{__package__}.{self.driver}")
        make: Callable[[Scene], Client] = module.make
        return make

    def has_integration(self) -> bool:
        """Whether rtmulti can be put into it here."""
        try:
            importlib.import_module(f"rtmulti.integrations.{self.integration}")
        except ImportError:
            return False
        return True


#: The order of the table.
FRAMEWORKS: Final = (
    Framework("livekit", "livekit-agents", "by_livekit", "livekit", 20, takes="frames"),
    Framework("pipecat", "pipecat-ai", "by_pipecat", "pipecat", 40, takes="whole-blocks"),
    Framework("openai-agents", "openai-agents", "by_openai_agents", "openai_agents", 20),
)
NAMES: Final = (*(one.name for one in FRAMEWORKS), "relay")
