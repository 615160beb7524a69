#!/usr/bin/env python3
"""Runs the benchmarks one after another, counts their instructions under callgrind, prints one table and writes
build/bench/results.jsonl, one line a figure. What is measured and what is aimed at stands in the programs; how
the table looks stands here. A figure above its target is shown and is no error: only a benchmark that cannot
run is.

The Python figures are those of bindings/python/benchmarks/bench.py, under the name `python`.

usage: Tests/Benchmarks/run.py [PROGRAM...]          (`make bench` builds the programs first)
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
from typing import Any, NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "build" / "bench"
FIXTURES = str(ROOT / "Tests" / "Fixtures")

# Each start of a program, with its arguments.
STARTS = [
    ("opus_packet", [FIXTURES]),
    ("opus_open", []),
    ("pcm_delta", []),
    ("heard_text", [FIXTURES]),
    ("json_event", []),
    ("long_session", []),
    ("interrupt", [FIXTURES]),
    ("pull", [FIXTURES]),
    ("paced_sessions", [FIXTURES]),
    ("recording", [FIXTURES]),
    ("allocations", [FIXTURES]),
    ("memory", ["new", FIXTURES]),
    ("memory", ["after_opus", FIXTURES]),
    ("memory", ["after_pcm", FIXTURES]),
    ("memory", ["waiting", FIXTURES]),
]

# The Python figures, in the order of their table; bench.py calls its parts so.
PYTHON = ["python feeding", "python import", "python interrupt"]


class Count(NamedTuple):
    """Instructions for one unit of work: those of `high` rounds less those of `low` rounds. With `inside`, only
    what runs inside that function of the library is counted, callbacks included; BY_REQUEST, only what the program
    itself has counted."""

    case: str
    low: int
    high: int
    inside: str | None = None


# For a Count whose program says where counting begins and ends.
BY_REQUEST = ""

# Which figures have their instructions counted, by program and figure.
COUNTS = {
    ("opus_packet", "bare opus_decode"): Count("bare", 1, 3),
    ("opus_packet", "through the engine"): Count("engine", 1, 3),
    ("opus_packet", "through the engine, by number"): Count("numbered", 1, 3),
    ("pcm_delta", "in and out"): Count("plain", 2, 6, "rtmulti_session_audio"),
    ("pcm_delta", "in and out, with its transcript"): Count("transcript", 2, 6, "rtmulti_session_audio"),
    ("json_event", "the floor"): Count("floor", 1, 3),
    ("json_event", "base64 and memcpy alone, instructions alone"): Count("bare", 1, 3),
    ("json_event", "taken"): Count("taken", 1, 3),
    ("json_event", "taken and heard"): Count("heard", 1, 3),
    ("long_session", "delta, first tenth of 1,000 messages in one response"):
        Count("response", 1, 101, "rtmulti_session_audio"),
    ("long_session", "delta, last tenth of 1,000 messages in one response"):
        Count("response", 900, 1000, "rtmulti_session_audio"),
    # Callgrind is some 50 times slower than the machine, so the session grows to 5,000 messages only.
    ("long_session", "delta in a young session, instructions alone"):
        Count("session", 1, 101, "rtmulti_session_audio"),
    ("long_session", "delta after 5,000 messages, instructions alone"):
        Count("session", 4900, 5000, "rtmulti_session_audio"),
    ("interrupt", "PCM16, to TRUNCATE, p50"): Count("pcm-truncated", 20, 60, BY_REQUEST),
    ("interrupt", "PCM16, to the last DELETE, p50"): Count("pcm-deleted", 20, 60, BY_REQUEST),
    ("interrupt", "PCM16, the whole interrupt, instructions alone"): Count("pcm", 20, 60, BY_REQUEST),
    ("interrupt", "Opus, to TRUNCATE, p50"): Count("opus-truncated", 20, 60, BY_REQUEST),
    ("interrupt", "Opus, to the last DELETE, p50"): Count("opus-deleted", 20, 60, BY_REQUEST),
    ("interrupt", "Opus, the whole interrupt, instructions alone"): Count("opus", 20, 60, BY_REQUEST),
    ("paced_sessions", "20 ms of one of 5,000 paced PCM16 sessions"): Count("pcm", 20, 60),
    ("pull", "pull of 10 ms, PCM16"): Count("plain", 2, 6, "rtmulti_device_pull"),
    ("pull", "bare libspeexdsp, 10 ms"): Count("bare_speex", 2, 6),
    ("pull", "pull of 10 ms, resampled"): Count("speex", 2, 6, "rtmulti_device_pull"),
    ("pull", "bare opus_decode, 10 ms"): Count("bare_opus", 1, 3),
    ("pull", "pull of 10 ms, Opus"): Count("opus", 1, 3, "rtmulti_device_pull"),
}

# The ratios that can be had in instructions too: figure, then its numerator and denominator in COUNTS.
RATIOS = {
    ("opus_packet", "engine over bare opus_decode"): ("through the engine", "bare opus_decode"),
    ("json_event", "100 ms event taken, over the floor"): ("taken", "the floor"),
    ("json_event", "taken and heard, over the floor"): ("taken and heard", "the floor"),
    ("json_event", "taken, over base64 and memcpy alone"): (
        "taken", "base64 and memcpy alone, instructions alone"),
    ("opus_packet", "engine over bare opus_decode, by number"): (
        "through the engine, by number", "bare opus_decode"),
    ("pull", "pull over bare libspeexdsp"): ("pull of 10 ms, resampled", "bare libspeexdsp, 10 ms"),
    ("pull", "pull over bare opus_decode"): ("pull of 10 ms, Opus", "bare opus_decode, 10 ms"),
    ("long_session", "delta in the 1,000th message of a response over the 20th"): (
        "delta, last tenth of 1,000 messages in one response",
        "delta, first tenth of 1,000 messages in one response"),
}


class CannotRun(Exception):
    """A benchmark that did not give its figures; the text says which and why."""


def output_of(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs a command; CannotRun with what it said when it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    except OSError as error:
        raise CannotRun(f"{command[0]} could not be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"{' '.join(command)} took more than five minutes") from error
    if done.returncode != 0:
        raise CannotRun(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()}")
    return done


def measure(program: str, arguments: list[str]) -> list[dict[str, Any]]:
    """The figures that one start of a program prints."""
    lines = output_of([str(BENCH / program), *arguments]).stdout.splitlines()
    if not lines:
        raise CannotRun(f"{program} printed no figure")
    return [{"benchmark": program, **json.loads(line)} for line in lines]


def python() -> str:
    """The Python to measure with: the system's own, because version managers often build theirs without optimising."""
    system = "/usr/bin/python3"
    is_new_enough = "import sys; sys.exit(sys.version_info < (3, 10))"
    if os.path.exists(system) and subprocess.run([system, "-c", is_new_enough], check=False).returncode == 0:
        return system
    return sys.executable


def measure_python() -> list[dict[str, Any]]:
    """The figures of the Python package."""
    package = ROOT / "bindings" / "python"
    environment = {**os.environ, "PYTHONPATH": str(package / "src"),
                   "RTMULTI_LIBRARY": str(ROOT / "build" / "lib" / "librtmulti.so.0")}
    said = output_of([python(), str(package / "benchmarks" / "bench.py"), "--json", "-"], env=environment).stdout
    lines = said.splitlines()
    print(f"python: {python()}, {lines[0].partition(';')[0]}")
    return [json.loads(line) for line in lines if line.startswith("{")]


def instructions_of(program: str, arguments: list[str], count: Count, rounds: int) -> tuple[int, int]:
    """Instructions and units of work of one start under callgrind. Without Swift's random hashing they repeat."""
    toggle = [] if count.inside is None else ["--collect-atstart=no"]
    if count.inside:
        toggle.append(f"--toggle-collect={count.inside}")
    done = output_of(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *toggle,
         str(BENCH / program), "--count", count.case, str(rounds), *arguments],
        env={**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"})
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if collected is None:
        raise CannotRun(f"callgrind did not say what it counted in {program}")
    return int(collected[1]), json.loads(done.stdout)["units"]


def count_instructions(program: str, count: Count) -> float:
    """Instructions for one unit of work in the steady state."""
    arguments = next(arguments for start, arguments in STARTS if start == program)
    low, low_units = instructions_of(program, arguments, count, count.low)
    high, high_units = instructions_of(program, arguments, count, count.high)
    if high <= low:
        raise CannotRun(f"callgrind counted nothing inside {count.inside or program} (case {count.case})")
    return (high - low) / (high_units - low_units)


def add_instructions(figures: list[dict[str, Any]], programs: set[str]) -> None:
    """Puts the counts beside the figures they belong to; a count without a measured figure becomes one."""
    wanted = {key: count for key, count in COUNTS.items() if key[0] in programs}
    # Counting does not mind what else the machine does, so all cores may do it at once.
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(wanted, pool.map(lambda key: count_instructions(key[0], wanted[key]), wanted)))
    for (program, name), value in found.items():
        figure = next((f for f in figures if (f["benchmark"], f["figure"]) == (program, name)), None)
        if figure is None:
            figures.append({"benchmark": program, "figure": name, "unit": "instructions", "value": round(value, 1)})
        else:
            figure["instructions"] = round(value, 1)
    for figure in figures:
        key = (figure["benchmark"], figure["figure"])
        if key in RATIOS:
            numerator, denominator = (found[key[0], name] for name in RATIOS[key])
            figure["instructions_ratio"] = round(numerator / denominator, 4)


def machine() -> str:
    """The processor, by the name that the kernel gives it."""
    try:
        found = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return f"{found[1] if found else 'unknown processor'}, {os.cpu_count()} cores"


def in_words(value: float, unit: str) -> str:
    """A number as wide as it is meaningful."""
    if unit == "ratio":
        return f"{value:.3f}"
    if unit in ("ms", "us"):
        return f"{value:,.1f}"
    if unit in ("KiB", "allocations"):
        return f"{value:,.2f}".removesuffix(".00")
    return f"{value:,.0f}"


def print_table(figures: list[dict[str, Any]]) -> None:
    """One line a figure, grouped by program."""
    print(f"{'':60} {'measured':>16}  {'at most':>7} {'':5} {'A/A':>6} {'instructions':>12}")
    program = None
    order = [start for start, _ in STARTS] + PYTHON
    for figure in sorted(figures, key=lambda figure: order.index(figure["benchmark"])):
        if figure["benchmark"] != program:
            program = figure["benchmark"]
            print(program)
        unit, value, at_most = figure["unit"], figure["value"], figure.get("at_most")
        unit_word = {"ratio": "", "allocations": "alloc.", "instructions": "instr."}.get(unit, unit)
        target = "" if at_most is None else in_words(at_most, unit if unit == "ratio" else "ns")
        verdict = "" if at_most is None else "over" if value > at_most else "met"
        same_again = f"{figure['same_again']:.3f}" if "same_again" in figure else ""
        counted = ""
        if "instructions" in figure:
            counted = in_words(figure["instructions"], "instructions")
        if "instructions_ratio" in figure:
            counted = in_words(figure["instructions_ratio"], "ratio")
        print(f"  {figure['figure']:58} {in_words(value, unit):>9} {unit_word:6}  {target:>7} {verdict:5} "
              f"{same_again:>6} {counted:>12}".rstrip())


def main(asked_for: list[str]) -> int:
    """Runs what was asked for, or everything."""
    known = {program for program, _ in STARTS} | {"python"}
    programs = set(asked_for) or known
    if programs - known:
        print(f"run.py: no such benchmark: {', '.join(sorted(programs - known))}; there are: "
              f"{', '.join(sorted(known))}", file=sys.stderr)
        return 2
    print(f"{machine()}; load before the start: {os.getloadavg()[0]:.1f}")
    figures: list[dict[str, Any]] = []
    try:
        for program, arguments in STARTS:
            if program in programs:
                figures += measure(program, arguments)
        if "python" in programs:
            figures += measure_python()
        add_instructions(figures, programs)
    except CannotRun as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    print_table(figures)
    results = BENCH / "results.jsonl"
    results.write_text(
        "".join(json.dumps({**figure, "machine": machine()}) + "\n" for figure in figures), encoding="utf-8")
    met = [figure["value"] <= figure["at_most"] for figure in figures if "at_most" in figure]
    print(f"\n{sum(met)} of {len(met)} targets met. All figures: {results.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
