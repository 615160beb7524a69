"""The strict server in a process of its own, for what measures: its work is not counted, and does not keep the client waiting."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from rtmulti.server import StrictServer, parse_script


@contextmanager
def served(*scripts: dict[str, Any]) -> Iterator[list[str]]:
    """The URLs of servers that play these scripts, as long as it is open."""
    command = [sys.executable, __file__, *map(json.dumps, scripts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()
        finally:
            process.kill()


async def _serve(scripts: list[str]) -> None:
    async with AsyncExitStack() as servers:
        started = [await servers.enter_async_context(StrictServer(parse_script(json.loads(text)))) for text in scripts]
        print(*(server.url for server in started), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1:]))
