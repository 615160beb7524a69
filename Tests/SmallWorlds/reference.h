/* What a small world must come to by docs/rules/RULES.md, worked out slowly and obviously. It shares no line and no
 * thought with the engine: it is written from the rules alone. */
#ifndef SMALL_WORLDS_REFERENCE_H
#define SMALL_WORLDS_REFERENCE_H

#include "world.h"

void reference_live(const struct world *world, struct account *account);

#endif
