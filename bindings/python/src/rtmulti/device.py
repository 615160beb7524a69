"""Device: what a pulled sink's own thread takes its frames from. Only taking stands here; what follows from it comes
with the next call on the session."""

from __future__ import annotations

from ctypes import c_char, c_void_p

from . import _library
from ._arguments import UINT32, whole, writable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


class Device:
    """The device of a session whose sink says Driver.PULLED; see Session.device.

    It keeps its rate and channels for ever. A sink that is set later is another device, and this one then gives
    silence; it gives silence too when the session is paused, closed or gone. One thread at a time pulls from it, at any
    moment, and nothing is forbidden while sinks change and sessions end.
    """

    def __init__(self, handle: c_void_p) -> None:
        library = _library.load()
        self._handle = handle
        self._release = library.rtmulti_device_release
        self._pull = library.rtmulti_device_pull
        self._pull_f32 = library.rtmulti_device_pull_f32
        #: How many frames a second it takes.
        self.sample_rate_hz: int = library.rtmulti_device_sample_rate_hz(handle)
        #: How many samples each frame has.
        self.channels: int = library.rtmulti_device_channels(handle)

    def __del__(self) -> None:
        # Frees nothing, whatever thread this is: the library does that with a later call.
        if (release := getattr(self, "_release", None)) is not None:
            release(self._handle)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Device cannot be copied or pickled: it is one hold on one device of the library")

    def pull(self, buffer: Any, delay_frames: int = 0) -> int:
        """Fills a writable buffer with the signed 16 bit frames that are to be heard next, and silence behind them.

        Returns how many frames are audio of messages: they count as heard from now on, `delay_frames` later (rule C6):
        those that lie between this call and the listener's ear.
        """
        return self._take(self._pull, 2, buffer, delay_frames)

    def pull_f32(self, buffer: Any, delay_frames: int = 0) -> int:
        """The same in floating point of 32 bit, -1 to 1."""
        return self._take(self._pull_f32, 4, buffer, delay_frames)

    def _take(self, pull: Any, sample_bytes: int, buffer: Any, delay_frames: int) -> int:
        view = writable("buffer", buffer)
        size, channels = len(view), self.channels
        block = (c_char * size).from_buffer(view)
        delay_frames = whole("delay_frames", delay_frames, UINT32)
        taken: int = pull(self._handle, block, size // (sample_bytes * channels), channels, delay_frames)
        return taken

    def __repr__(self) -> str:
        return f"<rtmulti.Device of {self.sample_rate_hz} Hz and {self.channels} channels>"
