/* The inputs of a trace, given to a session; see trace.h. Which call belongs to which is told in trace_entries.h. */
#include "trace.h"

/* The words of that table. */
#define RESPONSE SLICE(entry->response)
/* An interrupt of no response by name is one of all: the only input to which "" is not the same as nothing. */
#define RESPONSE_OR_ALL entry->response.size == 0 ? NULL : entry->response.bytes, entry->response.size
#define ITEM SLICE(entry->item)
#define CONTENT entry->content
#define TEXT(index) SLICE(entry->texts[index])
/* A token: without one, what nobody can name is expected. */
#define TEXT_OR_NONE(index) entry->texts[index].size == 0 ? NULL : entry->texts[index].bytes, entry->texts[index].size
#define NUMBER(type, index) (type) entry->numbers[index]
#define FORMAT(first) format_of(entry->numbers + (first), &format)
#define MARK_NAME(segment, frames) \
  mark, rtmulti_mark_name(NUMBER(uint64_t, segment), NUMBER(int64_t, frames), mark, sizeof mark)

/* NULL where none was given. */
static const rtmulti_format *format_of(const int64_t *numbers, rtmulti_format *format) {
  rtmulti_format_init(format, sizeof *format);
  format->codec = (rtmulti_codec)numbers[0];
  format->sample_rate_hz = (uint32_t)numbers[1];
  format->channels = (uint32_t)numbers[2];
  return format->codec == 0 ? NULL : format;
}

bool trace_is_input(enum trace_kind kind) {
  switch (kind) {
#define IS_INPUT(number, NAME, word, fields, call) case TRACE_##NAME:
    TRACE_INPUTS(IS_INPUT)
#undef IS_INPUT
    return true;
    default: return false;
  }
}

rtmulti_result trace_call(rtmulti_session *session, const struct trace_entry *entry) {
  rtmulti_format format;
  char mark[48] = "somebody else's";
  switch (entry->kind) {
#define CALL(number, NAME, word, fields, call) \
  case TRACE_##NAME: return call;
    TRACE_INPUTS(CALL)
#undef CALL
    default: return RTMULTI_ERROR_INVALID;
  }
}
