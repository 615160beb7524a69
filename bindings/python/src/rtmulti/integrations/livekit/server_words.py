"""What an OpenAI server says, from the plugin's documented event `openai_server_event_received`: which of it the accounts
need, and which of it is needed beside them. Nothing is kept back from the plugin, which has the events too.
"""

from __future__ import annotations

import asyncio

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .accounts import Accounts
    from .history import History

#: Nearly all that there is. Only the accounts need it, and not at once.
_DELTAS = frozenset(
    ("response.output_audio.delta", "response.output_audio_transcript.delta", "response.output_text.delta")
)
#: What the accounts need besides that and errors. The beta's names do not occur: the plugin renames them.
_NEEDED = frozenset(
    (
        "session.created",
        "session.updated",
        "response.created",
        "response.done",
        "response.output_item.added",
        "response.output_item.done",
        "response.content_part.added",
        "response.content_part.done",
        "response.output_audio.done",
        "response.function_call_arguments.done",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.deleted",
        "conversation.item.truncated",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
    )
)


class ServerWords:
    """The reader of one connection's events.

    speaks_texts: whether a TTS speaks what the server only writes.
    """

    def __init__(
        self, accounts: Accounts, history: History, *, speaks_texts: Callable[[], bool]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._accounts = accounts
        self._history = history
        #: Whether the accounts are kept at all; without them only the session's words are read.
        self.is_seeing = False
        self._speaks_texts = speaks_texts
        #: Whether the plugin shows the server's events at all.
        self.has_come = False
        #: How many connections have begun with their `session.created` that nobody knows of yet; below 0 where that of a
        #: known one has not come.
        self._greetings_ahead = -1
        self._does_server_interrupt = False
        self._is_listener_speaking = False

    @property
    def is_server_interrupting(self) -> bool:
        """Whether the server cancels by itself just now, because it hears the listener (rule D13)."""
        return self._does_server_interrupt and self._is_listener_speaking

    def receive(self, ev: dict[str, Any]) -> None:
        """One event, as the plugin shows it."""
        self.has_come = True
        kind = ev["type"]
        if not self.is_seeing and not kind.startswith("session."):
            return
        if kind in _DELTAS:
            self._accounts.receive_delta(ev)
        elif kind == "error":
            error = ev.get("error") or {}
            self._accounts.rejected(error.get("event_id"), error.get("code"), error.get("message"))
        elif kind in _NEEDED:
            self._look_at(kind, ev)
            if kind == "response.created" and self._speaks_texts():
                # For its listener this response speaks, so that what he has not heard of it is not delivered (rule B6).
                ev = {**ev, "response": {**ev["response"], "output_modalities": ["audio"]}}
            self._accounts.receive(ev)

    def on_another_plugin(self) -> None:
        """The connection may be another plugin's, which may show no events; where it does, the first of them has come, or comes
        soon."""
        self.has_come = self._greetings_ahead > 0
        self._greetings_ahead = 0 if self.has_come else -1
        if not self.has_come:
            self._does_server_interrupt = self._is_listener_speaking = False

    def on_response_done(self) -> None:
        """The server generates a response no more."""
        # The plugin puts the last of a transcript into its mirror behind this.
        self._loop.call_soon(self._history.correct_mirror)

    def _look_at(self, kind: str, ev: Mapping[str, Any]) -> None:
        if kind in ("session.created", "session.updated"):
            turns = ((ev.get("session") or {}).get("audio") or {}).get("input", {}).get("turn_detection")
            self._does_server_interrupt = bool(turns and turns.get("interrupt_response", True))
            self._greetings_ahead += kind == "session.created"
        elif kind == "response.output_item.added":
            if ev["item"]["type"] == "message":
                self._history.withhold(ev["item"]["id"])
        elif kind == "conversation.item.added":
            self._history.on_placed(ev["item"]["id"], ev.get("previous_item_id"))
        elif kind == "conversation.item.deleted":
            # The plugin's mirror forgets it behind this event.
            self._loop.call_soon(self._history.on_deleted, ev["item_id"])
        elif kind == "response.done":
            self.on_response_done()
        elif kind == "input_audio_buffer.speech_started":
            self._is_listener_speaking = True
        elif kind == "input_audio_buffer.speech_stopped":
            self._is_listener_speaking = False
