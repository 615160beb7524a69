/* Draws from a seed. Whoever draws in the same order from the same seed draws the same; nothing here knows for what. */
#ifndef DRIVE_RANDOM_H
#define DRIVE_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
  uint64_t state;
};

static inline uint64_t random_next(struct random *random) {
  uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

/* 0 to count - 1. */
static inline uint32_t random_below(struct random *random, uint32_t count) {
  return (uint32_t)((random_next(random) >> 32) * count >> 32);
}

/* `least` to `most`, both included. */
static inline int64_t random_between(struct random *random, int64_t least, int64_t most) {
  return least + random_below(random, (uint32_t)(most - least + 1));
}

static inline bool random_chance(struct random *random, uint32_t percent) {
  return random_below(random, 100) < percent;
}

/* One of `count` numbers. */
static inline uint32_t random_one(struct random *random, const uint32_t *numbers, size_t count) {
  return numbers[random_below(random, (uint32_t)count)];
}
#define RANDOM_ONE(random, ...) \
  random_one(random, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

#endif
