"""Telephone calls: a media stream over a WebSocket as a sink that knows what was heard. Needs no other package.

    stream = MediaStream(websocket.send)
    async with Player(stream, model.send, format=Format(Codec.ULAW, 8000), config=CALL) as player:
        async for message in websocket:
            voice = stream.receive(message)

docs/telephony.md has the line, what is exact about it, and whose streams were tried.
"""

from ..config import Config
from ..enums import UNLIMITED
from .dialects import PLIVO, TELNYX, TELNYX_ALAW, TWILIO, VONAGE, Dialect
from .facts import StreamStart
from .stream import MediaStream

__all__ = ["CALL", "PLIVO", "TELNYX", "TELNYX_ALAW", "TWILIO", "VONAGE", "Dialect", "MediaStream", "StreamStart"]

#: What a call needs of its session's configuration; dataclasses.replace changes the rest. The stream itself bounds how
#: much is written ahead, and an answer to a clear needs the way there and back, also while the network stalls.
CALL = Config(write_ahead_ms=UNLIMITED, clear_timeout_ms=1500)
