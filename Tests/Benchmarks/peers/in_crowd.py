"""Sessions of rtmulti that all talk in one process, in real time: each gets an event of 100 ms ten times a second, at a moment of
its own, and a word of its transcript now and then. How late the latest was is noted."""

from __future__ import annotations

import asyncio
from types import TracebackType

import rtmulti

_EVENT_S = 0.1
#: A word comes with every fourth event.
_EVENTS_A_WORD = 4


class _Counted(rtmulti.Sink):
    """Has played each write at once."""

    def __init__(self) -> None:
        self.format = rtmulti.SinkFormat(sample_rate_hz=24_000)
        self._segment, self._frames = 0, 0

    def write(self, segment: int, pcm: bytes) -> None:
        """See Sink."""
        assert self.playback is not None
        if segment != self._segment:
            self._segment, self._frames = segment, 0
        self._frames += len(pcm) // 2
        self.playback.playback_progress(segment, self._frames)

    def flush(self, segment: int) -> None:
        """See Sink: nobody ends here."""

    def clear(self, segment: int) -> None:
        """See Sink: nothing waits."""


class Crowd:
    """Talks from entering to leaving.

    latest_ms: how long behind its moment the latest event was at its sink.
    """

    def __init__(self, count: int, pcm: bytes) -> None:
        self.latest_ms = 0.0
        self._sessions = [
            rtmulti.Session(_Counted(), config=rtmulti.Config(write_ahead_ms=rtmulti.UNLIMITED)) for _ in range(count)
        ]
        self._pcm = pcm
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Crowd:
        self._task = asyncio.create_task(self._talk())
        await asyncio.sleep(0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
        for session in self._sessions:
            session.close()

    async def _talk(self) -> None:
        from .in_rtmulti import added, audio, created, words

        response, item = "resp_of_peers_0000001", "item_of_peers_0000001"
        for session in self._sessions:
            session.receive(created(response))
            session.receive(added(response, item))
        loop = asyncio.get_running_loop()
        begin_s = loop.time() + 0.05
        number = 0
        while self._sessions:
            # The same bytes for all, as each has an event of this number.
            event = audio(response, item, self._pcm, number)
            text = words(response, item, number) if number % _EVENTS_A_WORD == 0 else None
            for at, session in enumerate(self._sessions):
                due_s = begin_s + (number + at / len(self._sessions)) * _EVENT_S
                wait_s = due_s - loop.time()
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                elif at % 16 == 0:
                    await asyncio.sleep(0)  # others of this loop have their turn
                if text is not None:
                    session.receive(text)
                session.receive(event)
                self.latest_ms = max(self.latest_ms, (loop.time() - due_s) * 1000)
            number += 1
