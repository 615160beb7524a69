"""What is measured: for each section its cases, and who is asked what. How an answer is made stands in in_*.py and the programs in
C; how figures are shown, in table.py."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .loading import LoadTime
from .loads import RelayLoad, Searched
from .workers import FIXTURES, OnceMeasured, Program, Servers, Unanswered, Worker

#: The release of each framework and how it is called.
_FRAMEWORKS = ("livekit", "pipecat", "openai-agents")
_OWN = "rtmulti, Python"


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of a case: who is asked, and what; `key` is where the answer has its figure."""

    who: str
    subject: Any
    question: Any
    key: str = "us"


@dataclass(frozen=True, slots=True)
class Case:
    """Lines that are measured by turns, so many rounds."""

    section: str
    name: str
    unit: str
    rounds: int
    lines: Sequence[Asked]


@dataclass(slots=True)
class Figure:
    """What came of a line: the spread of its rounds, or of all samples of all rounds, or why there is none."""

    section: str
    case: str
    who: str
    unit: str
    count: int = 0
    median: float | None = None
    least: float | None = None
    most: float | None = None
    p95: float | None = None
    p99: float | None = None
    missed: int = 0
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """The figure for machines, without what it does not have."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


class Subjects:
    """Everybody who can be asked, by name; each starts when it is."""

    def __init__(self) -> None:
        self.frameworks: dict[str, tuple[str, Worker]] = {}
        for name in _FRAMEWORKS:
            ways = ("alone", "synchronised", "with") if name == "livekit" else ("alone", "with")
            for way in ways:
                called = {"alone": name, "synchronised": f"{name}, its synchronizer", "with": f"{name} with rtmulti"}[way]
                self.frameworks[called] = (name, Worker(f"peers-{name}", "in_framework", name, way))
        self.own = Worker("peers-rtmulti", "in_rtmulti")
        self.speech = Worker("peers-livekit", "in_livekit_speech")
        fixtures = str(FIXTURES)
        self.decoders = {
            "PyAV": Worker("peers-opus", "in_decoders", "PyAV", fixtures),
            "opuslib": Worker("peers-opus", "in_decoders", "opuslib", fixtures),
            "livekit's AudioStreamDecoder": Worker("peers-livekit", "in_decoders", "livekit", fixtures),
            _OWN: Worker("peers-rtmulti", "in_decoders", "rtmulti", fixtures),
        }
        self.wire, self.crowd = Program("peer_wire"), Program("peer_crowd")
        self.packet = OnceMeasured("opus_packet", FIXTURES)

    def versions(self) -> dict[str, str]:
        """The release of each, as far as it is installed."""
        found = {}
        asked = {name: worker for name, worker in self.frameworks.values()} | {"rtmulti": self.own}
        asked |= {name: self.decoders[name] for name in ("PyAV", "opuslib")}
        for name, worker in asked.items():
            try:
                found[name] = str(worker.ask({"ask": "version"})["version"])
            except Unanswered as reason:
                found[name] = f"not there: {reason}"
        return found

    def close(self) -> None:
        """Ends every process."""
        for worker in (*(worker for _, worker in self.frameworks.values()), self.own, self.speech, *self.decoders.values()):
            worker.close()


def cases_of(section: str, subjects: Subjects, servers: Servers, rounds: int) -> list[Case]:
    """The cases of a section."""
    makers: dict[str, Callable[[Subjects, dict[str, str], int], list[Case]]] = {
        "wire": _wire,
        "interrupt": _interrupt,
        "memory": _memory,
        "opus": _opus,
        "decoded": _decoded,
        "sessions": _sessions,
    }
    return makers[section](subjects, servers.urls, rounds)


#: The sections that are lists of cases, in the order of the table.
SECTIONS = ("wire", "decoded", "interrupt", "sessions", "memory", "opus")


def _wire(subjects: Subjects, urls: dict[str, str], rounds: int) -> list[Case]:
    cases = []
    for ms in (20, 100, 200):
        url = urls[f"wire {ms}"]
        lines = [Asked(who, one, {"ask": "wire", "url": url}) for who, (_, one) in subjects.frameworks.items()]
        for who, library in (("livekit", "aiohttp"), ("openai-agents", "websockets")):
            lines.append(Asked(f"{library} alone", subjects.frameworks[who][1], {"ask": "socket", "url": url}))
        lines.append(Asked("rtmulti, Python, on websockets", subjects.own, {"ask": "websocket", "url": url}))
        lines.append(Asked(f"{_OWN}, bytes", subjects.own, {"ask": "wire", "chunk_ms": ms}))
        lines.append(Asked("rtmulti, C", subjects.wire, ["events", ms]))
        lines.append(Asked("the floor", subjects.wire, ["floor", ms]))
        cases.append(Case("wire", f"deltas of {ms} ms", "µs", rounds, lines))
    return cases


def _decoded(subjects: Subjects, urls: dict[str, str], rounds: int) -> list[Case]:
    cases = []
    for has_text, name in ((False, "without text"), (True, "with text")):
        way = "synchronised" if has_text else "alone"
        lines = [
            Asked("livekit", subjects.speech, {"ask": "say", "way": way}),
            Asked(_OWN, subjects.own, {"ask": "decoded", "text": has_text}),
            Asked("rtmulti, C", subjects.wire, ["decoded-text" if has_text else "decoded", 20]),
        ]
        cases.append(Case("decoded", name, "µs", rounds, lines))
    return cases


def _interrupt(subjects: Subjects, urls: dict[str, str], rounds: int) -> list[Case]:
    cases = []
    for others in (0, 40, 1000):
        lines = []
        if others <= 40:
            for who, (name, one) in subjects.frameworks.items():
                # A Pipecat bot is new for each interruption.
                question = {"ask": "interrupts", "url": urls["interrupted"], "crowd_url": urls["crowd"]}
                count = 5 if name == "pipecat" else 20
                lines.append(Asked(who, one, question | {"count": count, "others": others}))
        lines.append(Asked(_OWN, subjects.own, {"ask": "interrupts", "count": 400 if others <= 40 else 150, "others": others}))
        lines.append(Asked("rtmulti, C", subjects.crowd, ["interrupts", others]))
        name = f"beside {others:,} others" if others else "alone"
        cases.append(Case("interrupt", name, "µs", min(rounds, 3), lines))
    return cases


def _sessions(subjects: Subjects, urls: dict[str, str], rounds: int) -> list[Case]:
    connected = {"url": urls["metronome"], "first": 32, "most": 1024, "seconds": 2.0}
    lines = [
        Asked(who, one, {"ask": "sessions", **connected}, "sessions") for who, (_, one) in subjects.frameworks.items()
    ]
    question = {"ask": "connected_sessions", **connected}
    lines.append(Asked("rtmulti, Python, on websockets", subjects.own, question, "sessions"))
    question = {"ask": "sessions", "first": 512, "most": 65_536, "seconds": 2.0}
    lines.append(Asked(f"{_OWN}, bytes", subjects.own, question, "sessions"))
    lines.append(Asked("rtmulti, C", Searched(subjects.crowd, "paced"), {"first": 4096, "most": 131_072}, "sessions"))
    lines.append(Asked("rtmulti's relay, by its processor time", RelayLoad(), {}, "sessions"))
    return [Case("sessions", "in real time", "sessions", min(rounds, 1), lines)]


def _memory(subjects: Subjects, urls: dict[str, str], rounds: int) -> list[Case]:
    time = [Asked(who, LoadTime(venv, code), {}, "ms") for who, venv, code in LoadTime.ALL]
    resident = [Asked(who, LoadTime(venv, code), {}, "kib") for who, venv, code in LoadTime.ALL]
    question = {"ask": "queued", "url": urls["queued"], "sessions": 10}
    queued = [Asked(who, one, question, "kib") for who, (_, one) in subjects.frameworks.items()]
    queued.append(Asked(_OWN, subjects.own, {"ask": "queued", "sessions": 10}, "kib"))
    queued.append(Asked("rtmulti, C", subjects.crowd, ["queued", 10], "kib"))
    queued.append(Asked("rtmulti, C, Opus", subjects.crowd, ["queued-opus", 10, FIXTURES], "kib"))
    return [
        Case("memory", "to load it, over a bare start", "ms", rounds, time),
        Case("memory", "resident when loaded, over a bare start", "KiB", min(rounds, 3), resident),
        Case("memory", "a talking session with 10 s queued", "KiB", min(rounds, 3), queued),
    ]


def _opus(subjects: Subjects, urls: dict[str, str], rounds: int) -> list[Case]:
    lines = [Asked("libopus, C", subjects.packet, "bare opus_decode"), Asked("rtmulti, C", subjects.packet, "through the engine")]
    lines += [Asked(who, one, {"ask": "decode"}) for who, one in subjects.decoders.items()]
    return [Case("opus", "a packet of 20 ms", "µs", rounds, lines)]


def measure(case: Case) -> list[Figure]:
    """Asks everybody of a case by turns."""
    figures = [Figure(case.section, case.name, line.who, case.unit) for line in case.lines]
    samples: list[list[float]] = [[] for _ in figures]
    for turn in range(case.rounds):
        for line, figure, found in zip(case.lines, figures, samples, strict=True):
            if figure.problem:
                continue
            try:
                answer = line.subject.ask(line.question)
            except Unanswered as reason:
                figure.problem = str(reason)
                continue
            value = answer[line.key]
            found += value if isinstance(value, list) else [value]
            figure.missed += answer.get("missed", 0)
        print(f"\r{case.section}, {case.name}: {turn + 1} of {case.rounds}", end="", file=sys.stderr, flush=True)
    print(f"; load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    for figure, found in zip(figures, samples, strict=True):
        _sum_up(figure, sorted(found))
    return figures


def _sum_up(figure: Figure, found: list[float]) -> None:
    figure.count = len(found)
    if not found:
        figure.problem = figure.problem or "nothing came in the time that it had"
        return
    figure.median, figure.least, figure.most = statistics.median(found), found[0], found[-1]
    if len(found) >= 20:
        figure.p95, figure.p99 = (found[min(len(found) - 1, round(len(found) * share))] for share in (0.95, 0.99))
