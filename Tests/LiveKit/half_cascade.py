"""A half-cascade: the model writes, and a TTS speaks what it writes. Its samples say which message they are of, as those of
the strict server's audio do. The rows stand in changes.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from ear import MARK, RATE_HZ
from livekit import rtc
from livekit.agents import Agent, tts

#: How much speech the TTS makes of each text.
SPOKEN_MS = 500
_FRAMES = RATE_HZ // 50


class SilentTTS(tts.TTS):
    """A TTS that is there, so that LiveKit asks the Agent for its speech."""

    def __init__(self) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE_HZ, num_channels=1)

    def synthesize(self, text: str, **_: Any) -> Any:
        """Is not asked: the Agent speaks."""
        raise NotImplementedError(text)


class SpeakingAgent(Agent):
    """An Agent whose TTS gives each text SPOKEN_MS of samples that bear its number."""

    async def tts_node(self, text: AsyncIterable[str], model_settings: Any) -> AsyncIterator[rtc.AudioFrame]:
        """Speaks when the text is complete."""
        words = "".join([str(piece) async for piece in text])
        if words:
            data = (MARK + number_of(words)).to_bytes(2, "little") * _FRAMES
            for _ in range(SPOKEN_MS // 20):
                yield rtc.AudioFrame(
                    data=data, sample_rate=RATE_HZ, num_channels=1, samples_per_channel=_FRAMES
                )


def number_of(words: str) -> int:
    """The number of the message that has this text; 0 while it is not known."""
    first = words.split(" ")[0]
    return int(first[1:]) if first[1:].isdigit() else 0
