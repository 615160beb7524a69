/* The calls by which a server's words reach the session: typed ones, or whatever somebody else puts in their place. What is
 * said is traffic.c's and stream.c's business. */
#ifndef RUNNER_CALLS_H
#define RUNNER_CALLS_H

#include <rtmulti.h>

struct calls {
  __typeof__(&rtmulti_session_response_created) response_created;
  __typeof__(&rtmulti_session_item_added) item_added;
  __typeof__(&rtmulti_session_part_added) part_added;
  __typeof__(&rtmulti_session_audio) audio;
  __typeof__(&rtmulti_session_text) text;
  __typeof__(&rtmulti_session_part_done) part_done;
  __typeof__(&rtmulti_session_item_done) item_done;
  __typeof__(&rtmulti_session_function_call) function_call;
  __typeof__(&rtmulti_session_response_done) response_done;
  __typeof__(&rtmulti_session_part_truncated) part_truncated;
  __typeof__(&rtmulti_session_item_deleted) item_deleted;
  __typeof__(&rtmulti_session_command_rejected) command_rejected;
  __typeof__(&rtmulti_session_output_buffer) output_buffer;
};

/* Those of rtmulti.h. */
extern const struct calls typed_calls;

#endif
