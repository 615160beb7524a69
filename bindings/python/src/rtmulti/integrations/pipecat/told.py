"""What is said of the speech downstream of the output, in the order in which it was heard: turns begin, words, turns end. The
assistant's aggregator makes the context of it.

All of it is told in system frames. An interruption discards whatever else waits in a queue that it passes, and words that
were heard belong into the context before it ends the turn.
"""

from __future__ import annotations

import dataclasses
from collections import deque

from pipecat.frames.frames import (
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    SystemFrame,
    TTSStartedFrame,
    TTSTextFrame,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

#: How a piece of heard text calls itself; the field had no name, then one, then another.
_KIND: dict[str, Any] = {
    name: "sentence"
    for name in ("text_type", "aggregated_by")
    if name in {field.name for field in dataclasses.fields(TTSTextFrame)}
}


class HeardResponseStartFrame(LLMFullResponseStartFrame, SystemFrame):
    """A message has begun to be heard."""


class HeardSpeechStartedFrame(TTSStartedFrame, SystemFrame):
    """Speech has begun to be heard."""


class HeardTextFrame(TTSTextFrame, SystemFrame):
    """Words that were heard."""


class ShownTextFrame(LLMTextFrame, SystemFrame):
    """A message without audio, in its turn."""


class HeardResponseEndFrame(LLMFullResponseEndFrame, SystemFrame):
    """A message is over."""


class Told:
    """Says what was heard, one message after another.

    say: takes a frame for the processors behind the output; it must not raise.
    """

    def __init__(self, say: Callable[[Any], object]) -> None:
        self._say = say
        self._is_speaking = False
        #: Whose turn it is.
        self._turn: str | None = None
        #: What comes when that is over, for one message may begin, or be shown, before the record of the other is made:
        #: the item that begins, and the text of one that is shown.
        self._next: deque[tuple[str, str | None]] = deque()
        #: The turn was cut: the interruption that comes ends it, and without one the next thing that is said does.
        self._is_cut = False

    def speech_begins(self) -> None:
        """The output comes to speech behind a silence; said when the first frame of it is heard."""
        self._is_speaking = False

    def message_begins(self, item_id: str) -> None:
        """The first frame of a message is heard."""
        if self._turn != item_id:
            self._next.append((item_id, None))
            self._go_on()

    def heard(self, text: str) -> None:
        """Words of the message were heard."""
        frame = HeardTextFrame(text, **_KIND)
        # Words come with the spaces between them; older versions have no field for it, and join pieces as they are.
        frame.includes_inter_frame_spaces = True
        self._say(frame)

    def shown(self, item_id: str, text: str) -> None:
        """A message without audio, whose turn has come, is a turn of its own."""
        self._next.append((item_id, text))
        self._go_on()

    def message_ends(self, item_id: str, *, is_cut: bool) -> None:
        """The message has its outcome."""
        if self._turn != item_id:
            return
        if is_cut:
            self._is_cut = True
            return
        self._end_turn()
        self._go_on()

    def silent_response_ends(self) -> None:
        """A response is over of which nothing was heard: Pipecat writes the user's message into the context at its end."""
        if self._turn is None:
            self._say(HeardResponseEndFrame())

    def interrupted(self) -> None:
        """An interruption passes here, and ends the turn."""
        self._turn = None
        self._is_cut = False
        self._go_on()

    def _go_on(self) -> None:
        if self._is_cut:
            self._end_turn()
        while self._turn is None and self._next:
            item_id, text = self._next.popleft()
            self._say(HeardResponseStartFrame())
            if text is not None:
                self._say(ShownTextFrame(text))
                self._say(HeardResponseEndFrame())
                continue
            self._turn = item_id
            if not self._is_speaking:
                self._is_speaking = True
                self._say(HeardSpeechStartedFrame())

    def _end_turn(self) -> None:
        self._turn = None
        self._is_cut = False
        self._say(HeardResponseEndFrame())
