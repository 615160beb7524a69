"""Where the pieces of a trace go: into a file of ours, or to what the host gave. What a trace is, the library knows.

A file that fails must not end a conversation, so what it raised is kept until the host asks for the trace's end.
"""

from __future__ import annotations

from os import PathLike

from . import _abi
from ._arguments import shown
from ._callbacks import RAISED
from ._memory import memory
from ._signals import tries_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Protocol

    class Writable(Protocol):
        """What a trace can be written to: a file that is open for bytes, or anything like it."""

        def write(self, piece: bytes, /) -> object: ...


def checked_target(name: str, to: str | PathLike[str] | Writable) -> str | PathLike[str] | Writable:
    """A path or a file; TypeError for anything else. A number would be taken for a file that is open already."""
    if not isinstance(to, (str, PathLike)) and not callable(getattr(to, "write", None)):
        raise TypeError(f"{name} must be a path or a file that is open for bytes, not {shown(to)}")
    return to


class Trace:
    """The trace of one session; see Session.trace."""

    def __init__(self, to: str | PathLike[str] | Writable, raised: list[BaseException]) -> None:
        self._to = checked_target("to", to)
        #: What shall come out of the call at hand.
        self._raised = raised
        self._own: BinaryIO | None = None
        #: What the file raised; the trace has ended with it.
        self.problem: BaseException | None = None
        #: Both must live until the library has called `release`.
        self.take_piece = _abi.rtmulti_trace_write_fn(self._take)
        self.release = _abi.rtmulti_release_fn(self._close)

    @tries_first
    def _take(self, _: int | None, address: int, size: int) -> int:
        try:
            piece = memory[address : address + size]
            to = self._to
            if not isinstance(to, str) and hasattr(to, "write"):
                to.write(piece)
                return 0
            # Opened with the first piece: a trace that is refused leaves an older file as it is.
            if self._own is None:
                self._own = open(to, "wb")
            self._own.write(piece)
            # A program that dies leaves what it died of.
            self._own.flush()
            return 0
        except BaseException as problem:
            self.problem = problem
            # It was meant for the program, not for the file.
            if not isinstance(problem, Exception):
                self._raised.append(problem)
            return RAISED

    @tries_first
    def _close(self, _: int | None) -> None:
        try:
            if self._own is not None:
                self._own.close()
        except BaseException as problem:
            self.problem = self.problem or problem
