"""How conversations end that nobody ends: forks, sub-interpreters, collections in any order, an interpreter that shuts down, and
signals whose handlers raise. docs/python.md says what each does."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from conversation import HandSink, created

import rtmulti

SOURCE = str(Path(rtmulti.__file__).parents[1])
HEAD = """
import rtmulti, sys, gc, asyncio, threading, atexit, weakref, time, os
class S(rtmulti.Sink):
    other = None
    def write(self, segment, pcm): pass
    def clear(self, segment): pass
def fill(s):
    s.response_created("r1")
    for i in ("A", "B"):
        s.item_added("r1", i, "AB".index(i)); s.audio("r1", i, bytes(960))
def cycle():
    k = S(); s = rtmulti.Session(k, on_event=lambda e: (k, s), on_json=lambda j: (k, s)); k.other = s; s.me = s; fill(s)
    return s
"""
ENDS = {
    "a cycle is left": "s = cycle()",
    "cycles are collected": "w = weakref.ref(cycle()); gc.collect(); assert w() is None",
    "cycles are collected at every step": "gc.set_threshold(1, 1, 1)\nfor _ in range(20): cycle().interrupt()",
    "a sink's end uses its session": """
class D(S):
    def __del__(self):
        try: self.other.interrupt()
        except rtmulti.RtmultiError: pass
def f():
    k = D(); s = rtmulti.Session(k, on_event=lambda e: (k, s)); k.other = s; fill(s); return k
f(); gc.collect(); keep = f()
""",
    "modules go first": "sys.keep = cycle()\nfor n in [n for n in sys.modules if n.startswith('rtmulti')]: del sys.modules[n]",
    "builtins hold it": "import builtins; builtins.keep = cycle()",
    "atexit closes it": "s = cycle(); atexit.register(s.destroy); atexit.register(s.close); atexit.register(s.interrupt)",
    "a finalizer closes it": "s = cycle(); weakref.finalize(s._sink, s.close)",
    "a thread calls it": """
s = cycle()
def f():
    n = 0
    while True: n += 1; s.advance(n * 1000)
threading.Thread(target=f, daemon=True).start(); time.sleep(0.05)
""",
    "a thread is in a callback": """
class W(S):
    def write(self, segment, pcm): time.sleep(100)
s = rtmulti.Session(W()); threading.Thread(target=lambda: fill(s), daemon=True).start(); time.sleep(0.05)
""",
    "a callback ends the program": """
class X(S):
    def write(self, segment, pcm): sys.exit(0)
s = rtmulti.Session(X()); fill(s)
""",
    "the last reference goes in a callback": """
class X(S):
    def write(self, segment, pcm): globals().pop("s", None); gc.collect()
s = rtmulti.Session(X(), on_event=lambda e: gc.collect()); s.response_created("r1"); s.item_added("r1", "A")
getattr(s, "audio")("r1", "A", bytes(960)); gc.collect()
""",
    "others are collected in a callback": """
class X(S):
    def write(self, segment, pcm): [cycle() for _ in range(9)]; gc.collect()
s = rtmulti.Session(X()); fill(s); s.interrupt(); s.close()
""",
    "a device outlives its session": """
class P(S): format = rtmulti.SinkFormat(driver=rtmulti.Driver.PULLED)
s = rtmulti.Session(P()); d = s.device(); fill(s); s.destroy(); del s; gc.collect(); d.pull(bytearray(960))
""",
    "a player is never left": """
async def main():
    global p, t
    p = rtmulti.Player(rtmulti.CallbackSink(lambda s, pcm: None), lambda j: asyncio.sleep(10), on_diagnostic=lambda d: None)
    await p.__aenter__()
    p.feed({"type": "response.created", "response": {"id": "r1"}})
    p.feed({"type": "response.output_audio.delta", "response_id": "r1", "item_id": "A", "delta": "AAAA" * 4000})
    await asyncio.sleep(0.02)
asyncio.run(main())
""",
}  # fmt: skip


@pytest.mark.parametrize("code", ENDS.values(), ids=ENDS)
def test_whatever_is_left_ends_well(code: str) -> None:
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run(
        [sys.executable, "-c", HEAD + code], capture_output=True, text=True, env=environment, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def _child(answers: Any, session: rtmulti.Session) -> None:
    try:
        session.interrupt()
        answers.put("taken")
    except rtmulti.RtmultiError as refused:
        answers.put(refused.code)
    sent: list[str] = []
    own = rtmulti.Session(HandSink(), on_json=sent.append)
    own.receive(created("r1"))
    own.interrupt()
    answers.put(len(sent))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_worker_process_has_sessions_of_its_own() -> None:
    session = rtmulti.Session(HandSink())
    session.receive(created("r1"))
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    worker = context.Process(target=_child, args=(answers, session))
    worker.start()
    assert (answers.get(timeout=30), answers.get(timeout=30)) == ("RTMULTI_ERROR_FORKED", 1)
    worker.join()
    assert worker.exitcode == 0 and session.interrupt() is rtmulti.Result.OK
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        multiprocessing.get_context("spawn").Process(target=_child, args=(None, session)).start()


def test_a_child_of_a_running_player_may_only_leave() -> None:
    async def run() -> None:
        sent: list[str] = []
        async with rtmulti.Player(rtmulti.CallbackSink(lambda segment, pcm: None), sent.append) as player:
            player.feed({"type": "response.created", "response": {"id": "r1"}})
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                child = os.fork()
            if child == 0:
                os._exit(_refused_in_a_child(player) or len(sent))
            assert os.waitpid(child, 0)[1] == 0
            assert await player.interrupt() and len(sent) == 1

    asyncio.run(run())


def _refused_in_a_child(player: rtmulti.Player) -> int:
    """The number of the first that was not refused."""
    calls = [lambda: player.feed({"type": "response.done", "response": {"id": "r1"}}), player.pause, player.reconnect]
    for number, call in enumerate(calls, 10):
        try:
            call()
            return number
        except rtmulti.RtmultiError as refused:
            if refused.result != rtmulti.Result.ERROR_FORKED:
                return number
    try:
        player.__aexit__(None, None, None).send(None)
    except StopIteration:
        return 0
    return 20


def _interpreters() -> Any:
    if sys.version_info >= (3, 13):
        return pytest.importorskip("_interpreters")
    return pytest.importorskip("_xxsubinterpreters")


def test_a_sub_interpreter_has_sessions_or_is_told_why_not() -> None:
    interpreters = _interpreters()
    older = sys.version_info < (3, 13)
    code = f"import sys; sys.path.insert(0, {SOURCE!r})\n{HEAD}\ns = cycle(); s.interrupt(); s.close(); s.destroy()"
    inner = interpreters.create(isolated=False) if older else interpreters.create("legacy")
    try:
        if older:
            with pytest.raises(interpreters.RunFailedError, match=r"works in a sub-interpreter from Python 3\.13 on"):
                interpreters.run_string(inner, code)
        else:
            assert interpreters.run_string(inner, code) is None
    finally:
        interpreters.destroy(inner)
    rtmulti.Session(HandSink()).receive(created("r1"))


class Stop(BaseException):
    """What the handler of a signal raises."""


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 looks for signals between any two instructions")
def test_a_handler_that_raises_anywhere_costs_no_effect() -> None:
    is_armed = False
    raised = 0

    def handler(_: int, __: FrameType | None) -> None:
        nonlocal is_armed, raised
        if is_armed:
            is_armed, raised = False, raised + 1
            raise Stop

    def meanwhile(call: Any, *arguments: Any) -> None:
        nonlocal is_armed
        try:
            gc.disable()  # what is raised in a __del__ Python drops
            is_armed = True
            call(*arguments)
            is_armed = False
        except Stop:
            pass

    before = signal.signal(signal.SIGALRM, handler)
    try:
        ends_s, number = time.monotonic() + 1.5, 0
        while time.monotonic() < ends_s or (raised < 30 and number < 20_000):
            number += 1
            _interrupted(number, meanwhile)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()
    assert raised >= 30


def _interrupted(number: int, meanwhile: Any) -> None:
    told: list[rtmulti.Event] = []
    sent: list[str] = []
    commands: list[rtmulti.Command] = []
    sink = HandSink()
    session = rtmulti.Session(sink, on_event=told.append, on_json=sent.append, on_command=lambda one: commands.append(one))
    session.response_created("r1")
    for index in range(5):
        session.item_added("r1", f"i{index}", index)
        session.audio("r1", f"i{index}", bytes(960))
        session.item_done(f"i{index}")
    # Some 250 µs hold all that follows; the signal comes anywhere in them.
    signal.setitimer(signal.ITIMER_REAL, 1e-6 + number % 97 * 3e-6)
    meanwhile(session.interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0)
    gc.enable()
    session.interrupt()
    session.advance(60_000_000)
    session.close()
    session.destroy()
    items = sorted(event.item_id for event in told if isinstance(event, rtmulti.Message))
    assert items == [f"i{index}" for index in range(5)]
    assert len(sent) == len(set(sent)) >= 5, sent
    assert sum("response.cancel" in one for one in sent) == 1, sent
    assert len(commands) >= len(sent) - 1, "only one in whose hook it was raised can be missing"
