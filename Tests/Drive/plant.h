/* Faults that are planted between the library and this driver, so that its self-test sees that each would be found. */
#ifndef DRIVE_PLANT_H
#define DRIVE_PLANT_H

#include "doors.h"

enum plant {
  PLANT_NONE,
  PLANT_DROPPED_TRUNCATE,
  PLANT_DROPPED_DELETE,
  PLANT_MS_TOO_LONG,
  PLANT_OTHER_ITEM,
  PLANT_MESSAGE_TWICE,
  PLANT_MESSAGE_LOST,
  PLANT_SETTLED_LOST,
  PLANT_OUTCOME_CHANGED,
  PLANT_RECORD_LONGER,
  PLANT_CANCEL_TWICE,
  PLANT_CALL_LOST,
  PLANT_STOPPED_LOST,
  PLANT_STARTED_TWICE,
  PLANT_TEXT_LOST,
  PLANT_RECORD_TEXT_CUT,
  PLANT_SAMPLE_WRONG,
  PLANT_FRAME_MISSING,
  PLANT_WRITE_TWICE,
  PLANT_ORDER,
  PLANT_ONE_FRAME_FEWER,
  PLANT_ONE_TEXT,
  PLANT_QUERY,
  PLANT_INPUT_SWALLOWED,
  PLANT_INTERRUPT_SWALLOWED,
  PLANT_REPLAY,
  PLANT_COUNT
};

struct planted {
  int count;
  rtmulti_effect effects[2];
  rtmulti_command command;
  rtmulti_event event;
  rtmulti_message message;
};

const char *plant_name(enum plant plant);
/* What this driver sees of an effect: it, something else, it twice, or nothing. */
void plant_alter(struct talk *talk, struct lane *lane, const rtmulti_effect *effect, struct planted *planted);
/* Whether a session never gets this op. */
bool plant_swallows(struct talk *talk, const struct lane *lane, const struct op *op);
/* Whether a session's answers to queries are changed. */
bool plant_lies(const struct talk *talk, const struct lane *lane);

#endif
