/* Sums over samples that a processor makes many at a time, and that Swift's vector types make one by one. What a sum is
 * for is its caller's; no state lives here. */
#ifndef RTMULTI_CSAMPLES_H
#define RTMULTI_CSAMPLES_H

#include <stddef.h>
#include <stdint.h>

/* Not for the world outside of the library. */
#pragma GCC visibility push(hidden)

/* How loud samples are, and how much they change. */
typedef struct {
  /* The sum of the magnitudes, modulo 2^32. */
  uint32_t magnitudes;
  /* The sum of the changes from a sample to the next one of its channel, each at most 2^15. Those of the last whole 16
   * samples and of what is left behind them are left out: `changed` of them count. */
  uint32_t changes;
  uint32_t changed;
} rtmulti_sums;

/* The sums of `count` samples of 16 bits, aligned or not, of all `channels` one after another; at most 16 of these. They
 * are exact, so that every processor hears the same. */
rtmulti_sums rtmulti_sum_samples(const void *samples, size_t count, size_t channels);

#pragma GCC visibility pop

#endif
