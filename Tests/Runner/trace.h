/* A trace of rtmulti_session_trace, read: its head, and one entry after the other. What is in it may be damaged in
 * any way. How traces are laid out is told in Sources/RTMultiABI/TraceWriter.swift, what entries consist of in
 * trace_entries.h. */
#ifndef RUNNER_TRACE_H
#define RUNNER_TRACE_H

#include <rtmulti.h>

#include "arena.h"
#include "trace_entries.h"

/* The first byte of an entry. */
enum trace_kind {
#define KIND(number, NAME, ...) TRACE_##NAME = (number),
  TRACE_INPUTS(KIND) TRACE_NOTES(KIND)
#undef KIND
};

enum { TRACE_TEXTS = 3, TRACE_NUMBERS = 20 };

/* One entry: its fields in the order in which they were recorded. */
struct trace_entry {
  enum trace_kind kind;
  struct slice response, item; /* those that it names, by themselves or in a place */
  int32_t content;
  struct slice texts[TRACE_TEXTS];
  char left_out; /* the letter of a text that is not in the trace, for the library refused it unread; 0 */
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
  int64_t now_us;       /* the last time */
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
/* The letters of its fields. */
const char *trace_fields(enum trace_kind kind);
/* The kinds in the order of their numbers; 0 begins, and comes after the last one. */
enum trace_kind trace_next_kind(enum trace_kind kind);
/* Whether an entry can be given to a session, and does so. */
bool trace_is_input(enum trace_kind kind);
rtmulti_result trace_call(rtmulti_session *session, const struct trace_entry *entry);
/* Puts the right seal on each block of a trace, for tests that damage what is in it. */
void trace_reseal(unsigned char *bytes, size_t size);

#endif
