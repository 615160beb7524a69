/* One thing that is said to a session: by the server, by the host, by its sink or by the clock. An op is drawn once and
 * then given to each session of a conversation, through the door that this session has. */
#ifndef DRIVE_OP_H
#define DRIVE_OP_H

#include <rtmulti.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum op_kind {
  /* The server. */
  OP_CREATED,
  OP_RESPONSE_DONE,
  OP_ITEM,
  OP_ITEM_DONE,
  OP_PART,
  OP_PART_DONE,
  OP_AUDIO,
  OP_PACKET,
  OP_TEXT,
  OP_CALL,
  OP_DELETED,
  OP_TRUNCATED,
  OP_REJECTED,
  OP_BUFFER,
  OP_SPEECH,
  /* The host. */
  OP_RECONNECT,
  OP_EXPECT,
  OP_EXPECT_OUT_OF_BAND,
  OP_UNEXPECT,
  OP_INTERRUPT,
  OP_CANCEL,
  OP_SERVER,
  OP_CLEAR_TIMEOUT,
  OP_AUDIO_ENABLED,
  OP_PAUSE,
  OP_RESUME,
  OP_SHOWN,
  OP_PHASE,
  OP_SINK,
  OP_CLOSE,
  /* The clock and the sink. */
  OP_ADVANCE,
  OP_STARTED,
  OP_PROGRESS,
  OP_FINISHED,
  OP_MARK,
  OP_QUEUED,
  OP_READY,
  OP_PULL,
  OP_KINDS
};

enum { NAME_SIZE = 24 };

/* Names that are "" are not given; fields that a kind does not use are 0. */
struct op {
  enum op_kind kind;
  char response[NAME_SIZE];
  char item[NAME_SIZE];
  char token[NAME_SIZE]; /* of an expectation; the event id of a refused command */
  int32_t content;       /* -1: not said */
  int32_t output;        /* -1: not said */
  uint32_t number; /* flags, status, kind of an item or part, a word, an interrupter, a timeout, a sequence number */
  int64_t ms;      /* where; the start of a span */
  int64_t end_ms;
  uint64_t segment;
  int64_t frames;
  int64_t at_us;
  const void *bytes; /* audio, or a text that ends with a NUL */
  size_t size;
  uint32_t event; /* the number of the event in which it comes as JSON; the same twice is the same event */
};

const char *op_name(enum op_kind kind);
/* Whether this is the host's own, for which the wire has no words. */
static inline bool op_is_typed(const struct op *op) {
  return op->kind == OP_CREATED && (op->number & (RTMULTI_RESPONSE_LOCAL | RTMULTI_RESPONSE_UNINTERRUPTIBLE)) != 0;
}
/* Whether this is said by a server, so that there is an event of the wire for it. */
static inline bool op_is_event(const struct op *op) { return op->kind <= OP_SPEECH && op->kind != OP_PACKET; }

/* json.c: the event of the wire that says it, ended with a NUL, and its size. It stands until the next call. */
const char *op_json(const struct op *op, size_t *size);
/* json.c: the bytes of an op in base64; it stands until the next call. */
const char *op_base64(const struct op *op, size_t *size);
/* json.c: one line for people. */
void op_print(const struct op *op, char *line, size_t size);

#endif
