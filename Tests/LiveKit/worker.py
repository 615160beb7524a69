"""LiveKit's own worker: rtmulti is imported in prewarm, and the sessions are played in the job's process, one after
another, each with an interruption. Neither the process nor what the collector knows may grow with their number. LiveKit
itself keeps each AgentSession of a job until the job ends (a job has one); so the sessions are played outside of its context.

usage: worker.py [SESSIONS]       prints what was measured, and "ok" or "FAIL" with a reason
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from livekit.agents import AgentServer, JobContext, JobProcess

#: So many are played with and alone before anything is counted: caches fill.
WARM = 20
#: What all sessions together may leave more than LiveKit alone. One that is kept alive has some 650 objects; caches have some.
#: The allocator's own steps are of some MB; 200 sessions that nobody frees are ten.
MOST_OBJECTS = 700
MOST_KB = 8000.0
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
    for _ in range(WARM):
        await _apart(lambda model: model)
        await _apart(wrap)
    before = await _settled_count()
    for _ in range(sessions // 2):
        await _apart(lambda model: model)
    alone = await _settled_count()
    unheard_ms = 0
    for _ in range(sessions):
        unheard_ms += await _apart(wrap)
    wrapped = await _settled_count()
    return {
        "unheard_ms": unheard_ms,
        "alone": [alone[i] - before[i] for i in (0, 1)],
        "wrapped": [wrapped[i] - alone[i] for i in (0, 1)],
        "kinds": (wrapped[2] - alone[2]).most_common(5),
    }


async def _settled_count() -> tuple[float, int, Counter[str]]:
    """_count(), once the timers of the last sessions have run out."""
    await asyncio.sleep(6)
    return _count()


def _count() -> tuple[float, int, Counter[str]]:
    """The kB that are this process's own, and the objects that the collector knows, in all and by kind."""
    for _ in range(3):
        gc.collect()
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    own = sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty"))
    objects = Counter(type(one).__name__ for one in gc.get_objects())
    return own, sum(objects.values()), objects


async def _apart(wrap: Any) -> int:
    return await contextvars.Context().run(asyncio.create_task, _converse(wrap))


async def _converse(wrap: Any) -> int:
    """One session: two messages, and an interruption in the first. Gives what the server remembers of the second."""
    import stage
    from livekit.agents import Agent
    from livekit.plugins.openai.realtime import RealtimeModel
    from rtmulti.server import StrictServer, parse_script

    script = stage.turns([stage.message(1, 200), stage.message(2, 200)])
    async with StrictServer(parse_script(script)) as server:
        model = RealtimeModel(api_key="none", base_url=f"http://127.0.0.1:{server.port}/v1", turn_detection=None)
        session = stage.AgentSession(llm=wrap(model))
        session.output.audio = ear = stage.Ear()
        await session.start(Agent(instructions="test"))
        handle = session.generate_reply()
        ear.at_start[1].append(lambda: asyncio.get_running_loop().call_later(0.04, handle.interrupt))
        await asyncio.wait_for(handle.wait_for_playout(), 10)
        await asyncio.sleep(0.02)
        await session.aclose()
        await model.aclose()
        lines = (await asyncio.wait_for(server.verdict(), 5)).lines
        return int(lines[1].remembered_ms) if len(lines) > 1 else 0


def _verdict(found: dict[str, Any]) -> list[str]:
    if "problem" in found:
        return [found["problem"]]
    complaints = []
    if not found["prewarmed_here"]:
        complaints.append("the job runs in another process than prewarm did")
    if found["unheard_ms"]:
        complaints.append(f"{found['unheard_ms']} ms of second messages are on the servers")
    for what, most, alone, wrapped in zip(
        ("kB", "objects"), (MOST_KB, MOST_OBJECTS), *(found[k] for k in ("alone", "wrapped"))
    ):
        if wrapped > 2 * max(alone, 0) + most:
            complaints.append(
                f"the sessions leave {wrapped:.0f} {what}, half as many alone {alone:.0f}: {found['kinds']}"
            )
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
