"""rtmulti.h in ctypes, one to one: every struct with its fields, every callback, every function.

Nothing else lives here: numbers are in enums.py, and no word of Python's face is decided here.
tests/test_abi.py parses the header and compares names, types, sizes and offsets.

Strings that the library hands out are declared as addresses, because their size stands beside them and they
may hold a NUL, which c_char_p would stop at.
"""

from __future__ import annotations

from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_int32,
    c_int64,
    c_size_t,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import CDLL
    from typing import Any

RTMULTI_ABI = 1
RTMULTI_NOW = -1

rtmulti_bool = c_uint32

# A type is named as in the header, which is why these classes are not capitalised.


class rtmulti_format(Structure):
    """How the audio of a content part arrives."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("codec", c_uint32),
        ("sample_rate_hz", c_uint32),
        ("channels", c_uint32),
    ]


class rtmulti_config(Structure):
    """How a session behaves."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("delivery", c_uint32),
        ("wire", c_uint32),
        ("server", c_uint32),
        ("interrupts", c_uint32),
        ("interrupt_on_speech", c_uint32),
        ("estimate", rtmulti_bool),
        ("heard_audio", rtmulti_bool),
        ("write_ahead_ms", c_uint32),
        ("handover_ms", c_uint32),
        ("step_back_ms", c_uint32),
        ("clear_timeout_ms", c_uint32),
        ("turn_patience_ms", c_uint32),
        ("response_patience_ms", c_uint32),
        ("command_patience_ms", c_uint32),
        ("max_response_ms", c_uint32),
        ("max_open_items", c_uint32),
        ("max_text_bytes", c_uint32),
        ("max_event_bytes", c_uint32),
        ("reserved", c_uint32),
        ("max_queued_bytes", c_uint64),
    ]


# An address, not a POINTER: making a pointer object for each block of audio costs more than the call.
rtmulti_sink_write_fn = CFUNCTYPE(c_int32, c_void_p, c_uint64, c_void_p, c_uint32)
rtmulti_sink_write_codes_fn = CFUNCTYPE(c_int32, c_void_p, c_uint64, c_void_p, c_uint32)
rtmulti_sink_flush_fn = CFUNCTYPE(c_int32, c_void_p, c_uint64)
rtmulti_sink_clear_fn = CFUNCTYPE(c_int32, c_void_p, c_uint64)
rtmulti_sink_pause_fn = CFUNCTYPE(c_int32, c_void_p)
rtmulti_sink_resume_fn = CFUNCTYPE(c_int32, c_void_p)
rtmulti_sink_text_write_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t)
rtmulti_release_fn = CFUNCTYPE(None, c_void_p)


class rtmulti_sink(Structure):
    """What plays."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("driver", c_uint32),
        ("sample_rate_hz", c_uint32),
        ("channels", c_uint32),
        ("output_latency_ms", c_uint32),
        ("frame_ms", c_uint32),
        ("lead_ms", c_uint32),
        ("prebuffer_ms", c_uint32),
        ("max_prebuffer_ms", c_uint32),
        ("pad_last_frame", rtmulti_bool),
        ("fade_us", c_uint32),
        ("codec", c_uint32),
        ("reserved", c_uint32),
        ("write", rtmulti_sink_write_fn),
        ("write_codes", rtmulti_sink_write_codes_fn),
        ("flush", rtmulti_sink_flush_fn),
        ("clear", rtmulti_sink_clear_fn),
        ("pause", rtmulti_sink_pause_fn),
        ("resume", rtmulti_sink_resume_fn),
        ("text_write", rtmulti_sink_text_write_fn),
        ("release", rtmulti_release_fn),
        ("user_data", c_void_p),
    ]


class rtmulti_message(Structure):
    """The record of a message."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("outcome", c_uint32),
        ("response_id", c_void_p),
        ("response_id_size", c_size_t),
        ("item_id", c_void_p),
        ("item_id_size", c_size_t),
        ("output_index", c_int32),
        ("status", c_uint32),
        ("reason", c_void_p),
        ("reason_size", c_size_t),
        ("phase", c_void_p),
        ("phase_size", c_size_t),
        ("interrupted", rtmulti_bool),
        ("estimated", rtmulti_bool),
        ("text_estimated", rtmulti_bool),
        ("of_lost_session", rtmulti_bool),
        ("heard_ms", c_int64),
        ("received_ms", c_int64),
        ("started_us", c_int64),
        ("stopped_us", c_int64),
        ("heard_text", c_void_p),
        ("heard_text_size", c_size_t),
        ("generated_text", c_void_p),
        ("generated_text_size", c_size_t),
    ]


class rtmulti_event(Structure):
    """One event."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_uint32),
        ("response_id", c_void_p),
        ("response_id_size", c_size_t),
        ("item_id", c_void_p),
        ("item_id_size", c_size_t),
        ("output_index", c_int32),
        ("content_index", c_int32),
        ("segment", c_uint64),
        ("at_us", c_int64),
        ("text", c_void_p),
        ("text_size", c_size_t),
        ("estimated", rtmulti_bool),
        ("interrupted", rtmulti_bool),
        ("call_id", c_void_p),
        ("call_id_size", c_size_t),
        ("name", c_void_p),
        ("name_size", c_size_t),
        ("arguments", c_void_p),
        ("arguments_size", c_size_t),
        ("message", c_void_p),
    ]


class rtmulti_kept_item(Structure):
    """An item in a SYNC."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("item_id", c_void_p),
        ("item_id_size", c_size_t),
        ("heard_text", c_void_p),
        ("heard_text_size", c_size_t),
    ]


class rtmulti_command(Structure):
    """Something the server must be told."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_uint32),
        ("event_id", c_void_p),
        ("event_id_size", c_size_t),
        ("response_id", c_void_p),
        ("response_id_size", c_size_t),
        ("item_id", c_void_p),
        ("item_id_size", c_size_t),
        ("content_index", c_int32),
        ("estimated", rtmulti_bool),
        ("audio_end_ms", c_int64),
        ("has_audio", rtmulti_bool),
        ("has_text", rtmulti_bool),
        ("heard_text", c_void_p),
        ("heard_text_size", c_size_t),
        ("kept", c_void_p),
        ("kept_count", c_size_t),
        ("dropped", c_void_p),
        ("dropped_count", c_size_t),
        ("json", c_void_p),
        ("json_size", c_size_t),
    ]


class rtmulti_diagnostic(Structure):
    """Something worth a line in a log."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_uint32),
        ("result", c_int32),
        ("reserved", c_uint32),
        ("message", c_void_p),
        ("message_size", c_size_t),
        ("response_id", c_void_p),
        ("response_id_size", c_size_t),
        ("item_id", c_void_p),
        ("item_id_size", c_size_t),
        ("segment", c_uint64),
    ]


class rtmulti_heard_audio(Structure):
    """PCM that has been heard."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("sample_rate_hz", c_uint32),
        ("channels", c_uint32),
        ("frames", c_uint32),
        ("pcm", c_void_p),
        ("segment", c_uint64),
        ("item_id", c_void_p),
        ("item_id_size", c_size_t),
    ]


rtmulti_on_event_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p)
rtmulti_on_command_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p)
rtmulti_on_diagnostic_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p)
rtmulti_on_heard_audio_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p)
rtmulti_trace_write_fn = CFUNCTYPE(c_int32, c_void_p, c_void_p, c_size_t)


class rtmulti_handlers(Structure):
    """Where events, commands, diagnostics and heard audio go."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("on_event", rtmulti_on_event_fn),
        ("on_command", rtmulti_on_command_fn),
        ("on_diagnostic", rtmulti_on_diagnostic_fn),
        ("on_heard_audio", rtmulti_on_heard_audio_fn),
        ("release", rtmulti_release_fn),
        ("user_data", c_void_p),
    ]


class rtmulti_effect(Structure):
    """One effect, for hosts that poll."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("kind", c_uint32),
        ("segment", c_uint64),
        ("pcm", c_void_p),
        ("frames", c_uint32),
        ("channels", c_uint32),
        ("item_id", c_void_p),
        ("item_id_size", c_size_t),
        ("text", c_void_p),
        ("text_size", c_size_t),
        ("event", c_void_p),
        ("command", c_void_p),
        ("diagnostic", c_void_p),
        ("heard_audio", c_void_p),
        ("codes", c_void_p),
    ]


class rtmulti_position(Structure):
    """How much of an audio part has been received and heard."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("source_rate_hz", c_uint32),
        ("received_frames", c_int64),
        ("heard_frames", c_int64),
        ("received_ms", c_int64),
        ("heard_ms", c_int64),
        ("estimated", rtmulti_bool),
        ("done", rtmulti_bool),
    ]


class rtmulti_stats(Structure):
    """What a session has done so far."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("responses_being_cut", c_uint32),
        ("responses_heard", c_uint64),
        ("first_frame_us", c_int64),
        ("first_frame_total_us", c_int64),
        ("gaps", c_uint64),
        ("gap_us", c_int64),
        ("gap_total_us", c_int64),
        ("underruns", c_uint64),
        ("underrun_total_us", c_int64),
        ("packets_received", c_uint64),
        ("packets_decoded", c_uint64),
        ("packets_never_decoded", c_uint64),
        ("packets_lost", c_uint64),
        ("packets_rebuilt", c_uint64),
        ("packets_concealed", c_uint64),
        ("packets_late", c_uint64),
        ("packets_duplicate", c_uint64),
        ("concealed_ms", c_int64),
        ("silence_ms", c_int64),
        ("commands_sent", c_uint64),
        ("commands_refused", c_uint64),
        ("queued_bytes", c_uint64),
        ("queued_ms", c_int64),
        ("written_ahead_ms", c_int64),
        ("waiting_effects", c_uint32),
        ("waiting_inputs", c_uint32),
    ]


class rtmulti_segment(Structure):
    """Whose frames a segment holds."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("content_index", c_int32),
        ("response_id", c_void_p),
        ("response_id_size", c_size_t),
        ("item_id", c_void_p),
        ("item_id_size", c_size_t),
    ]


_session = c_void_p
_device = c_void_p
#: A string going in: its bytes and their number; None and 0 for "not given".
_text = (c_char_p, c_size_t)
_address = POINTER(c_void_p)

#: Every function: what it returns, and what it takes. The names are written without "rtmulti_".
FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "result_name": (c_char_p, (c_int32,)),
    "result_text": (c_char_p, (c_int32,)),
    "session_last_error": (c_char_p, (_session,)),
    "version": (c_char_p, ()),
    "abi": (c_uint32, ()),
    "format_init": (c_int32, (POINTER(rtmulti_format), c_size_t)),
    "config_init": (c_int32, (POINTER(rtmulti_config), c_size_t)),
    "message_init": (c_int32, (POINTER(rtmulti_message), c_size_t)),
    "event_init": (c_int32, (POINTER(rtmulti_event), c_size_t)),
    "kept_item_init": (c_int32, (POINTER(rtmulti_kept_item), c_size_t)),
    "command_init": (c_int32, (POINTER(rtmulti_command), c_size_t)),
    "diagnostic_init": (c_int32, (POINTER(rtmulti_diagnostic), c_size_t)),
    "heard_audio_init": (c_int32, (POINTER(rtmulti_heard_audio), c_size_t)),
    "effect_init": (c_int32, (POINTER(rtmulti_effect), c_size_t)),
    "position_init": (c_int32, (POINTER(rtmulti_position), c_size_t)),
    "stats_init": (c_int32, (POINTER(rtmulti_stats), c_size_t)),
    "segment_init": (c_int32, (POINTER(rtmulti_segment), c_size_t)),
    "session_create": (c_int32, (POINTER(rtmulti_config), POINTER(_session))),
    "session_destroy": (c_int32, (_session,)),
    "session_set_format": (c_int32, (_session, POINTER(rtmulti_format))),
    "session_trace": (c_int32, (_session, rtmulti_trace_write_fn, rtmulti_release_fn, c_void_p)),
    "sink_init": (c_int32, (POINTER(rtmulti_sink), c_size_t)),
    "session_set_sink": (c_int32, (_session, POINTER(rtmulti_sink))),
    "session_playback_started": (c_int32, (_session, c_uint64, c_int64)),
    "session_playback_progress": (c_int32, (_session, c_uint64, c_int64, c_int64)),
    "session_playback_finished": (c_int32, (_session, c_uint64, c_int64, rtmulti_bool, c_int64)),
    "mark_name": (c_size_t, (c_uint64, c_int64, c_char_p, c_size_t)),
    "session_playback_mark": (c_int32, (_session, *_text, c_int64)),
    "session_playback_queued": (c_int32, (_session, c_int64, c_int64)),
    "session_device": (c_int32, (_session, POINTER(c_void_p))),
    "device_retain": (None, (_device,)),
    "device_release": (None, (_device,)),
    "device_sample_rate_hz": (c_uint32, (_device,)),
    "device_channels": (c_uint32, (_device,)),
    "device_pull": (c_uint32, (_device, c_void_p, c_uint32, c_uint32, c_uint32)),
    "device_pull_f32": (c_uint32, (_device, c_void_p, c_uint32, c_uint32, c_uint32)),
    "session_sink_ready": (c_int32, (_session,)),
    "status_name": (c_char_p, (c_uint32,)),
    "diagnostic_name": (c_char_p, (c_uint32,)),
    "handlers_init": (c_int32, (POINTER(rtmulti_handlers), c_size_t)),
    "session_set_handlers": (c_int32, (_session, POINTER(rtmulti_handlers))),
    "session_poll": (c_int32, (_session, POINTER(rtmulti_effect))),
    "session_poll_accept": (c_int32, (_session, c_uint32)),
    "session_receive_json": (c_int32, (_session, *_text)),
    "session_expect_response": (c_int32, (_session, *_text)),
    "session_expect_out_of_band": (c_int32, (_session, *_text)),
    "session_unexpect_response": (c_int32, (_session, *_text)),
    "session_response_created": (c_int32, (_session, *_text, c_uint32, *_text)),
    "session_response_done": (c_int32, (_session, *_text, c_uint32, *_text)),
    "session_item_added": (c_int32, (_session, *_text, *_text, c_int32, c_uint32)),
    "session_set_phase": (c_int32, (_session, *_text, *_text)),
    "session_part_added": (
        c_int32,
        (_session, *_text, *_text, c_int32, c_uint32, POINTER(rtmulti_format)),
    ),
    "session_audio": (c_int32, (_session, *_text, *_text, c_int32, c_char_p, c_size_t)),
    "session_audio_base64": (c_int32, (_session, *_text, *_text, c_int32, *_text, *_text)),
    "session_packet": (
        c_int32,
        (_session, *_text, *_text, c_int32, c_char_p, c_size_t, c_uint16, c_uint32),
    ),
    "session_text": (c_int32, (_session, *_text, *_text, c_int32, *_text, c_int64, c_int64)),
    "session_part_done": (c_int32, (_session, *_text, c_int32)),
    "session_item_done": (c_int32, (_session, *_text)),
    "session_item_deleted": (c_int32, (_session, *_text)),
    "session_output_buffer": (c_int32, (_session, *_text, c_uint32)),
    "session_part_truncated": (c_int32, (_session, *_text, c_int32, c_int64)),
    "session_function_call": (c_int32, (_session, *_text, *_text, *_text, *_text, *_text)),
    "session_command_rejected": (c_int32, (_session, *_text, *_text, *_text)),
    "session_reconnect": (c_int32, (_session,)),
    "session_interrupt": (c_int32, (_session, *_text, c_uint32)),
    "session_cancel": (c_int32, (_session, *_text)),
    "session_set_server": (c_int32, (_session, c_uint32)),
    "session_set_clear_timeout": (c_int32, (_session, c_uint32)),
    "session_set_audio_enabled": (c_int32, (_session, rtmulti_bool)),
    "session_pause": (c_int32, (_session,)),
    "session_resume": (c_int32, (_session,)),
    "session_text_delivered": (c_int32, (_session, *_text)),
    "session_close": (c_int32, (_session,)),
    "session_advance": (c_int32, (_session, c_int64)),
    "session_next_deadline": (c_int32, (_session, POINTER(c_int64))),
    "session_stats": (c_int32, (_session, POINTER(rtmulti_stats))),
    "session_position": (c_int32, (_session, *_text, c_int32, POINTER(rtmulti_position))),
    "session_segment": (c_int32, (_session, c_uint64, POINTER(rtmulti_segment))),
    "session_message": (c_int32, (_session, *_text, POINTER(rtmulti_message))),
    "session_generated_text": (c_int32, (_session, *_text, _address, POINTER(c_size_t))),
    "session_heard_text": (c_int32, (_session, *_text, _address, POINTER(c_size_t))),
    "session_history_count": (c_int32, (_session, POINTER(c_size_t))),
    "session_history_at": (c_int32, (_session, c_size_t, POINTER(rtmulti_message))),
}


def declare(library: CDLL) -> None:
    """Gives every function of a loaded library its types; AttributeError names one that it lacks."""
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, f"rtmulti_{name}")
        function.restype = result
        function.argtypes = arguments
