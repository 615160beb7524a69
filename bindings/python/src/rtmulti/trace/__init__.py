"""Traces of sessions (Session.trace), read and played again: how they are laid out, which call each entry is, and a session
that is given all of it. What is printed or drawn of them is the command line's (cli/trace.py).
"""

from __future__ import annotations

from .layout import Entry, Place, Trace, TraceError, is_trace
from .replay import DifferentError, Replay

__all__ = ["DifferentError", "Entry", "Place", "Replay", "Trace", "TraceError", "is_trace"]
