"""The benchmark of heard text: what a plain proportion, livekit-agents and rtmulti say was heard of known speech.

usage: run.py [--speech FOLDER] [--json FILE] [--livekit PYTHON] [--docs FOLDER] [--every N] [SUBJECT...]

SUBJECT is proportion, livekit or rtmulti; all of them when none is named. Prints a table, and writes each interruption
as a line of JSON; with --docs also the tables and the picture of docs/heard-text.md. --every N takes each Nth clip
only. make/bench-text.sh makes what it needs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from multiprocessing import Pool
from pathlib import Path

from answers import Answer, Case, read_answers, write_answers
from cases import chosen, work
from clips import Clip, clips
from figures import sections
from picture import draw
from tables import for_screen, write_page

SUBJECTS = ("proportion", "livekit", "rtmulti")


def _measure(job: tuple[str, Clip, Case]) -> list[Answer]:
    subject, clip, case = job
    if subject == "proportion":
        import by_proportion

        return by_proportion.answers(clip, case)
    import by_rtmulti

    return by_rtmulti.answers(clip, case)


def here(subject: str, speech: Path, every: int) -> list[Answer]:
    """One subject that runs in this environment, a clip and case at a time on each core."""
    jobs = [(subject, clip, case) for clip, case in work(chosen(clips(speech), every))]
    with Pool(os.cpu_count()) as pool:
        return [one for some in pool.imap(_measure, jobs, chunksize=8) for one in some]


def by_livekit(python: Path, speech: Path, every: int) -> list[Answer]:
    """livekit-agents, in the environment in which it is installed."""
    into = speech / "livekit.jsonl"
    program = Path(__file__).with_name("by_livekit.py")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([python, program, speech, into, str(every)], env=environment, check=True)
    with into.open(encoding="utf-8") as file:
        return read_answers(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT")
    parser.add_argument("--speech", type=Path, default=Path("build/text"))
    parser.add_argument("--json", type=Path, default=Path("build/text/answers.jsonl"))
    parser.add_argument("--livekit", type=Path, default=Path("build/livekit-venv/bin/python"))
    parser.add_argument("--docs", type=Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    if unknown := set(options.subjects) - set(SUBJECTS):
        parser.error(f"there is no subject {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    found: list[Answer] = []
    began = time.monotonic()
    for subject in options.subjects or SUBJECTS:
        print(f"{subject} ...", flush=True)
        if subject == "livekit":
            found += by_livekit(options.livekit, options.speech, options.every)
        else:
            found += here(subject, options.speech, options.every)
    with options.json.open("w", encoding="utf-8") as file:
        write_answers(file, found)
    shown = sections(found)
    print(for_screen(shown))
    if options.docs is not None:
        write_page(options.docs / "heard-text.md", shown)
        (options.docs / "heard-text.svg").write_text(draw(shown), encoding="utf-8")
    print(f"{len(found)} interruptions in {time.monotonic() - began:.0f} s; each of them: {options.json}")


if __name__ == "__main__":
    main()
