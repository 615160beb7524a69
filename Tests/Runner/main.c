/* rtmulti-harness: runs scenario files through the C ABI of librtmulti, records what it runs, and replays traces.
 * Reads the command line, prints one line for each file and the sum, and answers with the exit status of the page. */
#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "deadlines.h"
#include "replay.h"
#include "run.h"

static const char usage[] =
    "usage: rtmulti-harness [--poll] [--host] [--trace] [--deadlines] [--record TRACE] FILE.scenario...\n"
    "       rtmulti-harness [--poll] --again FILE.scenario...\n"
    "       rtmulti-harness [--inputs] --replay TRACE...\n"
    "       rtmulti-harness [--record TRACE] --wild SEED COUNT\n"
    "  --poll       take the effects by polling instead of by callback\n"
    "  --host       the host plays by itself where the sink is auto or manual: nothing is written to it\n"
    "  --trace      print every effect and the result of every input\n"
    "  --deadlines  call the session only at its deadlines, and see that no effect comes later for it\n"
    "  --record     write what the session is given into TRACE; for one file, or one seed\n"
    "  --replay     play the traces of rtmulti_session_trace again and print every effect\n"
    "  --inputs     print the result of every input between them\n"
    "  --again      record each run, replay it, and see that all effects are the same\n"
    "  --wild       the same with sessions of random calls\n"
    "Exit status: 0 all passed, 1 one failed, 2 a file could not be read.\n";

enum outcome { OUTCOME_PASSED = 0, OUTCOME_FAILED = 1, OUTCOME_UNREADABLE = 2 };

enum task { TASK_RUN, TASK_AGAIN, TASK_REPLAY, TASK_WILD };

struct arguments {
  enum task task;
  struct options options;
  const char *record; /* where to */
  bool host_plays;    /* whatever the file says of it */
  bool shows_inputs;
  char **rest;
  int count;
};

/* One run of one scenario, for again_check. */
struct recorded {
  struct arena *arena;
  const struct scenario *scenario;
  struct options options;
  struct failure failure;
};

static const char *run_recorded(void *about, FILE *effects, FILE *trace) {
  struct recorded *recorded = about;
  recorded->options.effects = effects;
  recorded->options.trace = trace;
  recorded->failure = run_scenario(recorded->arena, recorded->scenario, recorded->options);
  return recorded->failure.line == 0 ? NULL : recorded->failure.sentence;
}

static enum outcome run_file(const char *path, const struct arguments *arguments) {
  struct arena arena = {NULL};
  struct scenario scenario;
  struct scenario_error error;
  struct failure failure = {0, NULL};
  enum outcome outcome = OUTCOME_PASSED;
  if (!scenario_load(&arena, path, &scenario, &error)) {
    outcome = OUTCOME_UNREADABLE;
    failure = (struct failure){error.line, error.sentence};
    printf("FAIL %s:%zu: %s\n", path, failure.line, failure.sentence);
    arena_free(&arena);
    return outcome;
  }
  if (arguments->host_plays && (scenario.config.sink == SINK_AUTO || scenario.config.sink == SINK_MANUAL))
    scenario.config.host_plays = true;
  if (arguments->task == TASK_AGAIN) {
    struct recorded recorded = {&arena, &scenario, arguments->options, {0, NULL}};
    failure.sentence = again_check(&arena, run_recorded, &recorded, scenario.count);
    failure.line = recorded.failure.line;
    if (failure.sentence != NULL) outcome = OUTCOME_FAILED;
  } else {
    /* Where every effect is printed, it is printed once. */
    failure = arguments->options.waking == WAKE_AT_DEADLINES && arguments->options.effects == NULL
                  ? deadlines_check(&arena, &scenario, arguments->options)
                  : run_scenario(&arena, &scenario, arguments->options);
    if (failure.line != 0) outcome = OUTCOME_FAILED;
  }
  if (outcome == OUTCOME_PASSED) {
    printf("PASS %s\n", path);
  } else {
    printf("FAIL %s:%zu: %s\n", path, failure.line, failure.sentence);
  }
  arena_free(&arena);
  return outcome;
}

static enum outcome run_wild(uint64_t seed) {
  struct arena arena = {NULL};
  const char *problem = again_check(&arena, wild_run, &seed, seed);
  if (problem != NULL) printf("FAIL --wild %llu 1: %s\n", (unsigned long long)seed, problem);
  arena_free(&arena);
  return problem == NULL ? OUTCOME_PASSED : OUTCOME_FAILED;
}

/* ---- traces ---- */

/* A whole file; it must be freed. NULL when it cannot be read. */
static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return NULL;
  size_t capacity = 1 << 16;
  char *bytes = malloc(capacity);
  *size = 0;
  while (bytes != NULL) {
    *size += fread(bytes + *size, 1, capacity - *size, file);
    if (*size < capacity) break;
    capacity *= 2;
    char *larger = realloc(bytes, capacity);
    if (larger == NULL) free(bytes);
    bytes = larger;
  }
  const bool is_whole = ferror(file) == 0;
  fclose(file);
  if (is_whole) return bytes;
  free(bytes);
  return NULL;
}

static enum outcome replay_file(const char *path, bool shows_inputs) {
  size_t size;
  char *bytes = read_file(path, &size);
  if (bytes == NULL) {
    fprintf(stderr, "%s: this file cannot be read\n", path);
    return OUTCOME_UNREADABLE;
  }
  const struct replay_result result = replay_trace(
      bytes, size,
      (struct replay_options){.effects = stdout, .shows_inputs = shows_inputs, .shows_unheard = true});
  free(bytes);
  fflush(stdout);
  if (result.sentence[0] != '\0') fprintf(stderr, "%s: %s\n", path, result.sentence);
  switch (result.outcome) {
    case REPLAY_WHOLE: return OUTCOME_PASSED;
    case REPLAY_DIFFERS: return OUTCOME_FAILED;
    default: return OUTCOME_UNREADABLE;
  }
}

/* ---- the command line ---- */

static bool read_arguments(struct arguments *arguments, int count, char **words) {
  int next = 1;
  for (; next < count && strncmp(words[next], "--", 2) == 0; next++) {
    const char *word = words[next];
    if (strcmp(word, "--poll") == 0) {
      arguments->options.polls = true;
    } else if (strcmp(word, "--host") == 0) {
      arguments->host_plays = true;
    } else if (strcmp(word, "--trace") == 0) {
      arguments->options.effects = stdout;
      arguments->options.lists_inputs = true;
    } else if (strcmp(word, "--deadlines") == 0) {
      arguments->options.waking = WAKE_AT_DEADLINES;
      arguments->options.reports_rarely = true;
    } else if (strcmp(word, "--record") == 0 && next + 1 < count) {
      arguments->record = words[++next];
    } else if (strcmp(word, "--again") == 0) {
      arguments->task = TASK_AGAIN;
    } else if (strcmp(word, "--replay") == 0) {
      arguments->task = TASK_REPLAY;
    } else if (strcmp(word, "--wild") == 0) {
      arguments->task = TASK_WILD;
    } else if (strcmp(word, "--inputs") == 0) {
      arguments->shows_inputs = true;
    } else {
      return false;
    }
  }
  arguments->rest = words + next;
  arguments->count = count - next;
  if (arguments->task == TASK_WILD && arguments->count != 2) return false;
  if (arguments->record != NULL) {
    if (arguments->task == TASK_WILD) return strcmp(arguments->rest[1], "1") == 0;
    return arguments->task == TASK_RUN && arguments->count == 1;
  }
  return arguments->count > 0;
}

/* One session of random calls into a file, with its effects on the standard output. */
static enum outcome record_wild(const struct arguments *arguments) {
  uint64_t seed = strtoull(arguments->rest[0], NULL, 10);
  const char *problem = wild_run(&seed, stdout, arguments->options.trace);
  if (problem != NULL) fprintf(stderr, "%s\n", problem);
  return problem == NULL ? OUTCOME_PASSED : OUTCOME_FAILED;
}

static enum outcome run_all(const struct arguments *arguments) {
  size_t passed = 0;
  size_t failed = 0;
  enum outcome worst = OUTCOME_PASSED;
  const bool is_wild = arguments->task == TASK_WILD;
  const uint64_t seed = is_wild ? strtoull(arguments->rest[0], NULL, 10) : 0;
  const uint64_t count = is_wild ? strtoull(arguments->rest[1], NULL, 10) : (uint64_t)arguments->count;
  for (uint64_t i = 0; i < count; i++) {
    const enum outcome outcome = is_wild ? run_wild(seed + i) : run_file(arguments->rest[i], arguments);
    if (outcome > worst) worst = outcome;
    if (outcome == OUTCOME_PASSED) {
      passed += 1;
    } else {
      failed += 1;
    }
    fflush(stdout);
  }
  printf("%zu passed, %zu failed\n", passed, failed);
  return worst;
}

int main(int argument_count, char **words) {
  struct arguments arguments = {.task = TASK_RUN};
  if (!read_arguments(&arguments, argument_count, words)) {
    const bool wants_help = argument_count == 2 && strcmp(words[1], "--help") == 0;
    fputs(usage, wants_help ? stdout : stderr);
    return wants_help ? 0 : 2;
  }
  if (arguments.task == TASK_REPLAY) {
    enum outcome worst = OUTCOME_PASSED;
    for (int i = 0; i < arguments.count; i++) {
      const enum outcome outcome = replay_file(arguments.rest[i], arguments.shows_inputs);
      if (outcome > worst) worst = outcome;
    }
    return (int)worst;
  }
  if (arguments.record != NULL) {
    arguments.options.trace = fopen(arguments.record, "wb");
    if (arguments.options.trace == NULL) {
      fprintf(stderr, "%s: this file cannot be written\n", arguments.record);
      return 2;
    }
  }
  const bool is_one_wild = arguments.task == TASK_WILD && arguments.record != NULL;
  enum outcome worst = is_one_wild ? record_wild(&arguments) : run_all(&arguments);
  if (arguments.options.trace != NULL && fclose(arguments.options.trace) != 0) {
    fprintf(stderr, "%s: this file cannot be written\n", arguments.record);
    worst = OUTCOME_UNREADABLE;
  }
  return (int)worst;
}
