"""What LiveKit's output says, and what is believed when it says nothing. An output speaks of "the segment", LiveKit plays
one message at a time, so what it says is about the message that it was given last.

A missing report is no proof that nothing was heard. A message that an output was given and never answered for counts as
heard for as long as it was there, at most as far as LiveKit handed it over: it is truncated there, and never deleted.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .accounts import Accounts
    from .generations import Generation, Message

logger = logging.getLogger("rtmulti.livekit")

#: How long an output may take to answer for a clear. LiveKit's own DataStreamAudioOutput (avatars) claims after 2 s that
#: everything it was given was played.
ANSWER_TIMEOUT_S = 1.8
#: An output plays in blocks, which it does not take back, and counts the one that it has begun; no block is longer.
BLOCK_S = 0.02
#: A timer of the event loop that is so late says that the loop stood still.
STALL_S = 0.5


class Playout:
    """The output of one AgentSession, as far as it plays what this RealtimeSession said.

    find_output: gives the audio output at hand; None when there is none, or it is switched off.
    has_tts: says whether a TTS speaks what has no audio of its own.
    is_server_interrupting: says whether the server hears the listener just now, and cancels by itself (rule D13).
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        find_output: Callable[[], Any],
        has_tts: Callable[[], bool],
        is_server_interrupting: Callable[[], bool],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._accounts = accounts
        self._find_output = find_output
        self._has_tts = has_tts
        self._is_server_interrupting = is_server_interrupting
        self._output: Any = None
        self._current: Message | None = None
        #: What is shown and not heard just now.
        self._silent: Generation | None = None
        #: How far the output said that it is; it is nearer to the truth than the position of its last report, from
        #: which RoomIO leaves out what it dropped at a pause.
        self._progress_s: float | None = None
        self._started_at: float | None = None
        self._captured_before: int | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        #: Answers that came too late to count, and are not to be taken for those of the next message.
        self._answers_owed = 0
        #: Whether this output has left an answer owing, so that one may come twice: LiveKit's own and, later, the avatar's.
        self._has_owed = False
        #: Whether the report of the current message was spent on an older one; no other comes for it.
        self._is_report_spent = False
        #: The cut of a generation that waits for the output to say how far its message came, or for LiveKit to be done with it.
        self._waiting_cut: Callable[[], object] | None = None
        self._cut_generation: Generation | None = None

    # --- what LiveKit does (generations.Watcher) ---

    def on_taken(self, generation: Generation) -> None:
        """LiveKit takes up a generation: what is switched or replaced from now on is for the next one."""
        generation.output = self._find_output()
        if generation.output is not None and (self._silent is None or self._silent.is_over):
            self._accounts.set_audio_enabled(True)

    def on_begun(self, message: Message) -> None:
        """LiveKit takes the first frame of a message: what came before it is over."""
        self._accounts.begun(self._begin(message))

    def speaks_texts(self) -> bool:
        """Whether a TTS speaks a message that has no audio of its own."""
        return self._has_tts() and self._find_output() is not None

    def on_text_begun(self, message: Message) -> None:
        """LiveKit takes the first text of a message. Without an output it is shown, and nothing is heard (rule B11). Where a
        TTS speaks it the output says whether any of it was heard; how much of how much nobody knows, so its text is delivered
        or it is not."""
        if message.generation.output is None:
            self._silent = message.generation
            self._accounts.set_audio_enabled(False)
        elif not message.has_audio and self._has_tts():
            message.is_spoken_text = True
            self._begin(message)

    def _begin(self, message: Message) -> str:
        if self._current is not None:
            self._settle_in_doubt()
        if self._cut_generation is not message.generation:
            self._cut_now()
        self._current, self._progress_s, self._started_at, self._is_report_spent = message, None, None, False
        self._listen_to(message.generation.output)
        self._captured_before = self._captured()
        return message.id

    def on_shown(self, message: Message) -> None:
        """LiveKit has taken all text of a message: where nothing of it is spoken, that is how it is delivered."""
        if not message.is_spoken_text:
            self._accounts.shown(message.id)

    def on_consumed(self, generation: Generation) -> None:
        """LiveKit is done with a generation: nothing more of it will be reported, and what is left of it is cut."""
        if self._current is not None and self._current.generation is generation:
            self._settle_in_doubt()
        generation.cut()
        self.on_over(generation)

    def on_over(self, generation: Generation) -> None:
        """What LiveKit plays from now on is heard again, where this was only shown; a cut has nothing to wait for any more."""
        if generation is self._cut_generation and self._current is None:
            self._cut_now()
        if generation is self._silent:
            self._silent = None
            self._accounts.set_audio_enabled(True)

    def on_interrupted(self, generation: Generation) -> None:
        """LiveKit has interrupted a generation, or will play nothing more of it.

        The server stops at once. But LiveKit gives its output what comes until it clears it, and all of that may be heard, so
        that a message which the output has is cut when the output says how far it came. Between two messages it may have
        looked whether it was interrupted, and begins the next one all the same.
        """
        by_listener = self._is_server_interrupting()
        cut = partial(self._accounts.interrupt, generation.response_id, by_listener=by_listener)
        current = None if self._current is None else self._current.generation
        if current is not generation and (current is not None or not generation.is_at_hand):
            cut()
            return
        self._cut_now()
        self._waiting_cut, self._cut_generation = cut, generation
        if not by_listener:
            self._accounts.cancel(generation.response_id)
        self.on_clear()

    def _cut_now(self) -> None:
        cut, self._waiting_cut, self._cut_generation = self._waiting_cut, None, None
        if cut is not None:
            cut()
        if self._current is None:
            self._let_go()

    def on_clear(self) -> None:
        """The accounts want to know what was heard of the message that the output has; it answers soon, if ever."""
        is_waited_for = self._current is not None or self._waiting_cut is not None
        if is_waited_for and self._answer_timer is None:
            self._answer_timer = self._loop.call_later(ANSWER_TIMEOUT_S, self._on_no_answer)

    def close(self) -> None:
        """Nothing will be reported any more."""
        if self._current is not None:
            self._settle_in_doubt()
        self._cut_now()
        self._listen_to(None)

    # --- what the output says ---

    def _listen_to(self, output: Any) -> None:
        if output is self._output:
            return
        reports = (
            ("playback_started", self._on_started),
            ("playback_progressed", self._on_progressed),
            ("playback_finished", self._on_finished),
        )
        for name, callback in reports:
            if self._output is not None:
                self._output.off(name, callback)
            if output is not None:
                output.on(name, callback)
        self._output, self._answers_owed, self._has_owed = output, 0, False

    def _on_started(self, _: Any) -> None:
        if self._current is not None and not self._answers_owed:
            self._started_at = self._loop.time()
            if self._current.is_spoken_text:
                self._accounts.shown(self._current.id)
            else:
                self._accounts.started(self._current.id)

    def _on_progressed(self, ev: Any) -> None:
        if self._current is not None and not self._answers_owed:
            self._progress_s = max(self._progress_s or 0.0, ev.offset + ev.duration)

    def _on_finished(self, ev: Any) -> None:
        if self._answers_owed:
            self._answers_owed -= 1
            return
        message = self._current
        if message is None:
            return  # somebody else's audio, such as say() with a TTS
        if message.generation.is_interrupted:
            # The accounts must know of the interruption first.
            message.generation.cut()
        if ev.interrupted and message.generation.cut_at is None and self._has_owed:
            # Nobody has cut this message, and an older one was: this is the avatar's own late word about that one, which
            # LiveKit has answered for already. LiveKit takes this message for played to its end, and so it plays on.
            self._is_report_spent = True
            return
        self._finish(message, self._position_s(message, ev), interrupted=ev.interrupted)

    def _finish(self, message: Message, position_s: float | None, *, interrupted: bool) -> None:
        self._let_go()
        if message.is_spoken_text and (position_s is None or position_s > 0):
            self._accounts.shown(message.id)
        self._cut_now()
        if not message.is_spoken_text:
            self._accounts.finished(message.id, position_s, interrupted=interrupted)

    def _position_s(self, message: Message, ev: Any) -> float | None:
        if not ev.interrupted:
            return None
        # Nothing is heard for longer than it was there, but for the block that an output has begun. LiveKit says of an avatar
        # that cannot be called that it has played everything that was sent ahead to it. What an output says by itself while
        # it plays is true: RoomIO skips.
        position_s = float(ev.playback_position)
        if message.begun_at is not None:
            there_s = self._loop.time() - message.begun_at
            position_s = position_s if position_s <= there_s + BLOCK_S else there_s
        return max(self._progress_s or 0.0, position_s)

    # --- when it says nothing ---

    def _on_no_answer(self) -> None:
        due_at = self._answer_timer.when() if self._answer_timer is not None else self._loop.time()
        self._answer_timer = None
        if self._loop.time() > due_at + STALL_S:
            self.on_clear()  # the loop stood still, so that nobody could answer
        elif self._current is not None:
            logger.warning(
                "the audio output has not said for %.1f s what it played of %s; it is taken for heard as long as it was there",
                ANSWER_TIMEOUT_S,
                self._current.id,
            )
            self._settle_in_doubt()
        else:
            self._cut_now()

    def _settle_in_doubt(self) -> None:
        message = self._current
        assert message is not None
        if self._is_report_spent and message.generation.cut_at is None:
            self._finish(message, None, interrupted=False)
        elif self._captured_nothing():
            self._finish(message, 0.0, interrupted=True)  # LiveKit took a frame, and was stopped before it gave it away
        else:
            if not self._is_report_spent:
                self._answers_owed += 1
            self._has_owed = True
            self._finish(message, self._estimate_s(message), interrupted=True)

    def _estimate_s(self, message: Message) -> float | None:
        """How much of a message was heard, from all that is known without a report of its end; None for all of it. The
        accounts know how much there was of it, and take no more for heard."""
        if message.is_spoken_text:
            return None
        if self._progress_s is not None:
            return self._progress_s
        begun_at = message.begun_at if self._started_at is None else self._started_at
        cut_at = message.generation.cut_at
        end = self._loop.time() if cut_at is None else cut_at
        return max(0.0, end - (end if begun_at is None else begun_at))

    def _captured_nothing(self) -> bool:
        """Whether the output says that it was given nothing of the current message."""
        return self._captured_before is not None and self._captured() == self._captured_before

    def _captured(self) -> int | None:
        # How many segments the output has accepted; outputs before 1.8 do not say it.
        return getattr(self._output, "captured_playout_segments", None)

    def _let_go(self) -> None:
        self._current = None
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None
