/* What a small world is, and the words in which two that lived through it tell what came of it. How the library
 * lives through it is player.c's, how it should be is reference.c's; neither is known here. */
#ifndef SMALL_WORLDS_WORLD_H
#define SMALL_WORLDS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* An event is a letter, so that a world can be read, and typed: `small-worlds --world aATpI`.
 *
 *   a b c   the server announces item A, B or C and its audio part; A's output_index is 0, B's 1, C's 2
 *   A B C   100 ms of audio come for it
 *   x y z   text comes for it
 *   p q r   its part and its item are done
 *   E       response r1 is done: completed       K   the same: cancelled
 *   N       response r2 is created; from then on B and C are announced in it
 *   F       response r2 is done
 *   T       60 ms pass                           W   2 s pass: response_patience
 *   I       the listener interrupts              H   the host interrupts
 *   J       the listener interrupts r1 by name   L   the same with r2
 *   P       pause                                R   resume
 *   S       the sink is replaced                 Q   the host closes
 *   k l     the server cuts A or B at 60 ms by itself, if it holds more
 *   d e     the server drops A or B by itself, if it holds it
 *
 * Response r1 is there from the beginning. */
enum { ITEM_COUNT = 3, RESPONSE_COUNT = 2, AUDIO_MS = 100, TIME_MS = 60, WAIT_MS = 2000, SERVER_CUT_MS = 60 };

/* A piece of text; every piece is the same. */
#define WORLD_TEXT "Some words. "

/* All lengths and all waits of these worlds are multiples of it: nothing can happen in between. */
enum { TICK_MS = 20 };

/* What follows the events of every world, so that each ends: what is left is played, ended, and closed. */
#define WORLD_TAIL "TTTTEFTTTTTTTTTTQ"

enum { WORLD_EVENTS_LIMIT = 12, WORLD_STEPS_LIMIT = WORLD_EVENTS_LIMIT + 20 };

struct world {
  char events[WORLD_STEPS_LIMIT]; /* with the tail, NUL behind it */
  size_t own_count;               /* without the tail */
  uint32_t server;                /* RTMULTI_SERVER_... */
  bool is_gapless;
};

enum told_kind {
  TOLD_CANCEL,   /* response */
  TOLD_TRUNCATE, /* item, ms */
  TOLD_DELETE,   /* item */
  TOLD_SYNC,     /* kept, dropped */
  TOLD_CLEAR_OUTPUT, /* response */
  TOLD_MESSAGE,  /* item, outcome, ms: the record, or that it was skipped */
  TOLD_STARTED,  /* response */
  TOLD_STOPPED,  /* response */
  TOLD_SETTLED,  /* response */
  TOLD_CLEAR,
  TOLD_DIFFERS,     /* item: memory_differs */
  TOLD_MISSING_DONE /* response */
};

/* Order counts inside a family, as in scenarios. */
enum told_family { FAMILY_COMMAND, FAMILY_RECORD, FAMILY_STATE, FAMILY_SINK, FAMILY_DIAGNOSTIC, FAMILY_COUNT };

/* One thing that was told, and during which event. */
struct told {
  enum told_kind kind;
  int step;    /* index into the world's events */
  int subject; /* the item, or the response where the kind says so */
  int outcome; /* RTMULTI_OUTCOME_... */
  int ms;
  int texts; /* of a full message: how many pieces of text its record has (G3) */
  char kept[ITEM_COUNT + 1], dropped[ITEM_COUNT + 1]; /* of a SYNC: item letters in its order */
};

enum { TOLD_LIMIT = 48 };

struct account {
  struct told told[TOLD_LIMIT];
  size_t count;
  int heard_ms[ITEM_COUNT]; /* in the end: P by the teller's own count */
};

void world_make(struct world *world, const char *events, size_t count, uint32_t server, bool is_gapless);
/* How much time passes with it; 0 for what takes none. */
int world_time_ms(char letter);
/* The item that the server cuts or drops by itself with the event at `step`; -1 where that event is none of these, or the
 * server holds nothing to cut. That it was told the same before makes no difference here. */
int world_cut_by_server(const struct world *world, int step);
int world_dropped_by_server(const struct world *world, int step);
/* Whether a letter is an event. */
bool world_knows(char letter);

void account_tell(struct account *account, struct told told);
enum told_family account_family(enum told_kind kind);

/* The first difference as a sentence in `sentence`; false if there is none. */
bool accounts_differ(const struct account *expected, const struct account *came, const struct world *world,
                     char *sentence, size_t size);

/* The world as a scenario file, with what the account expects as its blocks: build/rtmulti-harness can run it.
 */
void world_print_scenario(FILE *file, const struct world *world, const struct account *expected);

#endif
