"""How a trace of rtmulti_session_trace is laid out, and its entries in order. What an entry does is replay.py's.

The bytes are told in Sources/RTMultiABI/TraceWriter.swift, the entries in Tests/Runner/trace_entries.h; a test holds the
table below to the latter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

MAGIC = b"rtmulti trace\n"
SEAL_BYTES = 4
#: The newest layout and ABI that are read here.
FORMAT = 3

#: By the first byte of an entry: its word, and its fields, whose letters trace_entries.h explains.
ENTRIES: dict[int, tuple[str, str]] = {
    1: ("set_format", "f"),
    2: ("set_sink", "l"),
    3: ("set_handlers", "n"),
    4: ("expect_response", "t"),
    5: ("response_created", "rnt"),
    6: ("response_done", "rnt"),
    7: ("item_added", "risn"),
    8: ("set_phase", "it"),
    9: ("part_added", "pnf"),
    10: ("audio", "pa"),
    11: ("packet", "pann"),
    12: ("text", "pxss"),
    13: ("part_done", "p"),
    14: ("item_done", "i"),
    15: ("function_call", "rittt"),
    16: ("command_rejected", "ttt"),
    17: ("reconnect", ""),
    18: ("receive_json", "j"),
    19: ("interrupt", "rn"),
    20: ("pause", ""),
    21: ("resume", ""),
    22: ("text_delivered", "i"),
    23: ("close", ""),
    24: ("advance", "u"),
    25: ("playback_started", "gs"),
    26: ("playback_progress", "gds"),
    27: ("playback_finished", "gdns"),
    28: ("playback_mark", "gds"),
    29: ("playback_queued", "d"),
    30: ("sink_ready", ""),
    31: ("poll", ""),
    32: ("poll_accept", "n"),
    33: ("deliver", ""),
    34: ("pull", "nn"),
    35: ("pull_meanwhile", "nn"),
    36: ("callback", "n"),
    37: ("returned", "s"),
    38: ("end", "n"),
    39: ("item_deleted", "i"),
    40: ("part_truncated", "ps"),
    41: ("expect_out_of_band", "t"),
    42: ("unexpect_response", "t"),
    43: ("output_buffer", "rn"),
    44: ("audio_base64", "pjt"),
    45: ("cancel", "r"),
    46: ("set_server", "n"),
    47: ("set_clear_timeout", "n"),
    48: ("set_audio_enabled", "n"),
}


class TraceError(Exception):
    """This is no trace that can be read, in a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an entry is about. Those of one part come in a row, so only the first of them names its place."""

    response_id: str = ""
    item_id: str = ""
    content_index: int = -1


@dataclass(slots=True)
class Entry:
    """One thing that the session was given, or that a callback answered.

    left_out: the size of a text that was refused unread, for it was longer than a limit, and that the trace leaves out;
    zeros stand for it in `texts`.
    """

    word: str
    place: Place = Place()
    texts: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    left_out: int = 0


class _Bytes:
    """The bytes of one block, read from its beginning."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        #: The size of the last text, if the trace leaves it out.
        self.left_out = 0

    @property
    def is_at_end(self) -> bool:
        return self.at == len(self.data)

    def byte(self) -> int:
        if self.is_at_end:
            raise TraceError("it is damaged: an entry ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise TraceError("it is damaged: a number does not end")

    def signed(self) -> int:
        zigzag = self.number()
        return zigzag >> 1 ^ -(zigzag & 1)

    def text(self) -> bytes:
        size = self.number()
        if size & 1:
            self.left_out = size >> 1
            if self.left_out > _LARGEST_LEFT_OUT:
                raise TraceError(f"it leaves out a text of {self.left_out} bytes, for which there is no memory here")
            return bytes(self.left_out)
        size >>= 1
        self.at += size
        if self.at > len(self.data):
            raise TraceError("it is damaged: a text is longer than its block")
        return self.data[self.at - size : self.at]

    def name(self) -> str:
        # Half a character, which the library refused, must be refused again.
        return self.text().decode(errors="surrogateescape")


#: Texts that were refused unread are given as zeros, and there must be memory for them.
_LARGEST_LEFT_OUT = 1 << 30


def _seal(data: bytes) -> int:
    state = len(data)
    for at in range(0, len(data), 8):
        state = (state ^ int.from_bytes(data[at : at + 8], "little")) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 32
    return state & 0xFFFFFFFF


def _blocks(data: bytes) -> Iterator[_Bytes]:
    rest = _Bytes(data)
    while not rest.is_at_end:
        try:
            size = rest.number()
        except TraceError:
            raise TraceError(_BREAKS_OFF) from None
        begin = rest.at + SEAL_BYTES
        block = data[begin : begin + size]
        if len(block) < size:
            raise TraceError(_BREAKS_OFF)
        if _seal(block) != int.from_bytes(data[rest.at : begin], "little"):
            raise TraceError(f"it is damaged at byte {rest.at}: a seal is broken")
        rest.at = begin + size
        yield _Bytes(block)


_BREAKS_OFF = "it breaks off in the middle: the program ended, or the disk was full, while it was written"


def is_trace(data: bytes) -> bool:
    """Whether a file that begins so is a trace, or was to become one."""
    return data[: len(MAGIC) + 32].find(MAGIC) in range(1, 16)


class Trace:
    """A trace, as far as it can be read.

    version: of the library that wrote it.
    config: the numbers of its config, in the order of rtmulti_config.
    entries: what happened, in order.
    damage: why it could not be read on behind the last entry, as the end of a sentence about it; "" when it is whole.
    """

    def __init__(self, data: bytes) -> None:
        if not is_trace(data):
            raise TraceError("this is no trace of rtmulti")
        blocks = _blocks(data)
        head = next(blocks)
        head.text()
        format = head.number()
        if format != FORMAT:
            age = "a newer" if format > FORMAT else "an older"
            raise TraceError(f"it was written by {age} rtmulti, in a layout that is not known here: take that one")
        head.number()  # the ABI
        self.version = head.name()
        self.config = [head.number() for _ in range(head.number())]
        self.entries: list[Entry] = []
        self.damage = ""
        self._place = Place()
        self._now_us = 0
        try:
            for block in blocks:
                self.entries.extend(self._entries(block))
        except TraceError as problem:
            self.damage = str(problem)
        else:
            if not self.entries or self.entries[-1].word != "end":
                self.damage = "it has no end: its session was not destroyed, for example because the program died"
            elif self.entries[-1].numbers[0]:
                self.damage = "it ends early, for its device took audio for seconds while the session was not called"

    def _entries(self, block: _Bytes) -> Iterator[Entry]:
        while not block.is_at_end:
            kind = block.byte()
            if kind not in ENTRIES:
                raise TraceError(f"a newer rtmulti wrote it: an entry begins with {kind}, which is not known here")
            word, fields = ENTRIES[kind]
            entry = Entry(word)
            block.left_out = 0
            for shape in fields:
                self._take(block, shape, entry)
            entry.left_out = block.left_out
            yield entry

    def _take(self, block: _Bytes, shape: str, entry: Entry) -> None:
        if shape == "p":
            if block.number():
                response, item = block.name(), block.name()
                self._place = Place(response, item, block.signed())
            entry.place = self._place
        elif shape == "r":
            entry.place = replace(entry.place, response_id=block.name())
        elif shape == "i":
            entry.place = replace(entry.place, item_id=block.name())
        elif shape in "taxj":
            entry.texts.append(block.text())
        elif shape in "gdn":
            entry.numbers.append(block.number())
        elif shape == "f":
            entry.numbers += [block.number() for _ in range(3)]
        elif shape == "s":
            entry.numbers.append(block.signed())
        elif shape == "u":
            self._now_us += block.signed()
            entry.numbers.append(self._now_us)
        elif shape == "l":
            entry.numbers += [block.number() for _ in range(block.number())]
        else:
            raise TraceError(f"a field of {entry.word} is a {shape}, which is not known here")
