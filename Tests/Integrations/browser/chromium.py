"""A real headless Chromium, driven over its DevTools protocol by a small client on websockets: open a page, ask it, click,
reload, take its picture. What is asked of a page is the tests' business."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

_PATIENCE_S = 30
#: A page may play before anybody has clicked, and what cannot be had without a screen or a sandbox is left out.
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-extensions",
    "--remote-debugging-port=0",
)


class NoChromium(Exception):
    """There is none on this machine; the sentence says what to install."""


class PageFailed(Exception):
    """What a page was asked has raised there."""


class Tab:
    """One page. Made by Chromium.open()."""

    def __init__(self, browser: Chromium, session_id: str, target_id: str) -> None:
        self._browser = browser
        self._session_id = session_id
        self._target_id = target_id

    async def ask(self, expression: str) -> Any:
        """The value of an expression, awaited where it is a promise. Raises PageFailed."""
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True, "userGesture": True}
        answer = await self._call("Runtime.evaluate", **asked)
        if "exceptionDetails" in answer:
            raise PageFailed(json.dumps(answer["exceptionDetails"])[:600])
        return answer["result"].get("value")

    async def until(self, expression: str) -> Any:
        """Waits until an expression is true, also over reloads; its value."""
        give_up_s = asyncio.get_running_loop().time() + _PATIENCE_S
        while True:
            with contextlib.suppress(PageFailed):
                value = await self.ask(expression)
                if value:
                    return value
            if asyncio.get_running_loop().time() > give_up_s:
                raise TimeoutError(f"the page was not so within {_PATIENCE_S} s: {expression}")
            await asyncio.sleep(0.02)

    async def click(self, selector: str) -> None:
        """Clicks into the middle of an element, as a person would."""
        await self.drag(*await self.middle(selector))

    async def middle(self, selector: str) -> tuple[float, float]:
        """The middle of an element, in pixels of the page as it is seen."""
        x, y = await self.ask(
            f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        return x, y

    async def point(self, x: float, y: float, *, button: str = "none") -> None:
        """Moves the mouse there."""
        await self._call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button=button)

    async def drag(self, x: float, y: float, by_x: float = 0.0) -> None:
        """Presses the button there, moves the mouse so far, and lets go; a click where it does not move."""
        press = {"y": y, "button": "left", "clickCount": 1}
        await self._call("Input.dispatchMouseEvent", type="mousePressed", x=x, **press)
        for part in (0.5, 1.0) if by_x else ():
            await self.point(x + by_x * part, y, button="left")
        await self._call("Input.dispatchMouseEvent", type="mouseReleased", x=x + by_x, **press)

    async def turn_wheel(self, x: float, y: float, by_y: float, *, control: bool = False) -> None:
        """Turns the wheel there, with or without the control key."""
        turn = {"deltaX": 0, "deltaY": by_y, "modifiers": 2 if control else 0}
        await self._call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, **turn)

    async def press(self, key: str) -> None:
        """Presses a key by its name in KeyboardEvent.key: "ArrowLeft", "n", " "."""
        number = {"Enter": 13, "Escape": 27, "Tab": 9, " ": 32}.get(key, 0)
        pressed = {"key": key, "code": "Space" if key == " " else "", "windowsVirtualKeyCode": number}
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        await self._call("Input.dispatchKeyEvent", type="keyDown", text=text, **pressed)
        await self._call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    async def prefer(self, scheme: str) -> None:
        """Shows the page to a person who likes it "light", or "dark"."""
        await self._call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def reload(self) -> None:
        """Begins to load the page anew."""
        await self._call("Page.reload")

    async def go(self, url: str) -> None:
        """Loads another page, and waits until it is there."""
        await self._call("Page.navigate", url=url)
        await self.until(f"location.href.startsWith({json.dumps(url)}) && document.readyState === 'complete'")

    async def resize(self, width: int, height: int) -> None:
        """Makes the page as large as this, in CSS pixels, whatever the window is. Nothing of it is lost to scroll bars."""
        await self._call("Emulation.setScrollbarsHidden", hidden=True)
        await self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def picture(self, path: Path, *, whole: bool = False) -> None:
        """Writes a PNG of what is to be seen, or of the whole page, which may be longer."""
        shot = await self._call("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    async def close(self) -> None:
        """Closes it as a person closes a tab."""
        await self._browser.call("Target.closeTarget", targetId=self._target_id)

    async def _call(self, method: str, **parameters: Any) -> Any:
        return await self._browser.call(method, self._session_id, **parameters)


class Chromium:
    """`async with Chromium() as chromium:` one browser with a profile of its own. `options` are further ones of its
    command line. Raises NoChromium."""

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._options = options
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}

    async def __aenter__(self) -> Chromium:
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if program is None:
            raise NoChromium("The browser rows need Chromium. Please run: apt-get install chromium")
        self._folder = tempfile.TemporaryDirectory(prefix="rtmulti-chromium-", ignore_cleanup_errors=True)
        self._process = await asyncio.create_subprocess_exec(
            program, *_OPTIONS, *self._options, f"--user-data-dir={self._folder.name}", "about:blank",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            self._socket: ClientConnection = await connect(await self._door(), max_size=None, compression=None)
        except BaseException:
            self._kill()
            raise
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.cancel()
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send('{"id": 0, "method": "Browser.close"}')
        await self._socket.close()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._process.wait(), 5)
        self._kill()
        await self._process.wait()
        self._folder.cleanup()

    def _kill(self) -> None:
        """Ends what is left of it: it was started as a process group of its own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _door(self) -> str:
        """Where it is driven: it writes that down as soon as it listens."""
        file = Path(self._folder.name) / "DevToolsActivePort"
        for _ in range(_PATIENCE_S * 20):
            lines = file.read_text().split() if file.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            if self._process.returncode is not None:
                raise NoChromium(f"Chromium has ended at once, with {self._process.returncode}.")
            await asyncio.sleep(0.05)
        raise TimeoutError(f"Chromium has not begun within {_PATIENCE_S} s")

    async def open(self, url: str, *, before: str = "") -> Tab:
        """A new tab with a profile of its own, and so with a process of its own. `before` is a script that runs in it before
        those of its page, each time."""
        context = (await self.call("Target.createBrowserContext", disposeOnDetach=True))["browserContextId"]
        target = (await self.call("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
        session_id = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        await self.call("Page.enable", session_id)
        if before:
            await self.call("Page.addScriptToEvaluateOnNewDocument", session_id, source=before)
        await self.call("Page.navigate", session_id, url=url)
        return Tab(self, session_id, target)

    async def call(self, method: str, session_id: str = "", **parameters: Any) -> Any:
        """One command of the DevTools protocol; its result. Raises PageFailed."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        session = {"sessionId": session_id} if session_id else {}
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters, **session}))
        return await asyncio.wait_for(answer, _PATIENCE_S)

    async def _listen(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            answer = self._answers.pop(message.get("id", 0), None)
            if answer is None or answer.done():
                continue
            if "error" in message:
                answer.set_exception(PageFailed(f"{message['error']}"))
            else:
                answer.set_result(message["result"])
