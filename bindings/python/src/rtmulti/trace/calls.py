"""Which method of `rtmulti.Session` an entry of a trace is, and with which arguments: as a host would write it.

An entry that sets something up, passes time or takes something out is the driver's.
"""

from __future__ import annotations

from collections.abc import Callable

from ..config import Format
from ..enums import BufferWord, Codec, Interrupter, ItemKind, PartKind, ResponseFlag, Result, Server, Status
from ..session import Session, mark_name
from .layout import Entry


def _named(text: bytes) -> str | None:
    """A word that may be left out."""
    return _words(text) or None


def _words(text: bytes) -> str:
    """A text as a method takes it; what is no UTF-8 is refused again, for half a character stays half a character."""
    return text.decode(errors="surrogateescape")


def _response(entry: Entry) -> str | None:
    return entry.place.response_id or None


def _format(numbers: list[int]) -> Format:
    codec, sample_rate_hz, channels = numbers
    return Format(Codec(codec), sample_rate_hz, channels)


def _response_created(session: Session, entry: Entry) -> Result:
    flags = ResponseFlag(entry.numbers[0])
    return session.response_created(entry.place.response_id, flags, token=_named(entry.texts[0]))


def _response_done(session: Session, entry: Entry) -> Result:
    return session.response_done(entry.place.response_id, Status(entry.numbers[0]), _named(entry.texts[0]))


def _item_added(session: Session, entry: Entry) -> Result:
    output_index, kind = entry.numbers
    return session.item_added(_response(entry), entry.place.item_id, output_index, ItemKind(kind))


def _part_added(session: Session, entry: Entry) -> Result:
    place = entry.place
    kind, *format = entry.numbers
    # A part without a format of its own has that of the session.
    own = _format(format) if format[0] else None
    return session.part_added(_response(entry), place.item_id, place.content_index, PartKind(kind), own)


def _audio(session: Session, entry: Entry) -> Result:
    place = entry.place
    return session.audio(_response(entry), place.item_id, entry.texts[0], place.content_index)


def _audio_base64(session: Session, entry: Entry) -> Result:
    place = entry.place
    base64, event_id = entry.texts
    return session.audio_base64(
        _response(entry), place.item_id, base64, place.content_index, event_id=_named(event_id)
    )


def _packet(session: Session, entry: Entry) -> Result:
    place = entry.place
    sequence, timestamp = entry.numbers
    return session.packet(
        _response(entry),
        place.item_id,
        memoryview(entry.texts[0]),
        place.content_index,
        sequence=sequence,
        timestamp=timestamp,
    )


def _text(session: Session, entry: Entry) -> Result:
    place = entry.place
    start_ms, end_ms = entry.numbers
    text = _words(entry.texts[0])
    return session.text(_response(entry), place.item_id, text, place.content_index, start_ms=start_ms, end_ms=end_ms)


def _part_truncated(session: Session, entry: Entry) -> Result:
    return session.part_truncated(entry.place.item_id, entry.numbers[0], entry.place.content_index)


def _function_call(session: Session, entry: Entry) -> Result:
    call, name, arguments = (_words(text) for text in entry.texts)
    return session.function_call(_response(entry), entry.place.item_id, call, name, arguments)


def _command_rejected(session: Session, entry: Entry) -> Result:
    event, code, message = (_named(text) for text in entry.texts)
    return session.command_rejected(event, code, message)


def _interrupt(session: Session, entry: Entry) -> Result:
    return session.interrupt(_response(entry), by=Interrupter(entry.numbers[0]))


def _finished(session: Session, entry: Entry) -> Result:
    segment, frames, interrupted, at_us = entry.numbers
    return session.playback_finished(segment, frames, bool(interrupted), at_us=at_us)


def _mark(session: Session, entry: Entry) -> Result:
    segment, frames, at_us = entry.numbers
    return session.playback_mark(mark_name(segment, frames), at_us=at_us)


def _progress(session: Session, entry: Entry) -> Result:
    segment, frames, at_us = entry.numbers
    return session.playback_progress(segment, frames, at_us=at_us)


#: By the word of an entry.
CALLS: dict[str, Callable[[Session, Entry], Result | None]] = {
    "set_format": lambda session, entry: session.set_format(_format(entry.numbers)),
    "expect_response": lambda session, entry: session.expect_response(_named(entry.texts[0])),
    "expect_out_of_band": lambda session, entry: session.expect_response(_words(entry.texts[0]), out_of_band=True),
    "unexpect_response": lambda session, entry: session.unexpect_response(_named(entry.texts[0])),
    "response_created": _response_created,
    "response_done": _response_done,
    "item_added": _item_added,
    "set_phase": lambda session, entry: session.set_phase(entry.place.item_id, _words(entry.texts[0])),
    "part_added": _part_added,
    "audio": _audio,
    "audio_base64": _audio_base64,
    "packet": _packet,
    "text": _text,
    "part_done": lambda session, entry: session.part_done(entry.place.item_id, entry.place.content_index),
    "item_done": lambda session, entry: session.item_done(entry.place.item_id),
    "item_deleted": lambda session, entry: session.item_deleted(entry.place.item_id),
    "part_truncated": _part_truncated,
    "output_buffer": lambda session, entry: session.output_buffer(_response(entry), BufferWord(entry.numbers[0])),
    "function_call": _function_call,
    "command_rejected": _command_rejected,
    "reconnect": lambda session, entry: session.reconnect(),
    "receive_json": lambda session, entry: session.receive(entry.texts[0]),
    "interrupt": _interrupt,
    "cancel": lambda session, entry: session.cancel(_response(entry)),
    "set_server": lambda session, entry: session.set_server(Server(entry.numbers[0])),
    "set_clear_timeout": lambda session, entry: session.set_clear_timeout(entry.numbers[0]),
    "set_audio_enabled": lambda session, entry: session.set_audio_enabled(entry.numbers[0] != 0),
    "pause": lambda session, entry: session.pause(),
    "resume": lambda session, entry: session.resume(),
    "text_delivered": lambda session, entry: session.text_delivered(entry.place.item_id),
    "close": lambda session, entry: session.close(),
    "playback_started": lambda session, entry: session.playback_started(
        entry.numbers[0], at_us=entry.numbers[1]
    ),
    "playback_progress": _progress,
    "playback_finished": _finished,
    "playback_mark": _mark,
    "playback_queued": lambda session, entry: session.playback_queued(entry.numbers[0]),
    "sink_ready": lambda session, entry: session.sink_ready(),
    "poll_accept": lambda session, entry: session.poll_accept(entry.numbers[0]),
}
