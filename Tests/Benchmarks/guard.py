#!/usr/bin/env python3
"""Does a change make the library dearer? Instructions, allocations, bytes and cache misses are counted, never time, and held
against Tests/Benchmarks/guards.json: a figure that is worse by more than three in a hundred fails and says both. What is
counted here is less than `make bench` counts: one figure for each way that is hot. How it is counted is run.py's.

usage: Tests/Benchmarks/guard.py            compares (after `make lib benchmarks`)
       Tests/Benchmarks/guard.py --note     writes down what was counted: for a change that is meant to cost more or less
"""

import concurrent.futures
import json
import os
import pathlib
import re
import sys

import run

GUARDS = pathlib.Path(__file__).with_name("guards.json")
LIBRARY = run.ROOT / "build" / "lib" / "librtmulti.so.0"
WORSE_BY_MORE_THAN = 0.03

# What is counted under callgrind, by its name in guards.json: program and count of run.py's.
INSTRUCTIONS = {
    "PCM16 delta of 20 ms, in and out, instructions": ("pcm_delta", "in and out"),
    "PCM16 delta with its transcript, instructions": ("pcm_delta", "in and out, with its transcript"),
    "JSON event of 100 ms taken, instructions": ("json_event", "taken"),
    "JSON event of 100 ms taken and heard, instructions": ("json_event", "taken and heard"),
    "interrupt to TRUNCATE, PCM16, instructions": ("interrupt", "PCM16, to TRUNCATE, p50"),
    "interrupt to the last DELETE, PCM16, instructions": ("interrupt", "PCM16, to the last DELETE, p50"),
    "whole interrupt, PCM16, instructions": ("interrupt", "PCM16, the whole interrupt, instructions alone"),
    "whole interrupt, Opus, instructions": ("interrupt", "Opus, the whole interrupt, instructions alone"),
    "pull of 10 ms, PCM16, instructions": ("pull", "pull of 10 ms, PCM16"),
    "20 ms of a paced PCM16 session, instructions": ("paced_sessions", "20 ms of one of 5,000 paced PCM16 sessions"),
}
# What programs count by themselves: program, its arguments and its figure.
COUNTED = {
    "PCM16 delta, allocations": ("allocations", [run.FIXTURES], "PCM16 delta"),
    "PCM16 message, allocations": ("allocations", [run.FIXTURES], "PCM16 message"),
    "interrupt, PCM16, allocations": (
        "allocations", [run.FIXTURES], "interrupt, PCM16 with transcripts, two messages waiting"),
    "idle session, new, KiB from malloc": ("memory", ["new", run.FIXTURES], "idle, new: from malloc"),
    "idle session after PCM16, KiB from malloc": (
        "memory", ["after_pcm", run.FIXTURES], "idle, after 10 s of PCM16: from malloc"),
    "idle session after Opus, KiB from malloc": (
        "memory", ["after_opus", run.FIXTURES], "idle, after 10 s of Opus: from malloc"),
}
COLD_TICK = "20 ms of a paced PCM16 session among many, lines missed by a cache of 2 MiB"
SIZE = "size of the library, KiB"


def count_misses() -> float:
    """Lines that one tick of a session misses when 600 others have had theirs since, in a last cache of 2 MiB."""
    def misses(rounds: int) -> tuple[int, int]:
        done = run.output_of(
            ["valgrind", "--tool=cachegrind", "--cache-sim=yes", "--LL=2097152,16,64", "--cachegrind-out-file=/dev/null",
             str(run.BENCH / "paced_sessions"), "--count", "cold", str(rounds)],
            env={**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"})
        found = re.search(r"LLd misses:\s+([\d,]+)", done.stderr)
        if found is None:
            raise run.CannotRun("cachegrind did not say what it counted in paced_sessions")
        return int(found[1].replace(",", "")), json.loads(done.stdout)["units"]

    low, low_units = misses(10)
    high, high_units = misses(20)
    return (high - low) / (high_units - low_units)


def count_own() -> dict[str, float]:
    """What programs count without valgrind, each started once."""
    starts = {(program, tuple(arguments)) for program, arguments, _ in COUNTED.values()}
    said = {start: {figure["figure"]: figure["value"] for figure in run.measure(start[0], list(start[1]))}
            for start in starts}
    return {name: said[program, tuple(arguments)][figure] for name, (program, arguments, figure) in COUNTED.items()}


def count_all() -> dict[str, float]:
    """Every figure by its name in guards.json."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        misses = pool.submit(count_misses)
        counts = pool.map(lambda key: run.count_instructions(key[0], run.COUNTS[key]), INSTRUCTIONS.values())
        found = {**dict(zip(INSTRUCTIONS, counts)), COLD_TICK: misses.result()}
    return {**found, **count_own(), SIZE: LIBRARY.stat().st_size / 1024}


def compare(noted: dict[str, float], counted: dict[str, float]) -> int:
    """Prints a line for each figure; the number of those that are worse."""
    worse = 0
    for name, value in counted.items():
        before = noted.get(name)
        # A fraction of an allocation is what grows once in a while: a tenth more is none in every message.
        slack = max(before * WORSE_BY_MORE_THAN, 0.05) if before is not None else 0
        if before is None:
            worse += 1
            print(f"FAIL {name}: {value:,.2f}, and guards.json does not have it; run this with --note")
        elif value > before + slack:
            worse += 1
            print(f"FAIL {name}: {value:,.2f}, and it was {before:,.2f}; if it is worth that, run this with --note")
        else:
            better = " (better: run this with --note to keep it)" if value < before - slack else ""
            print(f"     {name}: {value:,.2f}, was {before:,.2f}{better}")
    return worse


def main(arguments: list[str]) -> int:
    """Compares, or notes."""
    if arguments not in ([], ["--note"]):
        print(__doc__, file=sys.stderr)
        return 2
    if "avx2" not in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        print("the figures are those of a processor with AVX2, which this one has not")
        return 77
    try:
        counted = count_all()
    except run.CannotRun as error:
        print(f"guard.py: {error}", file=sys.stderr)
        return 1
    if arguments:
        GUARDS.write_text(json.dumps({name: round(value, 3) for name, value in counted.items()}, indent=2) + "\n",
                          encoding="utf-8")
    worse = compare(json.loads(GUARDS.read_text(encoding="utf-8")), counted)
    print(f"guards: {len(counted) - worse} passed, {worse} failed")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
