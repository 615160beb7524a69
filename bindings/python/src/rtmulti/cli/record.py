"""`record`: writes the events of a live connection to a log that `play` and `timeline` take. It plays nothing and tells
the server nothing but what it was asked to send."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from .._files import read_file
from .._websockets import no_websockets
from .event_log import Entry, write_entry
from .problem import Problem
from .screen import say

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

#: Of the server, and of all that is asked; the service allows 15 MiB of audio in an event, in base64.
_LARGEST_EVENT_BYTES = 24 << 20

NAME = "record"
SUMMARY = "record the events of a live Realtime connection"
EXAMPLES = """\
  python -m rtmulti record --url ws://127.0.0.1:8765/v1/realtime --out SESSION.jsonl
  python -m rtmulti record --url 'wss://HOST/v1/realtime?model=MODEL' --send ask.jsonl --responses 2 --out SESSION.jsonl

the key of the service is taken from OPENAI_API_KEY, if it is set, for wss:// addresses.
without --send, one response.create is sent. a --send file has one client event a line.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `record`."""
    parser.add_argument("--url", required=True, help="ws:// or wss:// address of the Realtime endpoint")
    parser.add_argument(
        "--out", type=Path, default=Path("SESSION.jsonl"), metavar="FILE",
        help="where the log goes (default: SESSION.jsonl)",
    )
    parser.add_argument("--send", type=Path, metavar="FILE", help="client events to send at the beginning, one a line")
    parser.add_argument(
        "--responses", type=int, default=1, metavar="N",
        help="stop after N responses are done (default: 1)",
    )
    parser.add_argument(
        "--seconds", type=float, default=60.0,
        help="stop at the latest after so many seconds (default: 60)",
    )


def run(options: argparse.Namespace) -> int:
    """Records until enough has come."""
    try:
        import websockets.asyncio.client
        import websockets.exceptions
    except ImportError as error:
        raise Problem(f"{no_websockets('record')}") from error
    if not options.url.startswith(("ws://", "wss://")):
        raise Problem(f"--url must begin with ws:// or wss://, and '{options.url}' does not.")
    asks = _asks(options.send)
    try:
        recorder = asyncio.run(_record(options, asks))
    except (OSError, TimeoutError, ValueError, websockets.exceptions.WebSocketException) as error:
        raise Problem(f"{options.url} cannot be recorded: {_reason(error)}.", 1) from error
    ends = f"{recorder.responses} response{'' if recorder.responses == 1 else 's'} came to an end"
    say(f"Saved {recorder.events} events ({ends}): {options.out}")
    return 0 if recorder.responses >= options.responses else 1


def _reason(error: Exception) -> str:
    """Without the number that Python puts before what the system says."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or "it did not answer"


class _Recorder:
    """Counts what it writes."""

    def __init__(self, file: TextIO, path: Path) -> None:
        self.events = 0
        self.responses = 0
        self._file, self._path = file, path
        self._began_s = time.monotonic()

    def take(self, message: str | bytes) -> None:
        """Writes one event; what is no JSON object is no event and is left out."""
        at_ms = (time.monotonic() - self._began_s) * 1000
        try:
            event = json.loads(message)
            if not isinstance(event, dict):
                return
            write_entry(self._file, Entry(at_ms, event))
        except (ValueError, RecursionError):
            return
        except OSError as error:
            raise _unwritten(self._path, error) from error
        else:
            self.events += 1
            self.responses += event.get("type") == "response.done"


async def _record(options: argparse.Namespace, asks: list[dict[str, Any]]) -> _Recorder:
    from websockets.asyncio.client import connect

    key = os.environ.get("OPENAI_API_KEY")
    # A key must not travel in the clear, and a local server asks for none.
    headers = {"Authorization": f"Bearer {key}"} if key and options.url.startswith("wss://") else {}
    async with connect(options.url, additional_headers=headers, max_size=_LARGEST_EVENT_BYTES) as websocket:
        # The file is opened last: a server that cannot be reached must not cost an older recording.
        with _opened(options.out) as file:
            recorder = _Recorder(file, options.out)
            for ask in asks:
                await websocket.send(json.dumps(ask))
            # When the time that was given is over, what came until then is the recording.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(_take_all(websocket, recorder, options.responses), options.seconds)
        return recorder


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise _unwritten(path, error) from error
    try:
        yield file
    finally:
        try:
            file.close()
        except OSError as error:
            raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> Problem:
    return Problem(f"{path} cannot be written: {error.strerror}.")


async def _take_all(websocket: ClientConnection, recorder: _Recorder, responses: int) -> None:
    async for message in websocket:
        recorder.take(message)
        if recorder.responses >= responses:
            return


def _asks(path: Path | None) -> list[dict[str, Any]]:
    if path is None:
        return [{"type": "response.create"}]
    try:
        lines = read_file(path, _LARGEST_EVENT_BYTES).decode().splitlines()
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not UTF-8 text, so it holds no client events.") from error
    asks = []
    for number, line in enumerate(lines, 1):
        try:
            ask = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError) as error:
            raise Problem(f"{path}:{number}: this is not JSON: {error}.") from error
        if ask is not None:
            asks.append(ask)
    return asks
