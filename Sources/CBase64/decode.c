/* Base64 decoding in 256 bits, 128 bits and one by one. The vector method is that of W. Mula and D. Lemire,
 * "Faster Base64 Encoding and Decoding using AVX2 Instructions" (2018): each character is checked and moved by
 * table look-ups on its two nibbles, then four 6-bit values are packed into three bytes. */
#include "CBase64.h"

#include <string.h>

/* 0 to 63 for characters of the alphabet, 255 for all others. */
static uint8_t value_of(unsigned char character) {
  if (character >= 'A' && character <= 'Z') return (uint8_t)(character - 'A');
  if (character >= 'a' && character <= 'z') return (uint8_t)(character - 'a' + 26);
  if (character >= '0' && character <= '9') return (uint8_t)(character - '0' + 52);
  if (character == '+') return 62;
  if (character == '/') return 63;
  return 255;
}

/* Takes padding off. Returns 0 when what is left has a length that no bytes encode to. */
static int without_padding(const char *text, size_t *size) {
  size_t padding = 0;
  while (padding < 2 && *size > 0 && text[*size - 1] == '=') {
    *size -= 1;
    padding += 1;
  }
  if (*size % 4 == 1) return 0;
  return padding == 0 || (*size + padding) % 4 == 0;
}

static ptrdiff_t decode_rest(const char *text, size_t size, uint8_t *out, size_t written) {
  size_t index = 0;
  for (; index + 4 <= size; index += 4) {
    const uint8_t a = value_of((unsigned char)text[index]), b = value_of((unsigned char)text[index + 1]);
    const uint8_t c = value_of((unsigned char)text[index + 2]), d = value_of((unsigned char)text[index + 3]);
    if ((a | b | c | d) == 255) return -1;
    out[written++] = (uint8_t)(a << 2 | b >> 4);
    out[written++] = (uint8_t)(b << 4 | c >> 2);
    out[written++] = (uint8_t)(c << 6 | d);
  }
  if (index < size) {
    const uint8_t a = value_of((unsigned char)text[index]), b = value_of((unsigned char)text[index + 1]);
    const uint8_t c = index + 2 < size ? value_of((unsigned char)text[index + 2]) : 0;
    if ((a | b | c) == 255) return -1;
    out[written++] = (uint8_t)(a << 2 | b >> 4);
    if (index + 2 < size) out[written++] = (uint8_t)(b << 4 | c >> 2);
  }
  return (ptrdiff_t)written;
}

ptrdiff_t rtmulti_base64_decode_scalar(const char *text, size_t size, uint8_t *out) {
  if (!without_padding(text, &size)) return -1;
  return decode_rest(text, size, out, 0);
}

#if defined(__x86_64__)
#include <immintrin.h>

/* Decodes as many blocks of 32 as it can; stops at the first that is not all alphabet. */
__attribute__((target("avx2"))) static size_t decode_blocks_256(const char *text, size_t size, uint8_t *out) {
  const __m256i low_table = _mm256_setr_epi8(
      0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A, 0x15, 0x11,
      0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
  const __m256i high_table = _mm256_setr_epi8(
      0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10,
      0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
  const __m256i roll_table = _mm256_setr_epi8(
      0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0,
      0, 0);
  const __m256i slash = _mm256_set1_epi8(0x2F);
  const __m256i order = _mm256_setr_epi8(
      2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1,
      -1);
  size_t done = 0;
  while (size - done >= 32) {
    __m256i block = _mm256_loadu_si256((const __m256i *)(const void *)(text + done));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi32(block, 4), slash);
    const __m256i low = _mm256_and_si256(block, slash);
    const __m256i wrong =
        _mm256_and_si256(_mm256_shuffle_epi8(low_table, low), _mm256_shuffle_epi8(high_table, high));
    if (!_mm256_testz_si256(wrong, wrong)) break;
    const __m256i is_slash = _mm256_cmpeq_epi8(block, slash);
    block = _mm256_add_epi8(block, _mm256_shuffle_epi8(roll_table, _mm256_add_epi8(is_slash, high)));
    const __m256i pairs = _mm256_maddubs_epi16(block, _mm256_set1_epi32(0x01400140));
    const __m256i words = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    const __m256i packed = _mm256_permutevar8x32_epi32(
        _mm256_shuffle_epi8(words, order), _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1));
    _mm256_storeu_si256((__m256i *)(void *)(out + done / 4 * 3), packed);
    done += 32;
  }
  return done;
}

/* The same in blocks of 16. */
__attribute__((target("ssse3"))) static size_t decode_blocks_128(const char *text, size_t size, uint8_t *out) {
  const __m128i low_table =
      _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
  const __m128i high_table =
      _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
  const __m128i roll_table = _mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
  const __m128i slash = _mm_set1_epi8(0x2F);
  const __m128i order = _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  size_t done = 0;
  while (size - done >= 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(text + done));
    const __m128i high = _mm_and_si128(_mm_srli_epi32(block, 4), slash);
    const __m128i low = _mm_and_si128(block, slash);
    const __m128i wrong = _mm_and_si128(_mm_shuffle_epi8(low_table, low), _mm_shuffle_epi8(high_table, high));
    if (_mm_movemask_epi8(_mm_cmpgt_epi8(wrong, _mm_setzero_si128())) != 0) break;
    const __m128i is_slash = _mm_cmpeq_epi8(block, slash);
    block = _mm_add_epi8(block, _mm_shuffle_epi8(roll_table, _mm_add_epi8(is_slash, high)));
    const __m128i pairs = _mm_maddubs_epi16(block, _mm_set1_epi32(0x01400140));
    const __m128i words = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
    _mm_storeu_si128((__m128i *)(void *)(out + done / 4 * 3), _mm_shuffle_epi8(words, order));
    done += 16;
  }
  return done;
}

static size_t decode_blocks(const char *text, size_t size, uint8_t *out) {
  size_t done = 0;
  if (__builtin_cpu_supports("avx2")) done = decode_blocks_256(text, size, out);
  if (__builtin_cpu_supports("ssse3")) done += decode_blocks_128(text + done, size - done, out + done / 4 * 3);
  return done;
}
#else
static size_t decode_blocks(const char *text, size_t size, uint8_t *out) {
  (void)text;
  (void)size;
  (void)out;
  return 0;
}
#endif

ptrdiff_t rtmulti_base64_decode(const char *text, size_t size, uint8_t *out) {
  if (!without_padding(text, &size)) return -1;
  const size_t done = decode_blocks(text, size, out);
  return decode_rest(text + done, size - done, out, done / 4 * 3);
}
