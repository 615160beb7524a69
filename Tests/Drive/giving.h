/* How one session is made, given an op through its door, and ended. What comes of it is doors.c's. */
#ifndef DRIVE_GIVING_H
#define DRIVE_GIVING_H

#include "doors.h"

void lane_create(struct lane *lane, const rtmulti_config *config, bool is_traced);
rtmulti_result lane_call(struct lane *lane, const struct op *op);
void lane_destroy(struct lane *lane);
/* doors.c: an effect arrives, by whichever door. Returns what a callback returns. */
int32_t lane_take(struct lane *lane, const rtmulti_effect *effect);

#endif
