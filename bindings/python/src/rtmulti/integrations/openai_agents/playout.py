"""The sink of a host that plays by itself (rule E11): the application has a loop that plays `audio` events, so it gets no
samples of ours. The player says how much more may be played; the events wait here until then, and pass as they are.

Only this file knows segments and frames. It judges nothing: what was heard follows from what is reported here.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections import deque

from agents.realtime.model_events import (
    RealtimeModelAudioDoneEvent,
    RealtimeModelAudioEvent,
    RealtimeModelAudioInterruptedEvent,
)

import rtmulti
from rtmulti.playout import Sink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

logger = logging.getLogger("rtmulti.openai_agents")

#: What the player counts in; G.711 is counted at its own rate times three.
RATE_HZ = 24_000
FRAMES_PER_MS = RATE_HZ // 1000
#: A block is reported when it has been played, so that one more report may come after a clear: the player is silent
#: when none has come for as long as its longest block takes, and never sooner than QUIET_S. Beyond LONGEST_QUIET_S a
#: "block" is an account of the past.
QUIET_S, LONGEST_QUIET_S = 0.06, 0.4
#: Audio that nobody reports as played stops the conversation after the write-ahead; a sentence then says so.
SILENT_TRACKER_S = 5.0
#: Reports in whole ms fall short of a message by a part of one.
SHORTFALL_FRAMES = FRAMES_PER_MS


class _Part:
    """The audio of one part of one message: what waits, and what became of the rest."""

    __slots__ = ("content_index", "granted", "handed", "is_flushed", "is_started", "item_id", "played", "segment", "waiting")

    def __init__(self, item_id: str, content_index: int) -> None:
        self.item_id, self.content_index = item_id, content_index
        #: Events with how many frames each holds.
        self.waiting: deque[tuple[RealtimeModelAudioEvent, int]] = deque()
        self.segment = 0
        #: How much of it may be played, was handed on, and was reported as played.
        self.granted = self.handed = 0
        self.played = 0.0
        self.is_started = self.is_flushed = False


class Handout(Sink):
    """Hands audio events on when they may be played, and reports what the application says that it played.

    emit: takes an event for the session, in order; it is called inside calls of the player and must not raise.
    piece_ms: longer events are handed on in pieces, so that what is ahead of the ear stays within the write-ahead.
    """

    format = rtmulti.SinkFormat(driver=rtmulti.Driver.HOST, sample_rate_hz=RATE_HZ, gapless=True, can_pause=False)

    def __init__(
        self, emit: Callable[[Any], object], find_part: Callable[[int], int], *, piece_ms: int
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._emit = emit
        self._find_part = find_part
        self._piece_frames = piece_ms * FRAMES_PER_MS
        self._parts: dict[tuple[str, int], _Part] = {}
        #: Those of which something may be played, in the order in which they are.
        self._playing: dict[int, _Part] = {}
        self._answer_timer: asyncio.TimerHandle | None = None
        self._silence_timer: asyncio.TimerHandle | None = None
        self._has_report = False
        self._longest_block_ms = 0.0

    # --- what the framework's model decoded ---

    def wait(self, event: RealtimeModelAudioEvent, samples_per_byte: float) -> None:
        """Keeps an event until it may be played. The player is told of the same audio behind this."""
        key = (event.item_id, event.content_index)
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = _Part(*key)
        # PCM is 24 kHz, and a code of G.711 lasts three frames of that.
        frames_per_byte = 3 if samples_per_byte == 1.0 else 0.5
        frames = int(len(event.data) * frames_per_byte)
        if frames <= self._piece_frames:
            part.waiting.append((event, frames))
            return
        step = int(self._piece_frames / frames_per_byte)
        for at in range(0, len(event.data), step):
            data = event.data[at : at + step]
            part.waiting.append((dataclasses.replace(event, data=data), int(len(data) * frames_per_byte)))

    def forget(self, item_id: str) -> None:
        """The message has its outcome: nothing of it will be played any more."""
        for key in [key for key in self._parts if key[0] == item_id]:
            part = self._parts.pop(key)
            self._playing.pop(part.segment, None)

    # --- what the application says ---

    def played(self, item_id: str, content_index: int, ms: float) -> None:
        """So many ms more were played. What stands before it has been played out, for the application plays in order."""
        part = self._parts.get((item_id, content_index))
        if part is None or part.segment not in self._playing:
            return
        self._has_report = True
        self._longest_block_ms = max(self._longest_block_ms, ms)
        part.played = min(part.played + ms * FRAMES_PER_MS, part.handed)
        if self._answer_timer is not None:
            self._await_silence()
            return
        assert self.playback is not None
        for before in list(self._playing.values()):
            if before is part:
                break
            if before.is_flushed:
                self._finish(before, before.granted, is_cut=False)
        if not part.is_started:
            part.is_started = True
            self.playback.playback_started(part.segment)
        if not self._finish_played(part):
            self.playback.playback_progress(part.segment, round(part.played))

    def cleared(self) -> None:
        """The application's player is silent: this is what was heard of each message that it had."""
        if self._answer_timer is None:
            return
        self._answer_timer.cancel()
        self._answer_timer = None
        for part in list(self._playing.values()):
            self._finish(part, round(part.played), is_cut=True)

    # --- what the player asks (Sink) ---

    def may_play(self, segment: int, item_id: str, frames: int) -> int | None:
        """Takes what is offered, and hands an event on as soon as all of it may be played."""
        part = self._playing.get(segment) or self._begin(segment, item_id)
        part.granted += frames
        self._hand_on(part)
        if self._silence_timer is None and not self._has_report:
            self._silence_timer = self._loop.call_later(SILENT_TRACKER_S, self._warn_of_silence)
        return None

    def flush(self, segment: int) -> None:
        """The message is complete."""
        part = self._playing.get(segment)
        if part is None:
            assert self.playback is not None
            self.playback.playback_finished(segment, 0)
            return
        part.is_flushed = True
        self._hand_on(part)
        self._emit(RealtimeModelAudioDoneEvent(item_id=part.item_id, content_index=part.content_index))
        if self._answer_timer is None:
            self._finish_played(part)

    def clear(self, segment: int) -> None:
        """The application drops what it has when it sees this event; it may have a block in its hand, and says so."""
        part = self._playing.get(segment)
        if part is not None:
            event = RealtimeModelAudioInterruptedEvent(item_id=part.item_id, content_index=part.content_index)
            self._emit(event)
        self._await_silence()

    def detach(self) -> None:
        """The conversation is over."""
        for timer in (self._answer_timer, self._silence_timer):
            if timer is not None:
                timer.cancel()
        self._answer_timer = None
        super().detach()

    # --- segments ---

    def _begin(self, segment: int, item_id: str) -> _Part:
        key = (item_id, self._find_part(segment))
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = _Part(*key)
        part.segment = segment
        self._playing[segment] = part
        return part

    def _hand_on(self, part: _Part) -> None:
        # At the end all goes: half a sample in an event is a frame to one side and none to the other.
        while part.waiting and (part.is_flushed or part.handed + part.waiting[0][1] <= part.granted):
            event, frames = part.waiting.popleft()
            part.handed += frames
            self._emit(event)

    def _finish_played(self, part: _Part) -> bool:
        if not part.is_flushed or part.played < part.handed - SHORTFALL_FRAMES:
            return False
        self._finish(part, part.granted, is_cut=False)
        return True

    def _finish(self, part: _Part, frames: int, *, is_cut: bool) -> None:
        del self._playing[part.segment]
        self._parts.pop((part.item_id, part.content_index), None)
        assert self.playback is not None
        self.playback.playback_finished(part.segment, frames, is_cut)

    def _await_silence(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
        quiet_s = max(QUIET_S, min(LONGEST_QUIET_S, self._longest_block_ms * 1.25 / 1000 + 0.02))
        self._answer_timer = self._loop.call_later(quiet_s, self.cleared)

    def _warn_of_silence(self) -> None:
        if not self._has_report and self._playing:
            logger.warning(
                "audio was handed on %.0f s ago, and the tracker was told of nothing that was played: no more comes until it "
                "is. Call model.tracker.on_play_bytes() for each block that your player has played.",
                SILENT_TRACKER_S,
            )
