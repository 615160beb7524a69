"""examples/telephony_ulaw.py between the strict server and a far end that plays in real time, over real WebSockets:
what the caller heard is compared with what the model said, byte for byte, and with what the model is told."""

from __future__ import annotations

import asyncio
import sys
from array import array
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from far_end import BYTES_PER_MS, FRAME_MS, FarEnd
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from rtmulti.server import StrictServer, Verdict, parse_script
from rtmulti.server.g711 import decode_ulaw, encode_ulaw, third_of
from rtmulti.server.ogg_opus import decode_file

ROOT = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "bindings" / "python" / "examples"))

import telephony_ulaw  # noqa: E402 - the examples are no package

FIXTURES = ROOT / "Tests" / "Fixtures"
PATIENCE_S = 30
LEAD_MS = telephony_ulaw.PhoneStream.format.lead_ms
#: How far the clock of the session and that of the far end may be apart: a frame, and what two event loops
#: add on a busy machine (26 ms were the most in runs beside three busy processes on two cores).
CLOCKS_MS = 3 * FRAME_MS
A, B, C, D = "Let me check.", "It is sunny in Paris, with a light west wind.", "Tomorrow it will rain.", "Go on."


def spoken(file: str) -> bytes:
    """A sentence as the model sends it: u-law."""
    return encode_ulaw(third_of(decode_file(FIXTURES / file)))


SENTENCES = {A: spoken("speech-a.opus"), B: spoken("speech-b.opus"), C: spoken("speech-c.opus")}
SCRIPT = {
    "turns": [
        {
            "output": [
                {"message": A, "audio_file": "speech-a.opus"},
                {"message": B, "audio_file": "speech-b.opus"},
                {"message": C, "audio_file": "speech-c.opus"},
            ],
            "pace": 4,
        },
        {"output": [{"message": D, "audio_file": "speech-a.opus"}]},
    ]
}


def pcm(ulaw: bytes) -> array[int]:
    """What u-law sounds like: its two zeros are one."""
    return decode_ulaw(ulaw)


def converse(talk: Callable[[str], Awaitable[Any]]) -> tuple[Verdict, Any]:
    """A call whose far end does what `talk` does, given the address of the example."""

    async def call() -> tuple[Verdict, Any]:
        async with StrictServer(parse_script(SCRIPT, FIXTURES)) as model:
            async with connect(model.url) as socket:
                bridge = telephony_ulaw.Call(socket)
                await telephony_ulaw.begin(socket)
                work = asyncio.gather(bridge.keep_time(), bridge.listen(), bridge.obey())
                async with serve(bridge.serve_phone, "127.0.0.1", 0) as door:
                    port = door.sockets[0].getsockname()[1]
                    result = await talk(f"ws://127.0.0.1:{port}")
                work.cancel()
            return await model.verdict(), result

    return asyncio.run(asyncio.wait_for(call(), PATIENCE_S))


def remembered_ms(verdict: Verdict) -> dict[str, int]:
    """What the model remembers of each message."""
    return {line.text: line.remembered_ms for line in verdict.lines}


def test_a_whole_response_reaches_the_caller_byte_for_byte() -> None:
    async def talk(url: str) -> FarEnd:
        async with FarEnd(url, "MZ1") as phone:
            await phone.heard_to(sum(map(len, SENTENCES.values())) / BYTES_PER_MS)
        return phone

    verdict, phone = converse(talk)
    assert pcm(bytes(phone.heard)) == pcm(b"".join(SENTENCES.values()))
    assert not verdict.refusals and {line.told for line in verdict.lines} == {"nothing"}
    assert remembered_ms(verdict) == {text: len(ulaw) // BYTES_PER_MS for text, ulaw in SENTENCES.items()}
    # One mark behind each message, and they came back in order; each piece is a frame but for the last of a message.
    assert len(phone.marks) == 3 and not phone.marks_dropped and not phone.clears
    assert sum(size != FRAME_MS * BYTES_PER_MS for size in phone.sizes) <= 3
    assert phone.most_queued_ms <= LEAD_MS + CLOCKS_MS


def test_an_interruption_clears_the_far_end_and_the_model_remembers_what_was_heard() -> None:
    first_ms = len(SENTENCES[A]) / BYTES_PER_MS

    async def talk(url: str) -> FarEnd:
        async with FarEnd(url, "MZ1") as phone:
            await phone.heard_to(first_ms + 800)
            phone.is_speaking = True
            while not phone.clears:
                await asyncio.sleep(0.005)
            phone.is_speaking = False
            # The model waits for half a second of silence, and answers.
            await phone.heard_to(phone.clears[0] / BYTES_PER_MS + first_ms)
        return phone

    verdict, phone = converse(talk)
    cut = phone.clears[0]
    heard_b = cut - len(SENTENCES[A])
    assert 800 * BYTES_PER_MS <= heard_b < len(SENTENCES[B])
    before, after = bytes(phone.heard[:cut]), bytes(phone.heard[cut:])
    assert pcm(before) == pcm((SENTENCES[A] + SENTENCES[B])[:cut])
    # Behind the cut comes the next response, from its beginning, and nothing of what was dropped.
    assert pcm(after) == pcm(SENTENCES[A])
    assert len(phone.clears) == 1
    assert not verdict.refusals
    told = {line.text: line.told for line in verdict.lines}
    assert (told[A], told[B]) == ("nothing", "truncate") and told.get(C, "delete") == "delete"
    remembered = remembered_ms(verdict)
    assert remembered[A] == int(first_ms)
    assert abs(remembered[B] - heard_b / BYTES_PER_MS) <= CLOCKS_MS
    assert remembered.get(C, 0) == 0


def test_a_new_stream_is_a_new_sink_and_marks_of_the_old_one_are_ignored() -> None:
    first_ms = len(SENTENCES[A]) / BYTES_PER_MS

    async def talk(url: str) -> tuple[FarEnd, FarEnd]:
        async with FarEnd(url, "MZ1") as old:
            await old.heard_to(first_ms + 500)
        async with FarEnd(url, "MZ2") as new:
            # The line was bad: the old stream's mark comes again, on the new one.
            await new.repeat_mark(old.marks[0])
            await new.heard_to((sum(map(len, SENTENCES.values())) - len(old.heard)) / BYTES_PER_MS - CLOCKS_MS)
            await new.marked(2)
        return old, new

    verdict, (old, new) = converse(talk)
    whole = b"".join(SENTENCES.values())
    assert len(old.marks) == 1 and len(new.marks) == 2
    assert pcm(bytes(old.heard)) == pcm(whole[: len(old.heard)])
    # The new stream goes on where the old one was, as the session's clock has it.
    resumed = len(whole) - len(new.heard)
    assert abs(resumed - len(old.heard)) <= CLOCKS_MS * BYTES_PER_MS
    assert pcm(bytes(new.heard)) == pcm(whole[resumed:])
    assert not verdict.refusals and {line.told for line in verdict.lines} == {"nothing"}
