/* A scenario file is read here: line by line, and what holds between the lines (config first, blocks that do
 * not contradict themselves). The lines themselves are read in the grammar_... files. */
#include "scenario.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "grammar.h"

enum { MAXIMUM_FILE_BYTES = 64 * 1024 * 1024 };

/* Reads the whole file into the arena; NULL bytes and a sentence if that fails. */
static struct slice read_file(struct arena *arena, const char *path, const char **sentence) {
  struct slice text = {NULL, 0};
  size_t capacity = 64 * 1024;
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    *sentence = arena_print(arena, "the file cannot be opened: %s", strerror(errno));
    return text;
  }
  char *bytes = arena_take(arena, capacity);
  size_t size = 0;
  for (;;) {
    const size_t got = fread(bytes + size, 1, capacity - size, file);
    size += got;
    if (got == 0) break;
    if (size < capacity) continue;
    if (capacity >= MAXIMUM_FILE_BYTES) break;
    char *larger = arena_take(arena, capacity * 2);
    memcpy(larger, bytes, size);
    bytes = larger;
    capacity *= 2;
  }
  if (ferror(file)) {
    *sentence = arena_print(arena, "the file cannot be read: %s", strerror(errno));
  } else if (size == MAXIMUM_FILE_BYTES) {
    *sentence = "the file is larger than 64 MiB; a scenario is a small conversation";
  } else {
    text = (struct slice){bytes, size};
  }
  fclose(file);
  return text;
}

static void add_statement(struct arena *arena, struct scenario_reader *progress, struct statement statement) {
  struct scenario *scenario = progress->scenario;
  scenario->statements =
      arena_grow(arena, scenario->statements, scenario->count, &progress->capacity, sizeof statement);
  scenario->statements[scenario->count] = statement;
  scenario->count += 1;
}

/* Enters an expectation into its block, which may not show a family and say that it was silent. */
static const char *enter_block(struct arena *arena, struct scenario_reader *progress,
                               const struct expectation *latest) {
  for (int family = 0; family < FAMILY_COUNT; family++) {
    const bool is_meant = latest->shape == EXPECT_NOTHING
                              ? family == FAMILY_COMMAND || family == FAMILY_RECORD || family == FAMILY_STATE
                              : family == (int)latest->family;
    const int now = latest->shape == EXPECT_EFFECT ? SHOWN : SILENT;
    if (!is_meant) continue;
    if (progress->block[family] != UNMENTIONED && (int)progress->block[family] != now) {
      return arena_print(arena, "this block shows %s and says that it was silent",
                         family_name((enum family)family));
    }
    progress->block[family] = now;
  }
  return NULL;
}

/* The statement for people: what stands behind its > or <. */
static struct slice shown_text(struct arena *arena, struct slice line) {
  size_t start = 0;
  while (line.bytes[start] == ' ') start += 1;
  for (start += 1; start < line.size && line.bytes[start] == ' ';) start += 1;
  const struct slice text = slice_trimmed((struct slice){line.bytes + start, line.size - start});
  return arena_copy(arena, text.bytes, text.size);
}

/* Reads one line and returns NULL, or a sentence about what is wrong with it. */
static const char *read_line(struct arena *arena, struct scenario_reader *progress, struct slice text,
                             size_t line) {
  struct scenario *scenario = progress->scenario;
  struct words words;
  const char *problem = words_split(arena, text, &words);
  if (problem != NULL || words.count == 0) return problem;
  struct reader reader = reader_start(arena, words);
  const struct word first = words.list[0];
  reader.used[0] = true;
  struct statement statement = {.line = line, .text = shown_text(arena, text)};
  if (first.shape != WORD_BARE) return "a line begins with config, >, < or #";
  if (slice_is(first.value, "config")) {
    if (progress->had_input) return "config stands only before the first >";
    read_config(&reader, &scenario->config, line);
    return reader.problem;
  }
  if (slice_is(first.value, ">")) {
    statement.kind = STATEMENT_INPUT;
    statement.input = read_input(&reader, &scenario->config);
    progress->had_input = true;
    memset(progress->block, 0, sizeof progress->block);
  } else if (slice_is(first.value, "<")) {
    statement.kind = STATEMENT_EXPECTATION;
    statement.expectation = read_expectation(&reader);
    if (reader.problem == NULL) reader_refuse(&reader, enter_block(arena, progress, &statement.expectation));
  } else {
    return "a line begins with config, >, < or #, and a space behind it";
  }
  if (reader.problem == NULL) add_statement(arena, progress, statement);
  return reader.problem;
}

/* Opus has fewer sample rates than PCM16, and the two keys may come in any order. */
static bool has_encoder_rate(const struct scenario_config *config) {
  static const uint32_t rates_hz[] = {8000, 12000, 16000, 24000, 48000};
  for (size_t i = 0; i < sizeof rates_hz / sizeof rates_hz[0]; i++) {
    if (config->source_rate_hz == rates_hz[i]) return true;
  }
  return config->codec != RTMULTI_CODEC_OPUS;
}

struct scenario_reader scenario_start(struct scenario *scenario, const char *path) {
  *scenario = (struct scenario){.path = path};
  config_set_defaults(&scenario->config);
  return (struct scenario_reader){.scenario = scenario};
}

const char *scenario_read_line(struct arena *arena, struct scenario_reader *reader, struct slice text) {
  reader->scenario->last_line += 1;
  return read_line(arena, reader, text, reader->scenario->last_line);
}

bool scenario_read(struct arena *arena, const char *path, struct slice text, struct scenario *scenario,
                   struct scenario_error *error) {
  struct scenario_reader reader = scenario_start(scenario, path);
  *error = (struct scenario_error){0, NULL};
  for (size_t start = 0; start < text.size && error->sentence == NULL;) {
    const char *newline = memchr(text.bytes + start, '\n', text.size - start);
    const size_t end = newline == NULL ? text.size : (size_t)(newline - text.bytes);
    error->sentence = scenario_read_line(arena, &reader, (struct slice){text.bytes + start, end - start});
    error->line = scenario->last_line;
    start = end + 1;
  }
  if (error->sentence == NULL && !has_encoder_rate(&scenario->config)) {
    error->line = scenario->config.source_rate_line;
    error->sentence = "with codec=opus the source_rate is 8000, 12000, 16000, 24000 or 48000";
  }
  return error->sentence == NULL;
}

bool scenario_load(struct arena *arena, const char *path, struct scenario *scenario,
                   struct scenario_error *error) {
  *error = (struct scenario_error){0, NULL};
  const struct slice text = read_file(arena, path, &error->sentence);
  return text.bytes != NULL && scenario_read(arena, path, text, scenario, error);
}
