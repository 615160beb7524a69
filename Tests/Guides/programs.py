"""Runs the programs of a page, in the order in which they stand there, in one folder that holds nothing else but the
checkout's own folders, as links: who follows a page word by word does the same. What they must print is compared in
answers.py."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from answers import says_the_same
from pages import Block

ROOT = Path(__file__).resolve().parent.parent.parent
LINKED = ("bindings", "build", "docs", "include", "Tests")
LONGEST_S, LONGEST_PAGE_S = 120, 3600
#: How often a program whose times are off is run, at most. A wrong time is wrong in the last run too.
RUNS, ANY_MS = 4, 1 << 62
#: A program may say in its first line what its file is called.
NAME = re.compile(r'\A(?:/\* ?|"""|# ?)([\w-]+\.(?:c|py))\b')
COMPILE = "cc -std=c11 -pedantic -Wall -Wextra -Werror -g"
LIBRARIES = "$(pkg-config --cflags --libs rtmulti) -pthread"
#: `make` and `rtmulti` are at hand wherever a page is followed.
COMMANDS = {
    "make": f'exec "$REAL_MAKE" --no-print-directory -C {shlex.quote(str(ROOT))} "$@"',
    "rtmulti": 'exec python -m rtmulti "$@"',
    "python3": 'exec python "$@"',
}
LANGUAGES = ("python", "c", "sh", "scenario")
#: The ports that pages name. Another program may have them here.
PORT = re.compile(r"\b87\d\d\b")


class Folder:
    """Where the programs of one page run, one after another."""

    def __init__(self) -> None:
        self._place = tempfile.TemporaryDirectory()
        self._programs = 0
        self._ports: dict[str, str] = {}

    def __enter__(self) -> Folder:
        place = Path(self._place.name)
        self.path, commands = place / "page", place / "commands"
        self._printed, self._errors = place / "printed", place / "errors"
        self.path.mkdir()
        commands.mkdir()
        for name in LINKED:
            (self.path / name).symlink_to(ROOT / name)
        for name, script in COMMANDS.items():
            (commands / name).write_text(f"#!/bin/sh\n{script}\n")
            (commands / name).chmod(0o755)
        (commands / "python").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
        (commands / "python").chmod(0o755)
        library = ROOT / "build" / "lib"
        self._environment = os.environ | {
            "PATH": f"{commands}:{os.environ['PATH']}",
            "PKG_CONFIG_PATH": str(library / "pkgconfig"),
            "LD_LIBRARY_PATH": str(library),
            "PYTHONUNBUFFERED": "1",
            "REAL_MAKE": shutil.which("make") or "make",
        }
        self._begin_group()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_group()
        self._place.cleanup()

    def _begin_group(self) -> None:
        """What a page starts is one group, whose leader lives until the page is over, so that its number is ours."""
        self._leader = subprocess.Popen(["sleep", str(LONGEST_PAGE_S)], preexec_fn=os.setpgrp)

    def _end_group(self) -> None:
        os.killpg(self._leader.pid, signal.SIGKILL)
        self._leader.wait()

    def complaint(self, block: Block) -> str:
        """What is wrong with a program, or nothing. Without a block of text behind it, it need only print something,
        and no complaint; a shell may be silent."""
        command = self._command(block)
        for left in reversed(range(RUNS)):
            code, printed, errors = self._run(command, is_apart=not block.expected)
            # Only its times are off: the machine may have stood still. What several lines of a shell have done is not
            # done again.
            is_late = code == 0 and says_the_same(block.expected, printed, ANY_MS)
            is_done = block.language == "sh" and block.text.count("\n") > 1
            if not is_late or says_the_same(block.expected, printed) or is_done or left == 0:
                break
        if block.expected:
            if code == 0 and says_the_same(block.expected, printed):
                return ""
            ended = "" if code == 0 else f" and ended with {code}"
            return f"its page says that it prints\n{block.expected}and it printed{ended}\n{printed}"
        if code or errors or not (printed or block.language == "sh"):
            return errors.strip() or f"it ended with {code} and printed {printed!r}"
        return ""

    def _command(self, block: Block) -> list[str]:
        """Writes the program into the folder; what runs it."""
        self._programs += 1
        text = PORT.sub(lambda port: self._free_port(port[0]), block.text)
        if block.language == "sh":
            return ["bash", "-euc", text]
        if block.language == "scenario":
            (self.path / f"{block.line}.scenario").write_text(text, encoding="utf-8")
            return ["build/rtmulti-harness", f"{block.line}.scenario"]
        name = NAME.match(text)
        ending = "py" if block.language == "python" else "c"
        path = self.path / (name[1] if name else f"program_{self._programs}.{ending}")
        path.write_text(text, encoding="utf-8")
        if block.language == "python":
            return ["python", path.name]
        return ["bash", "-euc", f"{COMPILE} -o {path.stem} {path.name} {LIBRARIES} && ./{path.stem}"]

    def _free_port(self, port: str) -> str:
        """A port that is free on this machine, for one that a page names: the same one for the same number."""
        if port not in self._ports:
            with socket.socket() as one:
                one.bind(("127.0.0.1", 0))
                self._ports[port] = str(one.getsockname()[1])
        return self._ports[port]

    def _run(self, command: list[str], is_apart: bool) -> tuple[int, str, str]:
        """Its exit code and what it printed; errors are in their places between the rest, unless they `is_apart`. Files
        take it, because what a program leaves running keeps a pipe open."""
        with self._printed.open("w") as printed, self._errors.open("w") as errors:
            running = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=errors if is_apart else subprocess.STDOUT,
                cwd=self.path,
                env=self._environment,
                preexec_fn=lambda: os.setpgid(0, self._leader.pid),
            )
            try:
                code = running.wait(LONGEST_S)
            except subprocess.TimeoutExpired:
                self._end_group()
                running.wait()
                self._begin_group()
                code = 124
                errors.write(f"It was not at its end after {LONGEST_S} s.")
        return code, self._printed.read_text(errors="replace"), self._errors.read_text(errors="replace")
