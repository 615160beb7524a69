/*
 * The escapes of JSON strings (RFC 8259 section 7), taken out in place. simdjson refuses half a surrogate pair, which
 * servers send when they cut an emoji between two deltas: here it is U+FFFD, as with other parsers.
 */
#include "include/CSimdJSON.h"

#include <string.h>

static int hex_digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

/* The unit behind a backslash and a u, or -1. */
static int32_t unit_at(const char *digits, const char *end) {
  if (end - digits < 4) return -1;
  int32_t unit = 0;
  for (int i = 0; i < 4; i++) {
    const int digit = hex_digit(digits[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

static char *put(char *out, uint32_t scalar) {
  if (scalar < 0x80) {
    *out++ = (char)scalar;
  } else if (scalar < 0x800) {
    *out++ = (char)(0xC0 | scalar >> 6);
    *out++ = (char)(0x80 | (scalar & 0x3F));
  } else if (scalar < 0x10000) {
    *out++ = (char)(0xE0 | scalar >> 12);
    *out++ = (char)(0x80 | (scalar >> 6 & 0x3F));
    *out++ = (char)(0x80 | (scalar & 0x3F));
  } else {
    *out++ = (char)(0xF0 | scalar >> 18);
    *out++ = (char)(0x80 | (scalar >> 12 & 0x3F));
    *out++ = (char)(0x80 | (scalar >> 6 & 0x3F));
    *out++ = (char)(0x80 | (scalar & 0x3F));
  }
  return out;
}

/* Goes past the digits of one or, for a surrogate pair, two escapes. Returns the scalar, or -1 for a broken escape. */
static int32_t take_scalar(const char **next, const char *end) {
  const int32_t unit = unit_at(*next, end);
  if (unit < 0) return -1;
  *next += 4;
  if (unit < 0xD800 || unit > 0xDFFF) return unit;
  if (unit < 0xDC00 && end - *next >= 6 && (*next)[0] == '\\' && (*next)[1] == 'u') {
    const int32_t low = unit_at(*next + 2, end);
    if (low >= 0xDC00 && low <= 0xDFFF) {
      *next += 6;
      return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
  }
  return 0xFFFD;
}

ptrdiff_t rtmulti_json_unescape(const char *text, size_t size, char *out) {
  static const char plain[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
  const char *next = text, *const end = text + size;
  char *to = out;
  while (next < end) {
    const char *escape = memchr(next, '\\', (size_t)(end - next));
    const size_t run = (size_t)((escape == NULL ? end : escape) - next);
    memmove(to, next, run);
    to += run;
    if (escape == NULL) break;
    next = escape + 1;
    if (next == end) return -1;
    const char letter = *next++;
    if (letter == 'u') {
      const int32_t scalar = take_scalar(&next, end);
      if (scalar < 0) return -1;
      to = put(to, (uint32_t)scalar);
      continue;
    }
    size_t which = 0;
    while (which < sizeof plain - 1 && plain[which] != letter) which += 2;
    if (which >= sizeof plain - 1) return -1;
    *to++ = plain[which + 1];
  }
  return to - out;
}
