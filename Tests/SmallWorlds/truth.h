/* What happened in a small world so far, as plain structs, and the questions that the rules ask about it. How
 * events change it is reference.c's. */
#ifndef SMALL_WORLDS_TRUTH_H
#define SMALL_WORLDS_TRUTH_H

#include "world.h"

/* Audio came that nobody hears, and the server is to be told once: when part or response ends (A4, D6). */
enum debt { DEBT_NONE, DEBT_OPEN, DEBT_DUE };

enum { EVERYTHING = -1, UNKNOWN_INDEX = -1, TURN_PATIENCE_MS = 200, HANDOVER_MS = 100 };

struct message {
  int item;
  int response;
  int output_index;
  int sent_ms;     /* what the server holds when it is told nothing */
  int received_ms; /* R: what of it may be heard */
  int heard_ms;    /* P */
  int ready_at_ms; /* when its first audio came */
  int texts;       /* pieces of its transcript */
  bool was_done;   /* by its own events; see is_done */
  bool has_begun;  /* it was handed to the sink */
  bool lies_in_sink;
  bool has_finished; /* the sink has said that it played it to the end */
  bool was_passed_over;
  bool is_settled;
  bool is_forgotten; /* the server was told to, by DELETE or SYNC */
  bool is_truncated; /* the server was told how much of it was heard */
  enum debt debt;
};

struct response {
  bool is_known;
  bool has_ended; /* the server said so */
  int cut_by;     /* the how manieth interrupt it was; 0: none */
  bool has_spoken;
  bool is_settled;
  bool needs_sync; /* an item of it was dropped in this instant */
};

struct truth {
  const struct world *world;
  struct account *account;
  int step;
  int now_ms;
  int interrupts;
  bool is_paused;
  bool is_closed;
  struct message messages[ITEM_COUNT]; /* those that are known, in the order in which they are heard: A1 */
  int message_count;
  struct response responses[RESPONSE_COUNT];
};

/* Questions; each walks the lists anew. */
bool is_done(const struct truth *truth, const struct message *message);
bool is_ready(const struct message *message);
bool is_drained(const struct message *message);
bool is_behind(const struct message *later, const struct message *message);
const struct message *end_of(const struct truth *truth);
bool was_followed(const struct truth *truth, const struct message *message);
bool is_awaited(const struct truth *truth, const struct message *message, int for_ms);
bool is_over(const struct truth *truth, const struct message *message);
bool was_heard_out(const struct truth *truth, const struct message *message);
bool are_earlier_over(const struct truth *truth, const struct message *message);
bool is_too_late(const struct truth *truth, const struct message *message);

/* Telling. */
void truth_tell(struct truth *truth, struct told told);
bool truth_can(const struct truth *truth, uint32_t capability);
void truncate_message(struct truth *truth, struct message *message);
void tell_sync(struct truth *truth);
void forget(struct truth *truth, struct message *message);

#endif
