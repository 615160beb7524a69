"""Whose telephone is at the other end: the far end of each company's dialect, and what the bridge and the model speak with it.
The telephones themselves are examples/phone_company.py and phone_companies.py."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass

from phone_companies import Plivo, Telnyx, TelnyxAlaw, Vonage, VonageReturning
from phone_company import Telephone

from rtmulti import Codec, Format
from rtmulti.server.g711 import decode_alaw, decode_ulaw, encode_ulaw
from rtmulti.telephony import PLIVO, TELNYX, TELNYX_ALAW, TWILIO, VONAGE, Dialect


@dataclass(frozen=True, slots=True)
class Company:
    """A company. `wire` is the model's format, of which `format` is the session's word; a message is made of codes of G.711,
    whose levels `decode` knows, but for the two of silence."""

    name: str
    telephone: type[Telephone]
    dialect: Dialect
    wire: str = "audio/pcmu"
    format: Format = Format(Codec.ULAW, 8000)
    decode: Callable[[bytes], array[int]] = decode_ulaw
    silent: bytes = b"\x7f\xff"

    def codes(self, heard: bytes) -> bytes:
        """What the telephone has played, in codes at 8 kHz."""
        return encode_ulaw(array("h", heard)[::2]) if self.dialect.codec is Codec.PCM16 else heard

    def to_model(self, voice: bytes) -> bytes:
        """The caller's voice as the model takes it: of 16 kHz each second frame twice, for a hum stays a hum."""
        if self.dialect.codec is not Codec.PCM16:
            return voice
        frames = memoryview(voice).cast("h")
        return array("h", (frames[2 * (at // 3) + min(1, at % 3)] for at in range(len(frames) * 3 // 2))).tobytes()


COMPANIES = (
    Company("twilio", Telephone, TWILIO),
    Company("telnyx", Telnyx, TELNYX),
    Company("telnyx, A-law", TelnyxAlaw, TELNYX_ALAW, "audio/pcma", Format(Codec.ALAW, 8000), decode_alaw, b"\x55\xd5"),
    Company("plivo", Plivo, PLIVO),
    Company("vonage", Vonage, VONAGE, "audio/pcm", Format(Codec.PCM16, 24_000)),
    Company("vonage, returning", VonageReturning, VONAGE, "audio/pcm", Format(Codec.PCM16, 24_000)),
)
