/* Lives through a small world with the real library, and with a sink that plays in virtual time and reports
 * exactly. */
#ifndef SMALL_WORLDS_PLAYER_H
#define SMALL_WORLDS_PLAYER_H

#include "world.h"

/* False when the library refused what it must take, or asked of its sink what no sink understands; `sentence`
 * then says which. */
bool player_live(const struct world *world, struct account *account, char *sentence, size_t size);

#endif
