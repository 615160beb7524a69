"""What became of an interrupt, and of commands that `send` did not take in time. Who waits for that is player.py's business."""

from __future__ import annotations

from dataclasses import dataclass

from .enums import DiagnosticKind
from .events import Diagnostic


@dataclass(frozen=True, slots=True)
class Interruption:
    """What became of an interrupt. It is true when there was something to interrupt.

    had_effect: there was something to interrupt.
    unsent: the commands that `send` has not taken in time, as JSON, oldest first; they go out
        when it takes them.
    is_told: what was heard is known, and the commands that say so were born in time; else they
        follow when the sink has answered its clear.
    """

    had_effect: bool
    unsent: tuple[str, ...]
    is_told: bool = True

    def __bool__(self) -> bool:
        return self.had_effect


def not_sent(commands: tuple[str, ...], timeout: float | None) -> Diagnostic:
    """The diagnostic about commands that were not sent."""
    what = "a command" if len(commands) == 1 else f"{len(commands)} commands"
    sentence = (
        f"send has not taken {what} within {timeout:g} s, so the server does not know yet what was heard: the line is "
        f"slow or gone; if it is gone, call reconnect(). The first is {commands[0]}"
    )
    return Diagnostic(DiagnosticKind.CALLBACK_FAILED, sentence, "", "", 0, 0)


def check_timeout(timeout: float | None) -> None:
    """Seconds, 0 or more, or None."""
    if timeout is not None and not (isinstance(timeout, (int, float)) and timeout >= 0):
        raise ValueError(f"timeout is {timeout!r}, and it must be seconds, 0 or more, or None to wait for ever")
