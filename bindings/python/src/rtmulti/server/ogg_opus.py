"""Reads an Ogg Opus file to PCM through rtmulti's own decoder, so that the server can speak recorded sentences on any
machine. It reads whole small files of our own: what is cut short or is no speech at all is refused."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

from .._files import MIB, UnreadableFile, read_file
from ..config import Format, SinkFormat
from ..enums import Codec
from ..errors import RtmultiError
from ..session import Session
from ..sinks import ClockedSink

_SECOND_US = 1_000_000
_LARGEST_BYTES = 64 * MIB


class UnreadableAudio(Exception):
    """The file cannot be spoken; the message says why and what to do."""


class _Ear(ClockedSink):
    """Keeps what is heard."""

    def __init__(self, sample_rate_hz: int) -> None:
        super().__init__(SinkFormat(sample_rate_hz=sample_rate_hz))
        self.pcm: array[int] = array("h")

    def heard(self, segment: int, pcm: bytes) -> None:
        self.pcm.frombytes(pcm)


def decode_file(path: Path, sample_rate_hz: int = 24000) -> array[int]:
    """The whole file as mono frames at one of the rates of Opus. Raises UnreadableAudio when it is no Ogg Opus."""
    data = read_audio(path)
    pages = list(_pages(data, path))
    if len(pages) < 3 or not pages[0][2].startswith(b"OpusHead"):
        raise UnreadableAudio(f"{path} is not an Ogg Opus file with audio in it.")
    ear = _Ear(sample_rate_hz)
    with Session(ear) as session:
        session.response_created("file")
        session.item_added("file", "speech")
        session.part_added("file", "speech", 0, format=Format(Codec.OGG_OPUS))
        try:
            session.audio("file", "speech", data)
        except RtmultiError as error:
            raise UnreadableAudio(f"{path} cannot be decoded: {error}") from error
        session.item_done("speech")
        session.response_done("file")
        now_us = 0
        ear.play_until(now_us)
        while ear.is_playing:
            now_us += _SECOND_US
            ear.play_until(now_us)
    return ear.pcm


def read_audio(path: Path) -> bytes:
    """The bytes of a file of sound. Raises UnreadableAudio."""
    try:
        return read_file(path, _LARGEST_BYTES)
    except UnreadableFile as error:
        raise UnreadableAudio(str(error)) from error


def _pages(data: bytes, path: Path) -> Iterator[tuple[int, bytes, bytes]]:
    """Each page as its granule position, its lacing values and its body."""
    at = 0
    while at < len(data):
        header = data[at : at + 27]
        if len(header) < 27 or header[:4] != b"OggS":
            raise UnreadableAudio(f"{path} is not an Ogg file, or is cut short at byte {at}.")
        lacing = data[at + 27 : at + 27 + header[26]]
        body_at = at + 27 + header[26]
        at = body_at + sum(lacing)
        if at > len(data):
            raise UnreadableAudio(f"{path} ends in the middle of a page.")
        yield struct.unpack_from("<q", header, 6)[0], lacing, data[body_at:at]
