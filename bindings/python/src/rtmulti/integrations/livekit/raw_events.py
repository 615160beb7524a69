"""The plugin's raw events, in the cheapest way there is to hear them: there is one for each delta of the server's and for each
piece of the listener's audio. What they mean is read elsewhere (server_words.py, replies.py).
"""

from __future__ import annotations

import inspect
import logging

from livekit import rtc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

logger = logging.getLogger("rtmulti.livekit")


def listen(session: Any, listeners: Mapping[str, Callable[[Any], object]]) -> Callable[[], object]:
    """Has each listener told of the events of its name, before all that are registered with on(). Gives back what ends it.

    emit() finds out anew for each event how each callback wants to be called (inspect.signature), which takes several
    times as long as all that is done here with one. So emit() of this one object is replaced by one that tells the
    listeners first; without other listeners LiveKit's own then has nothing to do. A session that has its own on() or emit()
    (a RealtimeModelFallbackAdapter's hands on what its sessions say) is asked in the ordinary way.
    """
    if hands_on(session):
        callbacks = {event: _with_signature(listener) for event, listener in listeners.items()}
        for event, callback in callbacks.items():
            session.on(event, callback)
        return lambda: [session.off(event, callback) for event, callback in callbacks.items()]
    emit = session.emit

    def emit_to_listeners(event: str, *arguments: Any) -> None:
        listener = listeners.get(event)
        if listener is not None:
            try:
                listener(*arguments)
            except Exception:  # as emit() does: what a listener raises is not the plugin's
                logger.exception("could not read the event %s", event)
        emit(event, *arguments)

    session.emit = emit_to_listeners
    return lambda: vars(session).pop("emit", None)


def hands_on(session: Any) -> bool:
    """Whether a session hands on what its sessions say; the next of them may show no raw events."""
    kind = type(session)
    return kind.on is not rtc.EventEmitter.on or kind.emit is not rtc.EventEmitter.emit


def _with_signature(listener: Callable[[Any], object]) -> Callable[..., None]:
    """`listener` as a callback whose signature emit() need not find out."""

    def callback(ev: Any) -> None:
        listener(ev)

    parameter = inspect.Parameter("evs", inspect.Parameter.VAR_POSITIONAL)
    callback.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    return callback
