/* Does next_deadline say every moment at which a session has something to do? A scenario is run twice with a sink that
 * reports no more than it must: once the session is called at each millisecond, once only when its deadline has come
 * or the sink reports. Both must hold what the scenario expects, and every effect must come at the same moment. */
#ifndef RUNNER_DEADLINES_H
#define RUNNER_DEADLINES_H

#include "run.h"

struct failure deadlines_check(struct arena *arena, const struct scenario *scenario, struct options options);

#endif
