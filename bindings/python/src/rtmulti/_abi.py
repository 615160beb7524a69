"""The structs and callbacks of rtmulti.h in ctypes, one to one, with every field.

Nothing else lives here: functions are in _functions.py, numbers in enums.py, and no word of Python's face is decided here.
tests/test_abi.py parses the header and compares names, types, sizes and offsets.

Strings that the library hands out are declared as addresses, because their size stands beside them and they
may hold a NUL, which c_char_p would stop at.
"""

from __future__ import annotations

from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)

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
