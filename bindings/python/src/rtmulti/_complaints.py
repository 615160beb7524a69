"""What comes from a far end and cannot be used: it is counted, told once of each kind, and raises nothing. What is wrong
with a message, the reader of that far end says."""

from __future__ import annotations

from ._hooks import log_diagnostic, refuse_coroutine
from .enums import DiagnosticKind
from .events import Diagnostic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: So many different sentences are told of one far end, whatever it thinks of.
_MOST_SENTENCES = 32


class Unreadable(Exception):
    """A message that cannot be used; the sentence says why, without a word of what was in it."""


class Complaints:
    """Tells of one far end, to `on_diagnostic` or else to the logger "rtmulti"."""

    def __init__(self, on_diagnostic: Callable[[Diagnostic], object] | None) -> None:
        refuse_coroutine("on_diagnostic", on_diagnostic)
        self._on_diagnostic = on_diagnostic or log_diagnostic
        self._told: set[str] = set()
        #: How many messages of the far end could not be used.
        self.unreadable = 0

    def unread(self, problem: Unreadable) -> None:
        """A message could not be read."""
        self.refuse(DiagnosticKind.PROTOCOL, f"{problem}; it was ignored, as all that are like it will be")

    def refuse(self, kind: DiagnosticKind, sentence: str) -> None:
        """A message was read and cannot be followed."""
        self.unreadable += 1
        self.tell(kind, sentence)

    def tell(self, kind: DiagnosticKind, sentence: str) -> None:
        """Says something of this far end, once."""
        if sentence in self._told or len(self._told) >= _MOST_SENTENCES:
            return
        self._told.add(sentence)
        self._on_diagnostic(Diagnostic(kind, sentence, "", "", 0, 0))
