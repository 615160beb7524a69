"""Reads an Ogg Opus file to PCM with the system's libopus, so that the server can speak recorded sentences. It reads
whole small files of our own and is no general demuxer."""

from __future__ import annotations

import ctypes
import ctypes.util
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

_GRANULES_PER_SECOND = 48000  # Ogg Opus counts at 48 kHz, whatever is decoded
_LONGEST_PACKET_MS = 120


class UnreadableAudio(Exception):
    """The file cannot be spoken; the message says why and what to do."""


def decode_file(path: Path, sample_rate_hz: int = 24000) -> array[int]:
    """The whole file as mono frames at one of the rates of Opus.

    Raises UnreadableAudio when it is no Ogg Opus or libopus is missing.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableAudio(f"{path} cannot be read: {error.strerror}.") from error
    pages = list(_pages(data, path))
    packets = list(_packets(pages))
    if len(packets) < 3 or not packets[0].startswith(b"OpusHead") or len(packets[0]) < 19:
        raise UnreadableAudio(f"{path} is not an Ogg Opus file with audio in it.")
    granules_per_frame = _GRANULES_PER_SECOND // sample_rate_hz
    pre_skip = int(struct.unpack_from("<H", packets[0], 10)[0]) // granules_per_frame
    end = pages[-1][0] // granules_per_frame
    return _decode(packets[2:], path, sample_rate_hz)[pre_skip:end]


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


def _packets(pages: list[tuple[int, bytes, bytes]]) -> Iterator[bytes]:
    packet = bytearray()
    for _, lacing, body in pages:
        at = 0
        for size in lacing:
            packet += body[at : at + size]
            at += size
            if size < 255:  # a lacing value of 255 means that the packet goes on
                yield bytes(packet)
                packet.clear()


def _decode(packets: list[bytes], path: Path, sample_rate_hz: int) -> array[int]:
    name = ctypes.util.find_library("opus") or "libopus.so.0"
    try:
        opus = ctypes.CDLL(name)
    except OSError as error:
        raise UnreadableAudio(f"{path} needs libopus (apt-get install libopus0).") from error
    opus.opus_decoder_create.restype = ctypes.c_void_p
    opus.opus_decoder_create.argtypes = [ctypes.c_int32, ctypes.c_int, ctypes.c_void_p]
    sizes = [ctypes.c_int, ctypes.c_int]
    opus.opus_decode.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_void_p, *sizes]
    opus.opus_decoder_destroy.argtypes = [ctypes.c_void_p]
    opus.opus_decoder_destroy.restype = None
    decoder = opus.opus_decoder_create(sample_rate_hz, 1, None)
    if not decoder:
        raise UnreadableAudio(f"libopus could not open a decoder for {path}.")
    max_frames = sample_rate_hz * _LONGEST_PACKET_MS // 1000
    block = (ctypes.c_int16 * max_frames)()
    pcm: array[int] = array("h")
    try:
        for packet in packets:
            frames = opus.opus_decode(decoder, packet, len(packet), block, max_frames, 0)
            if frames < 0:
                raise UnreadableAudio(f"{path} holds a packet that libopus cannot decode.")
            pcm.extend(block[:frames])
    finally:
        opus.opus_decoder_destroy(decoder)
    return pcm
