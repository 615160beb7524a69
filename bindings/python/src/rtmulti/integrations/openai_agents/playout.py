"""The sink of a host that plays by itself (rule E11): the application has a loop that plays `audio` events, so it gets no
samples of ours. The player says how much more may be played; the events wait here until then, and pass as they are.

Each call of the player costs more than what it says, so news wait for one another: what the server said, while the player has
enough that may not be played yet, and what was played, while nothing follows from it. They are told before anything else is
(play_until), so that nothing which the player decides hangs on how long they waited.

Only this file knows segments and frames. It judges nothing: what was heard follows from what is reported here.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging

from agents.realtime.model_events import RealtimeModelAudioDoneEvent, RealtimeModelAudioInterruptedEvent

import rtmulti
from rtmulti.playout import Sink

from .deltas import FRAMES_PER_MS, RATE_HZ, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from agents.realtime.model_events import RealtimeModelAudioEvent

    from .deltas import Deltas

    #: An item, the index of its part, and so many ms more that were played of it.
    Report = tuple[str, int, float]

logger = logging.getLogger("rtmulti.openai_agents")

#: A block is reported when it has been played, so that one more report may come after a clear: the player is silent
#: when none has come for as long as its longest block takes, and never sooner than QUIET_S. Beyond LONGEST_QUIET_S a
#: "block" is an account of the past.
QUIET_S, LONGEST_QUIET_S = 0.06, 0.4
#: Audio that nobody reports as played stops the conversation after the write-ahead; a sentence then says so.
SILENT_TRACKER_S = 5.0
#: Reports in whole ms fall short of a message by a part of one.
SHORTFALL_FRAMES = FRAMES_PER_MS
#: The player is told at the latest when there is so much audio that it was not told of, or that was played; so much
#: further ahead than an application may be, it lets events pass.
MOST_UNTOLD_MS = 1000
MOST_UNREPORTED_MS = 400
#: A message follows another when so little of that is left (rule A2).
HANDOVER_MS = 100
#: The tracker keeps its news until so much was played; a piece, where that is less.
MOST_PATIENCE_MS = 100.0


class Handout(Sink):
    """Hands audio events on when they may be played, and reports what the application says that it played.

    emit: takes an event for the session, in order; it is called inside calls of the player and must not raise.
    find_part: the content index of a segment.
    take_reports: what the application said since the last time that it was asked.
    write_ahead_ms: how far ahead of what was played events are handed on; longer events go in pieces of half of that.
    """

    format = rtmulti.SinkFormat(driver=rtmulti.Driver.HOST, sample_rate_hz=RATE_HZ, gapless=True, can_pause=False)
    #: play_until() need not be called at times of its own.
    is_playing = False

    def __init__(
        self,
        emit: Callable[[Any], object],
        deltas: Deltas,
        *,
        find_part: Callable[[int], int],
        take_reports: Callable[[], list[Report]],
        write_ahead_ms: int,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._emit = emit
        self._deltas = deltas
        self._find_part = find_part
        self._take_reports = take_reports
        self._write_ahead_frames = write_ahead_ms * FRAMES_PER_MS
        self._piece_frames = self._write_ahead_frames // 2
        #: How much must have been played since count() before it has to be called again. The tracker reads it on any thread.
        #: It is 0 where something may follow from each ms, and perhaps no other report comes.
        self.patience_ms = 0.0
        # Where a piece waits the application has at least the write-ahead without a piece, and this is not more.
        self._patience_ms = min(MOST_PATIENCE_MS, write_ahead_ms / 2)
        #: Whether the next event waits for the player, and not for the application.
        self._is_short = False
        self._parts: dict[tuple[str, int], Part] = {}
        #: Those of which something may be played, in the order in which they are.
        self._playing: dict[int, Part] = {}
        #: Those of which more was played than the player was told.
        self._unreported: dict[int, Part] = {}
        self._answer_timer: asyncio.TimerHandle | None = None
        self._silence_timer: asyncio.TimerHandle | None = None
        self._has_report = False
        self._longest_block_ms = 0.0

    # --- what the server says ---

    def put_audio(self, event: RealtimeModelAudioEvent, frames_per_byte: float) -> None:
        """Keeps an event until it may be played, and sees to it that the player learns of its audio."""
        key = (event.item_id, event.content_index)
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = Part(*key)
        frames = int(len(event.data) * frames_per_byte)
        if frames <= self._piece_frames:
            part.waiting.append((event, frames))
        else:
            step = int(self._piece_frames / frames_per_byte)
            for at in range(0, len(event.data), step):
                data = event.data[at : at + step]
                part.waiting.append((dataclasses.replace(event, data=data), int(len(data) * frames_per_byte)))
        self._deltas.put_audio(part, event, frames)
        self._hand_on()
        if not part.told or self._is_short or self._deltas.frames >= MOST_UNTOLD_MS * FRAMES_PER_MS:
            self.tell()

    def put_words(self, event: dict[str, Any]) -> None:
        """A piece of the transcript of a part that is spoken, as the server said it."""
        self._deltas.put_words(event)
        part = self._parts.get((event.get("item_id", ""), event.get("content_index", 0)))
        if part is None or not part.told:
            self.tell()

    def forget(self, item_id: str) -> None:
        """The message has its outcome: nothing of it will be played any more."""
        for key in [key for key in self._parts if key[0] == item_id]:
            part = self._parts.pop(key)
            self._playing.pop(part.segment, None)
            self._unreported.pop(part.segment, None)
        self.patience_ms = 0.0

    # --- what the application says ---

    def tell(self) -> None:
        """The player learns of all that it does not know yet, in one call of it."""
        if self.playback is not None:
            self.playback.sink_ready()

    def play_until(self, now_us: int) -> None:
        """The player is about to be told something: it learns of all else before. Part of what a Player asks of a sink."""
        if self._deltas:
            self._deltas.tell()
        self._count()
        for part in tuple(self._unreported.values()):
            self._report(part)

    def count(self) -> None:
        """The application has played more: what follows from it happens."""
        self._count()
        self._hand_on()
        if (self._is_short and self._deltas) or any(map(self._is_due, self._unreported.values())):
            self.tell()

    def _count(self) -> None:
        for item_id, content_index, ms in self._take_reports():
            part = self._parts.get((item_id, content_index))
            if part is None or part.segment not in self._playing:
                continue
            part.played = min(part.played + ms * FRAMES_PER_MS, part.handed)
            self._unreported[part.segment] = part
            self._has_report = True
            if ms > self._longest_block_ms:
                self._longest_block_ms = ms
        if self._answer_timer is not None and self._unreported:
            # The account that comes with the silence has it all.
            self._unreported.clear()
            self._await_silence()

    def _is_due(self, part: Part) -> bool:
        """Whether something may follow from what was played of a part, or the player would be told too late."""
        if not part.is_started or len(self._playing) > 1:
            return True
        if part.played - part.reported >= MOST_UNREPORTED_MS * FRAMES_PER_MS:
            return True
        rest = part.handed - part.played
        return not part.waiting and rest <= (HANDOVER_MS * FRAMES_PER_MS if part.is_flushed else SHORTFALL_FRAMES)

    def _report(self, part: Part) -> None:
        # What stands before it has been played out, for the application plays in order.
        self._unreported.pop(part.segment, None)
        assert self.playback is not None
        if len(self._playing) > 1:
            for before in tuple(self._playing.values()):
                if before is part:
                    break
                if before.is_flushed:
                    self._finish(before, before.granted, is_cut=False)
        if not part.is_started:
            part.is_started = True
            self.playback.playback_started(part.segment)
        if not self._finish_played(part):
            part.reported = part.played
            self.playback.playback_progress(part.segment, round(part.played))

    def cleared(self) -> None:
        """The application's player is silent: this is what was heard of each message that it had."""
        if self._answer_timer is None:
            return
        self._count()
        self._answer_timer.cancel()
        self._answer_timer = None
        for part in tuple(self._playing.values()):
            self._finish(part, round(part.played), is_cut=True)

    # --- what the player asks (Sink) ---

    def may_play(self, segment: int, item_id: str, frames: int) -> int | None:
        """Takes what is offered, and hands an event on as soon as all of it may be played."""
        part = self._playing.get(segment) or self._begin(segment, item_id)
        part.granted += frames
        self._hand_on()
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
        self._hand_on()
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

    def _begin(self, segment: int, item_id: str) -> Part:
        key = (item_id, self._find_part(segment))
        part = self._parts.get(key)
        if part is None:
            part = self._parts[key] = Part(*key)
        part.segment = segment
        self._playing[segment] = part
        return part

    def _hand_on(self) -> None:
        """Hands on what may be played and is not too far ahead of what was."""
        self.patience_ms = 0.0
        self._is_short = False
        if self._answer_timer is not None:
            return
        room: float = self._write_ahead_frames
        for part in self._playing.values():
            room -= part.handed - part.played
        for part in self._playing.values():
            waiting = part.waiting
            while waiting:
                event, frames = waiting[0]
                if frames > room:
                    # So the application has something to play, and will report it.
                    self.patience_ms = self._patience_ms
                    return
                # At the end all goes: half a sample in an event is a frame to one side and none to the other.
                if part.handed + frames > part.granted and not part.is_flushed:
                    self._is_short = True
                    return
                waiting.popleft()
                part.handed += frames
                room -= frames
                self._emit(event)
            if not part.is_flushed:
                return
            if not part.is_done:
                part.is_done = True
                self._emit(RealtimeModelAudioDoneEvent(item_id=part.item_id, content_index=part.content_index))

    def _finish_played(self, part: Part) -> bool:
        if not part.is_done or part.played < part.handed - SHORTFALL_FRAMES:
            return False
        self._finish(part, part.granted, is_cut=False)
        return True

    def _finish(self, part: Part, frames: int, *, is_cut: bool) -> None:
        del self._playing[part.segment]
        self._unreported.pop(part.segment, None)
        self._parts.pop((part.item_id, part.content_index), None)
        self.patience_ms = 0.0
        assert self.playback is not None
        self.playback.playback_finished(part.segment, frames, is_cut)

    def _await_silence(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
        quiet_s = max(QUIET_S, min(LONGEST_QUIET_S, self._longest_block_ms * 1.25 / 1000 + 0.02))
        self._answer_timer = self._loop.call_later(quiet_s, self.cleared)
        self.patience_ms = 0.0

    def _warn_of_silence(self) -> None:
        if not self._has_report and self._playing:
            logger.warning(
                "audio was handed on %.0f s ago, and the tracker was told of nothing that was played: no more comes until it "
                "is. Call model.tracker.on_play_bytes() for each block that your player has played.",
                SILENT_TRACKER_S,
            )
