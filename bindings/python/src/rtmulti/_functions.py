"""The functions of rtmulti.h in ctypes, one to one: what each returns, and what it takes. Structs and callbacks are in _abi.py.
tests/test_abi.py parses the header and compares names and types.
"""

from __future__ import annotations

from ctypes import (
    POINTER,
    c_char_p,
    c_int32,
    c_int64,
    c_size_t,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)

from ._abi import (
    rtmulti_bool,
    rtmulti_command,
    rtmulti_config,
    rtmulti_diagnostic,
    rtmulti_effect,
    rtmulti_event,
    rtmulti_format,
    rtmulti_handlers,
    rtmulti_heard_audio,
    rtmulti_kept_item,
    rtmulti_message,
    rtmulti_position,
    rtmulti_release_fn,
    rtmulti_segment,
    rtmulti_sink,
    rtmulti_stats,
    rtmulti_trace_write_fn,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ctypes import CDLL
    from typing import Any

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
