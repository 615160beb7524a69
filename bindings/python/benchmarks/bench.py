"""The Python figures: what feeding, importing and interrupting cost through the package `rtmulti`.

usage: python benchmarks/bench.py [--json FILE] [feeding] [import] [interrupt]

Prints a table and, with --json, one JSON line for each figure (FILE may be -). A figure above its target is shown
and is no error. Batches of what is compared are interleaved (A, B, A, B, ...) and medians are taken; the second A
of each pair gives the A/A beside a figure, which is how far the machine was from repeating itself.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import rtmulti

RATE_HZ = 24_000
FRAME_BYTES = RATE_HZ // 50 * 2
DELTA_MS = 100
#: Where the frames of a delta lie; a slice that is made once costs half of one that is made each time.
FRAMES = tuple(slice(at, at + FRAME_BYTES) for at in range(0, DELTA_MS * RATE_HZ // 1000 * 2, FRAME_BYTES))
#: Feeding rounds, and deltas in each: a response of 60 s is fed in every round.
ROUNDS = 41
DELTAS = 600
STARTS = 41
INTERRUPTS = 2000

Figure = dict[str, Any]


def speech(ms: int) -> bytes:
    """PCM16 that compresses no better than speech: base64 and memory see the same work."""
    return bytes((i * i * 7 + i // 3) & 0xFF for i in range(RATE_HZ * ms // 1000 * 2))


def delta_event(response_id: str, item_id: str, pcm: bytes, number: int = 0) -> bytes:
    """One audio delta as OpenAI sends it and a connection receives it (6.6 kB for 100 ms)."""
    return json.dumps(
        {
            "type": "response.output_audio.delta",
            "event_id": f"event_BzGdkWpCPsRtmQxv{number:05}",
            "response_id": response_id,
            "item_id": item_id,
            "output_index": 0,
            "content_index": 0,
            "delta": base64.b64encode(pcm).decode(),
        }
    ).encode()


def item_event(response_id: str, item_id: str, index: int) -> str:
    """The announcement of a message."""
    item = {"id": item_id, "object": "realtime.item", "type": "message", "role": "assistant", "content": []}
    event = {"type": "response.output_item.added", "response_id": response_id, "output_index": index, "item": item}
    return json.dumps(event)


class FrameSink(rtmulti.Sink):
    """Cuts what it gets into frames of 20 ms, calls a function with each, and reports them played at once."""

    format = rtmulti.SinkFormat(sample_rate_hz=RATE_HZ)

    def __init__(self, on_frame: Callable[[bytes], object]) -> None:
        self._on_frame = on_frame
        self._segment = 0
        self.heard_bytes = 0

    def attach(self, playback: rtmulti.Playback) -> None:
        """Each write is reported."""
        super().attach(playback)
        self._progress = playback.playback_progress

    def write(self, segment: int, pcm: bytes) -> None:
        """Every frame goes to the function."""
        on_frame = self._on_frame
        for frame in FRAMES:  # a write is one delta here, for nothing holds it back
            on_frame(pcm[frame])
        if segment != self._segment:
            self._segment, self.heard_bytes = segment, 0
        self.heard_bytes += len(pcm)
        self._progress(segment, self.heard_bytes // 2)

    def flush(self, segment: int) -> None:
        """All of it was played."""
        assert self.playback is not None
        self.playback.playback_finished(segment, self.heard_bytes // 2)


# --- feeding ---


def feeding() -> list[Figure]:
    """100 ms deltas in, 20 ms frames out, over what Python's json and base64 alone take for the same events."""
    frames = 0

    def on_frame(_: bytes) -> None:
        nonlocal frames
        frames += 1

    sink = FrameSink(on_frame)
    session = rtmulti.Session(sink, config=rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED))
    pcm = speech(DELTA_MS)
    rounds = 0

    def through_rtmulti() -> float:
        nonlocal rounds
        rounds += 1
        response, item = f"resp_{rounds:020}", f"item_{rounds:020}"
        session.receive(json.dumps({"type": "response.created", "response": {"id": response}}))
        session.receive(item_event(response, item, 0))
        # The same event twice would count once (rule A12).
        events = [delta_event(response, item, pcm, number) for number in range(16)] * (DELTAS // 16 + 1)
        receive = session.receive
        begin = time.perf_counter_ns()
        for event in events[:DELTAS]:
            receive(event)
        taken = time.perf_counter_ns() - begin
        if sink.heard_bytes != DELTAS * len(pcm):
            raise SystemExit(f"bench.py: {DELTAS * len(pcm)} bytes were fed and {sink.heard_bytes} came out")
        session.receive(
            json.dumps({"type": "response.done", "response": {"id": response, "status": "completed"}})
        )
        return taken / DELTAS / (DELTA_MS / 20)

    def as_it_comes(made: Callable[[bytes], Any]) -> float:
        """One event of 100 ms that is fed as `made` makes it of its bytes, in microseconds."""
        nonlocal rounds
        rounds += 1
        response, item = f"resp_{rounds:020}", f"item_{rounds:020}"
        session.receive(json.dumps({"type": "response.created", "response": {"id": response}}))
        session.receive(item_event(response, item, 0))
        count = DELTAS // 10
        events = [made(delta_event(response, item, pcm, number)) for number in range(count)]
        begin = time.perf_counter_ns()
        for event in events:
            session.receive(event)
        taken = time.perf_counter_ns() - begin
        session.receive(
            json.dumps({"type": "response.done", "response": {"id": response, "status": "completed"}})
        )
        return taken / count / 1000

    def through_json() -> float:
        event = delta_event("resp", "item", pcm)
        begin = time.perf_counter_ns()
        for _ in range(DELTAS // 10):
            decoded = base64.b64decode(json.loads(event)["delta"])
            for frame in FRAMES:
                on_frame(decoded[frame])
        return (time.perf_counter_ns() - begin) / (DELTAS // 10) / (DELTA_MS / 20)

    makers: dict[str, tuple[float, Callable[[bytes], Any]]] = {"bytes": (5, bytes), "a dict": (15, json.loads)}
    with contextlib.suppress(ImportError):
        from openai.types.realtime import ResponseAudioDeltaEvent

        makers["an object of OpenAI's SDK"] = (15, lambda told: ResponseAudioDeltaEvent.construct(**json.loads(told)))
    ours, beside, again = [], [], []
    taken_us: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(ROUNDS):
        ours.append(through_rtmulti())
        beside.append(through_json())
        again.append(through_rtmulti())
        for name, (_, made) in makers.items():
            taken_us[name].append(as_it_comes(made))
    expected = 2 * ROUNDS * DELTAS * 5 + ROUNDS * (DELTAS // 10) * 5 * (1 + len(makers))
    if frames != expected:
        raise SystemExit(f"bench.py: {expected} frames were expected and {frames} came: nothing was measured")
    session.close()
    return [
        {
            "figure": "feed 100 ms deltas, receive 20 ms frames: per 20 ms",
            "unit": "ns",
            "value": round(statistics.median(ours)),
            "at_most": 2500,
            "same_again": round(statistics.median(a / b for a, b in zip(again, ours, strict=True)), 3),
        },
        {
            "figure": "the same with Python's json and base64 alone: per 20 ms",
            "unit": "ns",
            "value": round(statistics.median(beside)),
        },
    ] + [
        {
            "figure": f"an event of 100 ms, fed as {name}",
            "unit": "us",
            "value": round(statistics.median(taken_us[name]), 2),
            "at_most": at_most,
        }
        for name, (at_most, _) in makers.items()
    ]


# --- importing ---

_RSS = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmRSS')][0])"


def _start(code: str, environment: dict[str, str]) -> float:
    begin = time.perf_counter_ns()
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return (time.perf_counter_ns() - begin) / 1e6


def _rss_kib(code: str, environment: dict[str, str]) -> int:
    command = [sys.executable, "-c", f"{code}\n{_RSS}"]
    return int(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def importing() -> list[Figure]:
    """What `import rtmulti` adds to a bare python, and what loading the library and a first session add to it."""
    # An installed package has its bytecode beside it; here it lies where it does not litter the checkout.
    with tempfile.TemporaryDirectory(prefix="rtmulti-bench-") as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        return _importing(environment)


def _importing(environment: dict[str, str]) -> list[Figure]:
    bare_code, import_code = "pass", "import rtmulti"
    session_code = "import rtmulti; session = rtmulti.Session()"
    unwanted = "import sys, rtmulti; print([m for m in ('asyncio', 'json', 'base64', 'typing') if m in sys.modules])"
    loaded = subprocess.run(
        [sys.executable, "-c", unwanted], check=True, capture_output=True, text=True, env=environment
    ).stdout
    if loaded.strip() != "[]":
        raise SystemExit(f"bench.py: import rtmulti brings in {loaded.strip()}, which it must not")
    _start(session_code, environment)  # writes the bytecode
    bare, ours, again, sessions = [], [], [], []
    for _ in range(STARTS):
        bare.append(_start(bare_code, environment))
        ours.append(_start(import_code, environment))
        sessions.append(_start(session_code, environment))
        again.append(_start(import_code, environment))
    bare_kib = statistics.median(_rss_kib(bare_code, environment) for _ in range(5))
    import_kib = statistics.median(_rss_kib(import_code, environment) for _ in range(5))
    session_kib = statistics.median(_rss_kib(session_code, environment) for _ in range(5))
    bare_ms = statistics.median(bare)
    return [
        {
            "figure": "import rtmulti, over a bare python",
            "unit": "ms",
            "value": round(statistics.median(ours) - bare_ms, 1),
            "at_most": 25,
            "same_again": round(statistics.median(a / b for a, b in zip(again, ours, strict=True)), 3),
            "bare": round(bare_ms, 1),
        },
        {
            "figure": "the same, with the library loaded and a session made",
            "unit": "ms",
            "value": round(statistics.median(sessions) - bare_ms, 1),
        },
        {
            "figure": "resident memory of import rtmulti, over a bare python",
            "unit": "KiB",
            "value": import_kib - bare_kib,
            "at_most": 8 * 1024,
        },
        {
            "figure": "that memory, with the library loaded and a session made",
            "unit": "KiB",
            "value": session_kib - bare_kib,
        },
    ]


# --- interrupting ---


class HalfwaySink(FrameSink):
    """Has played half of the first second when it is asked to clear, and answers at once."""

    def __init__(self) -> None:
        super().__init__(lambda _: None)
        self._heard: dict[int, int] = {}

    def write(self, segment: int, pcm: bytes) -> None:
        """Half of what is written is heard at once."""
        assert self.playback is not None
        if segment not in self._heard:
            self._heard[segment] = RATE_HZ // 2
            self.playback.playback_started(segment)
            self.playback.playback_progress(segment, len(pcm) // 4)

    def flush(self, segment: int) -> None:
        """The rest is still to be played."""

    def clear(self, segment: int) -> None:
        """Answers for each segment."""
        assert self.playback is not None
        for unsettled in list(self._heard):
            del self._heard[unsettled]
            self.playback.playback_finished(unsettled, RATE_HZ // 4, True)


async def _interrupts(is_coroutine: bool) -> list[float]:
    told_at = 0
    delta = speech(DELTA_MS)

    def send(text: str) -> None:
        nonlocal told_at
        if "truncate" in text and not told_at:
            told_at = time.perf_counter_ns()

    async def send_later(text: str) -> None:
        send(text)

    taken = []
    async with rtmulti.Player(HalfwaySink(), send_later if is_coroutine else send) as player:
        for number in range(INTERRUPTS):
            response = f"resp_{number:020}"
            player.feed(json.dumps({"type": "response.created", "response": {"id": response}}))
            for index in range(2):
                item = f"item_{number:020}_{index}"
                player.feed(item_event(response, item, index))
                for part in range(10):
                    player.feed(delta_event(response, item, delta, part))
            told_at = 0
            begin = time.perf_counter_ns()
            await player.interrupt()
            if not told_at:
                raise SystemExit("bench.py: an interrupt was expected to end in a truncate, and none came")
            taken.append((told_at - begin) / 1e3)
    return taken


def interrupting() -> list[Figure]:
    """Player.interrupt() to the truncate in the hands of `send`, two messages queued, the sink answering at once."""
    figures: list[Figure] = []
    for is_coroutine, name in ((False, "handed to send"), (True, "when the body of an async send runs")):
        taken = asyncio.run(_interrupts(is_coroutine))
        p99: Figure = {"unit": "us", "value": round(statistics.quantiles(taken, n=100)[98], 1)}
        if not is_coroutine:
            p99["at_most"] = 50
        figures.append(
            {"figure": f"the truncate {name}: median", "unit": "us", "value": round(statistics.median(taken), 1)}
        )
        figures.append({"figure": f"the truncate {name}: p99", **p99})
    return figures


BENCHMARKS = {"feeding": feeding, "import": importing, "interrupt": interrupting}


def show(figures: list[Figure]) -> None:
    """One line for each figure, grouped by benchmark."""
    print(f"{'':60} {'measured':>14}  {'at most':>7} {'':4} {'A/A':>6}")
    shown = None
    for figure in figures:
        if figure["benchmark"] != shown:
            shown = figure["benchmark"]
            print(shown)
        at_most = figure.get("at_most")
        verdict = "" if at_most is None else "over" if figure["value"] > at_most else "met"
        target = "" if at_most is None else f"{at_most:,}"
        again = f"{figure['same_again']:.3f}" if "same_again" in figure else ""
        line = f"  {figure['figure']:58} {figure['value']:>10,} {figure['unit']:3}  {target:>7} {verdict:4} {again:>6}"
        print(line.rstrip())


def main() -> None:
    """Measures what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", help="write one JSON line for each figure")
    parser.add_argument("benchmarks", nargs="*", metavar="BENCHMARK", help=", ".join(BENCHMARKS))
    options = parser.parse_args()
    unknown = set(options.benchmarks) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    print(f"Python {sys.version.split()[0]}; load before the start: {os.getloadavg()[0]:.1f}")
    figures: list[Figure] = []
    for name, run in BENCHMARKS.items():
        if not options.benchmarks or name in options.benchmarks:
            figures += [{"benchmark": f"python {name}", **figure} for figure in run()]
    show(figures)
    if options.json:
        lines = "".join(json.dumps(figure) + "\n" for figure in figures)
        if options.json == "-":
            sys.stdout.write(lines)
        else:
            with open(options.json, "w", encoding="utf-8") as file:
                file.write(lines)


if __name__ == "__main__":
    main()
