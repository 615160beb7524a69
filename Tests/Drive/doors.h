/* The sessions of one conversation: one for each pair of doors (typed calls or JSON, callbacks or polling). Each op is
 * given to all of them, and what comes out must be the same, effect by effect. The first session leads: what it says is
 * heeded, and how its effects were answered is how those of the others are answered, too. No rule is known here. */
#ifndef DRIVE_DOORS_H
#define DRIVE_DOORS_H

#include <stdio.h>

#include "../Runner/listing.h"
#include "op.h"

struct talk;

enum { LANE_COUNT = 4, REACTION_COUNT = 8 };

/* What the host does while an effect is delivered. */
struct answer {
  int32_t returned; /* frames taken of a write; negative: the callback fails */
  int reaction_count;
  struct op reactions[REACTION_COUNT];
};

/* What was laid down of something that came out: an effect, the result of an op, an answer to a query. */
struct entry {
  size_t at, size; /* in the bytes of the journal */
  size_t line;     /* in its lines, when there is a log */
  struct answer answer;
};

struct journal {
  unsigned char *bytes;
  size_t size, capacity;
  struct entry *entries;
  size_t count, entry_capacity;
};

struct lane {
  struct talk *talk;
  int number; /* 0 leads */
  bool is_json, is_polling;
  rtmulti_session *session;
  rtmulti_device *device;
  bool is_delivering;
  size_t next;            /* the number of what comes out next, in this step */
  struct op deferred[64]; /* polling: what was said while an effect was at hand */
  size_t deferred_first, deferred_count;
  struct listing listing; /* for a replay: each effect as a line */
  char *listed;
  size_t listed_size;
  FILE *trace;
  char *trace_bytes;
  size_t trace_size;
  int releases_owed;
  bool has_held_flush; /* the self-test holds one back */
  uint64_t held_flush;
  int line; /* how many effects it has delivered, of all steps */
};

struct doors {
  struct lane lanes[LANE_COUNT];
  int count;
  struct journal journal;
  bool is_traced;
  int64_t deadline_us; /* what the leader has said when it was asked last */
};

/* Creates the sessions. `mask` has a bit for each lane: 1 typed and callback, 2 typed and polling, 4 JSON and callback,
 * 8 JSON and polling; `leader` is rotated to the front. */
bool doors_open(struct talk *talk, unsigned mask, int leader, const rtmulti_config *config, bool is_traced);
/* One step: gives the op to each session, with all that follows from it. Returns the leader's result. */
rtmulti_result doors_give(struct talk *talk, const struct op *op);
/* Asks each session the same; the answers must be equal. */
void doors_ask(struct talk *talk, const char *item, int32_t content, uint64_t segment);
/* Destroys the sessions, and replays what was traced. */
void doors_close(struct talk *talk);

/* effects.c: lays an effect down so that two are equal when their bytes are. */
size_t effect_write(const rtmulti_effect *effect, uint32_t channels, unsigned char *bytes, size_t capacity);
/* effects.c: one line for people. */
void effect_print(const rtmulti_effect *effect, char *line, size_t size);
/* replays.c: plays the trace of a lane again. Returns NULL, or a sentence. */
const char *replay_of(struct lane *lane, char *sentence, size_t size);

#endif
