/* Does a replay do what was done? A run is recorded into memory, its trace is played again, and both must have listed
 * the same effects. Then the trace is damaged, and must be refused with a sentence. */
#ifndef RUNNER_AGAIN_H
#define RUNNER_AGAIN_H

#include <stdio.h>

#include "arena.h"

/* A run in which one session is recorded. Returns a sentence when it went wrong, else NULL. */
typedef const char *(*recorded_run)(void *about, FILE *effects, FILE *trace);

/* How many damaged copies of each trace are tried. */
enum { DAMAGED_COPIES = 4 };

/* Returns NULL, or a sentence (in `arena`) about what was not the same. `seed` says where the trace is damaged. */
const char *again_check(struct arena *arena, recorded_run run, void *about, uint64_t seed);

/* ---- wild.c ---- */

/* A session of random calls: any order, most arguments, inputs from inside callbacks, callbacks that fail, sinks of
 * every driver. `about` points to its seed. */
const char *wild_run(void *about, FILE *effects, FILE *trace);

#endif
