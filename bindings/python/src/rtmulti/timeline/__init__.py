"""Pictures of a conversation: what was received, heard and never heard of each message, and what the server was told.

async with WatchedPlayer(sink, send) as player:
    ...  # as with any Player
Path("call.svg").write_text(draw_svg(player.timeline))
"""

from __future__ import annotations

from .model import CommandName, FunctionCall, Interruption, Span, Timeline, Told, Track
from .recorder import TimelineRecorder
from .svg import draw_html, draw_svg
from .watched_player import WatchedPlayer

__all__ = [
    "CommandName",
    "FunctionCall",
    "Interruption",
    "Span",
    "Timeline",
    "TimelineRecorder",
    "Told",
    "Track",
    "WatchedPlayer",
    "draw_html",
    "draw_svg",
]
