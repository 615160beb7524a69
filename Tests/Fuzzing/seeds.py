"""Makes the seeds of the fuzz targets and their dictionaries: small inputs that get far, from which libFuzzer
goes on. The corpus that is committed was grown from these (make/fuzz.sh) and is not made here.

usage: python3 Tests/Fuzzing/seeds.py FOLDER     writes FOLDER/json, audio, scenario and calls
"""

from __future__ import annotations

import base64
import itertools
import json
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# ---- the JSON door: a line of two characters that sets the session up, then events and @doings ----


def event(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


def created(response: str) -> str:
    return event("response.created", response={"id": response})


def delta(item: str, ms: int, name: str = "response.output_audio.delta") -> str:
    """`ms` of G.711, which is the shortest on the wire."""
    audio = base64.b64encode(bytes(range(1, 9)) * ms).decode()
    return event(name, response_id="r1", item_id=item, content_index=0, delta=audio)


def added(item: str, index: int, kind: str = "message", **fields: object) -> str:
    return event("response.output_item.added", response_id="r1", output_index=index, item={"id": item, "type": kind, **fields})


def said(item: str, text: str) -> str:
    return event("response.output_audio_transcript.delta", item_id=item, delta=text)


def over(item: str) -> list[str]:
    return [
        event("response.output_audio.done", item_id=item, content_index=0),
        event("response.output_item.done", response_id="r1", item={"id": item, "type": "message"}),
    ]


ULAW = event("session.updated", session={"audio": {"output": {"format": {"type": "audio/pcmu"}}}})
DONE = event("response.done", response={"id": "r1", "status": "completed"})

JSON_SEEDS: list[list[str]] = [
    ["H#", created("r1"), added("a", 0), delta("a", 5), said("a", "Let me check."), *over("a"), DONE, "@spf"],
    ["i#", ULAW, created("r1"), added("a", 0), delta("a", 20), added("b", 1), delta("b", 9), "@shi1c1"],
    ["H$", ULAW, created("r1"), delta("a", 9, "response.audio.delta"), "@sh", "@I7", DONE],
    ["K+", created("r1"), added("a", 0, phase="commentary"), said("a", "One."), "@zr", *over("a"), DONE],
    ["H#", created("r1"), added("f", 0, "function_call", name="f", call_id="k"),
     event("response.function_call_arguments.done", item_id="f", arguments="{}"), DONE],
    ["H#", event("response.created", response={"id": "r1", "conversation": None, "output_modalities": ["text"]}),
     event("response.output_text.delta", item_id="a", delta="Hello"), event("response.output_text.done", item_id="a"), DONE],
    ["H#", "@e", event("response.created", response={"id": "r1", "metadata": {"client_event_id": "ours"}}), "@i", delta("a", 4)],
    ["J#", ULAW, created("r1"), delta("a", 9), "@sh", event("input_audio_buffer.speech_started"), "@c",
     event("error", error={"code": "item_truncate_invalid", "message": "Audio content of 5ms is already shorter than 9ms",
                           "event_id": "rtmulti_1"})],
    ["H#", created("r1"), delta("a", 4), event("conversation.item.deleted", item_id="a"),
     event("conversation.item.truncated", item_id="a", content_index=0, audio_end_ms=1), "@n", created("r2"), "@9x"],
    ["H#", event("session.created", session={"output_audio_format": "g711_alaw"}), created("r1"),
     event("response.content_part.added", response_id="r1", item_id="a", content_index=1, part={"type": "audio"}),
     event("response.content_part.done", item_id="a", content_index=1),
     event("conversation.item.done", item={"id": "a"}),
     event("response.done", response={"id": "r1", "status": "incomplete", "status_details": {"reason": "max_output_tokens"}})],
    # The words of other servers: formats, word times, sessions without turns, what a server says that plays or hears.
    ["H#", event("session.updated", session={"output_audio_format": "pcm16_8000hz", "turn_detection": None,
                                             "audio": {"output": {"format": {"type": "not specified", "rate": 8000.0}}}}),
     event("response.created", response={"id": "r1", "output_audio_format": "mp3"}), delta("a", 4),
     event("response.audio.delta", delta="AAAA", format="pcm", sample_rate_hz=16000, channels=1)],
    ["H#", ULAW, created("r1"), delta("a", 20), said("a", "One two."),
     event("response.audio_timestamp.delta", item_id="a", content_index=0, audio_offset_ms=2, audio_duration_ms=5, text="One"),
     event("response.output_audio_transcript.delta", item_id="a", delta="three", start_time=0.01, end_time=0.015), "@sh", "@i"],
    ["H#", event("session.started", session={"audio": {"format": {"type": "audio/pcmu"}}}),
     event("session.output_audio.delta", delta="AQIDBAUGBwg=", start_ms=10, event_id="e"),
     event("session.output_audio.delta", delta="AQIDBAUGBwg=", start_ms=10, event_id="e"),
     event("session.output_transcript.delta", delta="Hi", start_ms=10, end_ms=20, elapsed_ms=200), "@sp8", "@i"],
    ["H#", ULAW, created("r1"), delta("a", 9), event("output_audio_buffer.started", response_id="r1"), "@shi",
     event("output_audio_buffer.cleared", response_id="r1"), event("input_audio_buffer.committed"),
     event("error", error={"code": "conversation_already_has_active_response", "message": "Truncation failed."}),
     event("turn.audio.delta", delta="AAAA")],
]


def json_words() -> set[str]:
    """Every key and word of the seeds, as it stands on the wire."""
    words: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                words.add(f'"{key}":')
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str) and len(value) < 48:
            words.add(f'"{value}"')

    for line in itertools.chain.from_iterable(JSON_SEEDS):
        if line.startswith("{"):
            walk(json.loads(line))
    words |= {'"\\u00e9"', '"\\ud83d\\ude00"', "null", "true", "1e5", "-1", "65535", "[]", "{}", '"cancelled"', '"failed"'}
    words |= {'"audio/pcm","rate":24000', '"g711_ulaw"', '"pcm16"', '"modalities":["text"]', '"conversation":"none"'}
    words |= {'"response.audio_transcript.done"', '"response.output_audio_transcript.done"', '"transcript":', '"text":'}
    return words


# ---- the audio door: two bytes that choose, then audio (audio.c) ----

OGG, PACKETS, NUMBERED, SAMPLES = range(4)


def crc(page: bytes) -> int:
    """The checksum of RFC 3533, bit by bit."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value


def page(packets: list[bytes], sequence: int, granule: int, flags: int = 0) -> bytes:
    lacing = b"".join(bytes([255] * (len(packet) // 255) + [len(packet) % 255]) for packet in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 7, sequence, 0, len(lacing)) + lacing
    whole = head + b"".join(packets)
    return whole[:22] + struct.pack("<I", crc(whole)) + whole[26:]


def ogg(packets: list[bytes], frames: int, pre_skip: int = 312, channels: int = 1, gain: int = 0, trim: int = 0) -> bytes:
    head = struct.pack("<8sBBHIhB", b"OpusHead", 1, channels, pre_skip, 48000, gain, 0)
    tags = b"OpusTags" + struct.pack("<II", 0, 0)
    return (
        page([head], 0, 0, 2)
        + page([tags], 1, 0)
        + page(packets[:1], 2, frames)
        + page(packets[1:], 3, frames * len(packets) - trim, 4)
    )


def speech_packets() -> list[bytes]:
    """Packets of a real encoder: those of the shortest fixture."""
    data = (ROOT / "Tests/Fixtures/speech-c.opus").read_bytes()
    packets: list[bytes] = []
    at, held = 0, b""
    while at < len(data):
        count = data[at + 26]
        lacing = data[at + 27 : at + 27 + count]
        place = at + 27 + count
        for size in lacing:
            held += data[place : place + size]
            place += size
            if size < 255:
                packets.append(held)
                held = b""
        at = place
    return packets[2:]


def audio_seeds() -> list[bytes]:
    speech = speech_packets()[10:14]
    # The table of contents byte: a configuration (mode, bandwidth, duration), stereo, how many frames.
    made = [bytes([config << 3 | stereo << 2]) + bytes(range(7, 7 + 20))
            for config in (0, 3, 8, 12, 15, 16, 19, 24, 28, 31) for stereo in (0, 1)]
    made += [b"\x09" + bytes(20), b"\x0a\x05" + bytes(20), b"\x0b\x02" + bytes(12), b"\x0b\x83\x04" + bytes(20), b"\x08", b""]
    seeds = [
        bytes([OGG, 0]) + ogg(speech, 960),
        bytes([OGG | 4, 4]) + ogg(speech[:2], 960, pre_skip=0, channels=2, gain=-256, trim=300),
        bytes([OGG | 32, 1]) + ogg(speech[:2], 960),
        bytes([OGG | 128, 0xF9]) + ogg(speech[:3], 960) + ogg(speech[:1] * 2, 960),
        bytes([SAMPLES, 1]) + bytes(range(200)),
        bytes([SAMPLES | 64 | 8, 0x1C]) + bytes(range(201)),
        bytes([SAMPLES | 16, 0x13]) + bytes(range(99)),
        bytes([SAMPLES | 32, 0x21]) + bytes(range(99)),
    ]
    for first in range(0, len(made), 6):
        group = b"".join(bytes([len(packet)]) + packet for packet in made[first : first + 6])
        seeds.append(bytes([PACKETS | 64, first]) + group)
    seeds.append(bytes([PACKETS, 0]) + b"".join(bytes([len(packet)]) + packet for packet in speech))
    numbered = b"".join(bytes([0, 0, 41, len(packet)]) + packet for packet in speech[:2])
    late = b"".join(bytes([step & 255, step & 255, 3, len(packet)]) + packet
                    for step, packet in zip((0, 2, -2, 1), speech, strict=True))
    seeds += [bytes([NUMBERED, 0]) + numbered, bytes([NUMBERED | 4, 4]) + b"\0\0\0\xff" + late, bytes([NUMBERED | 32, 1]) + late]
    return seeds


# ---- the scenario reader: a byte of options, then a scenario ----


def scenario_seeds() -> list[bytes]:
    """The shortest scenarios of every rule: their statements, without the comments."""
    by_rule: dict[str, list[Path]] = {}
    for path in (ROOT / "Tests/Scenarios").glob("*.scenario"):
        by_rule.setdefault(path.name.split("-")[0], []).append(path)
    seeds = []
    for rule in sorted(by_rule):
        for path in sorted(by_rule[rule], key=lambda path: (path.stat().st_size, path.name))[:2]:
            lines = [line for line in path.read_bytes().split(b"\n") if line and not line.startswith(b"#")]
            seeds.append(b"\n".join(lines) + b"\n")
    return seeds


def scenario_words() -> set[str]:
    """Every word and every key of the scenarios' lines."""
    words: set[str] = set()
    for path in (ROOT / "Tests/Scenarios").glob("*.scenario"):
        for line in path.read_text().splitlines():
            if line.startswith((">", "<", "config")):
                for word in line.split("#")[0].split():
                    words.add(word.split("=")[0] + "=" if "=" in word else word)
    kept = {word for word in words if word.isascii() and '"' not in word and not word.isdigit()}
    return kept | {"\\u{1F600}", "~20", "server=none", "sink=pulled", "sink=paced", "sink=manual", "codec=opus", "codec=ulaw"}


# ---- API-call sequences: bytes as calls.c reads them ----


def calls_seeds() -> list[bytes]:
    plain = bytes([0, 3])
    talk = bytes([0, 0, 0, 2]) + bytes([2, 0, 0, 0, 1]) + bytes([4, 0, 0, 0, 0]) * 3
    return [plain + bytes([driver, 3, 0]) + talk + tail for driver in (0, 1, 2)
            for tail in (b"", bytes([12, 9, 1]), bytes([16]), bytes([17, 18, 15, 7, 0, 1, 19, 15]))]


def dictionary(words: set[str]) -> str:
    def quoted(word: str) -> str:
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return "# Made by Tests/Fuzzing/seeds.py.\n" + "".join(quoted(word) + "\n" for word in sorted(words))


def write(folder: Path, seeds: list[bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number:03}").write_bytes(seed)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    write(folder / "json", ["\n".join(lines).encode() for lines in JSON_SEEDS])
    write(folder / "audio", audio_seeds())
    write(folder / "scenario", scenario_seeds())
    write(folder / "calls", calls_seeds())
    dictionaries = ROOT / "Tests/Fuzzing/dictionaries"
    (dictionaries / "json.dict").write_text(dictionary(json_words()))
    (dictionaries / "scenario.dict").write_text(dictionary(scenario_words()))
    (dictionaries / "audio.dict").write_text(dictionary({"OggS", "OpusHead", "OpusTags"}))


if __name__ == "__main__":
    main()
