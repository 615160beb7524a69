/* A trace of rtmulti_session_record, read: its head, and one entry after the other. What is in it may be damaged in
 * any way; what an entry does is no business of this file. How traces are laid out is told in
 * Sources/RTMultiABI/TraceWriter.swift, what entries consist of in Recorder.swift there. */
#ifndef RUNNER_TRACE_H
#define RUNNER_TRACE_H

#include <rtmulti.h>

#include "arena.h"

/* The first byte of an entry. */
enum trace_kind {
  TRACE_SET_FORMAT = 1,
  TRACE_SET_SINK,
  TRACE_SET_HANDLERS,
  TRACE_EXPECT,
  TRACE_RESPONSE_CREATED,
  TRACE_RESPONSE_DONE,
  TRACE_ITEM_ADDED,
  TRACE_PHASE,
  TRACE_PART_ADDED,
  TRACE_AUDIO,
  TRACE_PACKET,
  TRACE_TEXT,
  TRACE_PART_DONE,
  TRACE_ITEM_DONE,
  TRACE_FUNCTION_CALL,
  TRACE_COMMAND_REJECTED,
  TRACE_RECONNECT,
  TRACE_RECEIVE_JSON,
  TRACE_INTERRUPT,
  TRACE_PAUSE,
  TRACE_RESUME,
  TRACE_TEXT_DELIVERED,
  TRACE_CLOSE,
  TRACE_ADVANCE,
  TRACE_STARTED,
  TRACE_PROGRESS,
  TRACE_FINISHED,
  TRACE_MARK,
  TRACE_QUEUED,
  TRACE_SINK_READY,
  TRACE_POLL,
  TRACE_POLL_ACCEPT,
  TRACE_DELIVER,
  TRACE_PULL,
  TRACE_PULL_MEANWHILE,
  TRACE_CALLBACK,
  TRACE_RETURNED,
  TRACE_END,
  TRACE_ITEM_DELETED,
  TRACE_PART_TRUNCATED,
  TRACE_KIND_COUNT
};

enum { TRACE_TEXTS = 5, TRACE_NUMBERS = 16 };

/* One entry: its fields in the order in which they were recorded. */
struct trace_entry {
  enum trace_kind kind;
  struct slice response, item; /* the place, if it has one */
  int32_t content;
  struct slice texts[TRACE_TEXTS];
  bool is_left_out; /* its last text is not in the trace: the library refused it unread */
  int64_t numbers[TRACE_NUMBERS];
  size_t number_count;
};

struct trace {
  const unsigned char *bytes;
  size_t size;
  size_t at;        /* where the next block begins */
  size_t cursor;    /* in the block at hand */
  size_t block_end; /* of the block at hand */
  size_t entry_at;  /* where the entry ahead begins */
  struct trace_entry ahead;
  bool has_ahead;
  struct slice response, item; /* the place that was named last */
  int32_t content;
  struct slice version; /* of the library that recorded it */
  const char *damage;   /* a sentence about what is wrong, NULL while nothing is */
};

/* Reads the head. Returns false, with a sentence in `damage`, when this is no trace that can be read. */
bool trace_open(struct trace *trace, const void *bytes, size_t size, rtmulti_config *config);
/* The entry ahead; NULL at the end, or where the trace is damaged. It lives until it is taken. */
const struct trace_entry *trace_peek(struct trace *trace);
/* Goes on behind the entry ahead. */
void trace_take(struct trace *trace);
/* "audio", for people. */
const char *trace_word(enum trace_kind kind);
/* Puts the right seal on each block of a trace, for tests that damage what is in it. */
void trace_reseal(unsigned char *bytes, size_t size);

#endif
