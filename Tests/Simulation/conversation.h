/* One conversation with the real library: lines of a scenario are said one by one and run at once, under the eyes of
 * the witness and with the temper of its seed. Who makes the lines up is not known here: the world does, or a file, or
 * whoever shortens one. */
#ifndef SIMULATION_CONVERSATION_H
#define SIMULATION_CONVERSATION_H

#include "plant.h"
#include "tallies.h"
#include "temper.h"
#include "wire.h"
#include "witness.h"

enum { TRANSCRIPT_BYTES = 256 * 1024 };

/* Every line that was said, each with its newline, and the NUL behind them. It may lie in memory that outlives a crash. */
struct transcript {
  size_t size;
  char text[TRANSCRIPT_BYTES];
};

struct conversation {
  struct arena arena;
  struct scenario scenario;
  struct scenario_reader reader;
  struct run run;
  struct tap tap;
  struct witness witness;
  struct temper temper;
  struct wire wire;
  struct plant plant;
  struct tallies *tallies;
  struct transcript *transcript;
  /* Hears every effect after the witness; may be NULL. */
  void (*overhears)(void *listener, const rtmulti_effect *effect);
  void *listener;
};

/* Begins a conversation: its config lines follow, then conversation_open. `transcript` may be NULL. */
void conversation_start(struct conversation *conversation, struct transcript *transcript,
                        struct tallies *tallies, enum plant_kind plant);
/* One config line. */
void conversation_configure(struct conversation *conversation, const char *line);
/* Makes the session. With `has_temper` it has the temper of the seed. */
void conversation_open(struct conversation *conversation, bool has_temper, uint64_t seed);
/* One input as a line, without its newline: "> advance 20". */
void conversation_say(struct conversation *conversation, const char *line);
bool conversation_has_failed(const struct conversation *conversation);
/* Whether nothing is left that could keep a response from settling. */
bool conversation_is_at_rest(const struct conversation *conversation);
/* Lets time pass until every response has settled, as long as nothing holds one up; a manual sink plays nothing here. */
void conversation_drain(struct conversation *conversation);
/* The last checks, and the verdict where it can be known what was heard; returns whether it was. A conversation that is
 * not whole was left in the middle. */
bool conversation_check(struct conversation *conversation, bool is_whole);
/* Then the session's end. Returns how it failed, line 0 if it did not. */
struct failure conversation_end(struct conversation *conversation);
void conversation_free(struct conversation *conversation);

/* Runs the lines of a text (config lines first) as one conversation. */
struct failure conversation_replay(const char *text, size_t size, bool has_temper, uint64_t seed,
                                   enum plant_kind plant, struct arena *sentences);

#endif
