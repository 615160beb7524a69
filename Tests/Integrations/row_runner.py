"""Plays conversations several at a time, again where the machine stood still, and says what they came to. What a conversation
is stands in the folder of each framework, what is right in heard_judge.py."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from heard_judge import Outcome
from standstill import Standstill

@dataclass(frozen=True, slots=True)
class Job:
    """One conversation to be played.

    kind: what its sums are added to, "api" for example.
    run: plays it, from its beginning to the server's verdict.
    """

    name: str
    kind: str
    run: Callable[[], Awaitable[Outcome]]


async def play_all(jobs: Sequence[Job], beside: int) -> list[Outcome]:
    """Plays all of them, at most `beside` at a time; what keeps one from coming to its end counts as wrong."""
    seats, standstill = asyncio.Semaphore(beside), Standstill()
    watching = asyncio.create_task(standstill.watch())
    try:
        return list(await asyncio.gather(*(_play(job, seats, standstill) for job in jobs)))
    finally:
        watching.cancel()


async def _play(job: Job, seats: asyncio.Semaphore, standstill: Standstill) -> Outcome:
    async def once() -> Outcome:
        try:
            return await job.run()
        except Exception as problem:
            return Outcome(wrong=[f"{type(problem).__name__}: {problem}"])

    async with seats:
        return await standstill.undisturbed(once, lambda outcome: not outcome.wrong)


def report(title: str, jobs: Sequence[Job], outcomes: Sequence[Outcome], *, shows_failures: bool, verbose: bool) -> int:
    """Prints what is wrong, the sums of each kind, and in the last line how many passed; returns the exit status."""
    sums: dict[str, list[int]] = {}
    failed = 0
    for job, outcome in zip(jobs, outcomes, strict=True):
        of_kind = sums.setdefault(job.kind, [0, 0, 0])
        for at, count in enumerate((outcome.unheard_ms, outcome.lost_ms, outcome.items_wrong)):
            of_kind[at] += count
        failed += bool(outcome.wrong)
        if outcome.wrong and (shows_failures or verbose):
            print(f"FAIL  {job.name}: {'; '.join(outcome.wrong)}")
        elif verbose:
            print(f"ok    {job.name}")
    for kind, (unheard_ms, lost_ms, wrong) in sums.items():
        print(f"{title}, {kind}: {unheard_ms}/{lost_ms}/{wrong} unheard ms/lost ms/items wrong")
    print(f"{len(jobs) - failed} passed, {failed} failed")
    return 1 if failed or not jobs else 0
