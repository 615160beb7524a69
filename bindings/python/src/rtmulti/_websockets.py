"""What is said where the package websockets is not here, or is older than its asyncio half: in one sentence, with the line
that mends it. Those who need it import it themselves."""

from __future__ import annotations


def no_websockets(who: str) -> ImportError:
    """The error for a part of rtmulti that could not import it. Which version stands in pyproject.toml, too."""
    # Without the version pip would leave an older one as it is.
    return ImportError(f"{who} needs the package websockets, 14 or newer: pip install 'websockets>=14'")
