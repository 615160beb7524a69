/* How the words of one line are taken; see grammar.h. What a line means is in the grammar_... files. */
#include "grammar.h"

struct reader reader_start(struct arena *arena, struct words words) {
  struct reader reader = {arena, words, NULL, NULL};
  reader.used = arena_take(arena, (words.count + 1) * sizeof *reader.used);
  return reader;
}

void reader_refuse(struct reader *reader, const char *sentence) {
  if (reader->problem == NULL) reader->problem = sentence;
}

void reader_end(struct reader *reader) {
  for (size_t i = 0; i < reader->words.count && reader->problem == NULL; i++) {
    if (reader->used[i]) continue;
    const struct word *word = &reader->words.list[i];
    reader->problem =
        word->shape == WORD_PAIR
            ? arena_print(reader->arena, "%.*s= has no place here, or stands here twice", PRINTED(word->key))
            : arena_print(reader->arena, "\"%.*s\" has no place here", PRINTED(word->value));
  }
}

/* The first untaken word without a key, NULL if there is none. */
static struct word *next_word(struct reader *reader) {
  for (size_t i = 0; i < reader->words.count; i++) {
    if (reader->used[i] || reader->words.list[i].shape == WORD_PAIR) continue;
    reader->used[i] = true;
    return &reader->words.list[i];
  }
  return NULL;
}

struct slice take_text(struct reader *reader, const char *what) {
  const struct word *word = next_word(reader);
  if (word != NULL) return word->value;
  reader_refuse(reader, arena_print(reader->arena, "%s is missing", what));
  return (struct slice){"", 0};
}

struct slice take_id(struct reader *reader, const char *what) {
  const struct word *word = next_word(reader);
  if (word == NULL) {
    reader_refuse(reader, arena_print(reader->arena, "%s is missing", what));
    return (struct slice){"", 0};
  }
  if (word->shape == WORD_QUOTED) {
    reader_refuse(reader, arena_print(reader->arena, "%s is a word without quotes", what));
  }
  return word->value;
}

struct slice take_optional_id(struct reader *reader) {
  const struct word *word = next_word(reader);
  if (word == NULL) return (struct slice){NULL, 0};
  if (word->shape == WORD_QUOTED) reader_refuse(reader, "an id is a word without quotes");
  return word->value;
}

bool parse_number(struct slice text, int64_t maximum, int64_t *number) {
  int64_t value = 0;
  if (text.size == 0) return false;
  for (size_t i = 0; i < text.size; i++) {
    if (text.bytes[i] < '0' || text.bytes[i] > '9') return false;
    value = value * 10 + (text.bytes[i] - '0');
    if (value > maximum) return false;
  }
  *number = value;
  return true;
}

static int64_t number_of(struct reader *reader, const char *what, struct slice text, int64_t maximum) {
  int64_t number = 0;
  if (parse_number(text, maximum, &number)) return number;
  reader_refuse(reader, arena_print(reader->arena, "%s is a whole number from 0 to %lld, not \"%.*s\"", what,
                                    (long long)maximum, PRINTED(text)));
  return 0;
}

static int64_t measure_of(struct reader *reader, const char *what, struct slice text, int64_t *tolerance) {
  struct slice number = text;
  *tolerance = 0;
  for (size_t i = 0; i < text.size; i++) {
    if (text.bytes[i] != '~') continue;
    number.size = i;
    const struct slice around = {text.bytes + i + 1, text.size - i - 1};
    *tolerance = number_of(reader, "what stands behind ~", around, MAXIMUM_MS);
    break;
  }
  return number_of(reader, what, number, MAXIMUM_MS);
}

int64_t take_number(struct reader *reader, const char *what, int64_t maximum) {
  const struct slice text = take_id(reader, what);
  return reader->problem == NULL ? number_of(reader, what, text, maximum) : 0;
}

int64_t take_measure(struct reader *reader, const char *what, int64_t *tolerance) {
  const struct slice text = take_id(reader, what);
  *tolerance = 0;
  return reader->problem == NULL ? measure_of(reader, what, text, tolerance) : 0;
}

bool take_flag(struct reader *reader, const char *word) {
  for (size_t i = 0; i < reader->words.count; i++) {
    const struct word *candidate = &reader->words.list[i];
    if (reader->used[i] || candidate->shape != WORD_BARE || !slice_is(candidate->value, word)) continue;
    reader->used[i] = true;
    return true;
  }
  return false;
}

struct slice take_key(struct reader *reader, const char *key) {
  for (size_t i = 0; i < reader->words.count; i++) {
    const struct word *word = &reader->words.list[i];
    if (reader->used[i] || word->shape != WORD_PAIR || !slice_is(word->key, key)) continue;
    reader->used[i] = true;
    return word->value;
  }
  return (struct slice){NULL, 0};
}

int64_t take_key_number(struct reader *reader, const char *key, int64_t maximum) {
  const struct slice text = take_key(reader, key);
  return text.bytes == NULL ? NOT_GIVEN : number_of(reader, key, text, maximum);
}

int64_t take_key_measure(struct reader *reader, const char *key, int64_t *tolerance) {
  const struct slice text = take_key(reader, key);
  return text.bytes == NULL ? NOT_GIVEN : measure_of(reader, key, text, tolerance);
}

int64_t choose(struct reader *reader, const char *what, struct slice word, const char *const choices[],
               size_t count) {
  const char *list = "";
  for (size_t i = 0; i < count; i++) {
    if (slice_is(word, choices[i])) return (int64_t)i;
  }
  if (reader->problem != NULL) return 0;
  for (size_t i = 0; i < count; i++)
    list = arena_print(reader->arena, "%s%s%s", list, i == 0 ? "" : ", ", choices[i]);
  reader_refuse(reader, arena_print(reader->arena, "%s is one of %s, not \"%.*s\"", what, list, PRINTED(word)));
  return 0;
}

int64_t take_key_choice(struct reader *reader, const char *key, const char *const choices[], size_t count) {
  const struct slice text = take_key(reader, key);
  return text.bytes == NULL ? NOT_GIVEN : choose(reader, key, text, choices, count);
}
