"""libopus through ctypes, as far as the benchmark needs it: speech at 24 kbit/s in packets of 20 ms."""

from __future__ import annotations

import ctypes
from array import array

from clips import PACKET_MS, RATE_HZ

_VOIP = 2048
_SET_BITRATE, _SET_SIGNAL, _GET_LOOKAHEAD = 4002, 4024, 4027
_SIGNAL_VOICE = 3001
BITRATE = 24_000


def encoded(samples: array[int]) -> list[bytes]:
    """The packets of a mono sound at RATE_HZ. The encoder's own delay is taken off, so its times stay true."""
    try:
        library = ctypes.CDLL("libopus.so.0")
    except OSError:
        raise SystemExit("The packets are made by libopus. Please run: apt-get install libopus0") from None
    library.opus_encoder_create.restype = ctypes.c_void_p
    encoder = ctypes.c_void_p(library.opus_encoder_create(RATE_HZ, 1, _VOIP, ctypes.byref(ctypes.c_int())))
    control = library.opus_encoder_ctl
    # Variadic: the fixed arguments are declared, the others are given with their C types.
    control.argtypes = [ctypes.c_void_p, ctypes.c_int]
    control(encoder, _SET_BITRATE, ctypes.c_int(BITRATE))
    control(encoder, _SET_SIGNAL, ctypes.c_int(_SIGNAL_VOICE))
    lookahead = ctypes.c_int()
    control(encoder, _GET_LOOKAHEAD, ctypes.byref(lookahead))
    size = RATE_HZ * PACKET_MS // 1000
    count = -(-len(samples) // size)
    rest = array("h", samples[lookahead.value :])
    rest.extend([0] * (count * size - len(rest)))
    data = ctypes.create_string_buffer(1500)
    packets: list[bytes] = []
    for at in range(0, count * size, size):
        frame = (ctypes.c_short * size).from_buffer(rest, at * 2)
        length = library.opus_encode(encoder, frame, size, data, len(data))
        packets.append(data.raw[:length])
    library.opus_encoder_destroy(encoder)
    return packets
