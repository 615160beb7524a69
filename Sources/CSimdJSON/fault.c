/*
 * Where a text that the parser has refused stops being one JSON object (RFC 8259), for the sentence of the error. Only
 * the first fault is looked for; nothing is read out of the text here.
 */
#include "include/CSimdJSON.h"

#include <string.h>

enum { DEEPEST = 64 };

struct reader {
  const unsigned char *next, *end;
};

static rtmulti_json_fault value(struct reader *reader, int depth);

static void skip_space(struct reader *reader) {
  while (reader->next < reader->end && memchr(" \t\r\n", *reader->next, 4) != NULL) reader->next++;
}

/* Past white space: whether the text goes on, with this character if one is asked for. */
static int stands(struct reader *reader, char wanted) {
  skip_space(reader);
  return reader->next < reader->end && *reader->next == (unsigned char)wanted;
}

static rtmulti_json_fault lacks(const struct reader *reader, rtmulti_json_fault fault) {
  return reader->next < reader->end ? fault : RTMULTI_JSON_FAULT_ENDS_EARLY;
}

/* The length of the well-formed scalar at `bytes` (Unicode table 3-7), or 0. */
static int scalar_length(const unsigned char *bytes, const unsigned char *end) {
  static const struct {
    unsigned char from, to, second_from, second_to;
    int length;
  } rows[] = {{0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3},
              {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
              {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
  if (bytes[0] < 0x80) return 1;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (bytes[0] < rows[i].from || bytes[0] > rows[i].to) continue;
    if (end - bytes < rows[i].length || bytes[1] < rows[i].second_from || bytes[1] > rows[i].second_to) return 0;
    for (int tail = 2; tail < rows[i].length; tail++)
      if ((bytes[tail] & 0xC0) != 0x80) return 0;
    return rows[i].length;
  }
  return 0;
}

/* From behind the opening quote to behind the closing one. */
static rtmulti_json_fault string(struct reader *reader) {
  for (;;) {
    if (reader->next == reader->end) return RTMULTI_JSON_FAULT_ENDS_EARLY;
    const unsigned char byte = *reader->next;
    if (byte == '"') break;
    if (byte < 0x20) return RTMULTI_JSON_FAULT_CONTROL;
    if (byte != '\\') {
      const int length = scalar_length(reader->next, reader->end);
      if (length == 0) return RTMULTI_JSON_FAULT_NOT_UTF8;
      reader->next += length;
      continue;
    }
    if (reader->end - reader->next < 2) return RTMULTI_JSON_FAULT_ENDS_EARLY;
    const int size = reader->next[1] == 'u' ? 6 : 2;
    char unused[6];
    if (reader->end - reader->next < size) return RTMULTI_JSON_FAULT_ENDS_EARLY;
    if (rtmulti_json_unescape((const char *)reader->next, (size_t)size, unused) < 0) return RTMULTI_JSON_FAULT_ESCAPE;
    reader->next += size;
  }
  reader->next++;
  return RTMULTI_JSON_FAULT_NONE;
}

static int digits(struct reader *reader) {
  const unsigned char *const first = reader->next;
  while (reader->next < reader->end && *reader->next >= '0' && *reader->next <= '9') reader->next++;
  return reader->next > first;
}

static rtmulti_json_fault number(struct reader *reader) {
  if (*reader->next == '-') reader->next++;
  const unsigned char *const first = reader->next;
  if (!digits(reader)) return lacks(reader, RTMULTI_JSON_FAULT_NO_VALUE);
  if (*first == '0' && reader->next > first + 1) {
    reader->next = first + 1;
    return RTMULTI_JSON_FAULT_NO_COMMA;
  }
  if (reader->next < reader->end && *reader->next == '.') {
    reader->next++;
    if (!digits(reader)) return lacks(reader, RTMULTI_JSON_FAULT_NO_VALUE);
  }
  if (reader->next < reader->end && (*reader->next | 0x20) == 'e') {
    reader->next++;
    if (reader->next < reader->end && (*reader->next == '+' || *reader->next == '-')) reader->next++;
    if (!digits(reader)) return lacks(reader, RTMULTI_JSON_FAULT_NO_VALUE);
  }
  return RTMULTI_JSON_FAULT_NONE;
}

static rtmulti_json_fault word(struct reader *reader) {
  static const char *const words[] = {"true", "false", "null"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const size_t length = strlen(words[i]);
    if ((size_t)(reader->end - reader->next) < length || memcmp(reader->next, words[i], length) != 0) continue;
    reader->next += length;
    return RTMULTI_JSON_FAULT_NONE;
  }
  return RTMULTI_JSON_FAULT_NO_VALUE;
}

static rtmulti_json_fault member(struct reader *reader, int depth) {
  if (!stands(reader, '"')) return lacks(reader, RTMULTI_JSON_FAULT_NO_KEY);
  reader->next++;
  const rtmulti_json_fault fault = string(reader);
  if (fault != RTMULTI_JSON_FAULT_NONE) return fault;
  if (!stands(reader, ':')) return lacks(reader, RTMULTI_JSON_FAULT_NO_COLON);
  reader->next++;
  return value(reader, depth);
}

/* An object or an array, from its opening bracket on. */
static rtmulti_json_fault group(struct reader *reader, char closing, int depth) {
  if (depth > DEEPEST) return RTMULTI_JSON_FAULT_TOO_DEEP;
  reader->next++;
  if (!stands(reader, closing)) {
    for (;;) {
      const rtmulti_json_fault fault = closing == '}' ? member(reader, depth + 1) : value(reader, depth + 1);
      if (fault != RTMULTI_JSON_FAULT_NONE) return fault;
      if (stands(reader, closing)) break;
      if (!stands(reader, ',')) return lacks(reader, RTMULTI_JSON_FAULT_NO_COMMA);
      reader->next++;
    }
  }
  reader->next++;
  return RTMULTI_JSON_FAULT_NONE;
}

static rtmulti_json_fault value(struct reader *reader, int depth) {
  skip_space(reader);
  if (reader->next == reader->end) return RTMULTI_JSON_FAULT_ENDS_EARLY;
  switch (*reader->next) {
    case '{': return group(reader, '}', depth);
    case '[': return group(reader, ']', depth);
    case '"': reader->next++; return string(reader);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
      return number(reader);
    default: return word(reader);
  }
}

rtmulti_json_fault rtmulti_json_find_fault(const char *text, size_t size, size_t *offset) {
  const unsigned char *const start = (const unsigned char *)text;
  struct reader reader = {start, start + size};
  rtmulti_json_fault fault = RTMULTI_JSON_FAULT_NO_OBJECT;
  if (stands(&reader, '{')) {
    fault = value(&reader, 0);
    skip_space(&reader);
    if (fault == RTMULTI_JSON_FAULT_NONE && reader.next < reader.end) fault = RTMULTI_JSON_FAULT_GOES_ON;
  }
  *offset = (size_t)(reader.next - start);
  return fault;
}
