/* The sum of magnitudes, in 256 bits and one by one; both give the same number. */
#include "CSamples.h"

#include <string.h>

static uint32_t sum_plain(const char *samples, size_t count) {
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
#include <immintrin.h>

/* The magnitudes of 16 samples, summed in pairs: each sample is multiplied by its own sign, in 32 bits, so that -32768 has
 * one too. */
__attribute__((target("avx2"), always_inline)) static inline __m256i magnitudes(const char *samples) {
  const __m256i these = _mm256_loadu_si256((const __m256i *)(const void *)samples);
  return _mm256_madd_epi16(these, _mm256_sign_epi16(_mm256_set1_epi16(1), these));
}

__attribute__((target("avx2"))) static uint32_t sum_256(const char *samples, size_t count) {
  __m256i even = _mm256_setzero_si256(), odd = even;
  size_t left = count;
  /* 20 ms at 24 and at 48 kHz are whole rounds of 96. */
  for (; left >= 96; left -= 96, samples += 192) {
    even = _mm256_add_epi32(even, _mm256_add_epi32(magnitudes(samples), magnitudes(samples + 32)));
    odd = _mm256_add_epi32(odd, _mm256_add_epi32(magnitudes(samples + 64), magnitudes(samples + 96)));
    even = _mm256_add_epi32(even, _mm256_add_epi32(magnitudes(samples + 128), magnitudes(samples + 160)));
  }
  for (; left >= 16; left -= 16, samples += 32) even = _mm256_add_epi32(even, magnitudes(samples));
  const __m256i both = _mm256_add_epi32(even, odd);
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
  sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
  const uint32_t total = (uint32_t)_mm_cvtsi128_si32(sum) + (uint32_t)_mm_extract_epi32(sum, 1);
  return left == 0 ? total : total + sum_plain(samples, left);
}

uint32_t rtmulti_sum_magnitudes(const void *samples, size_t count) {
  return __builtin_cpu_supports("avx2") ? sum_256(samples, count) : sum_plain(samples, count);
}
#else
uint32_t rtmulti_sum_magnitudes(const void *samples, size_t count) { return sum_plain(samples, count); }
#endif
