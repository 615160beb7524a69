"""One line for each effect and each input, in the words of Tests/Runner/listing.c: two runs did the same when their
lines are the same. Here they are made of what the binding hands out, and nothing is judged."""

from __future__ import annotations

import re
from array import array

import rtmulti
from rtmulti import enums, events


def escaped(text: str) -> str:
    """A text as it stands between quotes in a line."""
    return re.sub(r'["\\\x00-\x1f\x7f]', _escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in '"\\':
        return "\\" + character
    return "\\n" if character == "\n" else f"\\u{{{ord(character):x}}}"


def sum_of(pcm: bytes | bytearray) -> str:
    """FNV-1a over the samples."""
    total = 2166136261
    for sample in array("H", pcm):
        total = (total ^ sample) * 16777619 & 0xFFFFFFFF
    return f"{total:08x}"


def sum_of_codes(codes: bytes) -> str:
    """The same over the codes of a G.711 sink."""
    total = 2166136261
    for code in codes:
        total = (total ^ code) * 16777619 & 0xFFFFFFFF
    return f"{total:08x}"


def result_name(result: int) -> str:
    """RTMULTI_OK, for example."""
    return f"RTMULTI_{rtmulti.Result(result).name}"


def input_line(word: str, code: str, *, is_nested: bool) -> str:
    """What became of an input; `code` is the name of its result."""
    return f"{'  ' if is_nested else ''}input {word} {code}"


def pull_line(pcm: bytes | bytearray, frames: int) -> str:
    """What a device took."""
    return f"pull frames={frames} sum={sum_of(pcm)}"


def _kind(effect: object) -> str:
    """SPEAKING_STARTED for a SpeakingStarted."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(effect).__name__).upper()


class _Fields:
    """The fields of an effect that may not have them all."""

    def __init__(self, effect: object) -> None:
        self._effect = effect

    def number(self, name: str, otherwise: int = 0) -> int:
        value = getattr(self._effect, name, otherwise)
        return -1 if value is None else int(value)

    def text(self, name: str) -> str:
        return f'"{escaped(getattr(self._effect, name, ""))}"'


def _event_line(event: events.Event) -> str:
    number, text = _Fields(event).number, _Fields(event).text
    at_us, piece, estimated, interrupted = 0, '""', 0, 0
    if isinstance(event, rtmulti.SpeakingStarted):
        at_us = event.started_us
    elif isinstance(event, rtmulti.SpeakingStopped):
        at_us = event.stopped_us
    elif isinstance(event, rtmulti.Settled):
        at_us, interrupted = event.at_us, number("interrupted")
    elif isinstance(event, rtmulti.HeardText):
        piece, estimated = text("text"), number("estimated")
    line = (
        f"event {enums.EventKind[_kind(event)].value} response={text('response_id')} item={text('item_id')} "
        f"content={number('content_index')} output={number('output_index')} segment={number('segment')} "
        f"at_us={at_us} text={piece} estimated={estimated} "
        f"interrupted={interrupted} call={text('call_id')} name={text('name')} arguments={text('arguments')}"
    )
    return line + _message_fields(event) if isinstance(event, rtmulti.Message) else line


def _message_fields(message: events.Message) -> str:
    """What only the record of a message has."""
    number, text = _Fields(message).number, _Fields(message).text
    return (
        f" outcome={number('outcome')} heard_ms={number('heard_ms')} received_ms={number('received_ms')} "
        f"started_us={number('started_us')} stopped_us={number('stopped_us')} interrupted={number('interrupted')} "
        f"estimated={number('estimated')} text_estimated={number('text_estimated')} lost={number('of_lost_session')} "
        f"status={message.status.name.lower()} reason={text('reason')} phase={text('phase')} "
        f"heard={text('heard_text')} generated={text('generated_text')}"
    )


def _kept(item: events.KeptItem) -> str:
    heard = "" if item.heard_text is None else f':"{escaped(item.heard_text)}"'
    return f'"{escaped(item.item_id)}"{heard}'


def _command_line(command: events.Command) -> str:
    shown = _Fields(command)
    number, text = shown.number, shown.text
    kept = " ".join(map(_kept, command.kept)) if isinstance(command, events.Sync) else ""
    dropped = " ".join(f'"{escaped(item)}"' for item in command.dropped) if isinstance(command, events.Sync) else ""
    return (
        f"command {enums.CommandKind[_kind(command)].value} event_id={text('event_id')} "
        f"response={text('response_id')} item={text('item_id')} content={number('content_index')} "
        f"ms={number('audio_end_ms')} heard={text('heard_text')} audio={number('has_audio')} "
        f"text={number('has_text')} estimated={number('estimated')} kept=[{kept}] dropped=[{dropped}] "
        f"json={command.json}"
    )


def effect_line(effect: rtmulti.Effect) -> str:
    """What came out of the session."""
    if isinstance(effect, rtmulti.Event):
        return _event_line(effect)
    if isinstance(effect, rtmulti.Command):
        return _command_line(effect)
    shown = _Fields(effect)
    if isinstance(effect, rtmulti.Diagnostic):
        return (
            f"diagnostic {effect.kind.name.lower()} response={shown.text('response_id')} "
            f"item={shown.text('item_id')} segment={effect.segment} result={result_name(effect.result)}: "
            f"{escaped(effect.message)}"
        )
    if isinstance(effect, rtmulti.Write):
        # Of a G.711 sink a frame is one byte.
        sum = sum_of_codes(effect.pcm) if len(effect.pcm) == effect.frames else sum_of(effect.pcm)
        return f"write segment={effect.segment} frames={effect.frames} sum={sum}"
    if isinstance(effect, rtmulti.HeardAudio):
        frames = len(effect.pcm) // (2 * effect.channels)
        return f"heard item={shown.text('item_id')} segment={effect.segment} frames={frames} sum={sum_of(effect.pcm)}"
    if isinstance(effect, rtmulti.TextWrite):
        return f"text_write item={shown.text('item_id')} text={shown.text('text')}"
    if isinstance(effect, (rtmulti.Pause, rtmulti.Resume)):
        return _kind(effect).lower()
    return f"{_kind(effect).lower()} segment={effect.segment}"
