"""Who is measured: processes in environments of their own, pinned to one core, and how they are asked. The servers have another
core. What they are asked stands in sections.py."""

from __future__ import annotations

import json
import os
import pathlib
import select
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "Tests" / "Fixtures"
_VENVS = ROOT / "build" / "integrations"
_LOGS = ROOT / "build" / "log"
_CORES = sorted(os.sched_getaffinity(0))
#: The subjects' core, and the servers': the same where there is only one.
SUBJECT_CORE, SERVER_CORE = _CORES[-1], _CORES[0]
_PATIENCE_S = 180.0


class Unanswered(Exception):
    """There is no answer; the text says why, and stands in the table."""


def _pinned(core: int, command: Sequence[str]) -> list[str]:
    taskset = shutil.which("taskset")
    if taskset is None:
        raise SystemExit("make bench-peers pins its processes to cores and needs taskset: apt-get install util-linux")
    return [taskset, "-c", str(core), *command]


def _environment() -> dict[str, str]:
    paths = (ROOT / "Tests" / "Benchmarks", ROOT / "bindings" / "python" / "src")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "RTMULTI_LIBRARY": str(ROOT / "build" / "lib" / "librtmulti.so.0"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def python_of(venv: str) -> str:
    """The Python of an environment. Raises Unanswered when it could not be made."""
    if not (_VENVS / venv / ".complete").exists():
        raise Unanswered("its packages could not be installed from PyPI")
    return str(_VENVS / venv / "bin" / "python")


def run(command: Sequence[str]) -> str:
    """What a program prints on the subjects' core. Raises Unanswered with what it said instead."""
    return run_anywhere(_pinned(SUBJECT_CORE, command))


def run_anywhere(command: Sequence[str]) -> str:
    """The same on any core, for those who bring servers of their own."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired as slow:
        raise Unanswered(f"it took more than {_PATIENCE_S:.0f} s") from slow
    if done.returncode != 0:
        raise Unanswered((done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1])
    return done.stdout


class Program:
    """A program of Tests/Benchmarks in C: a question is its arguments."""

    def __init__(self, name: str) -> None:
        self._path = str(ROOT / "build" / "bench" / name)

    def ask(self, arguments: Sequence[Any]) -> Any:
        """The last line that it prints, as JSON."""
        return json.loads(run([self._path, *map(str, arguments)]).splitlines()[-1])


class OnceMeasured:
    """A program of `make bench`, which takes medians of interleaved pairs by itself and so runs once: a question is a figure."""

    def __init__(self, name: str, *arguments: Any) -> None:
        self._command = [str(ROOT / "build" / "bench" / name), *map(str, arguments)]
        self._us: dict[str, float] = {}

    def ask(self, figure: str) -> Any:
        """The figure, in us."""
        if not self._us:
            lines = [json.loads(line) for line in run(self._command).splitlines()]
            self._us = {line["figure"]: line["value"] / 1000 for line in lines if line["unit"] == "ns"}
        return {"us": self._us[figure]}


class Worker:
    """A process of peers.answers, started with the first question."""

    def __init__(self, venv: str, module: str, *arguments: str) -> None:
        self._venv, self._module, self._arguments = venv, module, arguments
        self._process: subprocess.Popen[str] | None = None

    def ask(self, question: Mapping[str, Any]) -> Any:
        """An answer. Raises Unanswered."""
        process = self._process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], _PATIENCE_S)
            line = process.stdout.readline() if ready else None
        except BrokenPipeError:
            line = ""
        if not line:
            self.close()
            said = f"no answer came within {_PATIENCE_S:.0f} s" if line is None else "its process ended"
            raise Unanswered(f"{said}; build/log/{self._log} says more")
        answer = json.loads(line)
        if "problem" in answer:
            raise Unanswered(answer["problem"])
        return answer

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def _log(self) -> str:
        return "-".join(["peers", self._module, *(one for one in self._arguments if "/" not in one)]) + ".log"

    def _start(self) -> subprocess.Popen[str]:
        _LOGS.mkdir(parents=True, exist_ok=True)
        command = [python_of(self._venv), "-m", "peers.answers", self._module, *self._arguments]
        with open(_LOGS / self._log, "w", encoding="utf-8") as log:
            return subprocess.Popen(
                _pinned(SUBJECT_CORE, command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=_environment(),
            )


class Servers:
    """The strict servers and the metronome; `urls` names their ways of speaking."""

    def __enter__(self) -> Servers:
        self._processes = [self._start(module) for module in ("peers.servers", "peers.metronome")]
        self.urls: dict[str, str] = {}
        for process in self._processes:
            assert process.stdout is not None
            said = process.stdout.readline()
            if not said:
                self.__exit__()
                raise SystemExit("bench-peers: a server did not start; what it said stands above")
            self.urls |= json.loads(said)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    @staticmethod
    def _start(module: str) -> subprocess.Popen[str]:
        command = _pinned(SERVER_CORE, [python_of("peers-rtmulti"), "-m", module])
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=_environment())
