/* A second opinion on JSON: whether a text is one object as RFC 8259 has it, written as plainly as possible. What
 * the fields mean is not known here. */
#include "laws.h"

enum { DEEPEST = 1024 };

struct place {
  const unsigned char *next, *end;
};

static bool is_value(struct place *place, int depth);

static void pass_space(struct place *place) {
  while (place->next < place->end &&
         (*place->next == ' ' || *place->next == '\t' || *place->next == '\n' || *place->next == '\r'))
    place->next += 1;
}

static bool pass(struct place *place, unsigned char wanted) {
  if (place->next == place->end || *place->next != wanted) return false;
  place->next += 1;
  return true;
}

static bool pass_word(struct place *place, const char *word) {
  for (; *word != '\0'; word++) {
    if (!pass(place, (unsigned char)*word)) return false;
  }
  return true;
}

static bool is_digit(const struct place *place) {
  return place->next < place->end && *place->next >= '0' && *place->next <= '9';
}

static bool pass_digits(struct place *place) {
  if (!is_digit(place)) return false;
  while (is_digit(place)) place->next += 1;
  return true;
}

static bool is_number(struct place *place) {
  pass(place, '-');
  if (!pass(place, '0') && !pass_digits(place)) return false;
  if (pass(place, '.') && !pass_digits(place)) return false;
  if (!pass(place, 'e') && !pass(place, 'E')) return true;
  if (!pass(place, '+')) pass(place, '-');
  return pass_digits(place);
}

/* The four digits of a \u escape, -1 if they are none. */
static long hex4(struct place *place) {
  long value = 0;
  for (int i = 0; i < 4; i++) {
    if (place->next == place->end) return -1;
    const unsigned char c = *place->next++;
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

static bool is_escape(struct place *place) {
  if (place->next == place->end) return false;
  switch (*place->next++) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't': return true;
    case 'u': return hex4(place) >= 0;
    default: return false;
  }
}

/* One character past ASCII, in its shortest form and no surrogate (RFC 3629). */
static bool is_wide(struct place *place) {
  const unsigned char first = *place->next++;
  const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4) return false;
  for (int i = 0; i < more; i++) {
    if (place->next == place->end) return false;
    const unsigned char c = *place->next++;
    const unsigned char least = i == 0 && first == 0xe0 ? 0xa0 : i == 0 && first == 0xf0 ? 0x90 : 0x80;
    const unsigned char most = i == 0 && first == 0xed ? 0x9f : i == 0 && first == 0xf4 ? 0x8f : 0xbf;
    if (c < least || c > most) return false;
  }
  return true;
}

static bool is_string(struct place *place) {
  if (!pass(place, '"')) return false;
  while (place->next < place->end) {
    const unsigned char c = *place->next;
    if (c >= 0x80) {
      if (!is_wide(place)) return false;
      continue;
    }
    place->next += 1;
    if (c == '"') return true;
    if (c < ' ') return false;
    if (c == '\\' && !is_escape(place)) return false;
  }
  return false;
}

/* Elements up to `closing`; those of an object have a key. */
static bool is_list(struct place *place, unsigned char closing, int depth) {
  if (depth > DEEPEST) return false;
  place->next += 1;
  pass_space(place);
  if (pass(place, closing)) return true;
  for (;;) {
    pass_space(place);
    if (closing == '}') {
      if (!is_string(place)) return false;
      pass_space(place);
      if (!pass(place, ':')) return false;
    }
    if (!is_value(place, depth + 1)) return false;
    if (pass(place, closing)) return true;
    if (!pass(place, ',')) return false;
  }
}

static bool is_value(struct place *place, int depth) {
  pass_space(place);
  if (place->next == place->end) return false;
  bool holds;
  switch (*place->next) {
    case '{': holds = is_list(place, '}', depth); break;
    case '[': holds = is_list(place, ']', depth); break;
    case '"': holds = is_string(place); break;
    case 't': holds = pass_word(place, "true"); break;
    case 'f': holds = pass_word(place, "false"); break;
    case 'n': holds = pass_word(place, "null"); break;
    default: holds = is_number(place); break;
  }
  pass_space(place);
  return holds;
}

bool json_is_object(const char *text, size_t size) {
  struct place place = {(const unsigned char *)text, (const unsigned char *)text + size};
  pass_space(&place);
  if (place.next == place.end || *place.next != '{') return false;
  return is_value(&place, 0) && place.next == place.end;
}
