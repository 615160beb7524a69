"""What it costs to load a package: a Python that imports it, over one that does not, with the bytecode written before."""

from __future__ import annotations

import os
import tempfile
import time
from typing import Any, ClassVar

from .workers import python_of, run

_RSS = "\nprint([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmRSS')][0])"
_PIPECAT = """import os
os.environ["LOGURU_LEVEL"] = "ERROR"
from pipecat.pipeline.worker import PipelineWorker
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.transports.base_output import BaseOutputTransport"""
_AGENTS = "from agents.realtime import RealtimeAgent, RealtimeRunner"
_LIVEKIT = "from livekit.agents import Agent, AgentSession\nfrom livekit.plugins.openai.realtime import RealtimeModel"


class LoadTime:
    """One package: what a conversation needs of it is imported."""

    #: Who, in which environment, and what a host writes.
    ALL: ClassVar = (
        ("livekit", "peers-livekit", _LIVEKIT),
        ("pipecat", "peers-pipecat", _PIPECAT),
        ("openai-agents", "peers-openai-agents", _AGENTS),
        ("rtmulti, Python, and a Session", "peers-rtmulti", "import rtmulti; session = rtmulti.Session()"),
    )
    _bytecode: ClassVar = tempfile.TemporaryDirectory(prefix="rtmulti-peers-")

    def __init__(self, venv: str, code: str) -> None:
        self._venv, self._code = venv, code
        self._is_warm = False

    def ask(self, _: Any) -> dict[str, float]:
        """Over a bare start: ms, and KiB that are resident."""
        if not self._is_warm:
            self._start(self._code)
            self._is_warm = True
        bare_ms, bare_kib = self._start("pass")
        ms, kib = self._start(self._code)
        return {"ms": ms - bare_ms, "kib": kib - bare_kib}

    def _start(self, code: str) -> tuple[float, float]:
        # An installed package has its bytecode beside it.
        os.environ["PYTHONPYCACHEPREFIX"] = self._bytecode.name
        command = ["env", "-u", "PYTHONDONTWRITEBYTECODE", python_of(self._venv), "-c", code + _RSS]
        begin_s = time.perf_counter()
        resident = run(command)
        return (time.perf_counter() - begin_s) * 1000, float(resident.split()[-1])
