/* The temper of a conversation: what a host and its sink do that no line of a scenario can say. A sink that is full,
 * callbacks that fail, reports that are lies, polling instead of callbacks. It all follows from a seed. */
#ifndef SIMULATION_TEMPER_H
#define SIMULATION_TEMPER_H

#include "../Runner/run.h"
#include "tallies.h"

enum lies { LIES_NONE, LIES_HARMLESS, LIES_BEYOND };

struct temper {
  bool polls;
  uint32_t sink_room_ms;      /* how much an auto sink has room for; 0: no limit */
  uint32_t failures_per_1000; /* callbacks that return a failure */
  uint32_t lies_per_1000;     /* reports that are lies, per input */
  enum lies lies;
  bool has_pages; /* Opus comes as Ogg */
  uint64_t random;
  bool owes_ready; /* the sink took less than it was offered */
};

/* The temper of a seed, for the sink that the conversation has; most have none. */
struct temper temper_of_seed(uint64_t seed, const struct scenario_config *config);
/* Whether what was heard can still be known in the end. */
bool temper_is_honest(const struct temper *temper);

/* How much of a write the sink takes, negative when it fails. */
int32_t temper_write(struct temper *temper, struct run *run, uint32_t frames, struct tallies *tallies);
/* What another callback returns. */
int32_t temper_answer(struct temper *temper, struct run *run, struct tallies *tallies);
/* After an input: the sink says that it has room again, and lies. */
void temper_after(struct temper *temper, struct run *run, struct tallies *tallies);

#endif
