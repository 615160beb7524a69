"""Reads whole files that somebody names, and no more of them than fits: the commands and the strict server stand before any
path. What is in a file, and how a refusal is told, is the reader's business."""

from __future__ import annotations

import os
import select
import stat
from pathlib import Path

MIB = 1 << 20
#: How long a pipe may take until its first byte comes: one that nobody writes to would be waited for for ever.
_PATIENCE_S = 10.0


class UnreadableFile(Exception):
    """The file was not read; the message is a sentence that names it and says why."""


def read_file(path: Path, most_bytes: int) -> bytes:
    """All bytes of a file, or of a pipe until it ends. Raises UnreadableFile, also for more than `most_bytes`."""
    try:
        # A pipe is opened at once, whether anybody writes to it or not; a file does not care.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UnreadableFile(f"{str(path)!r} cannot be read: no file has such a name.") from error
    try:
        return _read(descriptor, path, most_bytes)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error
    finally:
        os.close(descriptor)


def _read(descriptor: int, path: Path, most_bytes: int) -> bytes:
    status = os.fstat(descriptor)
    is_pipe = stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode)
    if is_pipe:
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        if not waiting.poll(_PATIENCE_S * 1000):
            raise UnreadableFile(f"{path} cannot be read: it is a pipe, and nothing came out of it in {_PATIENCE_S:g} s.")
        os.set_blocking(descriptor, True)
    elif stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
        raise UnreadableFile(f"{path} cannot be read: it is a device and no file.")
    if status.st_size > most_bytes:
        raise UnreadableFile(_too_large(path, most_bytes))
    pieces: list[bytes] = []
    left = most_bytes
    # A file may grow while it is read, and some have no size.
    while piece := os.read(descriptor, min(left + 1, MIB)):
        left -= len(piece)
        if left < 0:
            raise UnreadableFile(_too_large(path, most_bytes))
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(path: Path, most_bytes: int) -> str:
    return f"{path} is not read: it is longer than {most_bytes // MIB} MiB."
