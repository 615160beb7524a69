"""examples/browser_agent.py as a person meets it: a page, a click on its button, and then a voice that speaks over the model
(Chromium's fake microphone, which plays a file), or no microphone and the space bar. docs/browser.md tells of it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

import browser_agent
from browser_conversation import EAR, script
from browser_judge import Ear, Outcome
from chromium import Chromium
from interruptions import Row, says
from timeline_checks import CONTRASTS
from websockets.asyncio.server import ServerConnection, serve

from rtmulti.server import StrictServer

_ROW = Row("example", (says(1, 1500), says(2, 1500)), None)
_RATE_HZ = 48_000
_SILENT_S, _SPEAKS_S = 1.0, 0.5
#: When the space bar is pressed, and within what the server knows: sooner than a clear that nobody answers is given up.
_SPACE_MS, _PATIENCE_S = 600, 1.2


def _write_voice(path: Path) -> None:
    """Silence, then somebody speaks, then silence: a buzz of 140 Hz that swells four times a second."""
    samples = array("h", bytes(2 * int(_SILENT_S * _RATE_HZ)))
    for at in range(int(_SPEAKS_S * _RATE_HZ)):
        buzz = sum(math.sin(2 * math.pi * 140 * harmonic * at / _RATE_HZ) / harmonic for harmonic in range(1, 12))
        samples.append(int(9000 * buzz * (0.6 + 0.4 * math.sin(2 * math.pi * 4 * at / _RATE_HZ))))
    samples.extend(array("h", bytes(2 * 20 * _RATE_HZ)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, _RATE_HZ, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


async def play_example(folder: Path, *, speaks: bool, picture: Path | None = None) -> Outcome:
    """From the click on the button to the verdict. `picture` gets the page as it is to be seen at the end."""
    _write_voice(folder / "voice.wav")
    said, places = script(_ROW, folder)
    ear, outcome, loop = Ear(24_000), Outcome(), asyncio.get_running_loop()
    tape = ear.new_page()

    async def hear(page: ServerConnection) -> None:
        async for quantum in page:
            if isinstance(quantum, bytes):
                tape.frombytes(quantum)

    microphone = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={folder / 'voice.wav'}%noloop",
    ]
    options = microphone if speaks else ()
    async with serve(hear, "127.0.0.1", 0) as ear_door, StrictServer(said) as server, Chromium(options) as chromium:
        browser_agent.PORT = _free_port()
        ear_url = f"ws://127.0.0.1:{next(iter(ear_door.sockets)).getsockname()[1]}/ear"
        hosting = asyncio.create_task(browser_agent.talk(server.url))
        try:
            await _until_open(browser_agent.PORT, hosting)
            before = EAR.replace("`ws://${location.host}/ear`", f'"{ear_url}"')
            tab = await chromium.open(f"http://localhost:{browser_agent.PORT}/", before=before)
            await tab.until("!!document.querySelector('button').onclick")
            await tab.click("button")
            if not speaks:
                await tab.until("document.querySelector('#note').textContent.includes('no microphone')")
                await _until(lambda: len(tape) > 24 * _SPACE_MS)
                await tab.press(" ")
                pressed_s = loop.time()
            await tab.until("[...document.querySelectorAll('small')].some((small) => small.textContent.includes('remembers'))")
            if not speaks:
                if loop.time() - pressed_s > _PATIENCE_S:
                    outcome.wrong.append(f"it took {loop.time() - pressed_s:.1f} s until the server was told")
                await asyncio.sleep(0.5)
                await tab.press(" ")
            await tab.until("document.querySelectorAll('article').length === 3")
            await asyncio.sleep(1)
            cards = await tab.ask("[...document.querySelectorAll('article')].map((card) => card.innerText)")
            weak = await tab.ask(CONTRASTS)
            if picture is not None:
                await tab.picture(picture)
            await tab.close()
            await asyncio.sleep(0.2)
        finally:
            hosting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await hosting
        verdict = await server.verdict()
    ear.judge()
    cut = [line for line in verdict.lines if line.told == "truncate"]
    if len(cut) != 1 or not cut[0].remembered_ms:
        outcome.wrong.append(f"one message should have been cut, and {len(cut)} were")
    for line, place in zip(verdict.lines, places, strict=False):
        heard_ms = ear.heard_ms(*place)
        outcome.most_ms = max(outcome.most_ms, abs(line.remembered_ms - heard_ms))
        if abs(line.remembered_ms - heard_ms) > 128 / 24:
            outcome.wrong.append(f"{line.item_id}: heard {heard_ms:.1f} ms, remembered {line.remembered_ms}")
    outcome.wrong += [f"refused: {words}" for words in verdict.refusals]
    outcome.wrong += [f"its colour can hardly be read: {words}" for words in weak]
    outcome.wrong += [f"the page lacks a card: {cards}" for _ in range(len(cards) != 3)]
    return outcome


async def _until(is_true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if is_true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError("nothing was heard within 20 s")


async def _until_open(port: int, hosting: asyncio.Task[None]) -> None:
    while not hosting.done():
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.02)
    await hosting
