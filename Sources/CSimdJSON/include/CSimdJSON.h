/*
 * One event of a realtime server as slots: the face of simdjson's on-demand parser that Swift sees. Only
 * taking JSON apart lives here; what an event means is RTMultiWire's.
 */
#ifndef RTMULTI_CSIMDJSON_H
#define RTMULTI_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A string of the event. bytes is NULL when the event has no such string. */
typedef struct rtmulti_json_text {
  const char *bytes;
  size_t size;
} rtmulti_json_text;

/* A number that the event does not have. */
#define RTMULTI_JSON_ABSENT INT64_MIN

/* What may be said of a value that may be null. */
enum { RTMULTI_JSON_NOT_GIVEN = 0, RTMULTI_JSON_NULL = 1, RTMULTI_JSON_GIVEN = 2 };

/* The fields that any event of the protocol may have, by their path. */
typedef struct rtmulti_json_event {
  rtmulti_json_text type, response_id, item_id, delta, transcript, text, call_id, name, arguments;
  /* `delta` is the one that may still have its escapes: that of an audio delta whose type stood before it. */
  int64_t output_index, content_index;

  /* response.* */
  rtmulti_json_text response_object_id, response_status, client_event_id;
  /* response.status_details, an object, a string or null: its reason, else its error's code or type. */
  rtmulti_json_text status_reason, status_error;
  /* response.conversation_id and response.conversation */
  int32_t conversation_id;
  rtmulti_json_text conversation;
  /* response.output_modalities (GA) or response.modalities (beta): bit 0 text, bit 1 audio. */
  uint32_t modalities;

  /* item.* */
  rtmulti_json_text item_object_id, item_type, item_phase, item_call_id, item_name, item_arguments;

  rtmulti_json_text part_type;

  /* session.audio.output.format (GA) or session.output_audio_format (beta) */
  rtmulti_json_text format_type;
  int64_t format_rate;

  /* error.* */
  rtmulti_json_text error_code, error_message, error_event_id;
} rtmulti_json_event;

/* Not for the world outside of the library. */
#pragma GCC visibility push(hidden)

/* Reads one JSON object and nothing behind it. Returns 1, or 0 when the text is not that, is not UTF-8 or is
 * nested too deeply. The slots live until the next call on the same thread. Never throws. */
int rtmulti_json_read(const char *text, size_t size, rtmulti_json_event *event);

/* Writes what the inside of a JSON string means to `out`, which has room for `size` bytes: it is never longer than
 * it looks. Returns the number of bytes, or -1 when it is none. Never throws. */
ptrdiff_t rtmulti_json_unescape(const char *text, size_t size, char *out);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
