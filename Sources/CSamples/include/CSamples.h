/* Sums over samples that a processor makes many at a time, and that Swift's vector types make one by one. What a sum is
 * for is its caller's; no state lives here. */
#ifndef RTMULTI_CSAMPLES_H
#define RTMULTI_CSAMPLES_H

#include <stddef.h>
#include <stdint.h>

/* Not for the world outside of the library. */
#pragma GCC visibility push(hidden)

/* The sum of the magnitudes of `count` samples of 16 bits, aligned or not, modulo 2^32. It is exact, so that every
 * processor finds the same pauses. */
uint32_t rtmulti_sum_magnitudes(const void *samples, size_t count);

#pragma GCC visibility pop

#endif
