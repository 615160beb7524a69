/* Random numbers that are the same everywhere, so that a seed means the same conversation on every machine. What is
 * made of them is not known here. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* splitmix64: small, and the same everywhere. */
static inline uint64_t random_bits(uint64_t *state) {
  uint64_t bits = (*state += 0x9e3779b97f4a7c15u);
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

static inline int random_from(uint64_t *state, int least, int most) {
  return least + (int)(random_bits(state) % (uint64_t)(most - least + 1));
}

#endif
