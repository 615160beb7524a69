/* The law over a small world that was lived through: what the server remembers is what was heard. */
#ifndef SMALL_WORLDS_LAW_H
#define SMALL_WORLDS_LAW_H

#include "world.h"

/* False when the server had to refuse a command, or holds in the end what was not heard; `sentence` says which.
 */
bool law_holds(const struct world *world, const struct account *account, char *sentence, size_t size);

#endif
