"""What the commands print, on any terminal: characters that it has none for, and those that would steer it, are spelled. What
is printed is the commands' business."""

from __future__ import annotations

import os
import sys

#: Controls, and marks that let words be read in another order than they stand in. A line and a tab stay what they are.
_STEERING = [*range(9), *range(11, 32), *range(127, 160), *range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_SPELLED = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _STEERING}


def plain(text: str) -> str:
    """A text for people in which nothing steers the terminal: a server, a log and a file name may hold anything."""
    return text.translate(_SPELLED)


def one_line(text: str) -> str:
    """The same for what stands in a line with other things."""
    return plain(text.replace("\n", " "))


def say(text: object = "", *, end: str = "\n") -> None:
    """Prints for people."""
    print(plain(str(text)), end=end)


def complain(message: str) -> None:
    """Says why a command cannot go on, in one line."""
    print(plain(f"rtmulti: {message}").replace("\n", "\\n"), file=sys.stderr)


def prepare() -> None:
    """Sees to it that there is an output, and that it takes every character: no locale is a reason to end."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the program was started with it closed
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def abandon() -> None:
    """Nothing more can be printed: the reader has seen enough, or the disk is full. Python would complain again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    finally:
        os.close(nowhere)
