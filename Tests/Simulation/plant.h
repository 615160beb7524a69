/* Faults planted between the library and the witness, so that the simulation can be seen to fail: a command that is
 * dropped, changed or said twice, a record that is swallowed. Each is one that a broken engine would make. */
#ifndef SIMULATION_PLANT_H
#define SIMULATION_PLANT_H

#include <rtmulti.h>
#include <stdbool.h>

enum plant_kind {
  PLANT_NONE,
  PLANT_DROPPED_TRUNCATE,
  PLANT_SHIFTED_TRUNCATE, /* by 30 ms */
  PLANT_REPEATED_TRUNCATE,
  PLANT_DROPPED_DELETE,
  PLANT_REPEATED_DELETE,
  PLANT_REPEATED_CANCEL,
  PLANT_DROPPED_CANCEL,
  PLANT_SWALLOWED_RECORD,
  PLANT_REPEATED_RECORD,
  PLANT_WRONG_OUTCOME,
  PLANT_FALSE_POSITION,
  PLANT_SHORT_RECORD,
  PLANT_SWALLOWED_SETTLED,
  PLANT_REPEATED_SETTLED,
  PLANT_SWALLOWED_START,
  PLANT_FOREIGN_TEXT,
  PLANT_SWALLOWED_TEXT,
  PLANT_REPEATED_CALL,
  PLANT_SWALLOWED_SILENCE,
  PLANT_WRITE_AFTER_FLUSH,
  PLANT_REPEATED_FLUSH,
  PLANT_COUNT
};

struct plant {
  enum plant_kind kind;
  bool is_done; /* it is planted once in a conversation */
};

const char *plant_name(enum plant_kind kind);

/* What becomes of an effect: it is handed to `next` once, twice, changed, or not at all. */
int32_t plant_pass(struct plant *plant, const rtmulti_effect *effect,
                   int32_t (*next)(void *context, const rtmulti_effect *effect), void *context);

#endif
