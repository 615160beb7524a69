"""The benchmark of heard text: what plain proportion, rtmulti and livekit-agents say was heard of known speech.

usage: run.py [--speech FOLDER] [--json FILE] [--every N] [SUBJECT...]

SUBJECT is proportion, rtmulti or livekit; all of them when none is named. --every N takes each Nth clip only. Prints
a table, and writes each interruption as a line of JSON. make/bench-text.sh makes what it needs.
"""

from __future__ import annotations

import argparse
import os
import time
from multiprocessing import Pool
from pathlib import Path

import by_proportion
import by_rtmulti
from answers import Answer, Case, write_answers
from cases import work
from clips import Clip, clips
from figures import table

SUBJECTS = {"proportion": by_proportion.answers, "rtmulti": by_rtmulti.answers}


def _measure(job: tuple[str, Clip, Case]) -> list[Answer]:
    subject, clip, case = job
    return SUBJECTS[subject](clip, case)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], metavar="SUBJECT")
    parser.add_argument("--speech", type=Path, default=Path("build/text"))
    parser.add_argument("--json", type=Path, default=Path("build/text/answers.jsonl"))
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    jobs = [
        (subject, clip, case)
        for clip, case in work(clips(options.speech)[:: options.every])
        for subject in options.subjects or SUBJECTS
    ]
    with Pool(os.cpu_count()) as pool:
        found = [one for some in pool.imap(_measure, jobs, chunksize=8) for one in some]
    with options.json.open("w", encoding="utf-8") as file:
        write_answers(file, found)
    print(table(found))
    print(f"{len(found)} interruptions in {time.monotonic() - began:.0f} s; each of them: {options.json}")


if __name__ == "__main__":
    main()
