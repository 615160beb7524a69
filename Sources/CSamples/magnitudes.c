/* The sum of magnitudes. The compiler makes vectors of the plain loop; it is compiled once for every processor and once
 * for those with 256 bits. */
#include "CSamples.h"

#include <string.h>

static inline __attribute__((always_inline)) uint32_t sum(const char *samples, size_t count) {
  uint32_t total = 0;
  for (size_t index = 0; index < count; index++) {
    int16_t sample;
    memcpy(&sample, samples + 2 * index, sizeof sample);
    const int32_t wide = sample;
    total += (uint32_t)(wide < 0 ? -wide : wide);
  }
  return total;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static uint32_t sum_256(const char *samples, size_t count) { return sum(samples, count); }

uint32_t rtmulti_sum_magnitudes(const void *samples, size_t count) {
  return __builtin_cpu_supports("avx2") ? sum_256(samples, count) : sum(samples, count);
}
#else
uint32_t rtmulti_sum_magnitudes(const void *samples, size_t count) { return sum(samples, count); }
#endif
