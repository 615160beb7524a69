"""Reads a trace of rtmulti_session_trace whole: its head, and its entries in order.

How a trace is laid out is told in Sources/RTMultiABI/TraceWriter.swift; what an entry consists of is read out of the
table of the runner in C, so that it is written once. What an entry does is the driver's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
MAGIC = b"rtmulti trace\n"
SEAL_BYTES = 4


class TraceError(Exception):
    """This is no trace that can be read, or not one of a scenario."""


@dataclass(frozen=True)
class Place:
    """What an entry is about. Those of one part come in a row, so only the first of them names its place."""

    response_id: str = ""
    item_id: str = ""
    content_index: int = -1


@dataclass
class Entry:
    """One thing that the session was given, or that a callback answered."""

    word: str
    place: Place = Place()
    texts: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


@cache
def shapes() -> dict[int, tuple[str, str]]:
    """By the first byte of an entry: its word, and its fields, whose letters are explained where they stand."""
    table = (CHECKOUT / "Tests" / "Runner" / "trace_entries.h").read_text(encoding="utf-8")
    rows = re.findall(r'^  (?:INPUT|NOTE)\((\d+), \w+, "(\w+)", "(\w*)"', table, re.MULTILINE)
    return {int(number): (word, fields) for number, word, fields in rows}


class _Bytes:
    """The bytes of one block, read from its beginning."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def is_at_end(self) -> bool:
        return self.at == len(self.data)

    def byte(self) -> int:
        if self.is_at_end:
            raise TraceError("the trace is damaged: an entry ends too early")
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

    def signed(self) -> int:
        zigzag = self.number()
        return zigzag >> 1 ^ -(zigzag & 1)

    def text(self) -> bytes:
        size = self.number()
        if size & 1:
            raise TraceError(f"a text of {size >> 1} bytes was refused unread, and no scenario has one")
        size >>= 1
        self.at += size
        if self.at > len(self.data):
            raise TraceError("the trace is damaged: a text is longer than its block")
        return self.data[self.at - size : self.at]


def _seal(data: bytes) -> int:
    state = len(data)
    for at in range(0, len(data), 8):
        state = (state ^ int.from_bytes(data[at : at + 8], "little")) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        state ^= state >> 32
    return state & 0xFFFFFFFF


def _blocks(data: bytes) -> Iterator[_Bytes]:
    rest = _Bytes(data)
    while not rest.is_at_end:
        size = rest.number()
        begin = rest.at + SEAL_BYTES
        block = data[begin : begin + size]
        if len(block) < size:
            raise TraceError("the trace breaks off")
        if _seal(block) != int.from_bytes(data[rest.at : begin], "little"):
            raise TraceError("the trace is damaged: a seal is broken")
        rest.at = begin + size
        yield _Bytes(block)


class Trace:
    """A trace: the numbers of its config in the order of rtmulti_config, and its entries."""

    def __init__(self, data: bytes) -> None:
        blocks = _blocks(data)
        head = next(blocks, None)
        if head is None or head.text() != MAGIC:
            raise TraceError("this is no trace of rtmulti")
        head.number()  # the format
        head.number()  # the ABI
        head.text()  # the version
        self.config = [head.number() for _ in range(head.number())]
        self._place = Place()
        self._now_us = 0
        self.entries = [entry for block in blocks for entry in self._entries(block)]

    def _entries(self, block: _Bytes) -> Iterator[Entry]:
        while not block.is_at_end:
            kind = block.byte()
            if kind not in shapes():
                raise TraceError(f"an entry begins with {kind}, and Tests/Runner/trace_entries.h knows no such entry")
            word, fields = shapes()[kind]
            entry = Entry(word)
            for shape in fields:
                self._take(block, shape, entry)
            yield entry

    def _take(self, block: _Bytes, shape: str, entry: Entry) -> None:
        if shape == "p":
            if block.number():
                response, item = block.text().decode(), block.text().decode()
                self._place = Place(response, item, block.signed())
            entry.place = self._place
        elif shape == "r":
            entry.place = replace(entry.place, response_id=block.text().decode())
        elif shape == "i":
            entry.place = replace(entry.place, item_id=block.text().decode())
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
            raise TraceError(f"a field of {entry.word} is a {shape}, and only C knows what that is")
