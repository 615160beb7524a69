"""What a host may give to be called: plain functions, because they are called from inside the library's calls and
nobody can wait there. A coroutine that nobody awaits would be lost without a word, so it is refused with a sentence."""

from __future__ import annotations

from inspect import isasyncgen, isasyncgenfunction, isawaitable, iscoroutine, iscoroutinefunction

from ._arguments import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .events import Diagnostic

#: What a session asks of its sink.
SINK_METHODS = ("attach", "write", "flush", "clear", "pause", "resume", "text", "detach")

_REMEDY = (
    "it is called from inside the session's calls, where nobody can wait. Make it a plain function, "
    "and start what takes time with asyncio.create_task"
)


def refuse_coroutine(name: str, function: Callable[..., object] | None) -> None:
    """Raises TypeError for a coroutine function."""
    if function is None:
        return
    if not callable(function):
        raise TypeError(f"{name} must be a function or None, not {function!r}")
    if _is_coroutine(function) or _is_coroutine(getattr(function, "__call__", None)):  # noqa: B004
        raise TypeError(f"{name} is a coroutine function, and {_REMEDY}.")


def _is_coroutine(function: object) -> bool:
    """Whether calling it does nothing yet; with a `yield` in it, it does nothing either."""
    return iscoroutinefunction(function) or isasyncgenfunction(function)


def check_sink(sink: object) -> None:
    """Raises TypeError for what is no sink, and for one with a coroutine function among its methods, those of a clocked
    sink included."""
    if isinstance(sink, type):
        raise TypeError(f"{sink.__name__} is a class, and a sink is an object of one: {sink.__name__}(…)")
    for name in SINK_METHODS:
        method = getattr(sink, name, None)
        if not callable(method):
            raise TypeError(f"a sink needs the method {name}, as every rtmulti.Sink has, and {shown(sink)} has none")
    for name in (*SINK_METHODS, "may_play", "heard", "play_until"):
        if _is_coroutine(getattr(sink, name, None)):
            raise TypeError(
                f"{type(sink).__name__}.{name} is a coroutine function, and {_REMEDY}, or use QueueSink, "
                "from which a coroutine takes its audio."
            )


def refuse_awaitable(name: str, answer: object) -> None:
    """Raises TypeError for what has to be awaited, after a plain function returned it. A task runs by itself."""
    if not (isawaitable(answer) or isasyncgen(answer)) or hasattr(answer, "add_done_callback"):
        return
    if iscoroutine(answer):
        answer.close()
    raise TypeError(f"{name} returned something to await, and {_REMEDY}.")


def log_diagnostic(diagnostic: Diagnostic) -> None:
    """A diagnostic that no host takes becomes a warning of the logger "rtmulti"."""
    import logging

    about = ", ".join(
        f"{what} {name}" for what, name in (("response", diagnostic.response_id), ("item", diagnostic.item_id)) if name
    )
    logger = logging.getLogger("rtmulti")
    logger.warning("%s: %s%s", diagnostic.kind.name.lower(), diagnostic.message, f" ({about})" if about else "")
