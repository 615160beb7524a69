"""What a relay costs: one relay process with many clients that all listen and speak at once, its processor time and memory.
Servers and clients are in processes of their own. It judges only that everybody heard everything.

usage: make/test-relay.sh load [CONNECTIONS] [SECONDS OF AUDIO] [MS OF A BLOCK]
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import time

from websockets.asyncio.client import connect

from rtmulti.server import StrictServer, parse_script

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_DELTA = '{"type": "response.output_audio.delta"'
#: 100 ms of silence from the microphone, as clients send it ten times a second.
_VOICE = json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(4800)).decode()})


def cpu_s(process: int) -> float:
    """Processor time that a process has used."""
    with open(f"/proc/{process}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_mib(process: int) -> float:
    """Memory that a process has resident."""
    with open(f"/proc/{process}/statm", encoding="utf-8") as file:
        return int(file.read().split()[1]) * _PAGE / (1 << 20)


async def one(url: str, seconds: int, begin: asyncio.Event) -> int:
    """A client: asks, speaks, and counts the ms that it hears."""
    heard_ms = 0
    async with connect(url, compression=None, open_timeout=60, ping_interval=None) as websocket:
        await begin.wait()
        await websocket.send('{"type": "response.create"}')

        async def speak() -> None:
            while True:
                await websocket.send(_VOICE)
                await asyncio.sleep(0.1)

        speaking = asyncio.create_task(speak())
        try:
            while heard_ms < seconds * 1000:
                text = str(await asyncio.wait_for(websocket.recv(), 30))
                if text.startswith(_DELTA):
                    heard_ms += len(text[text.index('"delta": "') + 10 : -2]) * 3 // 4 // 48
        finally:
            speaking.cancel()
    return heard_ms


async def main(count: int, seconds: int, block_ms: int) -> int:
    """Plays, and prints what it cost."""
    here = [sys.executable, __file__]
    pipe = subprocess.PIPE
    server = subprocess.Popen([*here, "serve", str(seconds)], stdin=pipe, stdout=pipe, text=True)
    assert server.stdout is not None
    command = [sys.executable, "-m", "rtmulti", "relay", "--upstream", server.stdout.readline().strip()]
    command += ["--connections", str(count + 1), "--block-ms", str(block_ms)]
    relay = subprocess.Popen(command, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
    assert relay.stdout is not None
    url = relay.stdout.readline().split()[2].rstrip(",")
    try:
        begin = asyncio.Event()
        empty_mib = resident_mib(relay.pid)
        clients = []
        for _ in range(count):
            clients.append(asyncio.create_task(one(url, seconds, begin)))
            await asyncio.sleep(0.02)
        await asyncio.sleep(1)
        idle_mib = resident_mib(relay.pid)
        before_s, began_s = cpu_s(relay.pid), time.monotonic()
        begin.set()
        await asyncio.sleep(seconds / 2)
        full_mib = resident_mib(relay.pid)
        heard = await asyncio.gather(*clients, return_exceptions=True)
        took_s = time.monotonic() - began_s
        used_s = cpu_s(relay.pid) - before_s
    finally:
        relay.terminate()
        server.terminate()
    whole = sum(one == seconds * 1000 for one in heard)
    print(f"{count} connections, {seconds} s of speech each in blocks of {block_ms} ms, all at once, in {took_s:.1f} s:")
    print(f"  processor: {used_s:.1f} s, {used_s / count / seconds * 1e6:.0f} us for each second of a conversation")
    each_kib = (idle_mib - empty_mib) * 1024 / count
    print(f"  memory: {empty_mib:.0f} MiB alone, {each_kib:.0f} KiB for each idle connection, {full_mib:.0f} MiB in mid-speech")
    print(f"{whole} passed, {count - whole} failed")
    return int(whole != count)


async def serve(seconds: int) -> None:
    """The server, in a process of its own."""
    output = [{"message": "This is a long message.", "audio_ms": seconds * 1000}]
    turns = [{"output": output, "pace": 2, "chunk_ms": 100}]
    async with StrictServer(parse_script({"voice": "tone", "turn_detection": None, "turns": turns})) as server:
        print(server.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2])))
    else:
        given = [int(argument) for argument in sys.argv[1:4]]
        sys.exit(asyncio.run(main(*given, *(200, 10, 20)[len(given) :])))
