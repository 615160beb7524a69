"""LiveKit's own worker: rtmulti is imported in prewarm, and the sessions are played in the job's process, one after
another, each with an interruption. What the second half of them leaves behind (the first half fills caches) is compared
with sessions that are kept alive in the same process: the collector may not know the objects of two more, and of memory
there may be no more than half of what would be there if each were kept. LiveKit itself keeps each AgentSession of a job until the job ends (a job has
one); so the sessions are played outside of its context.

usage: worker.py [SESSIONS]       prints what was measured, and "ok" or "FAIL" with a reason
"""

from __future__ import annotations

import asyncio
import contextvars
import ctypes
import gc
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from livekit.agents import AgentServer, JobContext, JobProcess
from scripts import message, turns

#: So many are played with and alone before anything is counted: caches fill.
WARM = 10
#: So many are kept alive, which shows what one is that nobody frees.
KEPT = 10
#: How many sessions' worth of objects the second half may leave: some wait for timers of minutes.
MOST_KEPT = 2
#: Which share of its sessions' memory. The allocator takes it in steps, so that this is held only from so many sessions on.
MOST_SHARE = 0.5
LEAST_HALF = 100
#: The longest timer of a session; cancelled ones hold on to what they would have called until they are due.
TIMERS_S = 11
_SESSIONS, _RESULT = "RTMULTI_WORKER_SESSIONS", "RTMULTI_WORKER_RESULT"


def prewarm(process: JobProcess) -> None:
    """LiveKit calls it in each process before there is a job."""
    import rtmulti

    process.userdata["wrap"] = rtmulti.livekit.wrap
    process.userdata["process"] = os.getpid()


async def entrypoint(context: JobContext) -> None:
    """The job: it measures, and writes down what it found."""
    found: dict[str, Any] = {"prewarmed_here": context.proc.userdata["process"] == os.getpid()}
    try:
        found |= await _measure(context.proc.userdata["wrap"], int(os.environ[_SESSIONS]))
    except Exception as problem:
        found["problem"] = f"{type(problem).__name__}: {problem}"
    path = Path(os.environ[_RESULT])
    path.with_suffix(".part").write_text(json.dumps(found))
    path.with_suffix(".part").rename(path)
    context.shutdown()


async def _measure(wrap: Any, sessions: int) -> dict[str, Any]:
    sys.path.insert(0, str(Path(__file__).parent))  # the job's process was not started in it
    unheard_ms = 0
    for _ in range(WARM):
        await _apart(wrap)
    counts = [await _settled_count()]
    for _ in range(2):
        for _ in range(sessions // 2):
            unheard_ms += (await _apart(wrap))[0]
        counts.append(await _settled_count())
    kept = [await _apart(wrap) for _ in range(KEPT)]
    counts.append(await _settled_count())
    steps = [
        {what: now[what] - before[what] for what in ("kB", "objects", "of rtmulti")}
        for before, now in zip(counts, counts[1:])
    ]
    return {
        "sessions": sessions,
        "unheard_ms": unheard_ms,
        "first half": steps[0],
        "second half": steps[1],
        f"{len(kept)} kept": steps[2],
        "kinds": (counts[2]["kinds"] - counts[1]["kinds"]).most_common(5),
    }


async def _settled_count() -> dict[str, Any]:
    """_count(), once the timers of the last sessions have run out."""
    await asyncio.sleep(TIMERS_S)
    return _count()


def _count() -> dict[str, Any]:
    """The kB that are this process's own, and the objects that the collector knows, in all, of rtmulti and by kind."""
    for _ in range(3):
        gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what is free is not counted
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    kinds, ours = Counter[str](), 0
    for one in gc.get_objects():
        kinds[type(one).__name__] += 1
        ours += str(type(one).__module__).startswith("rtmulti.")
    return {
        "kB": sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty")),
        "objects": kinds.total(),
        "of rtmulti": ours,
        "kinds": kinds,
    }


async def _apart(wrap: Any) -> tuple[int, Any]:
    return await contextvars.Context().run(asyncio.create_task, _converse(wrap))


async def _converse(wrap: Any) -> tuple[int, Any]:
    """One session: two messages, and an interruption in the first. Gives what the server remembers of the second, and the
    AgentSession with its RealtimeSession."""
    import stage
    from livekit.agents import Agent
    from livekit.plugins.openai.realtime import RealtimeModel
    from rtmulti.server import StrictServer, parse_script

    script = turns([message(1, 200), message(2, 200)])
    async with StrictServer(parse_script(script)) as server:
        model = RealtimeModel(api_key="none", base_url=f"http://127.0.0.1:{server.port}/v1", turn_detection=None)
        session = stage.AgentSession(llm=wrap(model))
        session.output.audio = ear = stage.Ear()
        await session.start(Agent(instructions="test"))
        handle = session.generate_reply()
        ear.at_start[1].append(lambda: asyncio.get_running_loop().call_later(0.04, handle.interrupt))
        await asyncio.wait_for(handle.wait_for_playout(), 10)
        await asyncio.sleep(0.02)
        realtime = session._activity._rt_session
        await session.aclose()
        await model.aclose()
        lines = (await asyncio.wait_for(server.verdict(), 5)).lines
        return int(lines[1].remembered_ms) if len(lines) > 1 else 0, (session, realtime)


def _verdict(found: dict[str, Any]) -> list[str]:
    if "problem" in found:
        return [found["problem"]]
    complaints = []
    if not found["prewarmed_here"]:
        complaints.append("the job runs in another process than prewarm did")
    if found["unheard_ms"]:
        complaints.append(f"{found['unheard_ms']} ms of second messages are on the servers")
    left, kept = found["second half"], found[f"{KEPT} kept"]
    if kept["of rtmulti"] < KEPT:
        complaints.append(f"sessions that are kept show only {kept['of rtmulti']} objects of rtmulti's: nothing was measured")
    for what in ("objects", "of rtmulti"):
        if left[what] > MOST_KEPT * kept[what] / KEPT:
            complaints.append(f"the second half leaves {left[what]} {what}, and {KEPT} that are kept {kept[what]}")
    half = found["sessions"] // 2
    if half >= LEAST_HALF and left["kB"] > MOST_SHARE * half * kept["kB"] / KEPT:
        complaints.append(f"the second half leaves {left['kB']} kB, and {KEPT} that are kept {kept['kB']}")
    return complaints


async def main() -> int:
    """Runs a worker with one job."""
    os.environ[_SESSIONS] = sys.argv[1] if len(sys.argv) > 1 else "200"
    with tempfile.TemporaryDirectory(prefix="rtmulti-livekit-") as folder:
        os.environ[_RESULT] = str(Path(folder) / "result.json")
        server = AgentServer(
            setup_fnc=prewarm, num_idle_processes=1, port=0, host="127.0.0.1", initialize_process_timeout=60,
            ws_url="ws://127.0.0.1:1", api_key="none", api_secret="none" * 8,
        )  # fmt: skip
        server.rtc_session(entrypoint)
        started = asyncio.Event()
        server.once("worker_started", started.set)
        running = asyncio.create_task(server.run(devmode=True, unregistered=True))
        await asyncio.wait_for(started.wait(), 60)
        await server.simulate_job("room", fake_job=True)
        result = Path(os.environ[_RESULT])
        while not result.exists() and not running.done():
            await asyncio.sleep(0.2)
        found = json.loads(result.read_text())
        await server.aclose()
        running.cancel()
    complaints = _verdict(found)
    print(found)
    print("ok" if not complaints else "FAIL " + "; ".join(complaints))
    return len(complaints)


if __name__ == "__main__":
    # What a worker starts finds the modules of this folder, too.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    import worker  # by its name, for the job's process must find the functions

    raise SystemExit(asyncio.run(worker.main()))
