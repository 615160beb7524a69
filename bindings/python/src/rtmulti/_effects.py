"""Makes the values of events.py out of the structs of the library. Nothing is kept: every string is copied.

What only a later library knows is passed over: an event, a command or an effect of an unknown kind becomes None.
"""

from __future__ import annotations

from ctypes import c_void_p, sizeof
from struct import Struct

from . import _abi, events
from ._memory import memory, struct_reader, text_at
from .enums import CommandKind, DiagnosticKind, EffectKind, EventKind, Outcome, Status

_read_event = struct_reader(_abi.rtmulti_event)
_read_message = struct_reader(_abi.rtmulti_message)
_read_command = struct_reader(_abi.rtmulti_command)
_read_kept_item = struct_reader(_abi.rtmulti_kept_item)
_read_diagnostic = struct_reader(_abi.rtmulti_diagnostic)
_read_heard_audio = struct_reader(_abi.rtmulti_heard_audio)
_read_effect = struct_reader(_abi.rtmulti_effect)

_COMMAND_JSON_AT = _abi.rtmulti_command.json.offset
_read_string = Struct("@PN").unpack_from
_read_address = Struct("@P").unpack_from
_ADDRESS_BYTES = sizeof(c_void_p)


def event_at(address: int) -> events.Event | None:
    """The event whose rtmulti_event lies at an address."""
    # In the order of the struct.
    (
        _,
        kind,
        response,
        response_size,
        item,
        item_size,
        output_index,
        content_index,
        segment,
        at_us,
        text,
        text_size,
        estimated,
        interrupted,
        call_id,
        call_id_size,
        name,
        name_size,
        arguments,
        arguments_size,
        message,
    ) = _read_event(address)
    if kind == EventKind.MESSAGE:
        return message_at(message)
    response_id = text_at(response, response_size)
    item_id = text_at(item, item_size)
    if kind == EventKind.HEARD_TEXT:
        piece = text_at(text, text_size)
        return events.HeardText(response_id, item_id, content_index, piece, estimated != 0)
    if kind == EventKind.PLAYBACK_STARTED:
        return events.PlaybackStarted(response_id, item_id, content_index, segment)
    if kind == EventKind.SPEAKING_STARTED:
        return events.SpeakingStarted(response_id, at_us)
    if kind == EventKind.SPEAKING_STOPPED:
        return events.SpeakingStopped(response_id, at_us)
    if kind == EventKind.SETTLED:
        return events.Settled(response_id, interrupted != 0, at_us)
    if kind == EventKind.FUNCTION_CALL:
        return events.FunctionCall(
            response_id,
            item_id,
            output_index,
            text_at(call_id, call_id_size),
            text_at(name, name_size),
            text_at(arguments, arguments_size),
        )
    return None


def message_at(address: int) -> events.Message:
    """The record of a message whose rtmulti_message lies at an address."""
    # In the order of the struct.
    (
        _,
        outcome,
        response,
        response_size,
        item,
        item_size,
        output_index,
        status,
        reason,
        reason_size,
        phase,
        phase_size,
        interrupted,
        estimated,
        text_estimated,
        of_lost_session,
        heard_ms,
        received_ms,
        started_us,
        stopped_us,
        heard,
        heard_size,
        generated,
        generated_size,
    ) = _read_message(address)
    return events.Message(
        text_at(response, response_size),
        text_at(item, item_size),
        output_index,
        Outcome(outcome),
        text_at(heard, heard_size),
        heard_ms,
        received_ms,
        interrupted != 0,
        estimated != 0,
        Status(status),
        text_at(reason, reason_size),
        None if started_us < 0 else started_us,
        None if stopped_us < 0 else stopped_us,
        text_at(phase, phase_size),
        text_at(generated, generated_size),
        text_estimated != 0,
        of_lost_session != 0,
    )


def _kept_items(addresses: int, count: int) -> list[events.KeptItem]:
    items = []
    for place in range(count):
        (address,) = _read_address(memory, addresses + place * _ADDRESS_BYTES)
        _, _, item, item_size, heard, heard_size = _read_kept_item(address)
        items.append(events.KeptItem(text_at(item, item_size), text_at(heard, heard_size) if heard else None))
    return items


def command_at(address: int) -> events.Command | None:
    """The command whose rtmulti_command lies at an address."""
    # In the order of the struct.
    (
        _,
        kind,
        event,
        event_size,
        response,
        response_size,
        item,
        item_size,
        content_index,
        estimated,
        audio_end_ms,
        has_audio,
        has_text,
        heard,
        heard_size,
        kept,
        kept_count,
        dropped,
        dropped_count,
        json_at,
        json_size,
    ) = _read_command(address)
    event_id = text_at(event, event_size)
    response_id = text_at(response, response_size)
    item_id = text_at(item, item_size)
    json = text_at(json_at, json_size)
    if kind == CommandKind.TRUNCATE:
        return events.Truncate(
            event_id,
            response_id,
            item_id,
            content_index,
            audio_end_ms,
            estimated != 0,
            has_audio != 0,
            has_text != 0,
            json,
        )
    if kind == CommandKind.CANCEL:
        return events.Cancel(event_id, response_id, json)
    if kind == CommandKind.CLEAR_OUTPUT:
        return events.ClearOutput(event_id, response_id, json)
    if kind == CommandKind.DELETE:
        return events.Delete(event_id, response_id, item_id, has_audio != 0, has_text != 0, json)
    if kind == CommandKind.SYNC:
        forgotten = tuple(item.item_id for item in _kept_items(dropped, dropped_count))
        return events.Sync(event_id, tuple(_kept_items(kept, kept_count)), forgotten, json)
    if kind == CommandKind.CREATE:
        heard_text = text_at(heard, heard_size)
        return events.Create(
            event_id, response_id, item_id, heard_text, estimated != 0, has_audio != 0, has_text != 0, json
        )
    return None


def command_json_at(address: int) -> str:
    """The JSON of the command whose rtmulti_command lies at an address: all that whoever only sends it needs."""
    json, json_size = _read_string(memory, address + _COMMAND_JSON_AT)
    return memory[json : json + json_size].decode()


def diagnostic_at(address: int) -> events.Diagnostic:
    """The diagnostic whose rtmulti_diagnostic lies at an address."""
    _, kind, result, _, message, message_size, response, response_size, item, item_size, segment = _read_diagnostic(
        address
    )
    return events.Diagnostic(
        DiagnosticKind(kind),
        text_at(message, message_size),
        text_at(response, response_size),
        text_at(item, item_size),
        segment,
        result,
    )


def heard_audio_at(address: int) -> events.HeardAudio:
    """The heard audio whose rtmulti_heard_audio lies at an address."""
    _, sample_rate_hz, channels, frames, pcm, segment, item, item_size = _read_heard_audio(address)
    return events.HeardAudio(
        segment, text_at(item, item_size), memory[pcm : pcm + frames * channels * 2], sample_rate_hz, channels
    )


def effect_at(address: int) -> events.Effect | None:
    """The polled effect whose rtmulti_effect lies at an address."""
    (
        _,
        kind,
        segment,
        pcm,
        frames,
        channels,
        item,
        item_size,
        text,
        text_size,
        event,
        command,
        diagnostic,
        heard,
        codes,
    ) = _read_effect(address)
    if kind == EffectKind.WRITE:
        if codes:
            return events.Write(segment, memory[codes : codes + frames], frames)
        return events.Write(segment, memory[pcm : pcm + frames * channels * 2] if pcm else b"", frames)
    if kind == EffectKind.FLUSH:
        return events.Flush(segment)
    if kind == EffectKind.CLEAR:
        return events.Clear(segment)
    if kind == EffectKind.PAUSE:
        return events.Pause()
    if kind == EffectKind.RESUME:
        return events.Resume()
    if kind == EffectKind.TEXT_WRITE:
        return events.TextWrite(text_at(item, item_size), text_at(text, text_size))
    if kind == EffectKind.EVENT:
        return event_at(event)
    if kind == EffectKind.COMMAND:
        return command_at(command)
    if kind == EffectKind.DIAGNOSTIC:
        return diagnostic_at(diagnostic)
    if kind == EffectKind.HEARD_AUDIO:
        return heard_audio_at(heard)
    return None
