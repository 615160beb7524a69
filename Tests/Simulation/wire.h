/* The words of the simulation's server as JSON events, through rtmulti_session_receive_json, for a share of the
 * conversations: as OpenAI writes them, without one field after the other, as servers do that are compatible with it, or
 * each event twice (rule A12). What is said is the runner's business, what is right the witness's. */
#ifndef SIMULATION_WIRE_H
#define SIMULATION_WIRE_H

#include "tallies.h"
#include "witness.h"

enum wire_kind { WIRE_TYPED, WIRE_WHOLE, WIRE_ABSENT, WIRE_TWICE };
enum { WIRE_COPIES = 8 };

/* An event that is handed over once more behind others. */
struct wire_copy {
  struct slice event;
  uint64_t number, due; /* its own, and that of the event which it comes behind; 0: none */
};

struct wire {
  enum wire_kind kind;
  uint64_t random, number; /* of events so far */
  struct wire_copy copies[WIRE_COPIES];
  struct witness *witness;
  struct tallies *tallies;
};

/* How the server of a seed speaks; most use no JSON. One wire speaks at a time in a process. */
void wire_start(struct wire *wire, uint64_t seed, struct witness *witness, struct tallies *tallies);
/* NULL where no JSON is spoken. */
const struct calls *wire_calls(const struct wire *wire);
/* The connection is gone, and what was said on it is said no more. */
void wire_lost(struct wire *wire);

#endif
