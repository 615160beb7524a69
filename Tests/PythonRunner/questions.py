"""What a session answers when it is asked must be what it has told: every query of the binding is held to the
effects around it. A wrong answer ends the run with AnswerError."""

from __future__ import annotations

import rtmulti

#: More content parts has no message of a scenario.
PARTS = 8


class AnswerError(Exception):
    """A query answered something else than what was told."""


def _expect(what: str, told: object, answered: object) -> None:
    if told != answered:
        raise AnswerError(f"{what} was expected to be {told!r}, as was told, came {answered!r}")


class Questions:
    """The questions to one session, asked where its effects come."""

    def __init__(self, session: rtmulti.Session) -> None:
        self._session = session
        self._has_reconnected = False
        self._records: list[rtmulti.Message] = []
        self._commands = 0
        self._json = ""

    def told_json(self, json: str) -> None:
        """on_json comes before on_command, with the same command."""
        self._json = json

    def told(self, effect: rtmulti.Effect) -> None:
        """An effect has just come out."""
        session = self._session
        if isinstance(effect, rtmulti.PlaybackStarted):
            whose = rtmulti.Segment(effect.response_id, effect.item_id, effect.content_index)
            if (known := session.segment(effect.segment)) is not None:
                _expect(f"segment({effect.segment})", whose, known)
        elif isinstance(effect, rtmulti.Message):
            self._records.append(effect)
            record = session.message(effect.item_id)
            if record is not None and not self._is_another(record):
                _expect(f"message({effect.item_id!r})", effect, record)
                _expect(f"heard_text({effect.item_id!r})", effect.heard_text, session.heard_text(effect.item_id))
                _expect(
                    f"generated_text({effect.item_id!r})",
                    effect.generated_text,
                    session.generated_text(effect.item_id),
                )
                self._ask_positions(effect)
        elif isinstance(effect, rtmulti.Command):
            self._commands += 1
            if self._json:
                _expect("on_json", effect.json, self._json)
                self._json = ""

    def _is_another(self, record: rtmulti.Message) -> bool:
        """After a reconnect the new session may use an id again: the id then names the new item (rule F8)."""
        return self._has_reconnected and record.outcome is rtmulti.Outcome.PENDING

    def _ask_positions(self, record: rtmulti.Message) -> None:
        """A record adds up its parts, each of which is rounded down when it is asked for."""
        asked = (self._session.position(record.item_id, content) for content in range(PARTS))
        parts = [position for position in asked if position is not None]
        for told, answered in (
            (record.heard_ms, sum(part.heard_ms for part in parts)),
            (record.received_ms, sum(part.received_ms for part in parts)),
        ):
            if parts and not 0 <= told - answered < len(parts):
                raise AnswerError(f"the parts of {record.item_id!r} were expected to add up to {told} ms, came {parts}")

    def between(self, word: str) -> None:
        """The input of an entry has been given: a deadline must not lie where nobody could keep it."""
        self._has_reconnected |= word == "reconnect"
        deadline_us = self._session.next_deadline()
        if deadline_us is not None and not -(2**63) <= deadline_us < 2**63:
            raise AnswerError(f"next_deadline() is {deadline_us}")

    def at_the_end(self) -> None:
        """After the last input: the list of what was heard, and the counts."""
        heard = [record for record in self._records if record.outcome is not rtmulti.Outcome.SKIPPED]
        _expect("history()", heard, self._session.history())
        _expect("stats().commands_sent", self._commands, self._session.stats().commands_sent)
        _expect("position() of an unknown item", None, self._session.position("no such item"))
