"""The scripts that come with the package, found by name from anywhere: `server/scripts/NAME.json`. How a script is read
is script.py's business."""

from __future__ import annotations

import os
from pathlib import Path

#: No name is looked for in the folder that one stands in, so that a name means the same everywhere.
FOLDER = Path(__file__).resolve().parent / "scripts"


def shipped_scripts() -> dict[str, Path]:
    """Each script of the package by its name, in the order of the names."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.json"), key=lambda path: path.stem)}


def find_script(name: str) -> Path | None:
    """The script of the package with this name, or the file with this path; None for a word that is neither.

    What has a folder or an ending in it is a path, whether it is there or not: reading it says what is wrong with it.
    """
    script = shipped_scripts().get(name)
    if script is not None:
        return script
    path = Path(name)
    is_path = path.name != name or path.suffix != "" or os.path.exists(name)
    return path if is_path else None
