"""Plays rows behind the relay in every dialect and format that the strict server speaks: the protocol of today and the beta, PCM16
and G.711 in both laws. The client is one of bindings/python/tests that needs no framework; it must get what the server said, to
the bit, in its own words, and the server must remember what it heard.

usage: make/test-relay.sh dialects [--beside N]
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import itertools
import json
import sys
from array import array
from dataclasses import dataclass, field
from typing import Any

from plain_client import PlainClient, Says
from websockets.asyncio.client import ClientConnection, connect

from rtmulti.compare import ROWS, Framework, Row
from rtmulti.compare.client import Scene
from rtmulti.compare.clock import FairLoop
from rtmulti.compare.device import MARK, Recordings
from rtmulti.compare.score import Score
from rtmulti.compare.talk import Talk
from rtmulti.server.voice import Format

#: Rows with one message, several, a pause, a call, and one that nobody interrupts.
_ROWS = [row for row in ROWS if row.name in ("a", "b", "c1", "e", "e5", "f", "h1")]
_BLOCK_MS = 20
_BETA_NAMES = {Format.PCM: "pcm16", Format.PCMU: "g711_ulaw", Format.PCMA: "g711_alaw"}
_PCM_BYTES_PER_MS = 48


@dataclass(frozen=True)
class Dialect:
    """How a client speaks, and in what it is spoken to."""

    is_beta: bool
    form: Format

    def __str__(self) -> str:
        return f"{'beta' if self.is_beta else 'today'}, {self.form.value}"


class DialectClient(PlainClient):
    """See PlainClient. What it got of each message is kept."""

    def __init__(self, scene: Scene, dialect: Dialect) -> None:
        super().__init__(scene, Says.CANCEL_AND_PLACE)
        self._dialect = dialect
        self.audio: dict[str, bytearray] = {}

    async def connect(self, url: str) -> ClientConnection:
        """See PlainClient."""
        form: Any = {"audio": {"output": {"format": {"type": self._dialect.form.value}}}, "type": "realtime"}
        if self._dialect.is_beta:
            form = {"output_audio_format": _BETA_NAMES[self._dialect.form]}
        headers = {"OpenAI-Beta": "realtime=v1"} if self._dialect.is_beta else {}
        websocket = await connect(url, compression=None, additional_headers=headers)
        await websocket.send(json.dumps({"type": "session.update", "session": form}))
        return websocket

    def pcm_of(self, event: dict[str, Any]) -> bytes:
        """See PlainClient: as much as came, and of it the message is known to the device."""
        came = base64.b64decode(event["delta"])
        self.audio.setdefault(event["item_id"], bytearray()).extend(came)
        length_ms = len(came) * 1000 // self._dialect.form.bytes_per_second
        number = self.items.index(event["item_id"]) + 1
        return array("h", [MARK + number] * (length_ms * _PCM_BYTES_PER_MS // 2)).tobytes()

    def faults(self, row: Row) -> list[str]:
        """What is not as the server has said it."""
        found = []
        lengths_ms = [int(one["audio_ms"]) for one in row.output if "audio_ms" in one]
        for number, item_id in enumerate(self.items[: len(lengths_ms)], 1):
            whole = self._dialect.form.encode(array("h", [MARK + number] * (24 * lengths_ms[number - 1])))
            if not self.audio[item_id] or not whole.startswith(bytes(self.audio[item_id])):
                found.append(f"message {number} is not the server's, to the bit")
        others = "response.output_audio" if self._dialect.is_beta else "response.audio"
        found += [f"it got {kind}" for kind in sorted(self.kinds) if kind.startswith(others)]
        return found


@dataclass
class Sum:
    """What the rows of one dialect came to."""

    score: Score = field(default_factory=Score)
    faults: list[str] = field(default_factory=list)
    played: int = 0

    def add(self, name: str, score: Score, faults: list[str]) -> None:
        """One more row."""
        self.played += 1
        self.score.unheard_ms += score.unheard_ms
        self.score.lost_ms += score.lost_ms
        self.score.wrong += score.wrong
        if max(score.unheard_ms, score.lost_ms) > _BLOCK_MS + 2:
            faults = [*faults, f"off by more than a block of {_BLOCK_MS} ms: {'; '.join(score.wrong)}"]
        if score.problem or score.refusals:
            faults = [*faults, score.problem or f"{score.refusals} refusals"]
        self.faults += [f"{name}: {words}" for words in faults]


async def play(dialect: Dialect, recordings: Recordings, seats: asyncio.Semaphore) -> Sum:
    """All rows in one dialect, interrupted in both ways."""
    result = Sum()
    player = Framework("plain", "none", "none", "none", _BLOCK_MS)

    async def one(row: Row, how: str) -> None:
        made: list[DialectClient] = []

        def make(scene: Scene) -> DialectClient:
            made.append(DialectClient(scene, dialect))
            return made[0]

        async with seats:
            talk = Talk(row, make, recordings, how=how, is_heard=False, relayed=player)
            score = await talk.play()
        result.add(f"{row.name}, {how}", score, made[0].faults(row) if made else [])

    await asyncio.gather(*(one(row, how) for row in _ROWS for how in ("vad", "api")))
    return result


async def main(beside: int) -> int:
    """All dialects; the last line says how many conversations were right."""
    recordings, seats = Recordings(), asyncio.Semaphore(beside)
    played = failed = 0
    try:
        for is_beta, form in itertools.product((False, True), Format):
            result = await play(Dialect(is_beta, form), recordings, seats)
            score = result.score
            sums = f"{score.unheard_ms:.0f}/{score.lost_ms:.0f}/{len(score.wrong)} unheard ms/lost ms/items wrong"
            print(f"{'FAIL' if result.faults else 'ok  '}  {Dialect(is_beta, form)}: {sums}", flush=True)
            for fault in result.faults:
                print(f"      {fault}")
            played += result.played
            failed += len({fault.split(":")[0] for fault in result.faults})
    finally:
        recordings.close()
    print(f"{played - failed} passed, {failed} failed")
    return 1 if failed or not played else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--beside", type=int, default=6)
    loop = FairLoop()
    asyncio.set_event_loop(loop)
    sys.exit(loop.run_until_complete(main(parser.parse_args().beside)))
