/* The sums of magnitudes and of changes, in 256 bits and one by one; both give the same numbers. */
#include "CSamples.h"

#include <string.h>

enum { ROUND = 16 };

static int32_t sample_at(const char *samples, size_t index) {
  int16_t sample;
  memcpy(&sample, samples + 2 * index, sizeof sample);
  return sample;
}

static uint32_t magnitude(int32_t value) { return (uint32_t)(value < 0 ? -value : value); }

/* As much as 16 bits hold. */
static int32_t bounded(int32_t value) { return value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value; }

/* How many changes count: those of whole rounds but the last one, whose next samples are others'. */
static size_t changes_of(size_t count) { return count < 2 * ROUND ? 0 : (count / ROUND - 1) * ROUND; }

static void add_plain(const char *samples, size_t from, size_t count, size_t channels, rtmulti_sums *sums) {
  for (size_t index = from; index < count; index++) sums->magnitudes += magnitude(sample_at(samples, index));
  for (size_t index = from; index < sums->changed; index++)
    sums->changes += magnitude(bounded(sample_at(samples, index + channels) - sample_at(samples, index)));
}

static rtmulti_sums sum_plain(const void *samples, size_t count, size_t channels) {
  rtmulti_sums sums = {.changed = (uint32_t)changes_of(count)};
  add_plain(samples, 0, count, channels, &sums);
  return sums;
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"), always_inline)) static inline __m256i load(const char *samples) {
  return _mm256_loadu_si256((const __m256i *)(const void *)samples);
}

/* The magnitudes of 16 numbers, summed in pairs: each is multiplied by its own sign, in 32 bits, so that -32768 has one
 * too. */
__attribute__((target("avx2"), always_inline)) static inline __m256i magnitudes(__m256i these) {
  return _mm256_madd_epi16(these, _mm256_sign_epi16(_mm256_set1_epi16(1), these));
}

__attribute__((target("avx2"), always_inline)) static inline uint32_t total(__m256i sums) {
  __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
  return (uint32_t)_mm_cvtsi128_si32(sum) + (uint32_t)_mm_extract_epi32(sum, 1);
}

__attribute__((target("avx2"))) static rtmulti_sums sum_256(const char *samples, size_t count, size_t channels) {
  const size_t changed = changes_of(count);
  const char *const end = samples + 2 * changed;
  __m256i loud = _mm256_setzero_si256(), change = loud;
  const char *place = samples;
  for (; place + 4 * ROUND <= end; place += 4 * ROUND) {
    const __m256i one = load(place), two = load(place + 2 * ROUND);
    loud = _mm256_add_epi32(loud, _mm256_add_epi32(magnitudes(one), magnitudes(two)));
    const __m256i next = _mm256_subs_epi16(load(place + 2 * channels), one);
    const __m256i after = _mm256_subs_epi16(load(place + 2 * ROUND + 2 * channels), two);
    change = _mm256_add_epi32(change, _mm256_add_epi32(magnitudes(next), magnitudes(after)));
  }
  for (; place < end; place += 2 * ROUND) {
    const __m256i one = load(place);
    loud = _mm256_add_epi32(loud, magnitudes(one));
    change = _mm256_add_epi32(change, magnitudes(_mm256_subs_epi16(load(place + 2 * channels), one)));
  }
  size_t summed = changed;
  for (; summed + ROUND <= count; summed += ROUND) loud = _mm256_add_epi32(loud, magnitudes(load(samples + 2 * summed)));
  rtmulti_sums sums = {.magnitudes = total(loud), .changes = total(change), .changed = (uint32_t)changed};
  if (summed < count) add_plain(samples, summed, count, channels, &sums);
  return sums;
}

rtmulti_sums rtmulti_sum_samples(const void *samples, size_t count, size_t channels) {
  return __builtin_cpu_supports("avx2") ? sum_256(samples, count, channels) : sum_plain(samples, count, channels);
}
#else
rtmulti_sums rtmulti_sum_samples(const void *samples, size_t count, size_t channels) {
  return sum_plain(samples, count, channels);
}
#endif
