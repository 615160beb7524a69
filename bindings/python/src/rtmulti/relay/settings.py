"""What is configured of a relay, and what one client may say of itself in its URL. Nothing is connected here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .ear import Takes

#: For latency_ms: it is learned from the client's own truncations.
MEASURED: Final = -1
#: What is in a client's URL under these names is ours, and does not go upstream.
_OURS: Final = "rtmulti_"
MIB: Final = 1 << 20


class SettingsError(ValueError):
    """Something cannot be configured so; the message names it, what came and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One upstream, and what is known of the clients.

    upstream: the URL of the realtime server, ws:// or wss://; what a client asks for behind "?" is put behind it.
    host: the address to listen on; loopback unless told otherwise, for the relay authenticates nobody.
    port: 0 takes a free one.
    latency_ms: how long after a block came the client's player begins to play it, where nothing plays; or MEASURED.
    block_ms: how much the client's player takes at a time; 10 to 60.
    takes: how it takes them, and what it cannot give back when it drops the rest.
    lead_ms: how much lies at the client beyond that, against a network that stutters; block_ms to 2000.
    most_connections: beyond it clients are answered 503.
    largest_message_bytes: of either side; a longer one ends its connection (1009).
    most_waiting_bytes: audio that waits to be heard and, apart, events that wait behind it, of one connection.
    most_unread_bytes: what a client may leave unread before its connection is ended (1008).
    """

    upstream: str
    host: str = "127.0.0.1"
    port: int = 0
    latency_ms: int = 0
    block_ms: int = 20
    lead_ms: int = 100
    takes: Takes = Takes.BLOCKS
    most_connections: int = 500
    largest_message_bytes: int = 16 * MIB
    most_waiting_bytes: int = 32 * MIB
    most_unread_bytes: int = 4 * MIB

    def __post_init__(self) -> None:
        try:
            url = urlsplit(self.upstream)
            is_url = url.scheme in ("ws", "wss") and bool(url.hostname) and not url.fragment and url.port != 0
        except ValueError:
            is_url = False
        if not is_url:
            raise SettingsError(f"upstream is {self.upstream!r}, and it must be a URL that begins with ws:// or wss://.")
        _check("port", self.port, 0, 65_535)
        if self.latency_ms != MEASURED:
            _check("latency_ms", self.latency_ms, 0, 5_000)
        _check("block_ms", self.block_ms, 10, 60)
        _check("lead_ms", self.lead_ms, self.block_ms, 2_000)
        _check("most_connections", self.most_connections, 1, 100_000)
        _check("largest_message_bytes", self.largest_message_bytes, 1024, 16 * MIB)
        _check("most_waiting_bytes", self.most_waiting_bytes, 1024, 1024 * MIB)
        _check("most_unread_bytes", self.most_unread_bytes, 1024, 1024 * MIB)

    def of_client(self, path: str) -> tuple[Settings, str]:
        """The settings of a client that asks for `path`, and the URL that is asked for in its name upstream.

        What is ours in it (the names in _FIELDS) is taken out. Raises SettingsError.
        """
        asked = urlsplit(path).query
        changes: dict[str, Any] = {}
        for name, value in parse_qsl(asked, keep_blank_values=True):
            if name.startswith(_OURS):
                changes[name] = _said(name, value)
        settings = replace(self, **{_FIELDS[name]: value for name, value in changes.items()}) if changes else self
        # What is not ours goes on as it came, unless ours must be cut out of it.
        rest = urlencode([pair for pair in parse_qsl(asked, True) if not pair[0].startswith(_OURS)]) if changes else asked
        url = urlsplit(self.upstream)
        query = "&".join(part for part in (url.query, rest) if part)
        return settings, urlunsplit((url.scheme, url.netloc, url.path or urlsplit(path).path, query, ""))


_FIELDS: Final = {
    "rtmulti_latency_ms": "latency_ms",
    "rtmulti_block_ms": "block_ms",
    "rtmulti_lead_ms": "lead_ms",
    "rtmulti_takes": "takes",
}


def latency(text: str) -> int:
    """A latency as a person writes it: a number of ms, or "measure"."""
    if text == "measure":
        return MEASURED
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise SettingsError(f"the latency is {text[:40]!r}, and it must be a whole number of ms, or 'measure'.")
    return int(text)


def takes(text: str) -> Takes:
    """How a player takes what it plays, as a person writes it."""
    try:
        return Takes(text)
    except ValueError:
        names = ", ".join(one.value for one in Takes)
        raise SettingsError(f"a player that takes {text!r} is not known; there are {names}.") from None


_READ: Final[dict[str, Callable[[str], Any]]] = {"rtmulti_latency_ms": latency, "rtmulti_takes": takes}


def _said(name: str, value: str) -> Any:
    if name not in _FIELDS:
        raise SettingsError(f"{name} is not known; there are {', '.join(_FIELDS)}.")
    try:
        return _READ.get(name, int)(value)
    except SettingsError:
        raise
    except ValueError:
        raise SettingsError(f"{name} is {value!r}, and it must be a whole number of ms.") from None


def _check(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise SettingsError(f"{name} is {value}, and it must be from {least} to {most}.")
