/* Lives through a small world with the real library, and with a sink that plays in virtual time and reports exactly. */
#ifndef SMALL_WORLDS_PLAYER_H
#define SMALL_WORLDS_PLAYER_H

#include "world.h"

/* False when the library refused what it must take, or what the server holds in the end is not what was heard;
 * `sentence` then says why. */
bool player_live(const struct world *world, struct account *account, char *sentence, size_t size);

#endif
