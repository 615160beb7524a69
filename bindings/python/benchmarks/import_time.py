"""What `import rtmulti` costs beside a bare Python, and what the first session costs, which loads the library: fresh
processes in pairs, one bare and one that imports, so that whatever else the machine does meets both; the median of the
differences. It measures the rtmulti that its Python finds.

usage: import_time.py [PAIRS]"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

BARE = "pass"
MEASURED = {
    "import rtmulti": "import rtmulti",
    "a first session": "import rtmulti; rtmulti.Session(rtmulti.ClockedSink())",
}


def duration_ms(program: str) -> float:
    """How long a fresh Python takes to run a program."""
    begun_s = time.perf_counter()
    # Isolated: what the environment and the folder would add is none of rtmulti's.
    subprocess.run([sys.executable, "-I", "-c", program], check=True)
    return (time.perf_counter() - begun_s) * 1000


def main(arguments: list[str]) -> None:
    """Prints one line for each program that is measured."""
    pairs = int(arguments[0]) if arguments else 40
    for name, program in MEASURED.items():
        duration_ms(program)  # the first one writes and reads caches
        bare, more = [], []
        for pair in range(pairs):
            # Each comes first in every other pair: what a busy machine does to the second meets both.
            order = (BARE, program) if pair % 2 == 0 else (program, BARE)
            took_ms = {each: duration_ms(each) for each in order}
            bare.append(took_ms[BARE])
            more.append(took_ms[program] - took_ms[BARE])
        print(
            f"{name}: {statistics.median(more):.1f} ms more than a bare Python's {statistics.median(bare):.1f} ms "
            f"(medians of {pairs} pairs)"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
