"""What a relay costs, and what it keeps waiting: one relay process with many clients whose microphones are on, some of them
listening to an answer at any time; and the same clients without the relay. Servers and clients are in processes of their own. It
judges that everybody heard everything.

usage: make/test-relay.sh load [CONNECTIONS] [SECONDS OF AN ANSWER] [MS OF A BLOCK] [PARTS]
The clients listen in so many PARTS one after another: 2, half of them at a time; with 1 all of them at once.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from websockets.asyncio.client import connect

from rtmulti.server import StrictServer, parse_script

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_DELTA = '{"type": "response.output_audio.delta"'
_ERROR = '{"type": "error"'
#: 100 ms of silence from the microphone, as clients send it ten times a second.
_VOICE = json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(4800)).decode()})


@dataclass(slots=True)
class Heard:
    """What one client got, in ms: how much, when the first of it came behind its request, and how long a player that begins at
    once would have stood still in the middle."""

    ms: int = 0
    first_ms: float = 0.0
    gap_ms: float = 0.0


def cpu_s(process: int) -> float:
    """Processor time that a process has used."""
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_mib(process: int) -> float:
    """Memory that a process has resident."""
    with open(f"/proc/{process}/statm", encoding="utf-8") as file:
        return int(file.read().split()[1]) * _PAGE / (1 << 20)


async def one(url: str, seconds: int, begin: asyncio.Event, starts_s: float, ends_s: float) -> Heard:
    """A client: speaks all the time, asks when it is its turn, and hears the answer."""
    heard = Heard()
    async with connect(url, compression=None, open_timeout=60, ping_interval=None) as websocket:
        await begin.wait()
        began_s = time.monotonic()

        async def speak() -> None:
            while True:
                await websocket.send(_VOICE)
                await asyncio.sleep(0.1)

        speaking = asyncio.create_task(speak())
        try:
            await asyncio.sleep(starts_s)
            await _listen(websocket, seconds * 1000, heard)
            await asyncio.sleep(max(0.0, began_s + ends_s - time.monotonic()))
        finally:
            speaking.cancel()
    return heard


async def _listen(websocket: object, ms: int, heard: Heard) -> None:
    asked_s = time.monotonic()
    await websocket.send('{"type": "response.create"}')  # type: ignore[attr-defined]
    # When the player has played what it has.
    dry_s = 0.0
    while heard.ms < ms:
        text = str(await asyncio.wait_for(websocket.recv(), 30))  # type: ignore[attr-defined]
        if text.startswith(_ERROR):
            raise RuntimeError(text)
        if not text.startswith(_DELTA):
            continue
        now_s = time.monotonic()
        if not heard.ms:
            heard.first_ms = (now_s - asked_s) * 1000
            dry_s = now_s
        elif now_s > dry_s:
            heard.gap_ms += (now_s - dry_s) * 1000
            dry_s = now_s
        delta_ms = len(text[text.index('"delta": "') + 10 : -2]) * 3 // 4 // 48
        heard.ms += delta_ms
        dry_s += delta_ms / 1000


async def talk(
    count: int, seconds: int, parts: int, url: str, in_mid_speech: Callable[[], None], idle: Callable[[], None]
) -> int:
    """All clients; prints what they got, and returns how many heard everything."""
    begin = asyncio.Event()
    clients = []
    for number in range(count):
        starts_s = number % parts * seconds + number / count
        clients.append(asyncio.create_task(one(url, seconds, begin, starts_s, parts * seconds + 1)))
        await asyncio.sleep(0.02)
    await asyncio.sleep(1)
    idle()
    begin.set()
    await asyncio.sleep(seconds / 2)
    in_mid_speech()
    ended = await asyncio.gather(*clients, return_exceptions=True)
    heard = [one for one in ended if isinstance(one, Heard)]
    for words, times in Counter(f"{type(one).__name__}: {one}" for one in ended if not isinstance(one, Heard)).items():
        print(f"  {times} of them: {words}")
    for name, waits in (
        ("first audio behind the request", [one.first_ms for one in heard]),
        ("a player stands still", [one.gap_ms for one in heard]),
    ):
        waits.sort()
        if waits:
            half, most, worst = waits[len(waits) // 2], waits[len(waits) * 99 // 100], waits[-1]
            print(f"  {name}: {half:.0f} ms in the middle, {most:.0f} for 99 of 100, {worst:.0f} at most")
    return sum(one.ms == seconds * 1000 for one in heard)


async def main(count: int, seconds: int, block_ms: int, parts: int) -> int:
    """Plays without the relay and with it, and prints what came of it."""
    here = [sys.executable, __file__]
    pipe = subprocess.PIPE
    server = subprocess.Popen([*here, "serve", str(seconds)], stdin=pipe, stdout=pipe, text=True)
    assert server.stdout is not None
    server_url = server.stdout.readline().strip()
    command = [sys.executable, "-m", "rtmulti", "relay", "--upstream", server_url]
    command += ["--connections", str(count + 1), "--block-ms", str(block_ms)]
    relay = subprocess.Popen(command, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
    assert relay.stdout is not None
    url = relay.stdout.readline().split()[2].rstrip(",")
    spent: list[float] = []
    took: list[float] = []
    mib: list[float] = []

    def look() -> None:
        spent.append(cpu_s(relay.pid))
        took.append(time.monotonic())
        mib.append(resident_mib(relay.pid))

    try:
        load = os.getloadavg()[0]
        print(f"{count} connections, each with an answer of {seconds} s, {count // parts} at a time; load {load:.1f}")
        print("without the relay:")
        whole = [await talk(count, seconds, parts, server_url, lambda: None, lambda: None)]
        print(f"behind it, in blocks of {block_ms} ms:")
        look()
        whole.append(await talk(count, seconds, parts, url, look, look))
        look()
    finally:
        relay.terminate()
        server.terminate()
    used_s, took_s = spent[3] - spent[1], took[3] - took[1]
    each_ms = used_s * 1000 / count / took_s
    print(f"  processor: {used_s:.1f} s in {took_s:.1f} s, {each_ms:.1f} ms for each second of a connection")
    each_kib = (mib[1] - mib[0]) * 1024 / count
    print(f"  memory: {mib[0]:.0f} MiB alone, {each_kib:.0f} KiB for each idle connection, {mib[2]:.0f} MiB in mid-speech")
    print(f"{sum(whole)} passed, {2 * count - sum(whole)} failed")
    return int(sum(whole) != 2 * count)


async def serve(seconds: int) -> None:
    """The server, in a process of its own."""
    output = [{"message": "This is a long message.", "audio_ms": seconds * 1000}]
    turns = [{"output": output, "pace": 2, "chunk_ms": 100}]
    script = parse_script({"voice": "tone", "turn_detection": None, "turns": turns})
    async with StrictServer(script, most_connections=10_000) as server:
        print(server.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2])))
    else:
        given = [int(argument) for argument in sys.argv[1:5]]
        sys.exit(asyncio.run(main(*given, *(300, 10, 20, 2)[len(given) :])))
