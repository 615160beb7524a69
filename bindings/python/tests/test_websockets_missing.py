"""What a person reads whose package websockets is missing, or too old: one sentence with the line that mends it. A pip that
is told no version keeps the old one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = {
    "The strict server": ("serve", "weather"),
    "The relay": ("relay", "--upstream", "ws://127.0.0.1:9/v1/realtime"),
    "record": ("record", "--url", "ws://127.0.0.1:9/v1/realtime"),
    "compare": ("compare",),
}
#: What stands in its place: one that cannot be imported, and one from before websockets.asyncio.
OTHERS = {"missing": "raise ModuleNotFoundError('No module named websockets')", "old": "__version__ = '10.4'"}


def _run(folder: Path, body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "websockets").mkdir()
    (folder / "websockets" / "__init__.py").write_text(body)
    (folder / "websockets" / "exceptions.py").write_text("class WebSocketException(Exception): ...")
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": ""}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("who", COMMANDS)
def test_a_command_says_which_it_wants(who: str, body: str, tmp_path: Path) -> None:
    done = _run(tmp_path, body, "-m", "rtmulti", *COMMANDS[who])
    wanted = f"rtmulti: {who} needs the package websockets, 14 or newer: pip install 'websockets>=14'\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", wanted)


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("module", ["rtmulti.browser.host", "rtmulti.relay", "rtmulti.server"])
def test_an_import_says_it_too(module: str, body: str, tmp_path: Path) -> None:
    done = _run(tmp_path, body, "-c", f"import {module}")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("needs the package websockets, 14 or newer: pip install 'websockets>=14'")


def test_the_version_is_that_of_the_extras() -> None:
    from importlib.metadata import PackageNotFoundError, requires

    try:
        wanted = requires("rtmulti")
    except PackageNotFoundError:
        wanted = None
    text = "\n".join(wanted or [(Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")])
    assert "websockets>=14" in text and "websockets>=13" not in text
