/* The callbacks of a watched session; see laws.h. */
#ifndef FUZZING_DELIVERIES_H
#define FUZZING_DELIVERIES_H

#include "laws.h"

void deliveries_fill_handlers(struct watch *watch, rtmulti_handlers *handlers);
/* Sets the callbacks and user_data of a sink; what describes it stays. */
void deliveries_fill_sink(struct watch *watch, rtmulti_sink *sink);
/* What a message's record must be like, whoever hands it out. */
void check_record(const struct watch *watch, const rtmulti_message *message);

#endif
