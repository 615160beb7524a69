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

/* A number that the event does not have. Fractions are rounded down; what no int64_t holds is the nearest one. */
#define RTMULTI_JSON_ABSENT INT64_MIN

/* What may be said of a value: nothing (the field is not there), null, or something. */
enum { RTMULTI_JSON_NOT_GIVEN = 0, RTMULTI_JSON_NULL = 1, RTMULTI_JSON_GIVEN = 2 };
/* The same of a truth value. */
enum { RTMULTI_JSON_FALSE = 2, RTMULTI_JSON_TRUE = 3 };

/* How audio comes: {"type": "audio/pcm", "rate": 24000} or its name alone. */
typedef struct rtmulti_json_format {
  rtmulti_json_text name;
  int64_t rate, channels;
} rtmulti_json_format;

/* The fields that any event of the protocol may have, by their path. */
typedef struct rtmulti_json_event {
  rtmulti_json_text type, event_id, response_id, item_id, delta, transcript, text, call_id, name, arguments, phase;
  int64_t output_index, content_index, audio_end_ms;
  /* When text is spoken, in milliseconds: start_ms and end_ms; start_time and end_time, which are seconds;
   * audio_offset_ms and audio_duration_ms; elapsed_ms. */
  int64_t start_ms, end_ms, duration_ms, elapsed_ms;
  /* Whether `delta` still has its escapes: that of an audio delta whose type stood before it. */
  int32_t delta_is_raw;

  /* response.* */
  rtmulti_json_text response_object_id, response_status, client_event_id;
  /* response.status_details, an object, a string or null: its reason, else its error's code or type. */
  rtmulti_json_text status_reason, status_error;
  /* response.conversation_id, and what response.conversation says */
  int32_t conversation_id;
  rtmulti_json_text conversation;

  /* item.* */
  rtmulti_json_text item_object_id, item_type, item_phase, item_call_id, item_name, item_arguments;

  rtmulti_json_text part_type, part_phase;

  /* Of the response or the session that the event is about: bit 0 text, bit 1 audio. output_modalities is the newer
   * spelling, modalities the older. */
  uint32_t modalities, older_modalities;
  /* The same for audio.output.format (or audio.format) and output_audio_format; and the format that the event of a
   * delta names for itself. */
  rtmulti_json_format format, older_format, own_format;

  /* session.audio.input.turn_detection is the newer spelling, session.turn_detection the older: whether it is given,
   * its type, and its interrupt_response. */
  struct {
    int32_t is_given, has_type, interrupts;
    rtmulti_json_text type;
  } turn_detection, older_turn_detection;

  /* error.* */
  rtmulti_json_text error_code, error_message, error_event_id;
} rtmulti_json_event;

/* What an audio delta of a response says. The strings lie in the text. */
typedef struct rtmulti_json_audio_delta {
  rtmulti_json_text type, event_id, response_id, item_id, base64;
  int64_t content_index;
} rtmulti_json_audio_delta;

/* Why a text is not one JSON object. */
typedef enum rtmulti_json_fault {
  RTMULTI_JSON_FAULT_NONE = 0, /* none is found: it is too large for the parser, for example a number past its range */
  RTMULTI_JSON_FAULT_NO_OBJECT,    /* it does not begin with a brace */
  RTMULTI_JSON_FAULT_ENDS_EARLY,   /* it ends before its object does */
  RTMULTI_JSON_FAULT_GOES_ON,      /* something stands behind its object */
  RTMULTI_JSON_FAULT_NOT_UTF8,
  RTMULTI_JSON_FAULT_CONTROL,      /* a control character inside a string */
  RTMULTI_JSON_FAULT_ESCAPE,       /* no such escape */
  RTMULTI_JSON_FAULT_NO_VALUE,     /* a value was to come */
  RTMULTI_JSON_FAULT_NO_KEY,       /* a key in quotes was to come */
  RTMULTI_JSON_FAULT_NO_COLON,
  RTMULTI_JSON_FAULT_NO_COMMA,     /* a comma or the closing bracket was to come */
  RTMULTI_JSON_FAULT_TOO_DEEP
} rtmulti_json_fault;

/* Not for the world outside of the library. */
#pragma GCC visibility push(hidden)

/* Reads one JSON object and nothing behind it. Returns NULL when the text is not that, is not UTF-8 or is nested too
 * deeply. The event lives until the next call on the same thread. Never throws. */
const rtmulti_json_event *rtmulti_json_read(const char *text, size_t size);

/* Reads a text that is an audio delta of a response as servers write it, where it stands. Returns 0 for all else, and then
 * rtmulti_json_read says what it is. What `base64` holds is not looked at: when it is no base64, the text may be no JSON
 * either. Never throws. */
int rtmulti_json_read_audio_delta(const char *text, size_t size, rtmulti_json_audio_delta *delta);

/* Where and why a text that rtmulti_json_read has refused is not one JSON object. For the sentence of an error:
 * slow, and it reads the text anew. */
rtmulti_json_fault rtmulti_json_find_fault(const char *text, size_t size, size_t *offset);

/* Writes what the inside of a JSON string means to `out`, which has room for `size` bytes and may be `text` itself:
 * it is never longer than it looks. Half a surrogate pair means U+FFFD. Returns the number of bytes, or -1 when it is
 * none. Never throws. */
ptrdiff_t rtmulti_json_unescape(const char *text, size_t size, char *out);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
