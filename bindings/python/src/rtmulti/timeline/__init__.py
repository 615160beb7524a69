"""Pictures of a conversation: what was received, heard and never heard of each message, and what the server was told.

A player that is watched can be drawn:

    async with WatchedPlayer(sink, send) as player:
        ...  # as with any Player
    Path("call.html").write_text(draw_html(player.timeline))  # or draw_svg, draw_png
"""

from __future__ import annotations

from .model import CommandName, FunctionCall, Interruption, Span, Timeline, Told, Track
from .page import draw_html
from .png import UndrawableError, draw_png
from .recorder import TimelineRecorder
from .svg import draw_svg
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
    "UndrawableError",
    "WatchedPlayer",
    "draw_html",
    "draw_png",
    "draw_svg",
]
