"""BrowserHost over real WebSockets, with pages that are written out here: what is served to whom, which page has the voice,
and what becomes of what a page says. The real page in a real Chromium is `make test-integrations SUITES=browser`."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from conversation import created, done, message
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

import rtmulti
from rtmulti.browser import MODULE
from rtmulti.browser.host import BrowserHost

HELLO = '["hello", 1, 24000]'


class Scene:
    """A host, what it tells the model, and the ways to it."""

    def __init__(self, tmp_path: Path, **options: Any) -> None:
        self.told: list[dict[str, Any]] = []
        (tmp_path / "agent.html").write_text("<p>Grüß Gott", encoding="utf-8")
        with socket.socket() as door:
            door.bind(("127.0.0.1", 0))
            self.port = int(door.getsockname()[1])
        self.host = BrowserHost(self._tell, tmp_path / "agent.html", self.port, **options)
        self.player = self.host.player

    async def _tell(self, text: str) -> None:
        self.told.append(json.loads(text))

    @asynccontextmanager
    async def page(self, origin: str = "") -> AsyncIterator[ClientConnection]:
        url = f"ws://127.0.0.1:{self.port}/voice"
        async with connect(url, additional_headers={"Origin": origin or f"http://localhost:{self.port}"}) as page:
            yield page

    async def get(self, path: str) -> tuple[str, str, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        lines = head.decode().splitlines()
        kind = next((line.split(": ", 1)[1] for line in lines if line.lower().startswith("content-type")), "")
        return lines[0].split(" ", 1)[1], kind, body


def play(tmp_path: Path, steps: Callable[[Scene], Awaitable[None]], **options: Any) -> None:
    async def scene() -> None:
        there = Scene(tmp_path, **options)
        async with there.host:
            await steps(there)

    asyncio.run(asyncio.wait_for(scene(), 20))


async def until(is_true: Callable[[], bool]) -> None:
    while not is_true():
        await asyncio.sleep(0.002)


def speak(player: rtmulti.Player) -> None:
    """One second that is not done."""
    player.feed(created("r1"))
    for event in message("r1", "A", 0, 1000, "Let me check."):
        player.feed(event)


async def audio(page: ClientConnection) -> int:
    """The frames of the next piece of audio that the page gets."""
    while not isinstance(said := await page.recv(), bytes):
        pass
    return (len(said) - 16) // 2


def test_the_page_and_the_module_are_served_and_nothing_else(tmp_path: Path) -> None:
    async def steps(scene: Scene) -> None:
        assert await scene.get("/") == ("200 OK", "text/html; charset=utf-8", "<p>Grüß Gott".encode())
        assert await scene.get("/?again") == await scene.get("/")
        assert await scene.get("/rtmulti.js") == ("200 OK", "text/javascript; charset=utf-8", MODULE.read_bytes())
        for path in ("/favicon.ico", "/agent.html", "/../conftest.py", "/rtmulti.js/"):
            assert (await scene.get(path))[0] == "404 Not Found"

    play(tmp_path, steps)


def test_pages_of_other_sites_are_not_let_in(tmp_path: Path) -> None:
    async def steps(scene: Scene) -> None:
        with pytest.raises(InvalidStatus, match="403"):
            async with scene.page("https://elsewhere.example"):
                pass
        async with scene.page(f"http://127.0.0.1:{scene.port}"):
            await until(lambda: scene.host.page is not None)

    play(tmp_path, steps)


def test_what_was_shown_is_shown_again_to_a_page_that_comes_later(tmp_path: Path) -> None:
    async def steps(scene: Scene) -> None:
        scene.host.show(item="A", heard="Let")
        async with scene.page() as page:
            assert json.loads(await page.recv()) == {"item": "A", "heard": "Let"}
            scene.host.show(item="A", heard=" me")
            assert json.loads(await page.recv()) == {"item": "A", "heard": " me"}
        async with scene.page() as page:
            assert [json.loads(await page.recv())["heard"] for _ in range(2)] == ["Let", " me"]

    play(tmp_path, steps)


def test_the_voice_goes_to_the_model_or_where_the_host_wants_it(tmp_path: Path) -> None:
    async def steps(scene: Scene) -> None:
        async with scene.page() as page:
            await page.send(HELLO)
            await page.send(b"\x01\x02" * 480)
            await until(lambda: bool(scene.told or voices))

    voices: list[bytes] = []
    play(tmp_path, steps, on_voice=voices.append)
    assert voices == [b"\x01\x02" * 480]
    voices.clear()

    async def to_model(scene: Scene) -> None:
        await steps(scene)
        (append,) = scene.told
        assert append["type"] == "input_audio_buffer.append"
        assert base64.b64decode(append["audio"]) == b"\x01\x02" * 480

    play(tmp_path, to_model)


def test_an_object_of_the_page_may_interrupt_and_be_waited_for(tmp_path: Path) -> None:
    was_cut: list[bool] = []

    async def steps(scene: Scene) -> None:
        async def on_object(said: dict[str, Any]) -> None:
            was_cut.append(bool(await scene.player.interrupt()) and said == {"press": True})

        scene.host._on_object = on_object
        async with scene.page() as page:
            await page.send(HELLO)
            speak(scene.player)
            await audio(page)
            await page.send('["heard", 1, 4800]')
            await page.send('{"press": true}')
            while '"clear"' not in str(await page.recv()):
                pass
            await page.send('["cleared", 1, [[1, 7200]]]')
            await until(lambda: bool(was_cut))
        assert was_cut == [True]
        assert [told.get("audio_end_ms") for told in scene.told] == [None, 300]

    play(tmp_path, steps)


@pytest.mark.parametrize("is_coroutine", [False, True])
def test_an_on_object_that_fails_ends_nothing(
    tmp_path: Path, is_coroutine: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(said: dict[str, Any]) -> None:
        raise KeyError("no such word")

    def fails_at_once(said: dict[str, Any]) -> None:
        raise KeyError("no such word")

    async def steps(scene: Scene) -> None:
        async with scene.page() as page:
            await page.send(HELLO)
            await page.send('{"my": "own"}')
            await until(lambda: bool(caplog.records))
            speak(scene.player)
            assert await audio(page) > 0

    with caplog.at_level(logging.ERROR, "rtmulti.browser"):
        play(tmp_path, steps, on_object=fails if is_coroutine else fails_at_once)
    assert "no such word" in caplog.text


def test_the_newest_page_goes_on_where_the_one_before_says_that_it_stopped(tmp_path: Path) -> None:
    async def steps(scene: Scene) -> None:
        async with scene.page() as old:
            await old.send(HELLO)
            speak(scene.player)
            await audio(old)
            await old.send('["heard", 1, 4800]')
            async with scene.page() as new:
                await new.send(HELLO)
                while await old.recv() != '["over"]':
                    pass
                await asyncio.sleep(0.05)
                assert scene.player.session.stats().written_ahead_ms > 0  # nothing was taken from the old one yet
                await old.send('["cleared", 0, [[1, 12000]]]')
                frames = 0
                while frames < 12_000:
                    frames += await audio(new)
                assert frames == 12_000
                await new.send('["heard", 2, 12000]')
                scene.player.feed(done("r1"))
                (record,) = await scene.player.settled("r1")
                assert record.heard_ms == 1000

    play(tmp_path, steps)


def test_a_page_that_does_not_say_where_it_stopped_is_not_waited_for_long(tmp_path: Path) -> None:
    async def steps(scene: Scene) -> None:
        loop = asyncio.get_running_loop()
        async with scene.page() as dead, scene.page() as new:
            await dead.send(HELLO)
            speak(scene.player)
            await new.send(HELLO)
            began_s = loop.time()
            assert await audio(new) > 0
            assert loop.time() - began_s < 5

    play(tmp_path, steps)


def test_of_three_pages_at_once_the_last_has_the_voice(tmp_path: Path) -> None:
    async def steps(scene: Scene) -> None:
        async with scene.page() as first, scene.page() as second, scene.page() as third:
            for page in (first, second, third):
                await page.send(HELLO)
            await until(lambda: scene.host.page is not None and scene.host.page.state.value == "open")
            speak(scene.player)
            assert await audio(third) > 0
            assert await second.recv() == '["over"]'

    play(tmp_path, steps)


def test_the_host_closes_in_mid_sentence_and_counts_what_the_page_answers(tmp_path: Path) -> None:
    async def scene() -> None:
        there = Scene(tmp_path)
        await there.host.__aenter__()
        async with there.page() as page:
            await page.send(HELLO)
            speak(there.player)
            await audio(page)
            await page.send('["heard", 1, 4800]')
            closing = asyncio.create_task(there.host.__aexit__(None, None, None))
            while '"clear"' not in str(await page.recv()):
                pass
            await page.send('["cleared", 1, [[1, 9600]]]')
            await closing
        assert [told.get("audio_end_ms") for told in there.told] == [None, 400]

    asyncio.run(asyncio.wait_for(scene(), 20))
