/* The scenario reader, and the running of what it read: by callback and by polling, which must end alike. What a
 * scenario means is the runner's (Tests/Runner); here are only the bounds that keep an input short. */
#include <stdlib.h>
#include <string.h>

#include "laws.h"
#include "../Runner/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A scenario may last for a day, and an input may not. */
enum { LONGEST_MS = 1500, FUZZED_MS = 600, LONGEST_OPUS_MS = 240, MOST_BYTES = 20000, MOST_STATEMENTS = 60, MOST_LOST = 40 };

static bool is_short(const struct scenario *scenario) {
  int64_t passed_ms = 0, audio_ms = 0, bytes = 0;
  if (scenario->count > MOST_STATEMENTS) return false;
  for (size_t i = 0; i < scenario->count; i++) {
    const struct statement *statement = &scenario->statements[i];
    if (statement->kind != STATEMENT_INPUT) continue;
    const struct input *input = &statement->input;
    if (input->kind == INPUT_ADVANCE) passed_ms += input->ms;
    if (input->kind == INPUT_LOST && input->ms > MOST_LOST) return false;
    if ((input->kind == INPUT_AUDIO || input->kind == INPUT_MESSAGE) && input->ms > 0) audio_ms += input->ms;
    if (input->bytes > 0) bytes += input->bytes;
  }
  const int64_t all_ms = laws_take_their_time ? LONGEST_MS : FUZZED_MS;
  const int64_t longest_ms = scenario->config.codec == RTMULTI_CODEC_OPUS ? LONGEST_OPUS_MS : all_ms;
  return passed_ms <= all_ms && audio_ms <= longest_ms && bytes <= MOST_BYTES;
}

/* What the runner says when the library breaks a promise of its header, whatever the scenario expects. */
static bool is_broken_promise(const char *sentence) {
  static const char *const openings[] = {"the library ",   "a session that is polled", "a sink was called",
                                         "polling was ",   "the session could not",    "the sink was not",
                                         "libopus could not"};
  for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
    if (strncmp(sentence, openings[i], strlen(openings[i])) == 0) return true;
  }
  return false;
}

/* Whether all reports are those of a sink that tells the truth, for one written by hand may claim what was never played;
 * and whether it can be known how long each packet was, which of a damaged one it cannot. */
static bool is_truthful(const struct scenario *scenario) {
  for (size_t i = 0; i < scenario->count; i++) {
    const struct statement *statement = &scenario->statements[i];
    if (statement->kind != STATEMENT_INPUT) continue;
    const enum input_kind kind = statement->input.kind;
    if ((kind >= INPUT_STARTED && kind <= INPUT_FINISHED) || kind == INPUT_CORRUPT) return false;
  }
  return true;
}

static bool has(const struct scenario *scenario, enum input_kind kind, struct slice id, size_t from) {
  for (size_t i = from; i < scenario->count; i++) {
    const struct statement *statement = &scenario->statements[i];
    if (statement->kind == STATEMENT_INPUT && statement->input.kind == kind && slice_equal(statement->input.id, id))
      return true;
  }
  return false;
}

/* Whether every response was created and came to its end: until then the server need not be told of late audio (rule
 * D6). */
static bool is_ended(const struct scenario *scenario) {
  for (size_t i = 0; i < scenario->count; i++) {
    const struct statement *statement = &scenario->statements[i];
    if (statement->kind != STATEMENT_INPUT) continue;
    const struct input *input = &statement->input;
    if (input->kind == INPUT_RESPONSE && !has(scenario, INPUT_RESPONSE_DONE, input->id, i)) return false;
    if (input->response.bytes != NULL && !has(scenario, INPUT_RESPONSE, input->response, 0)) return false;
  }
  return true;
}

static struct failure run_by(struct arena *arena, const struct scenario *scenario, bool polls) {
  const bool traces = getenv("FUZZ_TRACE") != NULL;
  const struct options options = {.polls = polls, .effects = traces ? stdout : NULL, .lists_inputs = traces};
  const struct failure failure = run_scenario(arena, scenario, options);
  LAW_OF(failure.line == 0 || !is_broken_promise(failure.sentence), "the library keeps its promises",
         failure.sentence);
  return failure;
}

/* Leaves only what happens: then the run comes to its end, where the law is looked at. */
static void drop_expectations(struct scenario *scenario) {
  size_t kept = 0;
  for (size_t i = 0; i < scenario->count; i++) {
    if (scenario->statements[i].kind == STATEMENT_INPUT) scenario->statements[kept++] = scenario->statements[i];
  }
  scenario->count = kept;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {NULL};
  struct scenario scenario;
  struct scenario_error error;
  /* A copy of exactly this size, so that a byte too many is seen. */
  char *text = malloc(size == 0 ? 1 : size);
  if (text == NULL) abort();
  if (size > 0) memcpy(text, data, size);
  int result = 0;
  if (!scenario_read(&arena, "input", (struct slice){text, size}, &scenario, &error)) {
    LAW(error.line > 0 && *error.sentence != '\0', "a text that breaks the grammar is refused with line and sentence");
  } else if (!is_short(&scenario)) {
    result = -1;
  } else {
    const struct failure called = run_by(&arena, &scenario, false);
    const struct failure polled = run_by(&arena, &scenario, true);
    LAW_OF(called.line == polled.line, "both doors end alike",
           called.line != 0 ? called.sentence : polled.sentence);
    if (called.line != 0) {
      LAW_OF(strcmp(called.sentence, polled.sentence) == 0, "both doors end alike", polled.sentence);
      drop_expectations(&scenario);
      const struct failure end = run_by(&arena, &scenario, false);
      /* That the server refuses nothing cannot be asked of one that makes no sense, but the law can. */
      if (end.line != 0 && is_truthful(&scenario) && is_ended(&scenario))
        LAW_OF(strncmp(end.sentence, "in the end ", 11) != 0, "the server remembers what was heard", end.sentence);
    }
  }
  arena_free(&arena);
  free(text);
  return result;
}
