/* A failing conversation is made short: lines are dropped, joined and shortened for as long as it still fails in the
 * same way. Each try runs in a process of its own, for it may crash. What the failure means is not known here. */
#ifndef SIMULATION_SHRINK_H
#define SIMULATION_SHRINK_H

#include "conversation.h"

/* How a conversation failed, as it is told from another failure and as it is shown. */
struct complaint {
  bool has_failed;
  char sentence[1024];
};

/* What is to say of a process that ended with this status, which is not 0. */
struct complaint complaint_of_end(int status);

/* Runs a text in a process of its own. */
struct complaint complaint_of(const char *text, size_t size, bool has_temper, uint64_t seed);

/* Shortens the transcript of a seed that failed with this complaint, writes it to `path`, and says with `has_temper`
 * whether the temper of the seed is needed to see the failure. Returns false if it could not be repeated. */
bool shrink(const struct transcript *transcript, uint64_t seed, const char *sentence, const char *path,
            bool *has_temper, size_t *line_count);

#endif
