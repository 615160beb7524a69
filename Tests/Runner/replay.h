/* A trace, played again: a session that gets every input that was recorded, in its turn, and whose callbacks answer
 * what they answered then. What comes out of it is listed. */
#ifndef RUNNER_REPLAY_H
#define RUNNER_REPLAY_H

#include "listing.h"

struct replay_options {
  FILE *effects;      /* where their lines go */
  bool shows_inputs;  /* the inputs too, each with its result */
  bool shows_unheard; /* also what nobody had a handler for, marked as such */
};

enum replay_outcome {
  REPLAY_WHOLE,   /* to the end */
  REPLAY_BROKEN,  /* as far as the trace can be read */
  REPLAY_DIFFERS, /* the session did something else than when it was recorded */
};

struct replay_result {
  enum replay_outcome outcome;
  char sentence[256]; /* what there is to say about it; "" when nothing */
};

struct replay_result replay_trace(const void *bytes, size_t size, struct replay_options options);

#endif
