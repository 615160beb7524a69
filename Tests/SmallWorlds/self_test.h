/* Whether the comparison of two accounts, and the law, can fail at all. */
#ifndef SMALL_WORLDS_SELF_TEST_H
#define SMALL_WORLDS_SELF_TEST_H

#include <stddef.h>

/* Alters right accounts in every way that matters and counts how often that was seen and how often it was not.
 */
void self_test(size_t *caught, size_t *missed);

#endif
