"""The whole of rtmulti in one conversation: an agent on the openai SDK (examples/openai_agent.py) talks to the strict
server on loopback, the listener interrupts the second message, and the server judges whether it was told the truth.

usage: demo.py [FOLDER]          (writes agent.svg and agent.wav there; needs librtmulti, openai and websockets)
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# From a checkout as it is: nothing needs to be installed but the two packages of others.
sys.path[:0] = [str(HERE / "src"), str(HERE / "examples")]

try:
    import openai_agent

    from rtmulti.server import StrictServer, Verdict, load_script
    from rtmulti.timeline import draw_svg
except ImportError as error:
    sys.exit(
        f"demo.py: {error}\nThe demo needs the package openai with its realtime extra: pip install 'openai[realtime]'"
    )

INTERRUPT_AFTER_S = 1.2


async def run(folder: Path) -> Verdict:
    """One conversation; writes what was heard and its picture."""
    async with StrictServer(load_script("weather")) as server:
        print(f"The openai SDK talks to the strict server at {server.url};")
        print(f"the listener interrupts {INTERRUPT_AFTER_S} s into the second message:\n")
        url = server.url.removesuffix("/realtime")
        player = await openai_agent.converse(url, folder / "agent.wav", INTERRUPT_AFTER_S)
        verdict = await server.verdict()
    (folder / "agent.svg").write_text(draw_svg(player.timeline), encoding="utf-8")
    return verdict


def main() -> int:
    """Runs it and returns the exit code: 0 when the verdict is green."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build")
    folder.mkdir(parents=True, exist_ok=True)
    verdict = asyncio.run(run(folder))
    print(f"\nSaved what was heard: {folder / 'agent.wav'}\nSaved its picture:    {folder / 'agent.svg'}")
    print(f"\nThe server's account of it:\n\n{verdict}")
    return 0 if verdict.is_green else 1


if __name__ == "__main__":
    sys.exit(main())
