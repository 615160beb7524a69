/* One line of a scenario, cut into words; see words.h. */
#include "words.h"

#include <string.h>

/* How many bytes the UTF-8 character at `bytes` has, 0 if there is none. */
static size_t utf8_size(const unsigned char *bytes, size_t left) {
  const unsigned char first = bytes[0];
  size_t size;
  uint32_t scalar;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) {
    size = 2;
    scalar = first & 0x1fu;
  } else if (first >= 0xe0 && first < 0xf0) {
    size = 3;
    scalar = first & 0x0fu;
  } else if (first >= 0xf0 && first < 0xf5) {
    size = 4;
    scalar = first & 0x07u;
  } else {
    return 0;
  }
  if (size > left) return 0;
  for (size_t i = 1; i < size; i++) {
    if ((bytes[i] & 0xc0u) != 0x80u) return 0;
    scalar = scalar << 6 | (bytes[i] & 0x3fu);
  }
  const bool is_overlong = (size == 3 && scalar < 0x800) || (size == 4 && scalar < 0x10000);
  const bool is_scalar = scalar <= 0x10ffff && (scalar < 0xd800 || scalar > 0xdfff);
  return is_overlong || !is_scalar ? 0 : size;
}

static bool is_utf8(struct slice line) {
  for (size_t at = 0; at < line.size;) {
    const size_t size = utf8_size((const unsigned char *)line.bytes + at, line.size - at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

static size_t put_utf8(char *out, uint32_t scalar) {
  if (scalar < 0x80) {
    out[0] = (char)scalar;
    return 1;
  }
  const size_t size = scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = size; i-- > 1; scalar >>= 6) out[i] = (char)(0x80u | (scalar & 0x3fu));
  out[0] = (char)(lead[size] | scalar);
  return size;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* Reads `u{HEX}` at *at (behind the backslash) and appends its character to `out`. */
static const char *read_unicode(struct slice line, size_t *at, char *out, size_t *size) {
  size_t i = *at + 1;
  uint32_t scalar = 0;
  size_t digits = 0;
  if (i >= line.size || line.bytes[i] != '{')
    return "after \\u comes a hexadecimal number in braces, as in \\u{E9}";
  for (i += 1; i < line.size && hex_digit(line.bytes[i]) >= 0 && digits < 7; i++, digits++) {
    scalar = scalar * 16 + (uint32_t)hex_digit(line.bytes[i]);
  }
  if (digits == 0 || i >= line.size || line.bytes[i] != '}') {
    return "after \\u comes a hexadecimal number in braces, as in \\u{E9}";
  }
  if (scalar > 0x10ffff || (scalar >= 0xd800 && scalar <= 0xdfff))
    return "there is no such character as this \\u{...}";
  *size += put_utf8(out + *size, scalar);
  *at = i + 1;
  return NULL;
}

/* Reads the quoted value whose opening quote is at *at, and leaves *at behind the closing one. */
static const char *read_quoted(struct arena *arena, struct slice line, size_t *at, struct slice *value) {
  size_t end = *at + 1;
  while (end < line.size && line.bytes[end] != '"') end += line.bytes[end] == '\\' ? 2 : 1;
  if (end >= line.size) return "a quote is opened and never closed";
  char *out = arena_take(arena, end - *at); /* no character is longer than the escape that stands for it */
  size_t size = 0;
  size_t i = *at + 1;
  while (i < end) {
    if (line.bytes[i] != '\\') {
      out[size++] = line.bytes[i++];
      continue;
    }
    i += 1;
    const char escape = line.bytes[i];
    if (escape == 'u') {
      const char *problem = read_unicode(line, &i, out, &size);
      if (problem != NULL) return problem;
      continue;
    }
    if (escape != '"' && escape != '\\' && escape != 'n') return "the escapes are \\\", \\\\, \\n and \\u{HEX}";
    out[size++] = escape == 'n' ? '\n' : escape;
    i += 1;
  }
  *at = end + 1;
  *value = (struct slice){out, size};
  return NULL;
}

/* Where the bare text at `at` ends; `stops_at_equals` for what may become a key. */
static size_t bare_end(struct slice line, size_t at, bool stops_at_equals) {
  while (at < line.size) {
    const unsigned char c = (unsigned char)line.bytes[at];
    if (c <= ' ' || c == 0x7f || c == '"' || c == '#' || (c == '=' && stops_at_equals)) break;
    at += 1;
  }
  return at;
}

/* A word must be followed by a space or by the end of the line. */
static const char *check_border(struct slice line, size_t at) {
  if (at >= line.size || line.bytes[at] == ' ') return NULL;
  if (line.bytes[at] == '#') return "a # inside a word: put the value in quotes, or a space before a comment";
  if (line.bytes[at] == '"') return "a quote stands only around a whole value, with a space behind it";
  const unsigned char c = (unsigned char)line.bytes[at];
  return c < ' ' || c == 0x7f ? "a control character (a tab?): words are separated by spaces"
                              : "a space is missing behind a quoted value";
}

/* Reads the word at *at, which is no space and no comment, and leaves *at behind it. */
static const char *read_word(struct arena *arena, struct slice line, size_t *at, struct word *word) {
  const char *problem = NULL;
  if (line.bytes[*at] == '"') {
    word->shape = WORD_QUOTED;
    problem = read_quoted(arena, line, at, &word->value);
  } else {
    const size_t end = bare_end(line, *at, true);
    const struct slice text = arena_copy(arena, line.bytes + *at, end - *at);
    *at = end;
    if (end < line.size && line.bytes[end] == '=') {
      if (text.size == 0) return "a key is missing before the =";
      word->shape = WORD_PAIR;
      word->key = text;
      *at = end + 1;
      if (*at < line.size && line.bytes[*at] == '"') {
        problem = read_quoted(arena, line, at, &word->value);
      } else {
        const size_t value_end = bare_end(line, *at, false);
        word->value = arena_copy(arena, line.bytes + *at, value_end - *at);
        *at = value_end;
        if (word->value.size == 0 && check_border(line, *at) == NULL)
          problem = "a value is missing behind the =; write \"\" if it is empty";
      }
    } else {
      word->shape = WORD_BARE;
      word->value = text;
    }
  }
  return problem != NULL ? problem : check_border(line, *at);
}

const char *words_split(struct arena *arena, struct slice line, struct words *words) {
  size_t capacity = 0;
  *words = (struct words){NULL, 0};
  if (line.size > 0 && line.bytes[line.size - 1] == '\r') line.size -= 1;
  if (!is_utf8(line)) return "this line is not UTF-8";
  for (size_t at = 0; at < line.size;) {
    if (line.bytes[at] == ' ') {
      at += 1;
      continue;
    }
    if (line.bytes[at] == '#') break;
    words->list = arena_grow(arena, words->list, words->count, &capacity, sizeof *words->list);
    struct word *word = &words->list[words->count];
    *word = (struct word){WORD_BARE, {"", 0}, {"", 0}};
    const char *problem = read_word(arena, line, &at, word);
    if (problem != NULL) return problem;
    words->count += 1;
  }
  return NULL;
}
