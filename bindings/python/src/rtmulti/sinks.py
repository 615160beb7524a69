"""Ready sinks that play in time and say truthfully what they played: to a function, or to a WAV file.

They have no clock of their own. Whoever keeps the session's time (a Player, or a host in virtual time) says how
late it is with play_until(), after Session.advance() and before each input, and what is due by then has been
heard. The sink for asyncio consumers is in queue_sink.py.
"""

from __future__ import annotations

from collections import deque
from os import fspath

from ._arguments import INT64, US_REMEDY, record, whole
from ._hooks import refuse_awaitable, refuse_coroutine
from .config import SinkFormat
from .enums import Codec
from .playout import Sink

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, NoReturn, SupportsIndex


class _Track:
    """A segment in a clocked sink: what waits of it, and how much of it has been played."""

    __slots__ = ("blocks", "first_byte", "frames_played", "frames_waiting", "is_flushed", "segment")

    def __init__(self, segment: int) -> None:
        self.segment = segment
        self.blocks: deque[bytes] = deque()
        #: Where the unplayed rest of the first block begins.
        self.first_byte = 0
        self.frames_waiting = 0
        self.frames_played = 0
        self.is_flushed = False

    def take(self, frames: int, bytes_per_frame: int) -> bytes:
        """The next piece of at most `frames` frames, without crossing the border of a block."""
        block = self.blocks[0]
        end = min(len(block), self.first_byte + frames * bytes_per_frame)
        piece = block[self.first_byte : end]
        self.first_byte = end
        if end == len(block):
            self.blocks.popleft()
            self.first_byte = 0
        taken = len(piece) // bytes_per_frame
        self.frames_waiting -= taken
        self.frames_played += taken
        return piece


class ClockedSink(Sink):
    """Plays at the speed of the clock and reports each frame that was heard, exactly.

    An underrun stops the position (rule C2), a pause stops the clock, and a clear answers with what has been
    played. Override heard() to do something with the audio.
    """

    def __init__(self, format: SinkFormat = SinkFormat()) -> None:
        self.format = record("format", format, SinkFormat)
        self._tracks: dict[int, _Track] = {}
        self._now_us: int | None = None
        #: Time that was owed to the listener and is not worth a whole frame yet, in frames times 1,000,000.
        self._owed = 0
        self._is_paused = False

    @property
    def is_playing(self) -> bool:
        """Whether something waits to be heard, so that play_until() should be called soon."""
        return not self._is_paused and any(track.frames_waiting for track in self._tracks.values())

    def heard(self, segment: int, pcm: bytes) -> None:
        """This piece of a segment has just been heard."""

    def play_until(self, now_us: int) -> None:
        """Plays what is due by `now_us`, on the clock of Session.advance, and reports it."""
        now_us = whole("now_us", now_us, INT64, US_REMEDY)
        before_us, self._now_us = self._now_us, now_us
        if before_us is None or now_us <= before_us or self._is_paused:
            self._now_us = now_us if before_us is None else max(now_us, before_us)
            return
        self._owed += (now_us - before_us) * self.format.sample_rate_hz
        while self._owed >= 1_000_000:
            # Looked for anew after each piece: a report may bring more audio, or clear what there is.
            track = next((track for track in self._tracks.values() if track.frames_waiting), None)
            if track is None:
                self._owed = 0
                return
            self._play_piece(track)

    def _play_piece(self, track: _Track) -> None:
        is_first = track.frames_played == 0
        before = track.frames_played
        piece = track.take(self._owed // 1_000_000, self.format.bytes_per_frame)
        self._owed -= (track.frames_played - before) * 1_000_000
        answer: object = self.heard(track.segment, piece)  # type: ignore[func-returns-value]
        if answer is not None:
            refuse_awaitable(f"{type(self).__name__}.heard", answer)
        playback = self.playback
        if playback is None:
            return
        if is_first:
            playback.playback_started(track.segment)
        playback.playback_progress(track.segment, track.frames_played)
        self._finish_drained()

    def _finish_drained(self) -> None:
        """Reports the segments at the head that were flushed and have been played out, oldest first."""
        while self._tracks:
            track = next(iter(self._tracks.values()))
            if not track.is_flushed or track.frames_waiting:
                return
            self._finish(track, interrupted=False)

    def _finish(self, track: _Track, interrupted: bool) -> None:
        # Forgotten before it is reported: the report may bring the next segment.
        del self._tracks[track.segment]
        if self.playback is not None:
            self.playback.playback_finished(track.segment, track.frames_played, interrupted)

    # --- what the session asks ---

    def write(self, segment: int, pcm: bytes) -> None:
        """Takes everything; it is heard when its time has come."""
        track = self._tracks.get(segment)
        if track is None:
            track = self._tracks[segment] = _Track(segment)
        track.blocks.append(pcm)
        track.frames_waiting += len(pcm) // self.format.bytes_per_frame

    def flush(self, segment: int) -> None:
        """No more frames come for this segment."""
        track = self._tracks.setdefault(segment, _Track(segment))
        track.is_flushed = True
        self._finish_drained()

    def clear(self, segment: int) -> None:
        """Drops what is unheard and answers for every segment at once."""
        self._owed = 0
        for track in list(self._tracks.values()):
            self._finish(track, interrupted=True)

    def pause(self) -> None:
        """Stops the clock."""
        self._is_paused = True

    def resume(self) -> None:
        """Lets the clock go on."""
        self._is_paused = False

    def detach(self) -> None:
        """Forgets what was not heard: the session plays it elsewhere."""
        self._tracks.clear()
        super().detach()


class CallbackSink(ClockedSink):
    """Calls a function with each piece of audio in the moment in which it is due: `function(segment, pcm)`.

    What the function was given counts as heard, so it should play it at once; say with
    SinkFormat.output_latency_ms how much later the ear gets it.
    """

    def __init__(
        self, function: Callable[[int, bytes], object], format: SinkFormat = SinkFormat()
    ) -> None:
        super().__init__(format)
        if function is None:
            raise TypeError("function must be a function that takes a segment and its pcm, not None")
        refuse_coroutine("function", function)
        self._function = function

    def heard(self, segment: int, pcm: bytes) -> None:
        """Hands the piece on."""
        answer = self._function(segment, pcm)
        if answer is not None:
            refuse_awaitable("function", answer)


class WavSink(ClockedSink):
    """Writes what was heard, and nothing else, to a WAV file (signed 16 bit).

    The file is complete when the session lets the sink go, or after close().
    """

    def __init__(self, path: str | os.PathLike[str], format: SinkFormat = SinkFormat()) -> None:
        super().__init__(format)
        if format.codec is not Codec.PCM16:
            raise ValueError(f"a WAV file of this sink holds PCM16, not {format.codec.name}: choose Codec.PCM16")
        import wave

        # First without the wave module, which prints a traceback of its own when it cannot open a file.
        open(fspath(path), "wb").close()
        self._file: Any = wave.open(str(fspath(path)), "wb")
        self._file.setnchannels(format.channels)
        self._file.setsampwidth(2)
        self._file.setframerate(format.sample_rate_hz)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a WavSink cannot be copied or pickled: it writes one file")

    def __enter__(self) -> WavSink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def heard(self, segment: int, pcm: bytes) -> None:
        """Appends the piece to the file."""
        if self._file is None:
            raise ValueError("this WAV file is closed, and its sink is still played to")
        self._file.writeframesraw(pcm)

    def close(self) -> None:
        """Completes the file. Closing twice is harmless."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def detach(self) -> None:
        """The session is done with this sink: the file is complete."""
        super().detach()
        self.close()
