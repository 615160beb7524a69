/* The typed calls; see calls.h. */
#include "calls.h"

const struct calls typed_calls = {
    .response_created = rtmulti_session_response_created,
    .item_added = rtmulti_session_item_added,
    .part_added = rtmulti_session_part_added,
    .audio = rtmulti_session_audio,
    .text = rtmulti_session_text,
    .part_done = rtmulti_session_part_done,
    .item_done = rtmulti_session_item_done,
    .function_call = rtmulti_session_function_call,
    .response_done = rtmulti_session_response_done,
    .part_truncated = rtmulti_session_part_truncated,
    .item_deleted = rtmulti_session_item_deleted,
    .command_rejected = rtmulti_session_command_rejected,
    .output_buffer = rtmulti_session_output_buffer,
};
