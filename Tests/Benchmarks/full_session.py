#!/usr/bin/env python3
"""Does an input cost more because the session is full? Counts, under callgrind, what full_session.c does, and holds each input
in a full session against the same input in an empty one: beside what its further effects and bytes may cost it may cost
at most ten times as much. Which inputs and which sessions there are is full_session.c's and full_states.h's. What is dearer
than that stands in full_sessions.json with its ratio, and may not become worse.

usage: Tests/Benchmarks/full_session.py [--all] [STATE...]   (after `make lib benchmarks`; --all shows every input)
       Tests/Benchmarks/full_session.py --brief              the states that differ most, as in `make test`
       Tests/Benchmarks/full_session.py --note               writes down what is dearer
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import re
import sys
import tempfile
from typing import NamedTuple

import run

NOTED = pathlib.Path(__file__).with_name("full_sessions.json")
PROGRAM = str(run.BENCH / "full_session")
#: What an input may cost in a full session, against an empty one.
AT_MOST = 10.0
#: What an effect and a byte may cost, in instructions: 1 us and 50 ns, at three instructions for each nanosecond. Measured,
#: the library does twelve to twenty in one (docs/performance.md: 2,696 in 128 ns), so that this is the stricter reading.
FOR_AN_EFFECT, FOR_A_BYTE = 3000, 150
#: What ends, plays anew or forgets all that was opened pays once for each response, item and part: 200 ns, of the 3.5 us or
#: more that the bytes of its announcement were allowed.
FOR_A_PIECE = 600
ENDING = {"audio off", "audio on", "set sink", "spoken response done", "advance 600 ms", "advance 70 s", "reconnect", "close",
          "response created, others forgotten", "interrupt by the listener", "interrupt by the host", "clear timeout",
          "reconnect behind a cut", "response created behind a cut"}
#: What `make test` has the time for.
BRIEF = ["silent_passed", "many_parts", "backwards", "sink", "responses_behind", "commands", "settled", "waiting_texts",
         "buffer"]
#: How much worse a ratio may be than it was noted.
SLACK = 1.1


class Cost(NamedTuple):
    """What one input cost in one session, and what it caused there."""

    instructions: int
    result: int
    pieces: int
    effects: int
    bytes: int


class Pair(NamedTuple):
    """One input of one state, in an empty session and in a full one."""

    state: str
    input: str
    empty: Cost
    full: Cost

    @property
    def name(self) -> str:
        """By which it stands in full_sessions.json."""
        return f"{self.state}: {self.input}"

    @property
    def ratio(self) -> float:
        """The cost in the full session, less what it caused more there, over that in the empty one."""
        more = max(self.full.effects - self.empty.effects, 0) * FOR_AN_EFFECT
        more += max(self.full.bytes - self.empty.bytes, 0) * FOR_A_BYTE
        if self.input in ENDING:
            more += (self.full.pieces - self.empty.pieces) * FOR_A_PIECE
        return (self.full.instructions - more) / self.empty.instructions


def counts_in(folder: str) -> list[int]:
    """The instructions of each dump, in their order."""
    files = sorted(pathlib.Path(folder).glob("out.*"), key=lambda path: int(path.suffix[1:]))
    return [int(found[1]) for path in files
            if (found := re.search(r"^(?:totals|summary): (\d+)", path.read_text(encoding="utf-8"), re.M))]


def count(state: str) -> list[Pair]:
    """All inputs of one state."""
    with tempfile.TemporaryDirectory() as folder:
        done = run.output_of(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", "--collect-atstart=no",
             "--instr-atstart=no", PROGRAM, state], env={**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1"})
        instructions = counts_in(folder)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(instructions) < len(lines):
        raise run.CannotRun(f"callgrind counted {len(instructions)} of {len(lines)} inputs in {state}")
    costs: dict[tuple[str, str], list[Cost]] = collections.defaultdict(list)
    for line, counted in zip(lines, instructions):
        _, name, session = line["name"].split("|")
        costs[name, session].append(Cost(counted, line["result"], line["pieces"], line["effects"], line["bytes"]))
    # What is asked several times in a row is shown by its dearest.
    dearest = {key: max(several) for key, several in costs.items()}
    return [Pair(state, name, cost, dearest[name, "full"]) for (name, session), cost in dearest.items() if session == "empty"]


def row(pair: Pair) -> str:
    """What was counted, on one line."""
    def words(cost: Cost) -> str:
        return f"{cost.instructions:,} ({cost.effects} effects, {cost.bytes:,} bytes, answer {cost.result})"

    return f"{pair.ratio:8.2f}  {pair.name}: empty {words(pair.empty)}; full {words(pair.full)}"


def main(arguments: list[str]) -> int:
    """Counts all states, or those that are named."""
    options = [argument for argument in arguments if argument.startswith("--")]
    states = [argument for argument in arguments if not argument.startswith("--")]
    if set(options) - {"--all", "--brief", "--note"}:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        states = states or (BRIEF if "--brief" in options else []) or run.output_of([PROGRAM]).stdout.split()
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            pairs = [pair for counted in pool.map(count, states) for pair in counted]
    except run.CannotRun as error:
        print(f"full_session.py: {error}", file=sys.stderr)
        return 1
    pairs.sort(key=lambda pair: -pair.ratio)
    if "--note" in options:
        dear = {pair.name: round(pair.ratio, 1) for pair in pairs if pair.ratio > AT_MOST}
        NOTED.write_text(json.dumps(dear, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    noted: dict[str, float] = json.loads(NOTED.read_text(encoding="utf-8"))
    worse = [pair for pair in pairs if pair.ratio > max(AT_MOST, noted.get(pair.name, 0) * SLACK)]
    for pair in pairs if "--all" in options else worse or pairs[:10]:
        print(("FAIL" if pair in worse else "    ") + row(pair))
    dear_count = sum(pair.ratio > AT_MOST for pair in pairs)
    print(f"{dear_count} of {len(pairs)} inputs cost more than {AT_MOST:.0f} times as much; {len(noted)} are noted")
    print(f"full sessions: {len(pairs) - len(worse)} passed, {len(worse)} failed")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
