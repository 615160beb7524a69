"""Writes what pip would write beside the Python package: its metadata, so that pip and importlib.metadata know that it
is there, and an environment on top of it can ask for its extras; and the programs that it has. What they say stands in
pyproject.toml: Debian 12's setuptools is too old to read that, and a build may not download another.

usage: python3 python_metadata.py PYPROJECT ROOT
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

PROGRAM = """#!/usr/bin/python3
import sys

from {module} import {function}

if __name__ == "__main__":
    sys.exit({function}())
"""


def main() -> int:
    """Reads the one file and writes the others."""
    _, pyproject, root = sys.argv
    project = tomllib.loads(Path(pyproject).read_text(encoding="utf-8"))["project"]
    place = Path(root, "usr/lib/python3/dist-packages", f"{project['name']}-{project['version']}.dist-info")
    place.mkdir(parents=True)
    (place / "METADATA").write_text("\n".join(metadata(project)) + "\n", encoding="utf-8")
    (place / "INSTALLER").write_text("debian\n", encoding="utf-8")
    scripts: dict[str, str] = project["scripts"]
    lines = ["[console_scripts]", *(f"{name} = {entry}" for name, entry in scripts.items())]
    (place / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, entry in scripts.items():
        program = Path(root, "usr/bin", name)
        program.parent.mkdir(parents=True, exist_ok=True)
        module, _, function = entry.partition(":")
        program.write_text(PROGRAM.format(module=module, function=function), encoding="utf-8")
        program.chmod(0o755)
    return 0


def metadata(project: dict[str, Any]) -> list[str]:
    """The lines of METADATA, as the core metadata 2.1 have them."""
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"License: {project['license']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Classifier: {classifier}" for classifier in project["classifiers"]),
        *(f"Requires-Dist: {needed}" for needed in project["dependencies"]),
    ]
    for extra, needs in project["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {needed}; extra == "{extra}"' for needed in needs]
    return lines


if __name__ == "__main__":
    sys.exit(main())
