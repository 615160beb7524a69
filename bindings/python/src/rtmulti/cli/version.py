"""`rtmulti --version`: which library this package has loaded, and how that was built. Where a library is looked for is
_library.py's."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from .. import _library

#: A file beside the library: how it was built, in a few words, written by whoever built it.
BUILT = "built.txt"


class VersionAction(argparse.Action):
    """Prints what is loaded, and ends as --help does."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        """Ends the program as soon as the option is read: no command is wanted beside it."""
        print(description())
        parser.exit()


def description() -> str:
    """The version, the ABI, the library's file and how it was built, on three lines."""
    library = _library.load()
    path = str(library._name)
    head = f"rtmulti {_library.version()} (ABI {library.rtmulti_abi()})"
    return f"{head}\nlibrary: {path}\nbuilt:   {how_it_was_built(path)}"


def how_it_was_built(path: str) -> str:
    """What the file beside the library says; without one it is from source, here or by the system's packagers."""
    if os.path.sep not in path:
        return "by whoever packaged it for this system"
    try:
        with open(os.path.join(os.path.dirname(path), BUILT), encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return "from source"
