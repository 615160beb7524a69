/* What happened in a small world so far, as plain structs, and the questions that the rules ask about it. How
 * events change it is reference.c's. */
#ifndef SMALL_WORLDS_TRUTH_H
#define SMALL_WORLDS_TRUTH_H

#include "world.h"

/* Audio came that nobody hears, and the server is to be told once: when part or response ends (A4, D6). */
enum debt { DEBT_NONE, DEBT_OPEN, DEBT_DUE };

enum { EVERYTHING = -1, UNKNOWN_INDEX = -1, NOT_YET = -1, NOBODY = -1 };
enum { HANDOVER_MS = 100, TURN_PATIENCE_MS = 200, RESPONSE_PATIENCE_MS = 2000, CLEAR_TIMEOUT_MS = 500 };

struct message {
  int item;
  int response;
  int output_index;
  int sent_ms;     /* what the server holds when it is told nothing */
  int received_ms; /* R: what of it may be heard */
  int given_ms;    /* what of that the sink was given */
  int heard_ms;    /* P */
  int ready_at_ms; /* since when some of it has waited for the sink */
  int came_at_ms;  /* when its last audio came */
  int texts;       /* pieces of its transcript */
  bool was_done;   /* by its own events; see is_done */
  bool has_begun;  /* it was handed to the sink */
  bool lies_in_sink;
  bool has_finished; /* the sink has said that it played it to the end */
  bool was_passed_over;
  bool is_set_aside; /* its response was passed by when it had begun: what still comes waits for another turn */
  bool has_late;     /* audio was dropped as late before its record was made */
  bool is_settled;
  bool is_forgotten; /* the server was told to, by DELETE or SYNC */
  bool is_truncated; /* the server was told how much of it was heard */
  int told_ms;       /* how much that was, by a TRUNC */
  int outcome;       /* of one that is settled */
  bool is_cut, is_dropped; /* by the server itself, at SERVER_CUT_MS or as a whole (F10) */
  enum debt debt;
};

struct response {
  bool is_known;
  bool has_ended; /* the server said so */
  bool has_lapsed; /* it has ended without a word (A6) */
  int cut_by;      /* the how manieth interrupt it was; 0: none */
  int turn_at_ms;  /* when its turn came; NOT_YET */
  int audio_at_ms; /* since when audio of it has been there; NOT_YET */
  int speaker;     /* the item whose audio came last, also what nobody hears; NOBODY */
  int idle_at_ms;  /* since when it has been drained or empty; NOT_YET while something of it is to be played */
  int cancel_at_ms; /* on the clock: when a CANCEL that is held back leaves (D13); NOT_YET */
  bool was_passed_by;
  bool is_speaking;
  bool is_settled;
  bool is_meant;   /* by the newest interrupt */
  bool needs_sync; /* an item of it was dropped in this instant */
};

/* A transcript of an item that nobody knows, in a response that has audio (A5). */
struct waiting_text {
  int item;
  int response;
  int speaker;     /* whose audio had come last before it */
  int known_count; /* items of the response by then */
};

struct truth {
  const struct world *world;
  struct account *account;
  int step;
  int clock_ms;
  int now_ms; /* of the time in which turns are waited for: it stands still in a pause (A6) */
  int dry_at_ms;      /* since when the sink has had nothing more to play; NOT_YET while it has */
  int finished_at_ms; /* since when the sink has finished all that it got; NOT_YET while it has not */
  int interrupts;
  bool is_paused;
  bool is_closed;
  struct message messages[ITEM_COUNT]; /* those that are known, in the order in which they are heard: A1 */
  int message_count;
  struct waiting_text texts[WORLD_EVENTS_LIMIT];
  int text_count;
  struct response responses[RESPONSE_COUNT];
};

/* Questions; each walks the lists anew. */
bool is_done(const struct truth *truth, const struct message *message);
bool is_ready(const struct message *message);
bool is_drained(const struct message *message);
bool is_waiting(const struct message *message);
bool has_ended(const struct response *response);
bool is_behind(const struct message *later, const struct message *message);
const struct message *end_of(const struct truth *truth);
int count_of(const struct truth *truth, int response); /* of its messages */
bool was_followed(const struct truth *truth, const struct message *message);
bool is_awaited(const struct truth *truth, const struct message *message);
bool is_quiet(const struct truth *truth, const struct message *message);
bool is_out_of_patience(const struct truth *truth, const struct message *message);
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
/* F10: what the server does by itself, and what the host is told of it when a message settles. */
void server_cuts(struct truth *truth, struct message *message);
void server_drops(struct truth *truth, struct message *message);
void tell_own_cut(struct truth *truth, struct message *message, int outcome);

#endif
