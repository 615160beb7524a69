"""How a Player's session ends: its sink falls silent first, so that what it answers still counts, and then it closes. Who
waits for `send` is player.py's business."""

from __future__ import annotations

from .enums import Interrupter
from .errors import RtmultiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .session import Session


async def silence_and_close(
    session: Session,
    run: Callable[[Callable[[], object]], object],
    told: Callable[[], Awaitable[object]],
) -> None:
    """Interrupts a session that still plays, as a host does (rule A10 spares nobody from that), waits for `told`, and closes.

    Session.close settles everything before it returns (rule B10), and an answer to its clear comes too late for it. An
    interrupt waits for the answer. Where `told` is cancelled the session is closed all the same. A hook that raises loses
    nothing: each has its turn, then the first is raised.
    """
    first: Exception | None = None

    def is_done(call: Callable[[], object]) -> bool:
        nonlocal first
        try:
            run(call)
        except RtmultiError:
            raise
        except Exception as problem:
            first = first or problem
            return False
        return True

    try:
        if session.stats().written_ahead_ms > 0:
            is_done(lambda: session.interrupt(by=Interrupter.HOST))
        await told()
    finally:
        while not is_done(session.close):
            pass
    if first is not None:
        raise first
