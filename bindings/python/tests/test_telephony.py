"""examples/telephony.py between the strict server and a telephone over real WebSockets: what the caller heard is
compared with what the model said, byte for byte, and with what it remembers. The lines that are worse are `make
test-integrations`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import telephony
from phone_company import FarEnd, Network
from websockets.asyncio.server import serve

from rtmulti.server import StrictServer, parse_script
from rtmulti.server.g711 import encode_ulaw, third_of
from rtmulti.server.ogg_opus import decode_file

FIXTURES = Path(__file__).resolve().parents[3] / "Tests" / "Fixtures"
A, B, C = "Let me check.", "It is sunny in Paris, with a light west wind.", "Go on."
SCRIPT = {
    "turns": [
        {
            "output": [
                {"message": A, "audio_file": "speech-a.opus", "audio_ms": 300},
                {"message": B, "audio_file": "speech-b.opus"},
            ]
        },
        {"output": [{"message": C, "audio_file": "speech-c.opus", "audio_ms": 300}]},
    ]
}


def spoken(file: str, ms: int | None = None) -> bytes:
    """A sentence as the model sends it, and as the telephone gets it: of u-law's two zeros one (docs/telephony.md)."""
    ulaw = encode_ulaw(third_of(decode_file(FIXTURES / file)))
    return (ulaw if ms is None else ulaw[: 8 * ms]).replace(b"\x7f", b"\xff")


def test_an_interrupted_call_is_remembered_as_it_was_heard() -> None:
    async def call() -> None:
        async with (
            StrictServer(parse_script(SCRIPT, FIXTURES)) as model,
            serve(lambda phone: telephony.answer(phone, model.url), "127.0.0.1", 0) as door,
        ):
            url = f"ws://127.0.0.1:{next(iter(door.sockets)).getsockname()[1]}"
            async with FarEnd(url, network=Network(40, 10)) as phone:
                heard = phone.telephone.heard
                await phone.until(lambda: len(heard) >= 8 * 800)
                phone.telephone.is_speaking = True
                await phone.until(lambda: bool(phone.telephone.clears))
                phone.telephone.is_speaking = False
                (cut,) = phone.telephone.clears
                await phone.until(lambda: len(heard) >= cut + 8 * 300)
            verdict = await model.verdict()
        said = spoken("speech-a.opus", 300) + spoken("speech-b.opus")
        assert bytes(heard[:cut]) == said[:cut]
        assert bytes(heard[cut:]) == spoken("speech-c.opus", 300)
        assert not verdict.refusals
        remembered = {line.text: (line.remembered_ms, line.told) for line in verdict.lines}
        assert remembered[A] == (300, "nothing") and remembered[C] == (300, "nothing")
        assert remembered[B][1] == "truncate" and abs(remembered[B][0] - (cut / 8 - 300)) <= 20

    asyncio.run(asyncio.wait_for(call(), 30))
